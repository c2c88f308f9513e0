"""Runs under random kills: `PYTHONPATH=tests python -m chaos.driver --seed N --seconds S --runs R`.

Everything is killed (SIGKILL), frozen (SIGSTOP) or cut off from its servers (reset or silently), longer than the lease
too, by a schedule that the seed makes; then, with no help, all must come to its end. `chaos.invariants` says what must
be true then; what the runs make must be what an undisturbed installation makes of the same graphs.
"""

import argparse
import asyncio
import contextlib
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import SystemRandom

from chaos.calm import Made, of_the_outputs, undisturbed
from chaos.client import Client, Seen
from chaos.cutting import CuttableStack, Cutter
from chaos.invariants import (
    Told,
    doubts,
    memory_mb,
    of_a_rebuild,
    of_the_doubts,
    of_the_log,
    of_the_processes,
    of_the_streams,
    of_the_vendor,
    of_the_views,
    quiet,
)
from chaos.jobs import Fault, Work, faults, jobs
from chaos.schedule import EVERYBODY, LEASE_S, SERVERS, SERVICES, Blow, schedule
from contracts.subjects import Subjects
from groove_local.addresses import Addresses
from groove_local.stack import JETSTREAM, Stack
from kit.clock import utc_now
from kit.nats import Connection, connect
from support.api import FINISHED
from support.cuttable import Wires, wires
from support.running import plan, running
from support.vendor import Vendor, vendor_at_work

PATIENCE_S = 90.0
"""How long all of it may take to end after the last blow."""
PAID_NODES_OF_A_CHAIN = 3
Say = Callable[[str], None]


@dataclass
class Report:
    wrong: list[str] = field(default_factory=list)
    kills: int = 0
    freezes: int = 0
    cuts: int = 0
    """Resets and stalls."""
    runs: int = 0
    states: dict[str, int] = field(default_factory=dict)
    connections: int = 0
    events: int = 0
    recovery_s: float = 0.0
    memory_mb: dict[str, int] = field(default_factory=dict)
    doubts: list[str] = field(default_factory=list)
    """What cannot be known: `run.node`."""
    last: list[str] = field(default_factory=list)
    """The story of the run that ended last."""


@dataclass(frozen=True)
class Trouble:
    blows: list[Blow]
    faults: list[Fault]


@dataclass(frozen=True)
class House:
    stack: Stack
    vendor: Vendor
    wires: Wires


@contextlib.contextmanager
def installation(data: Path, addresses: Addresses | None = None, doubt: str = "look_up") -> Iterator["House"]:
    """A whole system with two orchestrators and short leases, and a paid vendor out of harm's way."""
    short = data / "jetstream.toml"
    short.write_text(JETSTREAM.read_text().replace("ack_wait_s = 30", f"ack_wait_s = {LEASE_S}"))
    with vendor_at_work(data / "vendor.sqlite") as vendor:
        hasty = {"GROOVE_SEND_WITHIN_S": str(LEASE_S), "GROOVE_CONNECT_S": "1"}
        hasty["GROOVE_DOUBT"] = f"fake={doubt}"
        everyone = {"GROOVE_PROVIDERS": "local,fake", "GROOVE_FAKE_URL": vendor.url, **hasty}
        extra = {"*": everyone, "gateway": {"GROOVE_HEARTBEAT_S": "1"}, "image-worker": {"GROOVE_SLOTS": "6"}}
        how = plan(orchestrators=2, extra=extra, streams=short, strangers=True)
        with wires() as laid, running(data / "stack", how, addresses, partial(CuttableStack, wires=laid)) as stack:
            yield House(stack, vendor, laid)


class Chaos:
    def __init__(self, house: House, works: list[Work], calm: dict[str, Made], trouble: Trouble, say: Say) -> None:
        self._stack = house.stack
        self._vendor = house.vendor
        self._cutter = Cutter(house.wires)
        self._works = works
        self._calm = calm
        self._trouble = trouble
        self._say = say
        self._client = Client(house.stack.url)
        self._seen: dict[str, Seen] = {}
        self._names: dict[str, str] = {}
        self._over = asyncio.Event()
        self.report = Report(runs=len(works))

    async def run(self) -> Report:
        born = time.monotonic()
        async with contextlib.AsyncExitStack() as undo:
            undo.push_async_callback(self._client.close)
            nc = await connect(self._stack.addresses.nats_url, "chaos")
            undo.push_async_callback(nc.close)
            going = [asyncio.create_task(self._see_through(work), name=work.name) for work in self._works]
            planned = [self._plan(fault) for fault in self._trouble.faults]
            await asyncio.gather(*(self._strike(blow) for blow in self._trouble.blows), *planned)
            self._vendor.forget_faults()
            self._over.set()
            struck = time.monotonic()
            self._say(f"{struck - born:6.2f} s  quiet, at {utc_now():%H:%M:%S}")
            _, late = await asyncio.wait(going, timeout=PATIENCE_S)
            self.report.recovery_s = time.monotonic() - struck
            await self._blame(late)
            for task in going:
                if task.done() and not task.cancelled() and task.exception():
                    self.report.wrong.append(f"{task.get_name()}: {task.exception()!r}")
            await self._judge(nc)
        return self.report

    async def _blame(self, late: set[asyncio.Task[None]]) -> None:
        for task in late:
            run = next((run for run, name in self._names.items() if name == task.get_name()), "not started")
            self.report.wrong.append(f"{task.get_name()} ({run}) has not ended after {PATIENCE_S:g} s")
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    async def _see_through(self, work: Work) -> None:
        await asyncio.sleep(work.at_s)
        key = f"{work.name}-{os.getpid()}-{id(self)}"
        run = await self._client.start(work.graph, key)
        seen = self._seen[run] = Seen()
        self._names[run] = work.name
        if work.cancel_after_s is not None:
            await asyncio.sleep(work.cancel_after_s)
            await self._client.cancel(run)
            if (await self._client.execution(run))["state"] == "cancelled":
                await self._client.resume(run, f"{key}-again")
        else:
            await self._client.watch(run, seen)
        while (await self._client.execution(run))["state"] not in FINISHED:  # noqa: ASYNC110  it asks a server
            await asyncio.sleep(0.1)

    async def _strike(self, blow: Blow) -> None:
        await asyncio.sleep(blow.at_s)
        self._say(str(blow))
        if blow.kind == "kill":
            victims = self._stack.names() if blow.victim == EVERYBODY else [blow.victim]
            self.report.kills += sum(self._stack.kill(victim) > 0 for victim in victims)
            return
        if blow.kind in {"cut", "stall"}:
            cut = await self._cutter.strike(blow)
            self.report.cuts += cut
            return
        pid = self._stack.pid(blow.victim)
        if pid is None:
            return
        self.report.freezes += 1
        os.kill(pid, signal.SIGSTOP)
        await asyncio.sleep(blow.for_s)
        with contextlib.suppress(ProcessLookupError):
            if self._stack.pid(blow.victim) == pid:
                os.kill(pid, signal.SIGCONT)

    async def _plan(self, fault: Fault) -> None:
        await asyncio.sleep(fault.at_s)
        self._say(str(fault))
        await asyncio.to_thread(self._vendor.will, fault.kind, **fault.how)

    async def _judge(self, nc: Connection) -> None:
        report, subjects = self.report, Subjects(self._stack.plan.prefix)
        for name in self._stack.names():
            await asyncio.to_thread(lambda name=name: asyncio.run(self._stack.ready(name)))
        report.wrong += await quiet(nc, subjects)
        told = await Told.read(nc, subjects)
        runs, report.last = list(self._names), told.last()
        for run, name in self._names.items():
            state = told.runs[run].state
            report.states[state] = report.states.get(state, 0) + 1
            if state != "completed" and not any(step.doubt for step in told.runs[run].steps.values()):
                why = {n: (s.state, s.failure) for n, s in told.runs[run].steps.items() if s.state != "completed"}
                report.wrong.append(f"{name} ({run}) is {state}: {why}")
        report.wrong += of_the_log(told, runs)
        shared = [run for run, name in self._names.items() if name.startswith("shared")]
        report.wrong += of_the_vendor(told, self._vendor.ledger(), shared, PAID_NODES_OF_A_CHAIN)
        report.wrong += await of_the_views(self._client, told, runs)
        report.wrong += await of_a_rebuild(self._stack, nc, subjects)
        report.wrong += of_the_outputs(told, self._names, self._calm)
        report.wrong += await of_the_doubts(self._client, told)
        report.doubts = doubts(told)
        watched = {run: seen for run, seen in self._seen.items() if seen.connections}
        report.wrong += await of_the_streams(self._client, watched)
        report.wrong += of_the_processes(self._stack)
        report.wrong += sorted(set(self._client.refused))
        report.connections = sum(seen.connections for seen in self._seen.values())
        report.events = sum(len(seen.ids) for seen in self._seen.values())
        pids = {name: self._stack.pid(name) for name in self._stack.names()}
        report.memory_mb = {name: memory_mb(pid) for name, pid in pids.items() if pid}


def main() -> int:
    parser = argparse.ArgumentParser(description="Kill everything, and see whether it comes back.")
    parser.add_argument("--seed", type=int, default=SystemRandom().randrange(1_000_000))
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--runs", type=int, default=60)
    parser.add_argument("--job-seconds", type=float, default=0.6, help="how long the vendor takes for a job")
    parser.add_argument("--only", nargs="*", default=[*SERVICES, *SERVERS], help="who may be struck")
    parser.add_argument("--doubt", choices=["look_up", "ask"], default="look_up", help="what workers do when in doubt")
    parser.add_argument("--data", type=Path, help="keep logs and data here")
    parser.add_argument("--story", action="store_true", help="tell the run that ended last")
    args = parser.parse_args()
    blows = schedule(args.seed, args.seconds, args.only)
    print(f"seed {args.seed}: {len(blows)} blows in {args.seconds:g} s, {args.runs} runs", flush=True)
    data = args.data or Path(tempfile.mkdtemp(prefix="groove-chaos-"))
    works = jobs(args.seed, args.seconds, args.runs)
    trouble = Trouble(blows, faults(args.seed, args.seconds))
    print(*sorted([*blows, *trouble.faults], key=lambda one: one.at_s), sep="\n", flush=True)
    (data / "calm").mkdir(parents=True, exist_ok=True)
    with installation(data / "calm") as house:
        calm = asyncio.run(undisturbed(house.stack.url, works))
    print(f"undisturbed, they make {sum(len(made) for made in calm.values())} outputs. Now for it:", flush=True)
    with installation(data, doubt=args.doubt) as house:
        house.vendor.takes(args.job_seconds)
        report = asyncio.run(Chaos(house, works, calm, trouble, lambda line: print(line, flush=True)).run())
    print(
        f"{report.kills} kills, {report.freezes} freezes, {report.cuts} cuts; {report.runs} runs: {report.states}; "
        f"{len(report.doubts)} nodes in doubt; "
        f"{report.events} events over {report.connections} connections; recovered in {report.recovery_s:.1f} s; "
        f"memory in MB: {report.memory_mb}"
    )
    for doubt in report.doubts:
        print(f"in doubt: {doubt}")
    if args.story:
        print("The run that ended last:", *report.last, sep="\n    ")
    for line in report.wrong:
        print(f"WRONG  {line[:600]}")
    print(f"logs: {data}")
    return 1 if report.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
