"""Who may see what: every route that the API describes, for strangers, for nobody, and for those who are let in."""

import json
import threading
from base64 import urlsafe_b64encode
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import time

import httpx2
import pytest
from gateway_house import house_in_a_thread, orchestrated, settings_for
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey

from gateway.library.webhooks import NewEndpoint
from gateway.users import default_project
from gateway.webhooks.reading import delivery, message
from kit.clock import utc_now
from kit.ids import named_id
from providers.fakes.picture import png
from support.api import edge, node, workflow
from support.servers import unique

AUDIENCE = "pixel-groove"
PUBLIC = {
    "GET /health",
    "GET /ready",
    "GET /metrics",
    "POST /api/session",
    "DELETE /api/session",
    "POST /api/webhooks/stripe",
}
"""What needs no sign-in. Nothing about anybody is said there."""
SMALL = workflow(
    node("words", "text", text="a secret fox"), node("out", "output"), edges=(edge("words.text", "out.value"),)
)
BODIES = {
    "POST /api/assets/uploads": {"filename": "a.png", "mime": "image/png", "bytes": 10},
    "PATCH /api/assets/{asset_id}": {"name": "mine"},
    "POST /api/executions/": {"graph_id": "{graph_id}"},
    "POST /api/executions/estimate": {"graph_id": "{graph_id}"},
    "POST /api/executions/{execution_id}/fork": {"edits": []},
    "POST /api/executions/{execution_id}/nodes/{node_id}/settle": {"action": "fail"},
    "PATCH /api/graphs/{graph_id}": {"name": "mine"},
    "POST /api/graphs/{graph_id}/duplicate": {},
    "POST /api/graphs/{graph_id}/edits": {"ops": [{"op": "remove_node", "node_id": "words"}]},
    "POST /api/graphs/{graph_id}/nodes/": {"type": "output"},
    "PATCH /api/graphs/{graph_id}/nodes/{node_id}": {"title": "mine"},
    "POST /api/graphs/{graph_id}/restore": {"version": 1},
    "PATCH /api/characters/{character_id}": {"name": "mine"},
    "POST /api/characters/{character_id}/references": {"asset_id": "{asset_id}"},
    "POST /api/characters/{character_id}/merge": {"from": "{character_id}"},
    "POST /api/characters/search": {"asset_id": "{asset_id}"},
    "PATCH /api/projects/{project_id}": {"name": "mine"},
    "PUT /api/projects/{project_id}/graph_state": {"nodes": [], "edges": [], "viewport": {"x": 0, "y": 0, "zoom": 1}},
    "PUT /api/projects/{project_id}/members/{user_id}": {"role": "viewer"},
    "PATCH /api/accounts/{account_id}": {"default": True},
    "PATCH /api/webhooks/{webhook_id}": {"enabled": True},
}
EDGE = {"source_node_id": "words", "source_port": "text", "target_node_id": "out", "target_port": "value"}
BODIES |= {f"POST /api/graphs/{{graph_id}}/{name}/": EDGE for name in ("edges", "connections")}
QUERIES = {"GET /api/executions/diff": {"a": "{execution_id}", "b": "{execution_id}"}}
IN_PROJECTS = {"project_id", "graph_id", "execution_id", "asset_id", "character_id", "job_id"}
ONES_OWN = {"key_id", "parked_id", "webhook_id", "delivery_id"}
"""Parameters that name what is never shared."""


class Issuer:
    """A small identity provider: it publishes its keys, and can take new ones."""

    def __init__(self):
        self.key, self.asked = ECKey.generate_key("P-256", {"kid": "one"}), 0
        issuer = self

        class Door(BaseHTTPRequestHandler):
            def do_GET(self):
                issuer.asked += self.path == "/keys"
                described = {"issuer": issuer.url, "jwks_uri": f"{issuer.url}/keys"}
                body = KeySet([issuer.key]).as_dict(private=False) if self.path == "/keys" else described
                self.send_response(200)
                self.end_headers()
                self.wfile.write(json.dumps(body).encode())

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,))

    def token(self, subject="ada", key=None, alg="ES256", kid=None, **changes):
        claims = {"iss": self.url, "aud": AUDIENCE, "sub": subject, "exp": int(time()) + 600, "name": subject}
        claims = {name: value for name, value in (claims | changes).items() if value is not None}
        key = key or self.key
        return jwt.encode({"alg": alg, "kid": kid or key.kid}, claims, key, algorithms=[alg])


@pytest.fixture(scope="module")
def issuer():
    one = Issuer()
    one.thread.start()
    yield one
    one.server.shutdown()
    one.thread.join()
    one.server.server_close()


@pytest.fixture(scope="module")
def guarded(nats_url, new_database, s3, issuer):
    """A gateway where everybody signs in, and a real orchestrator."""
    oidc = {"oidc_issuer": issuer.url, "oidc_audience": AUDIENCE}
    settings = settings_for(nats_url, new_database(), s3, unique(), providers="local", auth="required", **oidc)
    with house_in_a_thread(settings, orchestrated) as house:
        yield house


class Person:
    def __init__(self, house, name, *, admin=False, scopes=("read", "write", "admin")):
        self.id, people = named_id("test", name), house.service.desk.who.people
        house.do(people.add(self.id, name, f"{name}@example.org", admin=admin))
        self.key_id, self.key = self._key(house, scopes)
        self.house, self.project = house, default_project(self.id)

    def _key(self, house, scopes, expires_at=None):
        made, secret = house.do(house.service.desk.who.people.make_key(self.id, "test", scopes, expires_at))
        return made.id, secret

    def client(self, key=None):
        return self.house.client(headers={"Authorization": f"Bearer {key or self.key}"})


@pytest.fixture(scope="module")
def ada(guarded):
    return Person(guarded, "ada")


@pytest.fixture(scope="module")
def bob(guarded):
    return Person(guarded, "bob")


def uploaded(api, **more):
    data = png("who", 32, 32)
    said = {"filename": "a.png", "mime": "image/png", "bytes": len(data), **more}
    upload = api.post("/api/assets/uploads", json=said).json()
    httpx2.put(upload["url"], content=data, headers=upload["headers"], trust_env=False).raise_for_status()
    return api.post(upload["complete_url"]).raise_for_status().json()["id"]


@pytest.fixture(scope="module")
def things(ada, guarded):
    """One of everything, by the name of the parameter that names it."""
    with ada.client() as api:
        project = api.post("/api/projects", json={"name": "Ada's"}).json()["id"]
        made = api.post("/api/graphs/import", params={"project_id": project}, json=SMALL).json()
        graph, edge_id = made["id"], made["edges"][0]["id"]
        run = api.post("/api/executions", json={"graph_id": graph}).json()["id"]
        painting = {"operation_type": "text_to_image", "provider_id": "local", "params": {"prompt": "a fox"}}
        job = api.post("/api/jobs", json={**painting, "project_id": project}).json()["id"]
        asset = uploaded(api, project_id=project)
        secret = {"name": "a secret hero", "project_id": project}
        character = api.post("/api/characters/", json=secret).raise_for_status().json()["id"]
    hooks = guarded.service.desk.hooks.telling
    guarded.do(hooks.webhooks.create(ada.id, NewEndpoint("hook-of-ada", "https://127.0.0.1:1/", ("asset_added",)), 0))
    told = delivery("hook-of-ada", "evt_1", "test", message("test", "now", {}), utc_now())
    guarded.do(hooks.deliveries.add(told))
    return {
        "project_id": project,
        "graph_id": graph,
        "execution_id": run,
        "asset_id": asset,
        "character_id": character,
        "node_id": "words",
        "edge_id": edge_id,
        "variant": "original.png",
        "user_id": ada.id,
        "key_id": ada.key_id,
        "parked_id": "1",
        "job_id": job,
        "webhook_id": "hook-of-ada",
        "delivery_id": told["id"],
        "account_id": "none",
    }


def operations(house):
    with house.client() as api:
        paths = api.get("/openapi.json").json()["paths"]
    return [(f"{method.upper()} {path}", op) for path, methods in paths.items() for method, op in methods.items()]


def ask(api, operation, described, things):
    """As `things` names it, with a body that would do."""
    method, path = operation.split(" ")
    unknown = {p["name"] for p in described.get("parameters", ()) if p["in"] == "path"} - things.keys()
    assert not unknown, f"{operation}: say in `things` what {unknown} is, so that nobody sees another's"
    fill = {name: f"{{{name}}}" for name in things}
    body, query = (json.loads(json.dumps(told.get(operation))) for told in (BODIES, QUERIES))
    for told in (body, query):
        for name, value in (told or {}).items():
            told[name] = things[value[1:-1]] if value in fill.values() else value
    url = path.format(**things)
    with api.stream(method, url, params=query, **({"json": body} if body is not None else {})) as answer:
        if not answer.headers.get("content-type", "").startswith("text/event-stream"):
            answer.read()
        return answer


def about_objects(house):
    return [(op, said) for op, said in operations(house) if "{" in op or op in BODIES or op in QUERIES]


def test_nobody_is_told_anything(guarded, things):
    with guarded.client() as api:
        for operation, described in operations(guarded):
            answer = ask(api, operation, described, things)
            if operation in PUBLIC:
                assert answer.status_code != 401 or operation == "POST /api/session"
                continue
            assert (answer.status_code, operation) == (401, operation)
            assert answer.headers["www-authenticate"] == "Bearer"
            assert answer.json()["type"] == "/problems/not-signed-in"


def test_a_stranger_finds_nothing_of_anothers(guarded, things, bob):
    with bob.client() as api:
        for operation, described in about_objects(guarded):
            if operation == "POST /api/assets/uploads":  # it names nobody's things
                continue
            answer = ask(api, operation, described, things)
            expected = {422} if operation in {"POST /api/executions/", "POST /api/executions/estimate"} else {404}
            assert answer.status_code in expected, (operation, answer.status_code, answer.text[:300])
            assert "secret" not in answer.text
    with bob.client() as api:
        answer = api.post("/api/executions", json={"graph": SMALL, "project_id": things["project_id"]})
        assert (answer.status_code, answer.json()["type"]) == (422, "/problems/unknown-project")
        answer = api.post("/api/characters/", json={"name": "x", "project_id": things["project_id"]})
        assert (answer.status_code, answer.json()["type"]) == (422, "/problems/unknown-project")
        kept = {"name": "x", "from": {"execution_id": things["execution_id"], "node_id": "words"}}
        assert api.post("/api/characters/", json=kept).status_code == 404
        assert api.post("/api/characters/", json={"name": "x", "references": [things["asset_id"]]}).status_code == 404


def test_no_list_of_a_stranger_holds_anything_of_anothers(guarded, things, bob, ada):
    lists = [op.split(" ")[1] for op, _ in operations(guarded) if op.startswith("GET ") and "{" not in op]
    wanted = [things[name] for name in ("project_id", "graph_id", "execution_id", "asset_id", "character_id", "key_id")]
    found = set()
    for path in lists:
        if path in {"/api/stream", "/metrics", "/ready", "/health", "/api/executions/diff"}:
            continue
        for person, theirs in ((bob, False), (ada, True)):
            with person.client() as api:
                for query in ({}, {"project_id": things["project_id"]}, {"graph_id": things["graph_id"]}):
                    answer = api.get(path, params=query)
                    there = {id_ for id_ in wanted if id_ in answer.text and id_ not in query.values()}
                    assert theirs or not there, (path, query)
                    found |= there if theirs else set()
    assert found == set(wanted), "the test would see it"


def test_with_a_bad_key_or_token_nothing_opens(guarded, ada, issuer):
    people = guarded.service.desk.who.people
    _, late = ada._key(guarded, ("read",), utc_now() - timedelta(seconds=1))
    gone_id, gone = ada._key(guarded, ("read", "write"))
    guarded.do(people.revoke(ada.id, gone_id))
    none = ".".join(
        urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()
        for part in ({"alg": "none"}, {"iss": issuer.url, "aud": AUDIENCE, "sub": "ada", "exp": int(time()) + 600})
    )
    stranger = ECKey.generate_key("P-256", {"kid": "one"})
    public = json.dumps(issuer.key.as_dict(private=False))
    bad = {
        "expired key": late,
        "revoked key": gone,
        "made-up key": "groove_" + "x" * 43,
        "alg none": f"{none}.",
        "symmetric": issuer.token(key=OctKey.import_key(public.encode()), alg="HS256", kid="one"),
        "forged": issuer.token(key=stranger),
        "expired": issuer.token(exp=int(time()) - 120),
        "not yet": issuer.token(nbf=int(time()) + 600),
        "other audience": issuer.token(aud="somebody-else"),
        "no audience": issuer.token(aud=None),
        "other issuer": issuer.token(iss="https://elsewhere.example"),
        "no subject": issuer.token(sub=None),
        "no end": issuer.token(exp=None),
        "garbage": "a.b.c",
        "endless": "a" * 30_000,
    }
    for name, said in bad.items():
        with ada.client(said) as api:
            answer = api.get("/api/me")
            assert answer.status_code == 401 or (name == "endless" and answer.status_code == 431), name
            assert said[:60] not in answer.text
    with guarded.client(headers={"Authorization": "Basic YTpi"}) as api:
        assert api.get("/api/me").status_code == 401
    with guarded.client(cookies={"groove_session": "WyJhIixudWxsLDFd.AAAA"}) as api:
        assert api.get("/api/me").status_code == 401


def test_a_key_does_what_it_may_and_no_more(guarded):
    carol = Person(guarded, "carol", scopes=("read",))
    with carol.client() as api:
        assert api.get("/api/graphs").status_code == 200
        refused = api.post("/api/graphs", json={"name": "mine"})
        assert (refused.status_code, refused.json()["type"]) == (403, "/problems/read-only-key")
        assert api.get("/api/parked").status_code == 404
    root = Person(guarded, "root", admin=True)
    with root.client() as api:
        assert api.get("/api/parked").status_code == 200
        made = api.post("/api/keys", json={"name": "ci", "scopes": ["read", "write"]}).json()
        assert made["key"].startswith(made["shown"])
        with root.client(made["key"]) as small:
            assert small.get("/api/parked").status_code == 404
            more = small.post("/api/keys", json={"name": "more", "scopes": ["admin"]})
            assert more.status_code == 422
        assert made["key"] not in api.get("/api/keys").text
        assert api.get("/api/keys").json()["items"][0]["last_used_at"] is not None
        assert api.delete(f"/api/keys/{made['id']}").status_code == 204
        with root.client(made["key"]) as small:
            assert small.get("/api/me").status_code == 401


def test_a_token_makes_a_user_and_the_issuer_may_change_its_keys(guarded, issuer):
    token = issuer.token("grace", name="Grace", email="grace@example.org", email_verified=True)
    with guarded.client(headers={"Authorization": f"Bearer {token}"}) as api:
        me = api.get("/api/me").json()
        assert (me["name"], me["email"], me["admin"]) == ("Grace", "grace@example.org", False)
        assert api.get(f"/api/projects/{me['default_project_id']}").json()["name"] == "My project"
        assert api.post("/api/graphs", json={"name": "Hers"}).json()["project_id"] == me["default_project_id"]
    tokens = guarded.service.desk.who.signin._tokens
    before, issuer.key = issuer.asked, ECKey.generate_key("P-256", {"kid": "two"})
    tokens._tried = -1e9  # as after a while
    again = {"Authorization": f"Bearer {issuer.token('grace')}"}
    with guarded.client(headers=again) as api:
        assert api.get("/api/me").json()["id"] == me["id"]
    for number in range(20):  # made-up keys make it ask no more often
        made_up = ECKey.generate_key("P-256", {"kid": f"x{number}"})
        with guarded.client(headers={"Authorization": f"Bearer {issuer.token(key=made_up)}"}) as api:
            assert api.get("/api/me").status_code == 401
    assert issuer.asked == before + 1


def test_a_browser_signs_in_once_and_only_its_own_pages_may_use_that(guarded, ada, things):
    with guarded.client() as browser:
        assert browser.get("/").status_code == 200, "the page that asks who one is"
        assert browser.post("/api/session").status_code == 401
        key_id, key = ada._key(guarded, ("read", "write"))
        opened = browser.post("/api/session", headers={"Authorization": f"Bearer {key}"})
        flags = opened.headers["set-cookie"].lower()
        assert "httponly" in flags
        assert "samesite=lax" in flags
        assert browser.get("/api/me").json()["id"] == ada.id
        with browser.stream("GET", f"/api/executions/{things['execution_id']}/stream") as stream:
            assert stream.status_code == 200
        assert browser.post("/api/graphs", json={"name": "n"}).status_code == 403
        elsewhere = browser.post("/api/graphs", json={"name": "n"}, headers={"Origin": "https://evil.example"})
        assert elsewhere.status_code == 403
        own = {"Origin": guarded.url}
        assert browser.post("/api/graphs", json={"name": "n"}, headers=own).status_code == 201
        assert browser.delete(f"/api/keys/{key_id}", headers=own).status_code == 204
        assert browser.get("/api/me").status_code == 401, "a revoked key ends its sessions"
        browser.delete("/api/session")
        assert not browser.cookies


@contextmanager
def shared(ada, bob, things, role):
    where = f"/api/projects/{things['project_id']}/members/{bob.id}"
    with ada.client() as api:
        assert api.put(where, json={"role": role}).status_code == 200
        try:
            yield
        finally:
            assert api.delete(where).status_code in {204, 404}


def test_a_viewer_sees_all_of_a_shared_project_and_changes_nothing(guarded, ada, bob, things):
    with shared(ada, bob, things, "viewer"), bob.client() as api:
        for operation, described in about_objects(guarded):
            named = {part.strip("{}") for part in operation.split("/") if part.startswith("{")}
            if named & ONES_OWN or not named & IN_PROJECTS:
                continue
            answer = ask(api, operation, described, things)
            if operation.startswith("GET "):
                seen = answer.status_code in {200, 307, 404, 409}
                assert seen, (operation, answer.status_code)
                continue
            leaves = "DELETE /api/projects/{project_id}/members/{user_id}"
            assert answer.status_code == 403, (operation, answer.text[:200])
            assert answer.json()["type"] == "/problems/role-too-low" or operation == leaves
        for name in IN_PROJECTS:
            path = f"{name.removesuffix('_id')}s/{{{name}}}"
            assert api.get(f"/api/{path.format(**things)}").status_code == 200, path
        assert api.get(f"/media/{things['asset_id']}/original.png").status_code == 200
        assert things["graph_id"] in api.get("/api/graphs", params={"project_id": things["project_id"]}).text
    with bob.client() as api:
        assert api.get(f"/api/graphs/{things['graph_id']}").status_code == 404


def test_an_editor_works_in_it_and_the_history_says_who(ada, bob, things):
    with shared(ada, bob, things, "editor"), bob.client() as api:
        graph = f"/api/graphs/{things['graph_id']}"
        assert api.patch(f"{graph}/nodes/words", json={"title": "Words"}).status_code == 200
        actors = [one["actor"] for one in api.get(f"{graph}/history").json()["items"]]
        assert {ada.id, bob.id} <= set(actors)
        run = api.post("/api/executions", json={"graph_id": things["graph_id"]})
        assert run.status_code == 202
        with ada.client() as owner:
            assert owner.get(f"/api/executions/{run.json()['id']}").status_code == 200, "it is the owner's"
        made = api.post("/api/graphs", json={"name": "from bob", "project_id": things["project_id"]}).json()
        assert made["project_id"] == things["project_id"]
        hero = api.post("/api/characters/", json={"name": "from bob", "project_id": things["project_id"]}).json()
        assert api.patch(f"/api/characters/{hero['id']}", json={"name": "hers"}).json()["name"] == "hers"
        with ada.client() as owner:
            assert owner.get(f"/api/characters/{hero['id']}").json()["project_id"] == things["project_id"]
            told = owner.get(f"/api/projects/{things['project_id']}/audit", params={"object": hero["id"]}).json()
        assert {entry["actor"] for entry in told["items"]} == {bob.id}
        assert api.delete(f"/api/projects/{things['project_id']}").status_code == 403
        assert (
            api.put(f"/api/projects/{things['project_id']}/members/{bob.id}", json={"role": "editor"}).status_code
            == 403
        )


def test_who_is_let_into_one_project_reaches_into_no_other(ada, bob, things):
    with ada.client() as api:
        private = api.post("/api/graphs/import", json=SMALL).json()["id"]
        hidden = api.post("/api/characters/", json={"name": "hidden"}).json()["id"]
        elsewhere = uploaded(api)
    with shared(ada, bob, things, "editor"), bob.client() as api:
        assert api.get(f"/api/graphs/{private}").status_code == 404
        for body in (
            {"graph_id": private, "project_id": things["project_id"]},
            {"graph_id": private},
        ):
            assert api.post("/api/executions", json=body).status_code == 422
        sneaky = {"project_id": things["project_id"]}
        for path in ("/api/keys", "/api/me", "/api/projects"):
            assert ada.key_id not in api.get(path, params=sneaky).text
        assert api.get("/api/me", params=sneaky).json()["id"] == bob.id
        assert api.get(f"/api/graphs/{private}", params=sneaky).status_code == 404
        assert private not in api.get("/api/graphs", params=sneaky).text
        for path in ("/api/characters/search", f"/api/characters/{things['character_id']}/references"):
            reach = api.post(path, json={"asset_id": elsewhere, **(sneaky if path.endswith("search") else {})})
            assert (reach.status_code, reach.json()["type"]) == (404, "/problems/unknown-asset"), path
        merge = {"from": hidden}
        assert api.post(f"/api/characters/{things['character_id']}/merge", json=merge).status_code == 404
        assert hidden not in api.get("/api/characters/", params=sneaky).text
        assert things["character_id"] in api.get("/api/characters/", params=sneaky).text
        leave = f"/api/projects/{things['project_id']}/members"
        assert api.delete(f"{leave}/{ada.id}").status_code == 403
        assert api.delete(f"{leave}/{bob.id}").status_code == 204
        assert api.get(f"/api/graphs/{things['graph_id']}").status_code == 404


def test_members_are_found_by_id_or_address_and_nobody_else_is(ada, bob, things):
    members = f"/api/projects/{things['project_id']}/members"
    with ada.client() as api:
        assert api.put(f"{members}/bob@example.org", json={"role": "viewer"}).json()["user_id"] == bob.id
        roles = [(one["user_id"], one["role"]) for one in api.get(members).json()["items"]]
        assert roles == [(ada.id, "owner"), (bob.id, "viewer")]
        assert api.delete(f"{members}/{bob.id}").status_code == 204
        for nobody in ("who@example.org", "nobody", "%00", "a b"):
            assert api.put(f"{members}/{nobody}", json={"role": "viewer"}).status_code in {404, 422}, nobody
        assert api.put(f"{members}/{ada.id}", json={"role": "viewer"}).status_code == 422
        assert api.put(f"{members}/{bob.id}", json={"role": "owner"}).status_code == 422


def test_a_disabled_user_is_nobody(guarded):
    dora = Person(guarded, "dora")
    with dora.client() as api:
        assert api.get("/api/me").status_code == 200
        guarded.do(guarded.service.desk.who.people.disable(dora.id, disabled=True))
        guarded.service.desk.who.signin.forget()
        assert api.get("/api/me").status_code == 401
