"""Webhooks: what is told to whom, how it is signed, and what becomes of it when it fails."""

import asyncio
import json
import signal
from collections import Counter
from contextlib import asynccontextmanager
from datetime import timedelta
from random import Random

import asyncpg
import httpx2
import pytest
from gateway_house import house_in_a_thread, serving, settings_for
from pydantic_core import to_json
from sqlalchemy import insert, select, text, update
from standardwebhooks import Webhook, WebhookVerificationError
from test_gateway_process import answering, environment, start

from gateway.database import migrate, open_database
from gateway.library.acts_tables import acts
from gateway.library.webhook_deliveries import KEPT
from gateway.library.webhook_tables import deliveries, webhooks
from gateway.library.webhooks import MOST, NewEndpoint
from gateway.views import tables
from gateway.views.paging import Page
from gateway.views.waiting import Tide
from gateway.webhooks.hooks import hooks
from gateway.webhooks.pump import Pump
from gateway.webhooks.reading import EVENTS, delivery, message
from gateway.webhooks.schedule import Outcome, judge
from gateway.webhooks.sending import Sender
from groove_local.ports import free_port
from kit.clock import utc_now
from support.bus import provisioned
from support.receiver import receiving, said

ENDPOINT = "w1"
EACH = Page(100)


class Office:
    """Webhooks on a database of their own, with a clock that can be set, and no gateway around them."""

    def __init__(self, engine, timeout_s=10.0):
        self.engine = engine
        self.later = timedelta()
        self.hooks = hooks(engine, Tide(), self.clock, None, Sender(local=True, timeout_s=timeout_s))
        self.on = self.hooks.telling
        self.pump = Pump(self.on, Tide(), chance=Random(1), lead_every_s=0)

    def clock(self):
        return utc_now() + self.later

    async def endpoint(self, url, *events, id_=ENDPOINT, user="local", **more):
        await self.on.reading.step()  # from here on
        return await self.on.webhooks.create(user, NewEndpoint(id_, url, events, **more), await self.on.reading.here())

    async def turn(self):
        await self.pump.turn()
        await self.pump.idle()

    async def happened(self, seq, type_, run="r1", user="local", **data):
        """As the views hold it once they are folded."""
        body = {"execution_id": run, "project_id": "default", "at": utc_now(), **data}
        async with self.engine.begin() as connection:
            row = {"graph_name": "", "project_id": "default", "refused": False, "cost": 0}
            row |= {"id": run, "position": seq * 10_000, "user_id": user, "state": "running", "seq": seq}
            row |= {"outputs": [], "created_at": utc_now(), "graph_id": "g1"}
            known = await connection.execute(select(tables.executions.c.id).where(tables.executions.c.id == run))
            if known.first() is None:
                await connection.execute(insert(tables.executions).values(row))
            told = {"position": seq * 10_000, "run_id": run, "project_id": "default", "type": type_}
            await connection.execute(insert(tables.run_events).values(**told, payload=to_json(body).decode()))
            await self._reached(connection, seq)

    async def _reached(self, connection, seq):
        at = tables.checkpoint
        if not (await connection.execute(update(at).values(seq=seq))).rowcount:
            await connection.execute(insert(at).values(name="views", seq=seq))

    async def told(self):
        found, _ = await self.on.deliveries.page(ENDPOINT, EACH, state=None, type_=None)
        return found

    async def row(self):
        return await self.on.webhooks.find("local", ENDPOINT)


@pytest.fixture(scope="module")
def database(new_database):
    url = new_database()

    async def prepare():
        engine = open_database(url)
        await migrate(engine)
        await engine.dispose()

    asyncio.run(prepare())
    return url


@asynccontextmanager
async def opened_office(database, **how):
    engine = open_database(database)
    names = "library.webhooks, library.webhook_reading, library.webhook_lease"
    async with engine.begin() as connection:
        await connection.execute(text(f"TRUNCATE {names}, views.run_events, views.executions, views.assets CASCADE"))
        await connection.execute(text("DELETE FROM views.checkpoint"))
    try:
        yield Office(engine, **how)
    finally:
        await engine.dispose()


@pytest.fixture
async def office(database):
    async with opened_office(database) as one:
        yield one


@pytest.fixture
async def receiver():
    async with receiving() as one:
        yield one


async def test_it_is_told_what_it_asked_for_signed_and_small(office, receiver):
    secret = await office.endpoint(receiver.url, "execution_completed", "node_failed")
    await office.happened(5, "execution_started", nodes=["a"])
    await office.happened(6, "node_failed", node_id="a", error={"kind": "refused", "message": "a secret prompt"})
    await office.happened(7, "execution_completed", outputs=["x"] * 1000)
    await office.turn()
    got = [(Webhook(secret).verify(one.body, one.headers), one) for one in receiver.got]
    told = {body["type"]: body["data"] for body, _ in got}
    assert set(told) == {"node_failed", "execution_completed"}
    failed = {"execution_id": "r1", "project_id": "default", "graph_id": "g1", "node_id": "a", "state": "failed"}
    assert told["node_failed"] == {**failed, "error_kind": "refused", "position": 60000, "url": "/api/executions/r1"}
    assert told["execution_completed"]["state"] == "completed"
    assert {one.headers["webhook-id"] for _, one in got} == {"evt_60000", "evt_70000"}
    assert all(len(one.body) < 1000 and b"secret" not in one.body for _, one in got)
    assert {(row.state, row.attempts, row.last_status) for row in await office.told()} == {("delivered", 1, 200)}
    await office.turn()
    assert len(receiver.got) == 2


async def test_what_was_forged_tampered_with_or_is_old_is_refused_by_who_verifies(office, receiver):
    secret = await office.endpoint(receiver.url, "execution_completed")
    await office.happened(5, "execution_completed")
    await office.turn()
    sent = receiver.got[0]
    forged = [
        (secret, sent.body + b" ", sent.headers),
        (secret, sent.body, {**sent.headers, "webhook-id": "evt_1"}),
        (secret, sent.body, {**sent.headers, "webhook-timestamp": str(int(sent.headers["webhook-timestamp"]) - 301)}),
        (secret, sent.body, {**sent.headers, "webhook-signature": "v1,AAAA"}),
        ("whsec_" + "A" * 43 + "=", sent.body, sent.headers),
    ]
    for key, body, headers in forged:
        with pytest.raises(WebhookVerificationError):
            Webhook(key).verify(body, headers)
    office.later = -timedelta(minutes=6)  # sent by a gateway whose clock is six minutes late, or kept back so long
    await office.on.deliveries.replay(ENDPOINT, (await office.told())[0].id)
    await office.turn()
    with pytest.raises(WebhookVerificationError, match="old"):
        Webhook(secret).verify(receiver.got[1].body, receiver.got[1].headers)


async def test_another_user_hears_nothing_and_before_it_was_made_nothing(office, receiver):
    await office.happened(4, "execution_completed", run="before")
    await office.endpoint(receiver.url, *EVENTS)
    await office.happened(5, "execution_completed", run="r2", user="somebody else")
    await office.happened(6, "execution_completed", run="mine")
    await office.turn()
    assert [json.loads(one.body)["data"]["execution_id"] for one in receiver.got] == ["mine"]


async def test_an_asset_is_told_once(office, receiver):
    await office.endpoint(receiver.url, "asset_added")
    async with office.engine.begin() as connection:
        row = {"id": "a1", "position": 50_000, "user_id": "local", "project_id": "p", "type": "image", "sha256": "x"}
        row |= {"mime": "image/png", "bytes": 1, "name": "secret.png", "tags": [], "source": "uploaded"}
        await connection.execute(insert(tables.assets).values(**row, created_at=utc_now()))
        await office._reached(connection, 5)
    await office.turn()
    await office.turn()
    assert [json.loads(one.body)["data"]["asset_id"] for one in receiver.got] == ["a1"]
    assert b"secret" not in receiver.got[0].body


async def test_both_secrets_sign_while_they_rotate_and_then_the_new_one_alone(office, receiver):
    old = await office.endpoint(receiver.url, "execution_completed")
    new = await office.on.webhooks.rotate("local", ENDPOINT, timedelta(hours=1))
    await office.happened(5, "execution_completed")
    await office.turn()
    for secret in (old, new):
        Webhook(secret).verify(receiver.got[0].body, receiver.got[0].headers)
    await office.on.webhooks.rotate("local", ENDPOINT, timedelta(0))
    await office.happened(6, "execution_completed")
    await office.turn()
    with pytest.raises(WebhookVerificationError):
        Webhook(new).verify(receiver.got[1].body, receiver.got[1].headers)


async def test_it_is_tried_again_later_and_later_with_the_same_id(office, receiver):
    await office.endpoint(receiver.url, "execution_completed")
    receiver.answers = [said(500, "x" * 5000), said(302, location="http://127.0.0.1:1/"), said(503, retry_after="900")]
    await office.happened(5, "execution_completed")
    waits = []
    for _ in range(3):
        await office.turn()
        (row,) = await office.told()
        waits.append((row.next_at - office.clock()).total_seconds())
        await office.turn()  # not before its time
        office.later += timedelta(seconds=waits[-1] + 1)
    await office.turn()
    (row,) = await office.told()
    assert (row.state, row.attempts) == ("delivered", 4)
    assert [one.headers["webhook-id"] for one in receiver.got] == ["evt_50000"] * 4
    assert 3 < waits[0] <= 6 and 239 < waits[1] <= 360 and 1400 < waits[2] <= 2160  # noqa: PT018  one row of a table
    tried = await office.on.deliveries.attempts(row.id)
    assert [one.status for one in tried] == [500, 302, 503, 200]
    assert [len(one.answer) for one in tried] == [1024, 0, 0, 0]
    assert (await office.row()).failing_since is None


async def test_who_asks_for_time_is_given_it(office, receiver):
    await office.endpoint(receiver.url, "execution_completed")
    receiver.answers = [said(429, retry_after="3600")]
    await office.happened(5, "execution_completed")
    await office.turn()
    (row,) = await office.told()
    assert 3590 < (row.next_at - office.clock()).total_seconds() <= 3600


async def test_gone_is_heard_at_once(office, receiver):
    await office.endpoint(receiver.url, "execution_completed")
    receiver.answers = [said(410)]
    for seq in (5, 6, 7, 8):
        await office.happened(seq, "execution_completed")
    await office.pump.turn()
    await office.pump.idle()
    row = await office.row()
    assert row.disabled_at is not None
    assert "410" in row.disabled_reason
    assert {one.state for one in await office.told()} <= {"failed", "delivered"}
    before = len(receiver.got)
    await office.happened(9, "execution_completed")
    await office.turn()
    assert len(receiver.got) == before
    async with office.engine.connect() as connection:
        noted = await connection.execute(select(acts.c.action, acts.c.object_id).where(acts.c.object_kind == "webhook"))
        assert ("webhook.disabled", ENDPOINT) in noted.all()


async def test_many_that_end_at_once_do_not_wait_for_each_other_in_a_circle(office):
    await office.endpoint("http://127.0.0.1:1/", "asset_added")
    ids = [f"evt_{n}" for n in range(8)]
    for event_id in ids:
        await office.on.deliveries.add(delivery(ENDPOINT, event_id, "test", message("test", "now", {}), utc_now()))
    gone, now = Outcome(410, "gone"), office.clock()
    verdict = judge(gone, 1, None, now, Random(1))
    noted = await asyncio.gather(
        *(office.on.deliveries.note(row.id, now, gone, verdict) for row in await office.told())
    )
    assert sorted(noted) == [False] * 7 + [True]
    assert {(row.state, row.attempts) for row in await office.told()} == {("failed", 1)}


async def test_after_five_days_of_nothing_but_failure_it_is_disabled_and_says_so(office, receiver):
    await office.endpoint(receiver.url, "execution_completed")
    receiver.answers = [said(500)] * 50
    await office.happened(5, "execution_completed")
    while (await office.row()).disabled_at is None:
        await office.turn()
        (row,) = await office.told()
        office.later = max(office.later, (row.next_at or office.clock()) - utc_now() + timedelta(seconds=1))
    assert timedelta(days=5) <= office.later < timedelta(days=7)
    assert len(receiver.got) >= 11
    assert "5 days" in (await office.row()).disabled_reason
    await office.on.webhooks.change("local", ENDPOINT, {"enabled": True}, await office.on.reading.here())
    receiver.answers = []
    await office.happened(6, "execution_completed")
    await office.turn()
    assert (await office.told())[0].state == "delivered"


async def test_one_that_never_answers_is_left_alone_after_its_time(database):
    async with opened_office(database, timeout_s=0.3) as office, receiving() as receiver:
        await office.endpoint(receiver.url, "execution_completed")
        receiver.answers = ["hang", "garbage\r\n\r\n"]
        for seq in (5, 6):
            await office.happened(seq, "execution_completed")
        await office.turn()
        assert {(row.state, row.last_status) for row in await office.told()} == {("pending", None)}
        assert all("answer" in row.last_error for row in await office.told())


async def test_an_endpoint_gets_no_more_at_once_than_it_takes_and_holds_up_no_other(office, receiver):
    async with receiving() as quick:
        await office.endpoint(receiver.url, "execution_completed", concurrency=3)
        await office.endpoint(quick.url, "execution_completed", id_="w2", concurrency=1)
        receiver.held = asyncio.Event()
        for seq in range(5, 13):
            await office.happened(seq, "execution_completed")
        while len(quick.got) < 8:
            await office.pump.turn()
            await asyncio.sleep(0.01)
        assert (receiver.most_at_once, quick.most_at_once) == (3, 1)
        receiver.held.set()
        while len(receiver.got) < 8:
            await office.turn()
        assert receiver.most_at_once == 3


async def test_one_gateway_tells_at_a_time_and_another_takes_over(office, receiver):
    await office.endpoint(receiver.url, "execution_completed")
    other = Pump(office.on, Tide(), lead_every_s=0)
    await office.happened(5, "execution_completed")
    await office.pump.turn()
    await other.turn()
    assert (office.pump.leads, other.leads) == (True, False)
    await office.pump.idle()
    await office.on.deliveries.give_up_lead(office.pump._me)
    await office.happened(6, "execution_completed")
    await other.turn()
    await other.idle()
    assert Counter(one.headers["webhook-id"] for one in receiver.got) == {"evt_50000": 1, "evt_60000": 1}


async def test_facts_read_by_two_at_once_become_one_delivery_each(office, receiver):
    await office.endpoint(receiver.url, "execution_completed")
    for seq in range(5, 25):
        await office.happened(seq, "execution_completed")
    await asyncio.gather(*(office.on.reading.step() for _ in range(6)))
    assert len(await office.told()) == 20


async def test_after_thirty_days_the_record_is_forgotten(office, receiver):
    await office.endpoint(receiver.url, "execution_completed")
    await office.happened(5, "execution_completed")
    await office.turn()
    office.later = KEPT - timedelta(hours=2)
    await office.turn()
    assert len(await office.told()) == 1
    office.later = KEPT + timedelta(hours=2)
    await office.turn()
    assert await office.told() == []


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/hook",
        "https://10.0.0.7/hook",
        "https://169.254.169.254/latest",
        "https://[::ffff:127.0.0.1]/",
        "https://2130706433/",
        "https://user:pw@example.com/",
        "ftp://127.0.0.1/",
        "https://",
        "http://127.0.0.1:80/\x7f",
    ],
)
async def test_it_is_told_nowhere_but_on_the_internet(url):
    from kit.fetching import NotFetched

    with pytest.raises(NotFetched):
        await Sender().check(url)
    if not url.startswith(("http://127", "https://[::ffff:127")):
        with pytest.raises(NotFetched):
            await Sender(local=True).check(url)


async def test_a_name_that_moves_home_after_it_was_checked_is_told_nothing(receiver):
    """DNS rebinding: public when the webhook is made, this machine when it is told."""
    answers = [["93.184.216.34"], ["127.0.0.1"]]

    async def resolve(_host, _port):
        return answers.pop(0)

    sender = Sender(resolve=resolve)
    await sender.check("https://hooks.example.com/")
    outcome = await sender.send("https://hooks.example.com/", b"{}", {}, utc_now())
    assert outcome.status is None
    assert "public" in outcome.error
    assert receiver.got == []


@pytest.fixture(scope="module")
def hook_house(nats_url, new_database, s3):
    from support.servers import unique

    settings = settings_for(nats_url, new_database(), s3, unique(), answer_timeout_s=5, webhooks_local=True)
    with house_in_a_thread(settings) as it:
        yield it


async def test_over_http_from_a_run_to_a_verified_message(hook_house, receiver):
    async with httpx2.AsyncClient(base_url=hook_house.url, timeout=20, trust_env=False) as api:
        made = await api.post("/api/webhooks", json={"url": receiver.url, "events": ["execution_started"]})
        assert (made.status_code, made.headers["cache-control"]) == (201, "no-store")
        hook = made.json()
        assert hook["secret"].startswith("whsec_")
        at = f"/api/webhooks/{hook['id']}"
        assert "secret" not in (await api.get(at)).json()
        assert hook["secret"] not in (await api.get("/api/webhooks")).text
        graph = {"name": "x", "nodes": [{"id": "a", "type": "text", "params": {"text": "hi"}}], "edges": []}
        run = (await api.post("/api/executions/", json={"graph": graph})).json()["id"]
        (got,) = await receiver.heard(1)
        assert Webhook(hook["secret"]).verify(got.body, got.headers)["data"]["execution_id"] == run
        tested = (await api.post(f"{at}/test")).json()
        assert (await receiver.heard(2))[1].headers["webhook-id"] == tested["event_id"]
        await _until(api, f"{at}/deliveries/{tested['id']}", lambda told: told["state"] == "delivered")
        listed = (await api.get(f"{at}/deliveries", params={"limit": 1})).json()
        assert [one["id"] for one in listed["items"]] == [tested["id"]]
        rest = (await api.get(f"{at}/deliveries", params={"cursor": listed["next_cursor"]})).json()["items"]
        assert [one["type"] for one in rest] == ["execution_started"]
        assert (await api.get(f"{at}/deliveries", params={"type": "test"})).json()["items"] == listed["items"]
        assert (await api.get(f"{at}/deliveries", params={"state": "failed"})).json()["items"] == []
        again = await api.post(f"{at}/deliveries/{tested['id']}/replay")
        assert again.status_code == 202
        assert (await receiver.heard(3))[2].headers["webhook-id"] == tested["event_id"]
        whole = await _until(api, f"{at}/deliveries/{tested['id']}", lambda told: len(told["attempted"]) == 2)
        assert whole["payload"]["type"] == "test"
        rotated = (await api.post(f"{at}/rotate", json={"overlap_hours": 1})).json()
        assert rotated["secret"] != hook["secret"]
        assert (await api.get(at)).json()["secret_rotates_until"] == rotated["secret_rotates_until"]
        changed = (await api.patch(at, json={"enabled": False, "events": ["asset_added"]})).json()
        assert (changed["enabled"], changed["events"]) == (False, ["asset_added"])
        assert (await api.post(f"{at}/test")).status_code == 409
        assert (await api.patch(at, json={"enabled": True})).json()["enabled"] is True
        assert (await api.delete(at)).status_code == 204
        gone = [
            await api.get(at),
            await api.get(f"{at}/deliveries"),
            await api.delete(at),
            await api.post(f"{at}/rotate"),
        ]
        assert {answer.status_code for answer in gone} == {404}


async def _until(api, path, reached):
    async with asyncio.timeout(30):
        while not reached(told := (await api.get(path)).json()):  # noqa: ASYNC110  it asks a server
            await asyncio.sleep(0.02)
    return told


def test_what_cannot_be_is_refused_by_name(hook_house):
    with hook_house.client() as api:
        bad = [
            ({"url": "http://example.com/"}, "url"),
            ({"url": "https://10.1.2.3/"}, "url"),
            ({"url": "nonsense"}, "url"),
            ({"url": "https://127.0.0.1/", "events": ["everything"]}, "events"),
            ({"url": "https://127.0.0.1/", "events": []}, "events"),
            ({"url": "https://127.0.0.1/", "concurrency": 5}, "concurrency"),
            ({"url": "https://127.0.0.1/", "secret": "mine"}, "secret"),
        ]
        for body, name in bad:
            answer = api.post("/api/webhooks", json=body)
            assert (answer.status_code, name in answer.text) == (422, True), answer.text
        assert api.get("/api/webhooks").json()["items"] == []
        assert api.get("/api/webhooks/no-such/deliveries/x").status_code == 404


async def test_one_may_have_so_many(office):
    async with office.engine.begin() as connection:
        row = {"user_id": "local", "url": "x", "description": "", "events": [], "concurrency": 1, "enabled": True}
        row |= {"secret": "", "since": 0, "created_at": utc_now(), "updated_at": utc_now()}
        await connection.execute(insert(webhooks).values([{**row, "id": f"n{n}"} for n in range(MOST)]))
    from gateway.library.webhooks import TooMany

    with pytest.raises(TooMany):
        await office.endpoint("https://127.0.0.1/", "asset_added")


async def test_a_gateway_killed_between_sending_and_noting_sends_it_again_with_the_same_id(
    nats_url, postgres_url, s3, prefix, receiver
):
    receiver.held = asyncio.Event()
    async with provisioned(nats_url, prefix):
        first = await _gateway(nats_url, postgres_url, s3, prefix)
        try:
            async with httpx2.AsyncClient(base_url=first.url, trust_env=False) as api:
                hook = (await api.post("/api/webhooks", json={"url": receiver.url})).json()
                tested = (await api.post(f"/api/webhooks/{hook['id']}/test")).json()
                await receiver.heard(1)
        finally:
            first.process.send_signal(signal.SIGKILL)
            first.process.communicate()
        receiver.held.set()
        await _lease_runs_out(postgres_url)
        settings = settings_for(nats_url, postgres_url, s3, prefix, webhooks_local=True)
        async with serving(settings) as (_, _, url):
            got = await receiver.heard(2)
            assert {one.headers["webhook-id"] for one in got} == {tested["event_id"]}
            assert [Webhook(hook["secret"]).verify(one.body, one.headers)["type"] for one in got] == ["test"] * 2
            async with httpx2.AsyncClient(base_url=url, trust_env=False) as api:
                path = f"/api/webhooks/{hook['id']}/deliveries/{tested['id']}"
                assert (await _until(api, path, lambda told: told["state"] == "delivered"))["attempts"] == 1


class _Gateway:
    def __init__(self, process, url):
        self.process, self.url = process, url


async def _gateway(nats_url, postgres_url, s3, prefix):
    port = free_port()
    told = {"GROOVE_PORT": str(port), "GROOVE_WEBHOOKS_LOCAL": "true"}
    process = start(environment(nats_url, postgres_url, s3, prefix, **told))
    async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as http:
        await answering(http, process)
    return _Gateway(process, f"http://127.0.0.1:{port}")


async def _lease_runs_out(url):
    """As it does by itself a few seconds later."""
    connection = await asyncpg.connect(url)
    await connection.execute("UPDATE library.webhook_lease SET until = now()")
    await connection.close()


async def test_a_delivery_made_twice_is_one(office):
    await office.endpoint("https://127.0.0.1/", "asset_added")
    made = delivery(ENDPOINT, "evt_1", "test", message("test", "now", {}), utc_now())
    await office.on.deliveries.add(made)
    await office.on.deliveries.add(made)
    async with office.engine.connect() as connection:
        assert len((await connection.execute(select(deliveries))).all()) == 1
