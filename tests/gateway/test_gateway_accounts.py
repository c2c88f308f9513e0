"""Accounts at providers: what goes in, what comes out, and for whom."""

import base64
import json

import pytest
from gateway_house import house_in_a_thread, settings_for
from pydantic import SecretStr

from gateway.library.accounts import rotate
from gateway.limits import command
from kit.sealing import SecretKeys
from support.servers import unique

CANARY = "AIzaCanary-0123456789-abcdefgh"
BADGE = "worker-token-0123456789"
OLD, NEW = (base64.b64encode(bytes([n]) * 32).decode() for n in (1, 2))


@pytest.fixture(scope="module")
def bank(nats_url, new_database, s3):
    settings = settings_for(
        nats_url,
        new_database(),
        s3,
        unique(),
        providers="local,google,fake",
        secret_keys=f"old:{OLD}",
        worker_token=BADGE,
        account_origins="https://proxy.example",
    )
    with house_in_a_thread(settings) as it:
        yield it


@pytest.fixture
def api(bank):
    with bank.client() as client:
        yield client
        for account in client.get("/api/accounts").json()["items"]:
            client.delete(f"/api/accounts/{account['id']}")


@pytest.fixture
def worker(bank):
    with bank.client(headers={"Authorization": f"Bearer {BADGE}"}) as client:
        yield client


def add(api, name="mine", **more):
    return api.post("/api/accounts", json={"name": name, "provider": "google", "key": CANARY, **more})


def test_a_key_goes_in_and_only_its_end_comes_out(api):
    made = add(api)
    assert made.status_code == 201
    shown = made.json()
    assert shown | {"key_last4": CANARY[-4:], "default": True, "health": "unknown", "last_used_at": None} == shown
    answers = [made, api.get("/api/accounts"), api.get(f"/api/accounts/{shown['id']}"), api.get("/openapi.json")]
    answers.append(api.patch(f"/api/accounts/{shown['id']}", json={"default": True}))
    assert all(answer.is_success for answer in answers)
    assert not [answer for answer in answers if CANARY in answer.text + str(answer.headers)]


def test_it_is_not_to_be_read_in_the_database(api, bank):
    add(api)

    async def everything():
        async with bank.service.desk.folder._engine.connect() as connection:
            found = await connection.exec_driver_sql("SELECT to_jsonb(a)::text, sealed FROM library.accounts AS a")
            return [*found]

    ((text, sealed),) = bank.do(everything())
    assert CANARY not in text
    assert CANARY.encode() not in sealed


def test_the_first_of_a_provider_is_its_default_until_another_is(api):
    one, two, other = add(api, "one").json(), add(api, "two").json(), add(api, "three", provider="fake").json()
    assert [one["default"], two["default"], other["default"]] == [True, False, True]
    assert api.patch(f"/api/accounts/{two['id']}", json={"default": True}).json()["default"]
    assert not api.get(f"/api/accounts/{one['id']}").json()["default"]
    assert api.delete(f"/api/accounts/{two['id']}").status_code == 204
    assert api.get(f"/api/accounts/{one['id']}").json()["default"]


def test_a_repeated_request_makes_one_account(api):
    again = [add_keyed(api, "same-key").json()["id"] for _ in range(2)]
    assert again[0] == again[1]
    assert add(api, "keyed").status_code == 409


def add_keyed(api, key):
    body = {"name": "keyed", "provider": "google", "key": CANARY}
    return api.post("/api/accounts", json=body, headers={"Idempotency-Key": key})


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "Not A Name"}, {"name": ""}, {"name": "a" * 41}, {"name": "../x"}, {"provider": "nobody"},
        {"provider": "local"}, {"key": ""}, {"key": "short"}, {"key": f"{CANARY} {CANARY}"}, {"key": "x" * 501},
        {"key": f"{CANARY}\n"}, {"key": "schlüssel-schlüssel"}, {"base": "http://169.254.169.254"},
        {"base": "https://u:p@proxy.example"}, {"base": "https://proxy.example/path"}, {"base": "https://other.example"},
        {"base": "file:///etc/passwd"}, {"id": "mine"}, {"user_id": "other"},
    ],
)  # fmt: skip
def test_what_is_wrong_is_refused_by_name_and_its_key_is_not_said(api, wrong):
    refused = add(api, **wrong)
    assert refused.status_code == 422, refused.text
    assert refused.json()["errors"][0]["loc"][:2] == ["body", next(iter(wrong))]
    assert CANARY not in refused.text
    assert api.get("/api/accounts").json()["items"] == []


def test_an_origin_that_the_operator_allows_may_be_named(api):
    assert add(api, base="https://Proxy.example/").json()["base"] == "https://proxy.example"


def test_without_a_key_of_the_installation_it_is_said_what_to_set(house):
    with house.client() as api:
        refused = add(api)
        assert (refused.status_code, refused.json()["type"]) == (503, "/problems/not-configured")
        assert "GROOVE_SECRET_KEYS" in refused.json()["detail"]
        assert api.get("/api/accounts").json()["items"] == []


def test_a_worker_is_given_the_key_and_it_is_told_when(api, worker):
    account = add(api, base="https://proxy.example").json()
    given = worker.get("/internal/accounts/local/mine/key")
    assert given.json() == {"provider": "google", "base": "https://proxy.example", "key": CANARY}
    assert given.headers["cache-control"] == "no-store"
    assert api.get(f"/api/accounts/{account['id']}").json()["last_used_at"] is not None
    for error, health in (("auth", "failing"), (None, "ok")):
        assert worker.post("/internal/accounts/local/mine/checked", json={"error": error}).status_code == 204
        shown = api.get(f"/api/accounts/{account['id']}").json()
        assert (shown["health"], shown["last_error"]) == (health, error)


@pytest.mark.parametrize("said", [None, "", "Bearer", "Bearer wrong", f"Basic {BADGE}", f"Bearer {BADGE}x", BADGE])
def test_nobody_but_a_worker_is_given_a_key(api, said):
    add(api)
    refused = api.get("/internal/accounts/local/mine/key", headers={} if said is None else {"Authorization": said})
    assert refused.status_code == 401
    assert CANARY not in refused.text
    assert BADGE not in refused.text


def test_what_is_not_there_is_not_found(api, worker):
    add(api)
    assert worker.get("/internal/accounts/local/other/key").status_code == 404
    assert worker.get("/internal/accounts/somebody/mine/key").status_code == 404


def test_where_no_token_is_set_there_is_nothing_to_ask(house):
    with house.client(headers={"Authorization": f"Bearer {BADGE}"}) as client:
        assert client.get("/internal/accounts/local/mine/key").status_code == 404


def test_the_api_does_not_tell_of_it(api):
    assert "internal" not in json.dumps(list(api.get("/openapi.json").json()["paths"]))


def test_a_row_that_somebody_changed_is_not_opened(api, worker, bank):
    add(api, "one")
    add(api, "two")
    swap = (
        "UPDATE library.accounts AS a SET wrapped = b.wrapped, sealed = b.sealed FROM library.accounts AS b "
        "WHERE a.name = 'one' AND b.name = 'two'"
    )

    async def change():
        async with bank.service.desk.folder._engine.begin() as connection:
            await connection.exec_driver_sql(swap)

    bank.do(change())
    refused = worker.get("/internal/accounts/local/one/key")
    assert refused.status_code == 409
    assert CANARY not in refused.text


def test_rotation_wraps_every_key_anew(api, worker, bank):
    add(api, "one")
    add(api, "two")
    accounts = bank.service.desk.accounts
    both = SecretKeys.parse(SecretStr(f"new:{NEW},old:{OLD}"))
    before = accounts.keys
    try:
        assert bank.do(rotate(accounts._engine, both)) == (2, 2)
        assert bank.do(rotate(accounts._engine, both)) == (0, 2)
        accounts.keys = SecretKeys.parse(SecretStr(f"new:{NEW}"))
        assert worker.get("/internal/accounts/local/two/key").json()["key"] == CANARY
    finally:
        accounts.keys = before


def test_the_operators_command_rotates_and_says_what_is_wrong(api, bank, monkeypatch, capsys):
    add(api)
    monkeypatch.setenv("GROOVE_POSTGRES_URL", bank.service.desk.folder._engine.url.render_as_string(False))
    for keys, code, told in (
        (f"new:{NEW},old:{OLD}", 0, '{"rewrapped": 1, "accounts": 1, "key": "new"}'),
        (f"old:{OLD},new:{NEW}", 0, '{"rewrapped": 1, "accounts": 1, "key": "old"}'),
        (f"new:{NEW}", 3, "is not in GROOVE_SECRET_KEYS any more"),
        ("new:short", 3, "is not 32 bytes in base64"),
    ):
        monkeypatch.setenv("GROOVE_SECRET_KEYS", keys)
        assert command.main(as_json=True) == code
        said = capsys.readouterr()
        assert told in said.out + said.err
        assert NEW not in said.out + said.err
