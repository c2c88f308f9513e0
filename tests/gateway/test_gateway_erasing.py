"""A person's data is removed for good: it is nowhere any more, and everybody else's is as it was."""

import asyncio
import base64
import secrets

import asyncpg
import httpx2
import pytest
from gateway_house import house_in_a_thread, orchestrated, serving, settings_for
from pydantic import SecretStr

import orchestrator.main
import orchestrator.settings
from gateway.erasing_rows import mine
from gateway.library import tables as library
from gateway.rebuild.work import check
from gateway.users import default_project
from gateway.views import tables as views
from kit.clock import utc_now
from kit.errors import NotFound
from kit.ids import named_id
from kit.log_jetstream import JetStreamLog
from kit.nats import connect
from orchestrator.replaying.command import books_of
from orchestrator.replaying.verify import verify
from providers.fakes.picture import png
from support.api import edge, node, workflow
from support.servers import unique

CANARY = "a-canary-that-sings-of-ann"
ADMIN = "erasing admin"


@pytest.fixture(scope="module")
def guarded(nats_url, new_database, s3):
    """A gateway where everybody signs in and everything is sealed, and a real orchestrator."""
    keys = SecretStr("a:" + base64.b64encode(secrets.token_bytes(32)).decode())
    how = {"providers": "local", "auth": "required", "erasable": True, "secret_keys": keys}
    settings = settings_for(nats_url, new_database(), s3, unique(), **how)
    with house_in_a_thread(settings, orchestrated) as house:
        house.settings = settings
        yield house


class Person:
    def __init__(self, house, name, *, admin=False):
        self.id, people = named_id("erasing", name), house.service.desk.who.people
        house.do(people.add(self.id, f"{name}-by-name", f"{name}@example.org", admin=admin))
        _, self.key = house.do(people.make_key(self.id, "test", ("read", "write", "admin"), None))
        self.house, self.project = house, default_project(self.id)

    def client(self):
        headers = {"Authorization": f"Bearer {self.key}"}
        return httpx2.Client(base_url=self.house.url, headers=headers, timeout=30, trust_env=False)


def drawing(word):
    nodes = (node("words", "text", text=word), node("paint", "text_to_image", prompt=word), node("out", "output"))
    return workflow(*nodes, edges=(edge("words.text", "paint.prompt"), edge("paint.image", "out.value")))


def busy(person, word, picture):
    """A bit of everything: a graph, a run of it that is not over, and an upload."""
    with person.client() as api:
        project = api.post("/api/projects", json={"name": word}).raise_for_status().json()["id"]
        state = {"nodes": [], "edges": [], "viewport": {"x": 0, "y": 0, "zoom": 1}, "note": word}
        api.put(f"/api/projects/{project}/graph_state", json=state)
        graph = api.post("/api/graphs/import", params={"project_id": project}, json=drawing(word)).json()["id"]
        run = api.post("/api/executions", json={"graph_id": graph}).raise_for_status().json()["id"]
        said = {"filename": f"{word}.png", "mime": "image/png", "bytes": len(picture), "project_id": project}
        upload = api.post("/api/assets/uploads", json=said).raise_for_status().json()
        httpx2.put(upload["url"], content=picture, headers=upload["headers"], trust_env=False).raise_for_status()
        asset = api.post(upload["complete_url"]).raise_for_status().json()
        api.post("/api/characters/", json={"name": word, "project_id": project}).raise_for_status()
    return {"project": project, "graph": graph, "run": run, "sha256": asset["sha256"]}


def everything(person):
    """All that somebody sees."""
    with person.client() as api:
        paths = ("projects", "graphs", "executions", "assets", "characters")
        return {path: api.get(f"/api/{path}", params={"limit": 100}).json()["items"] for path in paths}


def erase(by, user):
    with by.client() as api:
        return api.delete(f"/api/users/{user}", params={"confirm": user})


async def dumped(url):
    """Every row of both schemas, as text."""
    connection = await asyncpg.connect(url)
    try:
        tables = (*views.metadata.sorted_tables, *library.metadata.sorted_tables)
        found = [await connection.fetch(f"SELECT t::text FROM {t.schema}.{t.name} t") for t in tables]  # noqa: S608
        return "\n".join(row[0] for rows in found for row in rows)
    finally:
        await connection.close()


async def streams(settings):
    """Every message of the installation, as it is stored."""
    nc = await connect(settings.nats_url, "thief")
    try:
        names = ("LOG", "TASKS", "TIMERS", "OPEN", "PARKED", "SNAPSHOTS", "KEYS")
        found = [await JetStreamLog(nc, f"{settings.prefix.upper()}_{name}").read() for name in names]
        return [record.data for records in found for record in records]
    finally:
        await nc.close()


async def again(settings):
    """A gateway and an orchestrator that begin now: what is paused in the views, and what is open."""
    nc = await connect(settings.nats_url, "later")
    stop = asyncio.Event()
    seals = {"erasable": True, "secret_keys": settings.secret_keys}
    own = orchestrator.settings.Settings(nats_url=settings.nats_url, prefix=settings.prefix, **seals)
    orchestra = asyncio.create_task(orchestrator.main.serve(own, stop))
    try:
        async with serving(settings) as (_, service, _url):
            register = JetStreamLog(nc, f"{settings.prefix.upper()}_OPEN")
            while await register.read():  # noqa: ASYNC110  nothing tells when the last run is off it
                await asyncio.sleep(0.05)
            return service.desk.folder.paused
    finally:
        stop.set()
        await orchestra
        await nc.close()


def on_disk(data):
    """What lies in the files of the log's server."""
    return b"".join(file.read_bytes() for file in data.rglob("*.blk"))


def test_what_was_somebodys_is_nowhere_and_everybody_else_has_what_they_had(guarded, real_servers):
    ann, ben, admin = (Person(guarded, "ann"), Person(guarded, "ben"), Person(guarded, "chief", admin=True))
    hers = busy(ann, CANARY, png("ann", 32, 32))
    his = busy(ben, "nothing special", png("ben", 32, 32))
    before, desk, settings = everything(ben), guarded.service.desk, guarded.settings
    url = settings.postgres_url.get_secret_value()
    assert CANARY in guarded.do(dumped(url))

    told = erase(admin, ann.id).raise_for_status().json()
    assert (told["executions_cancelled"], told["log"]) == (1, "sealed")

    rows = guarded.do(dumped(url))
    for word in (CANARY, hers["graph"], hers["run"], hers["project"], "ann@example.org", "ann-by-name"):
        assert word not in rows
    assert not any(CANARY.encode() in body for body in guarded.do(streams(settings)))
    stored = on_disk(real_servers.data)
    assert hers["run"].encode() in stored
    assert CANARY.encode() not in stored
    for key in (f"objects/{hers['sha256']}", f"thumbs/{hers['sha256']}.webp"):
        with pytest.raises(NotFound):
            guarded.do(desk.objects.head(key))
    with ann.client() as api:
        assert api.get("/api/me").status_code == 401
    assert everything(ben) == before
    guarded.do(desk.objects.head(f"objects/{his['sha256']}"))
    assert guarded.do(check(url, desk.log, desk.subjects)).compared.equal
    told = verify(desk.subjects, guarded.do(desk.log.read()), books_of(("local",)), quiet_before=utc_now())
    assert not told.flaws
    assert (told.runs, told.graphs) == (1, 1), "what is left is decided again as it was"
    with ben.client() as api:
        api.delete(f"/api/executions/{his['run']}").raise_for_status()
    assert guarded.do(again(settings)) == 0, "who begins later pauses nothing, and leaves nothing open"
    with admin.client() as api:
        entries = api.get("/api/audit", params={"action": "user.erased"}).json()["items"]
    assert [entry["object"]["id"] for entry in entries] == [ann.id]
    assert erase(admin, ann.id).json()["rows"] == 0, "once more, nothing is left to do"


def test_what_two_have_stays_for_the_other(guarded):
    dora, emil, picture = Person(guarded, "dora"), Person(guarded, "emil"), png("both", 32, 32)
    busy(dora, "one", picture)
    shared = busy(emil, "two", picture)["sha256"]
    with dora.client() as api:
        assert api.delete("/api/me", params={"confirm": dora.id}).status_code == 200
    guarded.do(guarded.service.desk.objects.head(f"objects/{shared}"))


def test_it_is_asked_twice_and_by_nobody_else(guarded):
    finn, gina = Person(guarded, "finn"), Person(guarded, "gina")
    assert erase(finn, gina.id).status_code == 404
    with finn.client() as api:
        refused = api.delete("/api/me", params={"confirm": gina.id})
        assert (refused.status_code, refused.json()["type"]) == (422, "/problems/not-confirmed")
        assert api.get("/api/me").status_code == 200


def test_where_nothing_is_sealed_nothing_is_promised(api):
    refused = api.delete("/api/me", params={"confirm": "local"})
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/not-erasable")
    assert api.get("/api/me").status_code == 200


def test_every_table_says_whose_its_rows_are():
    for table in (*views.metadata.sorted_tables, *library.metadata.sorted_tables):
        mine(table)
