"""Orchestrators on a real server: processes that can be killed, a scripted worker, and a door that asks and reads."""

import asyncio
import os
import sys
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nats.aio.client import Client
from nats.aio.msg import Msg

from contracts.envelope import Answer, Decision, ReportLetter, RunDecision, RunLetter, seal, unseal
from contracts.graph import Edge, Node
from contracts.run import (
    InlineGraph,
    RunCancelled,
    RunCommand,
    RunCompleted,
    RunEvent,
    RunFailed,
    RunStarted,
    StartRun,
)
from contracts.subjects import PARTITIONS, Subjects
from contracts.values import TextValue
from contracts.work import TERMINAL, Claimed, Report, Revoked, Stopped, Succeeded, Task
from groove_local.probe import http_get
from kit.clock import utc_now
from kit.errors import Conflict
from kit.ids import new_id
from kit.log_jetstream import JetStreamLog
from kit.pull import Delivery, Puller
from kit.queue import WorkQueue
from kit.register import JetStreamRegister

Answering = Callable[[Task], Report | None]
"""What the worker says of a task; None: it keeps silent, and holds on to it."""
_LOOK_S = 0.02
_ENDS = (RunCompleted, RunFailed, RunCancelled)


def writes(task: Task) -> Succeeded:
    words = TextValue(text=f"made of {task.params.get('prompt')}")
    return Succeeded(**stamp(task), outputs={"text": (words,)}, started_at=utc_now())


def stamp(task: Task) -> dict[str, Any]:
    return {"at": utc_now(), "attempt": task.attempt, "epoch": 1, "basis": task.basis}


@dataclass
class House:
    nc: Client
    nats_url: str
    subjects: Subjects
    logs: Path
    answering: Answering = writes
    tasks: list[Task] = field(default_factory=list)
    """As they were handed to the worker, redeliveries included."""
    answers: dict[str, Answer] = field(default_factory=dict)
    processes: list[asyncio.subprocess.Process] = field(default_factory=list)
    ports: list[int] = field(default_factory=list)
    """Where each process tells of its health."""
    _working: set[asyncio.Task[None]] = field(default_factory=set)
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.log = JetStreamLog(self.nc, self.subjects.log)
        self.queue = WorkQueue(self.nc, self.subjects.tasks)
        self.open_runs = JetStreamRegister(self.nc, self.subjects.open_runs)

    # the door

    async def ask(self, run: str, command: RunCommand, user: str = "u") -> str:
        letter = RunLetter(
            id=new_id(),
            at=utc_now(),
            user_id=user,
            project_id="p",
            aggregate_id=run,
            reply_to=self.subjects.answers("door"),
            command=command,
        )
        await self.log.append(self.subjects.command("run", "p", run), seal(letter), expected=None, event_id=letter.id)
        return letter.id

    async def answer(self, letter: str) -> Answer:
        while letter not in self.answers:
            self._news.clear()
            await self._news.wait()
        return self.answers[letter]

    async def heard(self, msg: Msg) -> None:
        answer = unseal(Answer, msg.data)
        self.answers[answer.command_id] = answer
        self._news.set()

    async def start(self, run: str, graph: InlineGraph, user: str = "u") -> Answer:
        return await self.answer(await self.ask(run, StartRun(inline=graph, body_digest=run), user))

    async def over(self, *runs: str, times: int = 1) -> dict[str, list[RunEvent]]:
        """Follow the log until all these runs have ended, for the first or a later time. Gives their facts."""
        facts: dict[str, list[RunEvent]] = {run: [] for run in runs}
        left = set(runs)
        async for batch in self.log.follow(f"{self.subjects.prefix}.evt.*.run.p.*", after=0):
            for record in batch:
                run = record.subject.rpartition(".")[2]
                if run in facts:
                    facts[run] += unseal(RunDecision, record.data).events
                    (left.discard if ends(facts[run]) >= times else left.add)(run)
            if not left:
                return facts
        raise AssertionError("the log ended")

    async def decisions(self, kind: str, scope: str, aggregate_id: str, of: type[Decision]) -> list[Decision]:
        subject = self.subjects.events(kind, scope, aggregate_id)
        return [unseal(of, record.data) for record in await self.log.read(subject)]

    async def until(self, there: Callable[[], Awaitable[Any]]) -> None:
        while not await there():  # noqa: ASYNC110  another process's doings set no event here
            await asyncio.sleep(_LOOK_S)

    # the worker

    async def work(self, puller: Puller) -> None:
        async for batch in puller.batches():
            for delivery in batch:
                task = asyncio.create_task(self._carry_out(delivery))
                self._working.add(task)
                task.add_done_callback(self._working.discard)

    async def _carry_out(self, delivery: Delivery) -> None:
        task = unseal(Task, delivery.record.data)
        self.tasks.append(task)
        report = self.answering(task)
        if report is not None and await self._report(task, report):
            await delivery.ack()

    async def _report(self, task: Task, report: Report) -> bool:
        subject = self.subjects.report(task.project_id, task.run_id, task.node_id)
        tail = await self.log.read(subject) if task.attempt > 1 else []
        reports = [unseal(ReportLetter, record.data).report for record in tail]
        last, claimed = tail[-1].seq if tail else 0, Claimed(**stamp(task), worker="scripted")
        for wanted in (claimed, report):
            while True:
                said = wanted
                ours = [one for one in reports if one.attempt == task.attempt]
                if any(isinstance(one, TERMINAL) for one in ours):
                    return True
                if any(isinstance(one, Revoked) for one in ours):
                    said = Stopped(**stamp(task))
                letter = ReportLetter(id=new_id(), worker="scripted", report=said)
                try:
                    last = await self.log.append(subject, seal(letter), expected=last, event_id=letter.id)
                    break
                except Conflict:
                    tail = await self.log.read(subject)
                    reports = [unseal(ReportLetter, record.data).report for record in tail]
                    last = tail[-1].seq
            if isinstance(said, Stopped):
                return True
        return True

    # orchestrators

    async def orchestrator(self, **environment: str) -> asyncio.subprocess.Process:
        """A process of its own, ready."""
        port_file = self.logs / str(len(self.processes))
        with port_file.open("wb") as out:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-P", "-m", "orchestrator.main"),
                env={
                    **os.environ,
                    "GROOVE_NATS_URL": self.nats_url,
                    "GROOVE_PREFIX": self.subjects.prefix,
                    "GROOVE_HEALTH_PORT": "0",
                    **environment,
                },
                stdout=out,
            )
        self.processes.append(process)
        while '"health_port": ' not in (said := port_file.read_text()):
            assert process.returncode is None, said
            await asyncio.sleep(_LOOK_S)
        port = int(said.partition('"health_port": ')[2].partition("}")[0].partition(",")[0])
        self.ports.append(port)
        await self.until(lambda: _ready(port))
        return process

    async def gauge(self, name: str, place: int = -1) -> int:
        """Of one process, 0 if it has none."""
        text = (await http_get(self.ports[place], "/metrics")).body.decode()
        return sum(int(line.split()[1]) for line in text.splitlines() if line.partition(" ")[0] == name)

    async def close(self) -> None:
        for process in self.processes:
            if process.returncode is None:
                process.terminate()
                await process.wait()
        for task in self._working:
            task.cancel()


async def _ready(port: int) -> bool:
    return (await http_get(port, "/ready")).status == 200


@asynccontextmanager
async def house(nc: Client, nats_url: str, prefix: str, *, working: bool = True) -> AsyncIterator[House]:
    subjects = Subjects(prefix)
    logs = tempfile.TemporaryDirectory()
    home = House(nc, nats_url, subjects, Path(logs.name))
    await nc.subscribe(subjects.answers("door"), cb=home.heard)
    puller = Puller(nc, subjects.tasks, "text")
    worker = asyncio.create_task(home.work(puller)) if working else None
    try:
        yield home
    finally:
        await puller.close()
        if worker:
            await worker
        await home.close()
        logs.cleanup()


async def impatient(bus: Client, subjects: Subjects, ack_wait_s: float) -> None:
    """What a dead orchestrator held is delivered again soon, and not in half a minute."""
    jetstream = bus.jetstream()
    for stream, names in ((subjects.log, subjects.decider), (subjects.timers, subjects.alarm)):
        for partition in range(PARTITIONS):
            config = (await jetstream.consumer_info(stream, names(partition))).config
            config.ack_wait = ack_wait_s
            await jetstream.add_consumer(stream, config)


# graphs


def node(node_id: str, **params: Any) -> Node:
    return Node(id=node_id, type="text_to_text", params={"prompt": node_id, **params})


def edge(source: str, target: str, order: int = 0) -> Edge:
    return Edge(
        id=f"{source}-{target}",
        source_node_id=source,
        source_port="text",
        target_node_id=target,
        target_port="context",
        order=order,
    )


def diamond(word: str) -> InlineGraph:
    """One, then two at once, then one."""
    nodes = tuple(node(name, prompt=f"{word} {name}") for name in "abcd")
    return InlineGraph(nodes=nodes, edges=(edge("a", "b"), edge("a", "c"), edge("b", "d"), edge("c", "d", 1)))


def chain(word: str, length: int) -> InlineGraph:
    nodes = tuple(node(f"n{i}", prompt=f"{word} {i}") for i in range(length))
    return InlineGraph(nodes=nodes, edges=tuple(edge(f"n{i}", f"n{i + 1}") for i in range(length - 1)))


def apart(word: str, count: int) -> InlineGraph:
    """So many at once."""
    return InlineGraph(nodes=tuple(node(f"n{i}", prompt=f"{word} {i}") for i in range(count)))


def ends(events: list[RunEvent]) -> int:
    return sum(isinstance(event, _ENDS) for event in events)


def once_each(events: list[RunEvent]) -> None:
    """One start, one end, and for every node one end."""
    counts = Counter(type(event).__name__ for event in events if not hasattr(event, "node_id"))
    assert counts["RunStarted"] == ends(events) == 1, counts
    started = next(event for event in events if isinstance(event, RunStarted))
    good = Counter(
        e.node_id for e in events if e.type in {"NodeSucceeded", "NodeCached", "NodeFailed", "NodeCancelled"}
    )
    assert good == {planned.id: 1 for planned in started.plan.nodes}
    queued = Counter((e.node_id, e.attempt) for e in events if e.type == "NodeScheduled")
    assert set(queued.values()) <= {1}
