"""Every row of the table in docs/operations.md: a real process is started so, and does and says what is written."""

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from importlib import import_module
from itertools import combinations
from pathlib import Path

import asyncpg
import httpx2
import nats
import nats.js.errors
import pytest
from nats.aio.client import Client
from pydantic_settings import BaseSettings

from contracts.subjects import Subjects
from gateway.database import migrate, open_database
from groove_local.addresses import S3, Addresses
from groove_local.orphans import tied
from groove_local.ports import free_port
from groove_local.probe import http_get
from groove_local.stack import JETSTREAM
from kit.nats_users import Users
from kit.provision import provision
from kit.settings import NEAR
from operations.servers_gone_wrong import old_nats, small_nats
from support.bus import provisioned
from support.servers import RealServers

TABLE = Path(__file__).parents[2] / "docs" / "operations.md"
MODULES = {"any": "orchestrator", "image-worker": "image_worker", "face-embedding": "face_embedding"}
OFF = """
import datetime, kit.clock
now = kit.clock.utc_now
kit.clock.utc_now = lambda: now() + datetime.timedelta(seconds={})
"""
READY = '"message": "ready"'
NOWHERE = "127.0.0.1:1"


@dataclass(frozen=True)
class Row:
    wrong: str
    service: str
    does: str
    exit: str
    says: str


def rows() -> dict[str, Row]:
    text = TABLE.read_text("utf-8").partition("\n## Bad configuration\n")[2].partition("\n## ")[0]
    lines = [line for line in text.splitlines() if line.startswith("| ")]
    found = [Row(*(cell.strip().strip("`") for cell in line.strip("|").split("|"))) for line in lines[1:]]
    return {row.wrong: row for row in found}


ROWS = rows()


class Place:
    """An installation of its own, of which a test makes something bad."""

    def __init__(self, servers: RealServers, prefix: str, folder: Path, undo: AsyncExitStack) -> None:
        self.servers = servers
        self.at = Addresses(
            f"nats://{NOWHERE}", f"postgresql://x:y@{NOWHERE}/z", S3(f"http://{NOWHERE}", "b", "k", "s")
        )
        """Servers are started and streams made for those rows that get so far."""
        self.subjects = Subjects(prefix)
        self.folder = folder
        self.undo = undo
        self.said: dict[str, str | None] = {}
        """Settings; None: not given."""
        self.check: Callable[[Service], Awaitable[None]] | None = None
        """Of one that serves."""

    async def provisioned(self, nats_url: str | None = None) -> Client:
        url = nats_url or self.servers.nats_url
        self.at = replace(self.at, nats_url=url)
        return await self.undo.enter_async_context(provisioned(url, self.subjects.prefix))

    def with_store(self) -> None:
        self.at = replace(self.at, s3=self.servers.s3)

    def with_database(self) -> str:
        self.at = replace(self.at, postgres_url=self.servers.new_database())
        return self.at.postgres_url

    def environment(self) -> dict[str, str]:
        usual = {name: value for name, value in os.environ.items() if not name.startswith("GROOVE_")}
        quick = {"GROOVE_PORT": "0", "GROOVE_HEALTH_PORT": "0", "GROOVE_DATA": str(self.folder)}
        told = usual | self.at.environment(self.subjects.prefix, "orchestrator") | quick | self.said
        return {name: value for name, value in told.items() if value is not None}

    def off_by(self, seconds: int) -> None:
        (self.folder / "sitecustomize.py").write_text(OFF.format(seconds))
        self.said["PYTHONPATH"] = str(self.folder)


class Service:
    """A process, and all that it has written."""

    def __init__(self, pid: int, out: Path, code: Callable[[], Awaitable[int]]) -> None:
        self.pid = pid
        self._out = out
        self._code = asyncio.ensure_future(code())

    @property
    def text(self) -> str:
        return self._out.read_text("utf-8")

    async def says(self, words: str) -> None:
        while words not in self.text:
            assert not self._code.done(), self.text
            await asyncio.sleep(0.02)

    async def ends(self) -> int:
        return await asyncio.shield(self._code)

    async def kill(self) -> None:
        if not self._code.done():
            os.kill(self.pid, signal.SIGKILL)
        await self._code

    @property
    def port(self) -> int:
        return int(self.text.partition('"health_port": ')[2].partition("}")[0])

    async def readiness(self, wanted: int) -> str:
        """What it tells when it is, or is not, ready."""
        while (told := await http_get(self.port, "/ready")).status != wanted:  # noqa: ASYNC110  it is asked
            await asyncio.sleep(0.05)
        return told.body.decode()


@pytest.fixture(scope="module")
def zygote() -> Iterator[subprocess.Popen[str]]:
    command = [*tied(signal.SIGKILL), sys.executable, "-P", str(Path(__file__).with_name("zygote.py"))]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, bufsize=1) as process:
        assert process.stdin
        assert process.stdout
        assert process.stdout.readline() == "imported\n"
        yield process
        process.stdin.close()


@asynccontextmanager
async def started(place: Place, service: str, zygote: subprocess.Popen[str]) -> AsyncIterator[Service]:
    package, out = MODULES.get(service, service), place.folder / "said"
    out.touch()
    it = await (_fresh(place, package, out) if "PYTHONPATH" in place.said else _forked(place, package, out, zygote))
    try:
        yield it
    finally:
        await it.kill()


async def _forked(place: Place, package: str, out: Path, zygote: subprocess.Popen[str]) -> Service:
    assert zygote.stdin
    assert zygote.stdout
    told = {"service": package, "out": str(out), "environment": place.environment()}
    zygote.stdin.write(json.dumps(told) + "\n")
    pid = int(await asyncio.to_thread(zygote.stdout.readline))

    async def code() -> int:
        assert zygote.stdout
        return int(await asyncio.to_thread(zygote.stdout.readline))

    return Service(pid, out, code)


async def _fresh(place: Place, package: str, out: Path) -> Service:
    """With an interpreter of its own."""
    with out.open("ab") as file:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", f"{package}.main"), env=place.environment(), stdout=file, stderr=file
        )
    return Service(process.pid, out, process.wait)


@pytest.fixture
async def place(real_servers: RealServers, prefix: str, tmp_path: Path) -> AsyncIterator[Place]:
    async with AsyncExitStack() as undo:
        yield Place(real_servers, prefix, tmp_path, undo)


# how to make it bad, by the first cell of its row


def setting(**said: str | None) -> Callable[[Place], Awaitable[None]]:
    async def bad(place: Place) -> None:
        place.said.update(said)

    return bad


async def odd_name(place: Place) -> None:
    await place.provisioned()
    place.said["GROOVE_COLOUR"] = "green"


async def old(place: Place) -> None:
    place.said["GROOVE_NATS_URL"] = await place.undo.enter_async_context(old_nats("2.10.7"))


async def unknown_key(place: Place) -> None:
    seeds = Users.new(place.subjects.prefix).seeds
    place.at = replace(place.at, nats_url=place.servers.nats_url, seeds=seeds)


async def another_user(place: Place) -> None:
    users = place.servers.users
    place.subjects = Subjects(users.prefix)
    await place.provisioned(place.servers.another_nats("others"))
    place.said.update(GROOVE_NATS_USER="image-worker", GROOVE_NATS_SEED=users.seeds["image-worker"])


async def no_stream(place: Place) -> None:
    place.at = replace(place.at, nats_url=place.servers.nats_url)


async def no_consumer(place: Place) -> None:
    bus = await place.provisioned()
    await bus.jetstream().delete_consumer(place.subjects.tasks, "image")


async def consumer_goes(place: Place) -> None:
    bus = await place.provisioned()
    place.with_store()

    async def check(it: Service) -> None:
        await it.readiness(200)
        await bus.jetstream().delete_consumer(place.subjects.tasks, "image")
        assert ROWS["a consumer goes while it is at work"].says in await it.readiness(503)
        await provision(bus, JETSTREAM, place.subjects.prefix)
        await it.readiness(200)

    place.check = check


async def wrong_password(place: Place) -> None:
    before, _, after = place.with_database().partition("@")
    place.at = replace(place.at, postgres_url=f"{before.rpartition(':')[0]}:wrong@{after}")


async def another_log(place: Place) -> None:
    engine = open_database(place.with_database())
    await migrate(engine)
    await engine.dispose()
    connection = await asyncpg.connect(place.at.postgres_url)
    await connection.execute("INSERT INTO views.checkpoint (name, seq) VALUES ('log', 7)")
    await connection.close()
    place.with_store()
    await place.provisioned()


async def wrong_store_key(place: Place) -> None:
    place.with_database()
    place.with_store()
    place.at = replace(place.at, s3=replace(place.at.s3, secret_key="wrong"))  # noqa: S106
    await place.provisioned()


async def no_store(place: Place) -> None:
    await place.provisioned()

    async def check(it: Service) -> None:
        assert ROWS["the object store does not answer"].says in await it.readiness(503)

    place.check = check


async def ahead(place: Place) -> None:
    await place.provisioned()
    place.off_by(60)


async def far_behind(place: Place) -> None:
    await place.provisioned()
    place.off_by(-400)


async def served(place: Place, nats_url: str | None = None) -> httpx2.AsyncClient:
    """By a gateway that is about to start."""
    place.with_store()
    place.with_database()
    await place.provisioned(nats_url)
    port = free_port()
    place.said["GROOVE_PORT"] = str(port)
    client = httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=30)
    return await place.undo.enter_async_context(client)


async def serving(http: httpx2.AsyncClient) -> None:
    while True:
        with contextlib.suppress(httpx2.TransportError):
            if (await http.get("/ready")).status_code == httpx2.codes.OK:
                return
        await asyncio.sleep(0.05)


async def fill(bus: Client, subject: str) -> None:
    with contextlib.suppress(nats.js.errors.APIError):
        while True:
            await bus.jetstream().publish(subject, bytes(1000))


async def full(place: Place) -> None:
    url = await place.undo.enter_async_context(small_nats(place.folder, 200_000))
    http = await served(place, url)

    async def check(it: Service) -> None:
        await serving(http)
        assert (await http.post("/api/characters", json={"name": "Before"})).is_success
        bus = await nats.connect(url)
        place.undo.push_async_callback(bus.close)
        await fill(bus, place.subjects.parked_from("x"))
        answer = await http.post("/api/characters", json={"name": "Meanwhile"})
        await it.says(ROWS["NATS has no room left"].says)
        assert (answer.status_code, "Retry-After" in answer.headers) == (503, True), answer.text
        assert [one["name"] for one in (await http.get("/api/characters")).json()["items"]] == ["Before"]
        await bus.jetstream().purge_stream(place.subjects.parked)
        assert (await http.post("/api/characters", json={"name": "After"})).is_success

    place.check = check


async def no_collector(place: Place) -> None:
    http = await served(place)
    place.said.update(GROOVE_OTLP_ENDPOINT=f"http://{NOWHERE}", OTEL_BSP_SCHEDULE_DELAY="100")

    async def check(it: Service) -> None:
        await serving(http)
        assert (await http.get("/api/graphs")).status_code == httpx2.codes.OK
        await it.says(ROWS["the collector of traces does not answer"].says)
        assert (await http.get("/api/graphs")).status_code == httpx2.codes.OK

    place.check = check


WAYS: dict[str, Callable[[Place], Awaitable[None]]] = {
    "a setting without a default is missing": setting(GROOVE_POSTGRES_URL=None),
    "a setting is no number, or out of range": setting(GROOVE_HEALTH_PORT="eighty"),
    "a setting's name is misspelt": setting(GROOVE_NATS_ULR="nats://127.0.0.1"),
    "a name that is like none of its settings": odd_name,
    "a user of NATS without the key": setting(GROOVE_NATS_USER="orchestrator"),
    "erasable, and nothing to seal with": setting(GROOVE_ERASABLE="true"),
    "traces are to be sent, and there are to be none": setting(
        GROOVE_TELEMETRY="none", GROOVE_OTLP_ENDPOINT=f"http://{NOWHERE}"
    ),
    "an address that others reach, and nobody signs in": setting(GROOVE_HOST="192.0.2.7"),
    "an issuer without an audience": setting(GROOVE_OIDC_ISSUER="https://who.example"),
    "credits are sold, and not used": setting(GROOVE_STRIPE_SECRET_KEY="sk", GROOVE_STRIPE_WEBHOOK_SECRET="wh"),  # noqa: S106
    "NATS does not answer": setting(),
    "NATS is older than 2.12.3": old,
    "NATS does not know the key": unknown_key,
    "the user of NATS is another service's": another_user,
    "a stream is missing": no_stream,
    "a consumer is missing": no_consumer,
    "a consumer goes while it is at work": consumer_goes,
    "Postgres does not answer": setting(),
    "Postgres does not know the password": wrong_password,
    "the database belongs to another log": another_log,
    "the object store does not know the key": wrong_store_key,
    "the object store does not answer": no_store,
    "the clock is some seconds off": ahead,
    "the clock is more than five minutes off": far_behind,
    "a volume is read-only": setting(GROOVE_QDRANT_PATH="/proc/groove"),
    "NATS has no room left": full,
    "the collector of traces does not answer": no_collector,
}


def test_every_row_of_the_table_is_a_test():
    assert set(WAYS) == set(ROWS)


@pytest.mark.parametrize("row", ROWS.values(), ids=lambda row: row.wrong)
async def test_a_service_does_and_says_what_the_table_tells(row: Row, place: Place, zygote: subprocess.Popen[str]):
    await WAYS[row.wrong](place)
    async with asyncio.timeout(60), started(place, row.service, zygote) as it:
        if row.exit:
            assert (await it.ends(), row.does.partition(" ")[0]) == (int(row.exit), "refuses"), it.text
            assert row.says in it.text
            assert "Traceback" not in it.text
            return
        assert row.does.startswith("serves")
        if row.service != "gateway":
            await it.says(READY)
        if place.check is None:
            await it.says(row.says)
        else:
            await place.check(it)


def test_no_two_settings_are_so_alike_that_one_is_taken_for_the_other_misspelt():
    """Each service sees the names of the others, where an environment is shared."""
    names = sorted({name for kind in _kinds(BaseSettings) for name in kind.model_fields})
    alike = [(a, b) for a, b in combinations(names, 2) if SequenceMatcher(None, a, b).ratio() >= NEAR]
    assert alike == []
    assert len(names) > 100


def _kinds(base: type[BaseSettings]) -> Iterator[type[BaseSettings]]:
    for name in ("gateway", "orchestrator", "text_worker", "image_worker", "video_worker", "audio_worker"):
        import_module(f"{name}.settings")
    import_module("face_embedding.settings")
    for kind in base.__subclasses__():
        yield kind
        yield from _kinds(kind)
