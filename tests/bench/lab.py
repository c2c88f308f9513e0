"""Everything that is measured, running side by side: the floor on a nats-server of its own, and the whole system."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.cpu import Pids
from bench.floor import Scheduler
from bench.noop_worker import QUEUE
from contracts.subjects import Subjects
from groove_local.addresses import Addresses
from groove_local.ports import free_port
from groove_local.probe import http_get
from groove_local.process import Child, Program, nothing_to_ask, until_ready
from groove_local.servers import start_nats
from groove_local.services import PICTURES, Plan
from groove_local.settings import GOOGLE_KEYS
from groove_local.stack import JETSTREAM, Stack

WORKERS = 2
"""Processes, of the floor and of the system alike."""
TESTS = Path(__file__).resolve().parents[1]
_READY_S = 30.0
_CONSUMER = f"""
[[stream.consumer]]
name = "{QUEUE}"
filter_subjects = ["{{prefix}}.task.{QUEUE}.>"]
ack_policy = "explicit"
ack_wait_s = 30
max_deliver = -1
max_ack_pending = 20000
"""


@dataclass(frozen=True)
class Lab:
    data: Path
    stack: Stack
    workers: list[Child]
    floors: Mapping[str, Scheduler]
    """By name: `floor`, and `floor uvloop` when it was asked for."""
    floor_pids: Mapping[str, Pids]

    @property
    def port(self) -> int:
        return self.stack.plan.port

    @property
    def subjects(self) -> Subjects:
        return Subjects(self.stack.plan.prefix)

    @property
    def pids(self) -> Pids:
        """The processes of the system, by role. Servers are told from services by their names."""
        roles = {name: [pid] for name in self.stack.names() if (pid := self.stack.pid(name))}
        return {**roles, "noop-worker": [child.pid for child in self.workers if child.pid]}


def streams_with_noop(where: Path) -> Path:
    """deploy/jetstream.toml with one consumer more."""
    head, mark, rest = JETSTREAM.read_text().partition('name = "{PREFIX}_TASKS"')
    tasks, next_stream, tail = rest.partition("\n[[stream]]")
    if not mark or not next_stream:
        raise ValueError(f"{JETSTREAM} has no stream of tasks that another one follows")
    written = where / "jetstream.toml"
    written.write_text(head + mark + tasks + _CONSUMER + next_stream + tail)
    return written


def with_tests(environment: Mapping[str, str]) -> dict[str, str]:
    """So that a process can be started from this package."""
    return {**environment, "PYTHONPATH": _path(TESTS, environment)}


def _path(first: Path, environment: Mapping[str, str]) -> str:
    return os.pathsep.join(filter(None, [str(first), environment.get("PYTHONPATH", "")]))


def noop_program(name: str, environment: Mapping[str, str]) -> Program:
    port = free_port()

    async def ready(_pid: int) -> str | None:
        return None if (await http_get(port, "/ready")).status == 200 else "the noop worker"

    env = with_tests({**environment, "GROOVE_HEALTH_PORT": str(port)})
    return Program(name, (sys.executable, "-P", "-m", "bench.noop_worker"), ready, env)


@asynccontextmanager
async def lab(
    data: Path,
    *,
    floors: tuple[str, ...] = ("floor",),
    profile: str = "",
    addresses: Addresses | None = None,
    prefix: str = "groove",
    settings: Mapping[str, str] | None = None,
) -> AsyncIterator[Lab]:
    """Start it all, or all but the servers at these addresses; leaving stops it. `profile`: see `bench.profiling`."""
    inherited = {name: value for name, value in os.environ.items() if name not in GOOGLE_KEYS}
    inherited |= settings or {}
    if profile:
        path = _path(TESTS / "bench" / "profiling", inherited)
        inherited |= {"GROOVE_PROFILE": profile, "PYTHONPATH": path}
    plan = Plan(
        port=free_port(),
        prefix=prefix,
        strangers=True,
        workers=PICTURES,
        inherited=inherited,
        streams=streams_with_noop(data),
        extra={"*": {"GROOVE_BENCH": "1"}},
    )
    async with AsyncExitStack() as undo:
        stack = await undo.enter_async_context(Stack(data / "system", plan, addresses))
        environment = {**inherited, **stack.addresses.environment(plan.prefix, "operator")}
        workers = [Child(noop_program(f"noop-worker-{n}", environment), data) for n in range(WORKERS)]
        for child in workers:
            child.spawn()
            undo.push_async_callback(child.end)
        await asyncio.gather(*(until_ready(child, _READY_S) for child in workers))
        made = {name: await _floor(undo, data, name) for name in floors}
        yield Lab(
            data,
            stack,
            workers,
            {name: scheduler for name, (scheduler, _) in made.items()},
            {name: pids for name, (_, pids) in made.items()},
        )


async def sink(undo: AsyncExitStack, data: Path) -> str:
    """A collector that takes what it is sent and looks at none of it. Gives its address."""
    port = free_port()

    async def ready(_pid: int) -> str | None:
        return None if (await http_get(port, "/")).status == 200 else "the collector"

    command = (sys.executable, "-P", "-m", "bench.sink", str(port))
    child = Child(Program("sink", command, ready, with_tests(os.environ)), data)
    child.spawn()
    undo.push_async_callback(child.end)
    await until_ready(child, _READY_S)
    return f"http://127.0.0.1:{port}"


async def _floor(undo: AsyncExitStack, data: Path, name: str) -> tuple[Scheduler, Pids]:
    home = data / name.replace(" ", "-")
    home.mkdir(parents=True)
    server, url = await start_nats(home, os.environ)
    undo.push_async_callback(server.end)
    scheduler = await Scheduler.begin(url)
    undo.push_async_callback(scheduler.close)
    option = ("--uvloop",) if "uvloop" in name else ()
    env = with_tests(os.environ)
    workers = []
    for n in range(WORKERS):
        command = (sys.executable, "-m", "bench.floor", url, *option)
        child = Child(Program(f"floor-worker-{n}", command, nothing_to_ask, env), home)
        child.spawn()
        undo.push_async_callback(child.end)
        workers.append(child)
    for child in workers:
        async with asyncio.timeout(_READY_S):
            while b"ready" not in child.log.read_bytes():  # noqa: ASYNC110  another process's word
                await asyncio.sleep(0.02)
    return scheduler, {"nats": [server.pid or 0], "workers": [child.pid or 0 for child in workers]}


def words(line: object) -> str:
    return json.dumps(line, separators=(",", ":"))
