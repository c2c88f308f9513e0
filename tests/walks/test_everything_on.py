"""Everything switched on at once: sign-in, credits, sealing, users' keys, NATS users, webhooks, and a paid provider."""

import asyncio
import base64
import json
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
import httpx2
import pytest
from standardwebhooks import Webhook

from contracts.subjects import Subjects
from gateway.library import tables as library
from gateway.views import tables as views
from groove_local.ports import free_port
from groove_local.stack import JETSTREAM, Stack
from kit.log_jetstream import JetStreamLog
from kit.nats import connect
from support.api import LAST, Api, edge, node, parse, workflow
from support.elsewhere import at_work
from support.receiver import Receiver, receiving
from support.running import plan, running
from support.servers import RealServers, unique
from support.vendor import Vendor
from walks.paid import EYE, PAINTER
from walks.test_google import _logs

GROOVE = str(Path(sys.executable).with_name("groove"))
GRANTED = 100_000_000
PAINTER_COST, EYE_COST = 4_000_000, 100_000
BOTH = PAINTER_COST + EYE_COST
WITHIN_S = 60
T = TypeVar("T")


class Ear:
    """The receiver of webhooks, in a thread of its own."""

    def __init__(self) -> None:
        self._open = receiving()
        self.receiver = Receiver()

    async def start(self) -> None:
        self.receiver = await self._open.__aenter__()

    async def close(self) -> None:
        await self._open.__aexit__(None, None, None)


@dataclass(frozen=True)
class House:
    """An installation with everything on."""

    stack: Stack
    told: dict[str, str]

    def groove(self, *command: str) -> Any:
        """What a command beside the services says, which is told what they are told."""
        line = [GROOVE, *command, "--data", str(self.stack.data), "--json"]
        env = {**os.environ, **self.told}
        done = subprocess.run(line, capture_output=True, text=True, timeout=120, env=env, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout)


class Person(Api):
    def __init__(self, house: House, name: str, *more: str) -> None:
        super().__init__(house.stack.url)
        made = house.groove("users", "add", name, "--email", f"{name}@example.org", *more)
        self.id, self.name = made["id"], name
        self.http.headers["Authorization"] = f"Bearer {made['key']}"
        self.project = self.get("/api/me")["default_project_id"]


@pytest.fixture(scope="module")
def house(real_servers: RealServers, vendor: Vendor) -> Iterator[House]:
    sealing = f"one:{base64.b64encode(secrets.token_bytes(32)).decode()}"
    badge = secrets.token_urlsafe(24)
    port, guarding = free_port(), RealServers()
    told = {
        "GROOVE_PROVIDERS": "local,fake",
        "GROOVE_CREDITS": "on",
        "GROOVE_ERASABLE": "on",
        "GROOVE_SECRET_KEYS": sealing,
    }
    everybody = {
        **told,
        "GROOVE_FAKE_URL": vendor.url,
        "GROOVE_WORKER_TOKEN": badge,
        "GROOVE_GATEWAY_URL": f"http://127.0.0.1:{port}",
    }
    extra = {"*": everybody, "gateway": {"GROOVE_AUTH": "required", "GROOVE_WEBHOOKS_LOCAL": "true"}}
    data = real_servers.data / "everything"
    data.mkdir()
    short = data / "jetstream.toml"
    short.write_text(JETSTREAM.read_text().replace("ack_wait_s = 30", "ack_wait_s = 3"))
    try:
        where = replace(real_servers.addresses(), nats_url=guarding.nats_url, seeds=guarding.users.seeds)
        how = plan(port=port, prefix=guarding.users.prefix, extra=extra, streams=short)
        with running(data, how, where) as stack:
            yield House(stack, told)
    finally:
        guarding.stop()


def until(ask: Callable[[], T], wanted: Callable[[T], bool], every_s: float = 0.25) -> T:
    """Ask until it is as it should be: not so often that a slow machine has its requests limited."""
    end = time.monotonic() + WITHIN_S
    while not wanted(found := ask()):
        assert time.monotonic() < end, found
        time.sleep(every_s)
    return found


def local_and_paid(word: str) -> dict[str, Any]:
    """`words` and `sketch` and `tell` cost nothing; `paint` and `look` are paid for."""
    return workflow(
        node("words", "text", text=f"a heron {word}"),
        node("sketch", "text_to_image", provider="local", resolution="512"),
        node("tell", "image_to_text", provider="local"),
        node("paint", "text_to_image", **PAINTER),
        node("look", "image_to_text", **EYE),
        edges=(
            edge("words.text", "sketch.prompt"),
            edge("sketch.image", "tell.image"),
            edge("words.text", "paint.prompt"),
            edge("paint.image", "look.image"),
        ),
        name=f"Of herons {word}",
    )


def watched(person: Person, run: str) -> list[str]:
    """The names of what a browser sees: it has a cookie, and no header."""
    opened = person.http.post("/api/session")
    assert opened.is_success, opened.text
    with httpx2.Client(base_url=person.url, cookies=dict(opened.cookies), timeout=60, trust_env=False) as browser:
        assert "authorization" not in browser.headers
        with browser.stream("GET", f"/api/executions/{run}/stream") as answer:
            assert answer.status_code == httpx2.codes.OK, answer.read()
            seen = [event.name for event in parse(answer.iter_lines())]
    person.http.cookies.clear()
    return seen


def told_of(ear: Ear, secret: str, run: str) -> dict[str, Any]:
    """What was delivered about a run; the signature is good."""

    def about() -> list[dict[str, Any]]:
        heard = [Webhook(secret).verify(one.body, one.headers) for one in list(ear.receiver.got)]
        return [one for one in heard if one["data"].get("execution_id") == run]

    return until(about, bool, every_s=0.05)[0]


def sees_what_it_cost(person: Person, run: dict[str, Any], paid: int) -> None:
    """Her ledger, jobs with submissions, generations, lineage and audit agree about the run."""
    assert run["cost"] == paid
    account = until(lambda: person.get("/api/credits"), lambda one: not one["reserved"])
    assert account["balance"] == GRANTED - paid
    entries = person.get(f"/api/credits/ledger?execution_id={run['id']}")["items"]
    assert sum(one["amount"] for one in entries) == -paid
    assert {"reserve", "capture"} <= {one["type"] for one in entries}
    jobs = [one for one in person.get("/api/jobs?limit=100")["items"] if one["execution_id"] == run["id"]]
    whole = {one["node_id"]: person.get(f"/api/jobs/{one['id']}") for one in jobs}
    assert {name: len(job["submissions"]) for name, job in whole.items()} == dict.fromkeys(
        ("sketch", "tell", "paint", "look"), 1
    )
    assert whole["paint"]["submissions"][0]["response"]["cost"] == PAINTER_COST
    made = person.get(f"/api/projects/{person.project}/generations?limit=100")["items"]
    assert {one["node_id"] for one in made if one["execution_id"] == run["id"]} == set(whole)
    painted = run["nodes"]["paint"]["outputs"]["image"][0]
    lineage = person.get(f"/api/assets/{painted['asset_id']}/lineage")
    assert {one["node_id"] for one in lineage["nodes"] if one["kind"] == "step"} == {"words", "paint", "look"}
    assert person.http.get(painted["url"]).status_code == httpx2.codes.OK
    acts = person.get(f"/api/projects/{person.project}/audit?limit=100")["items"]
    assert ("run.started", run["id"]) in {(one["action"], one["object"]["id"]) for one in acts}


def shown_and_refused(ada: Person, bob: Person, graph: str, run: str, asset: str) -> None:
    """Bob may look at what is Ada's, and change nothing."""
    assert bob.http.get(f"/api/graphs/{graph}").status_code == httpx2.codes.NOT_FOUND
    shared = ada.http.put(f"/api/projects/{ada.project}/members/{bob.name}@example.org", json={"role": "viewer"})
    assert shared.is_success, shared.text
    assert bob.get(f"/api/graphs/{graph}")["id"] == graph
    assert bob.execution(run)["state"] == "completed"
    assert bob.get(f"/api/assets/{asset}")["id"] == asset
    assert bob.get(f"/api/projects/{ada.project}/generations")["items"]
    tried = [
        bob.http.patch(f"/api/graphs/{graph}", json={"name": "mine"}),
        bob.http.post("/api/executions", json={"graph_id": graph}),
        bob.http.delete(f"/api/executions/{run}"),
        bob.http.delete(f"/api/projects/{ada.project}"),
    ]
    assert [(one.status_code, one.json()["type"]) for one in tried] == [(403, "/problems/role-too-low")] * len(tried)


def own(person: Person) -> dict[str, Any]:
    """All that is a person's, as they are told of it."""
    lists = ("graphs", "executions", "assets", "jobs", "credits/ledger", "webhooks")
    paths = [*(f"/api/{one}" for one in lists)]
    paths += [f"/api/projects/{person.project}/{one}" for one in ("generations", "audit", "members")]
    found = {path: person.get(f"{path}?limit=100")["items"] for path in paths}
    return {**found, "account": person.get("/api/credits"), "project": person.get(f"/api/projects/{person.project}")}


def answers(person: Person) -> Iterator[tuple[str, str]]:
    paths = [*own(person), "/api/projects", "/api/audit", "/api/parked", "/api/me", "/api/providers", "/api/usage"]
    for path in paths:
        if path.startswith("/"):
            yield path, person.http.get(path, params={"limit": 100}).text


async def rows(url: str) -> Iterator[tuple[str, str]]:
    """Every row of both schemas, as text."""
    connection = await asyncpg.connect(url)
    try:
        tables = [f"{t.schema}.{t.name}" for t in (*views.metadata.sorted_tables, *library.metadata.sorted_tables)]
        found = {name: await connection.fetch(f"SELECT t::text FROM {name} t") for name in tables}  # noqa: S608  our own names
        return iter([(name, str(row[0])) for name, each in found.items() for row in each])
    finally:
        await connection.close()


async def messages(stack: Stack) -> Iterator[tuple[str, str]]:
    """Every message as it is stored."""
    nc = await connect(stack.addresses.nats_url, "thief")
    try:
        s = Subjects(stack.plan.prefix)
        streams = (s.log, s.tasks, s.timers, s.open_runs, s.parked, s.snapshots, s.keys)
        found = {name: await JetStreamLog(nc, name).read() for name in streams}
        return iter(
            [(name, f"{one.subject} {one.data.decode(errors='replace')}") for name in found for one in found[name]]
        )
    finally:
        await nc.close()


def places(house: House, *people: Person) -> list[tuple[str, str]]:
    """All that is kept or told, and where."""
    found = [*asyncio.run(rows(house.stack.addresses.postgres_url)), *asyncio.run(messages(house.stack))]
    found += [(name, text.decode(errors="replace")) for name, text in _logs(house.stack).items()]
    return [*found, *(one for person in people for one in answers(person))]


def killed_in_the_middle(house: House, person: Person, vendor: Vendor, word: str) -> dict[str, Any]:
    """A run whose image worker is killed while the vendor paints."""
    vendor.takes(1.0)
    try:
        run = person.start(person.save(local_and_paid(word)))
        until(lambda: vendor.jobs(run), bool, every_s=0.05)
        house.stack.kill("image-worker")
        asyncio.run(house.stack.ready("image-worker"))
        names = [event.name for event in person.stream(run)]
    finally:
        vendor.takes(0)
    assert len([name for name in names if name in LAST]) == 1
    return person.execution(run)


@dataclass(frozen=True)
class Cast:
    admin: Person
    ada: Person
    bob: Person
    ear: Ear


@pytest.fixture
def cast(house: House, vendor: Vendor, word: str) -> Iterator[Cast]:
    ear = Ear()
    wanted = ((f"chief{word}", "--admin"), (f"ada{word}",), (f"bob{word}",))
    with ExitStack() as open_, ThreadPoolExecutor() as beside:
        vendor.takes(0)
        open_.enter_context(at_work(ear))
        made = list(beside.map(lambda said: Person(house, *said), wanted))
        yield Cast(*(open_.enter_context(one) for one in made), ear=ear)


def first_run(cast: Cast, graph: dict[str, Any], words: str) -> tuple[dict[str, Any], str]:
    """Paid from what was granted, watched, and told of. Gives the run, and the secret of her webhook."""
    grant = {"user_id": cast.ada.id, "amount": GRANTED, "reason": "Welcome."}
    assert cast.ada.http.post("/api/credits/grant", json=grant).status_code == httpx2.codes.NOT_FOUND
    assert cast.admin.post("/api/credits/grant", grant)["balance"] == GRANTED
    secret = cast.ada.post("/api/webhooks", {"url": cast.ear.receiver.url})["secret"]
    run = cast.ada.start(graph)
    assert "execution_completed" in watched(cast.ada, run)
    done = cast.ada.execution(run)
    assert {one["state"] for one in done["nodes"].values()} == {"completed"}, done
    told = told_of(cast.ear, secret, run)
    assert (told["type"], told["data"]["state"]) == ("execution_completed", "completed")
    assert not any(words.encode() in one.body for one in cast.ear.receiver.got)
    sees_what_it_cost(cast.ada, done, BOTH)
    return done, secret


def has_things_of_his_own(bob: Person, words: str) -> None:
    free = workflow(node("words", "text", text=words), node("see", "output"), edges=(edge("words.text", "see.value"),))
    assert bob.run(bob.save(free))["state"] == "completed"
    poor = bob.http.post("/api/executions", json={"graph": local_and_paid(words)})
    assert (poor.status_code, poor.json()["type"]) == (402, "/problems/insufficient-credits")


def is_forgotten(house: House, cast: Cast, words: str, paths: tuple[str, ...]) -> None:
    """Ada is nowhere any more, and Bob has what he had."""
    whole = own(cast.bob)
    assert any(words in text for _, text in places(house, cast.ada))
    gone = cast.admin.http.delete(f"/api/users/{cast.ada.id}", params={"confirm": cast.ada.id})
    assert gone.is_success, gone.text
    assert gone.json()["log"] == "sealed"
    assert cast.ada.http.get("/api/me").status_code == httpx2.codes.UNAUTHORIZED
    assert {cast.bob.http.get(path).status_code for path in paths} == {httpx2.codes.NOT_FOUND}
    found = places(house, cast.bob, cast.admin)
    assert [place for place, text in found if words in text or cast.ada.name in text] == []
    assert own(cast.bob) == whole


def adds_up(house: House) -> None:
    """The log is decided again as it was, and the views are what it makes."""
    with ThreadPoolExecutor() as beside:
        said = beside.map(lambda asked: house.groove(*asked), (("replay", "all", "--verify"), ("rebuild", "--check")))
        verified, compared = said
    assert verified["equal"], verified
    assert (verified["runs"], verified["graphs"]) == (2, 1), "Bob's: what he ran, and what he had no credits for"
    assert (compared["equal"], compared["paused"]) == (True, []), compared


def test_an_installation_with_everything_on_serves_and_pays_once_and_forgets_a_person(
    house: House, cast: Cast, vendor: Vendor
):
    ada, bob, hers = cast.ada, cast.bob, unique("herons")
    graph = ada.save(local_and_paid(hers))
    done, secret = first_run(cast, graph, hers)
    asset = done["nodes"]["paint"]["outputs"]["image"][0]["asset_id"]
    has_things_of_his_own(bob, unique("his"))
    shown_and_refused(ada, bob, graph["id"], done["id"], asset)

    second = killed_in_the_middle(house, ada, vendor, f"{hers}-again")
    assert second["state"] == "completed", second
    assert sorted(job["operation"] for job in vendor.jobs(second["id"])) == ["image_to_text", "text_to_image"]
    account = until(lambda: ada.get("/api/credits"), lambda one: not one["reserved"])
    assert account["balance"] == GRANTED - 2 * BOTH
    told_of(cast.ear, secret, second["id"])

    objects = (f"graphs/{graph['id']}", f"executions/{done['id']}", f"projects/{ada.project}", f"assets/{asset}")
    is_forgotten(house, cast, hers, tuple(f"/api/{one}" for one in objects))
    adds_up(house)
