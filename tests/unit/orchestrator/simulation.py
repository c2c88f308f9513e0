"""Several orchestrators over one log in memory, with everything that may go wrong on the way, from one seed.

Deliveries are shuffled, shared out by chance, repeated, and given back when their process dies. Every call to the world
yields by chance, so that processes interleave. Nothing sleeps, and the same seed is the same story.
"""

import asyncio
import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from contracts.base import ProjectId, RunId
from contracts.envelope import RunDecision, RunLetter, seal, unseal
from contracts.models import Model, ModelBook, Provider
from contracts.run import RunCommand, RunEvent
from contracts.subjects import PARTITIONS, Subjects
from kit.log_memory import MemoryLog
from kit.queue_memory import MemoryTimers, MemoryWorkQueue
from kit.record import Record
from kit.register import MemoryRegister
from kit.snapshots import MemorySnapshots
from orchestrator.admission import Admission
from orchestrator.credits import Credits
from orchestrator.graphs import Graphs
from orchestrator.inbox import Inbox
from orchestrator.orchestra import Orchestra
from orchestrator.outside import Outside
from orchestrator.ports import World
from orchestrator.recipes import Recipes
from orchestrator.runs import Runs
from orchestrator.sweep import sweep
from unit.orchestrator.simulated_broker import Delivery, HandedOut, Jittery, Wakes

SUBJECTS = Subjects("sim")
PROJECT = ProjectId("p")
BOOK = ModelBook(
    providers=(Provider(name="local", title="Here", help=""),),
    models=(
        Model(provider="local", id="writer", title="Writer", operations=("text_to_text",), paid=False),
        Model(provider="local", id="painter", title="Painter", operations=("text_to_image",), paid=False),
    ),
)
PAID_BOOK = BOOK.model_copy(
    update={
        "models": tuple(
            model.model_copy(update={"paid": True, "estimates": dict.fromkeys(model.operations, 10)})
            for model in BOOK.models
        )
    }
)
ORCHESTRATORS = 2
MOST_CRASHES = 6
_PATIENCE = 6_000
_QUIET = 30


@dataclass(eq=False)
class Process:
    """One orchestrator."""

    desk: Orchestra
    inbox: Inbox
    log: HandedOut
    timers: HandedOut


@dataclass
class Simulation:
    seed: int
    faults: bool = False
    """Workers fail, are in doubt, and die."""
    crashes: bool = False
    """Orchestrators die."""
    credits: bool = False
    """Runs are paid for."""
    portraits: bool = False
    """There are pictures of a character, which are judged."""
    width: int = 0
    """So many tasks may lie in the queue, and each partition has one orchestrator. 0: no limit, and no shares."""
    chance: random.Random = field(init=False)
    now: datetime = datetime(2026, 11, 21, tzinfo=UTC)
    flaws: list[str] = field(default_factory=list)
    answers: list[tuple[str, bytes]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    commands: list[tuple[Record, int]] = field(default_factory=list)
    """Commands and reports that wait to be delivered, and how often they were."""
    due: list[tuple[Record, int]] = field(default_factory=list)
    in_flight: list[Delivery] = field(default_factory=list)
    processes: list[Process] = field(default_factory=list)
    workers: dict[int, asyncio.Task[None]] = field(default_factory=dict)
    made: Counter[str | None] = field(default_factory=Counter)
    """Successes of workers, by recipe."""
    told_late: set[tuple[str, str, int]] = field(default_factory=set)
    """Attempts that were in doubt, and whose success was told after that."""
    deaths: int = 0
    crowd: int = 0
    """Most tasks that lay in the queue at once, when there was a limit."""
    _read: int = 0

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self.log = MemoryLog(self.clock)
        self.queue = MemoryWorkQueue(self.clock)
        self.timers = MemoryTimers(self.clock)
        self.open = MemoryRegister(self.clock)
        self.snapshots = MemorySnapshots()

    def clock(self) -> datetime:
        self.now += timedelta(microseconds=1)
        return self.now

    async def pause(self) -> None:
        for _ in range(self.chance.choice((0, 0, 0, 1, 1, 2, 4))):
            await asyncio.sleep(0)

    async def say(self, subject: str, data: bytes) -> None:
        await self.pause()
        self.answers.append((subject, data))

    # processes

    def begin(self, place: int | None = None) -> Process:
        """`place`: of a dead one, whose share it takes over."""
        world = World(
            subjects=SUBJECTS,
            log=Jittery(self.log, self),
            tasks=Jittery(self.queue, self),
            timers=Jittery(self.timers, self),
            wakes=Wakes(self),
            open_runs=Jittery(self.open, self),
            snapshots=Jittery(self.snapshots, self),
            say=self.say,
            clock=self.clock,
            book=PAID_BOOK if self.credits else BOOK,
        )
        recipes = Recipes(world)
        outside = Outside(world, recipes, self._admission(len(self.processes) if place is None else place))
        accounts = Credits(world, on=self.credits)
        desk = Orchestra(world, Runs(world, recipes, outside, accounts), Graphs(world), outside, recipes, accounts)
        log, timers = HandedOut(SUBJECTS.log), HandedOut(SUBJECTS.timers)
        process = Process(desk, Inbox(desk, [log, timers], Jittery(self, self)), log, timers)
        process.inbox.start()
        self.processes.insert(len(self.processes) if place is None else place, process)
        return process

    def _admission(self, place: int) -> Admission:
        admission = Admission()
        admission.widen("text", self.width or 1_000_000)
        if self.width:
            admission.serves = [p for p in range(PARTITIONS) if p % ORCHESTRATORS == place]
        return admission

    async def park(self, record: Record, _stream: str, reason: str, _deliveries: int = 0) -> int:
        self.flaws.append(f"parked: {record.subject}: {reason}")
        return 0

    async def kill(self, process: Process) -> None:
        """It stops between two steps; what it held is delivered again, and another one sweeps as it starts."""
        self.deaths += 1
        place = self.processes.index(process)
        self.processes.remove(process)
        for task in (*process.inbox._tasks, *process.inbox._boxes._tasks):
            task.cancel()
        for delivery in (*process.log.given, *process.timers.given):
            delivery.give_back()
        await asyncio.sleep(0)
        fresh = self.begin(place)
        await sweep(fresh.desk, fresh.inbox, fresh.desk.outside.admission.serves)

    # the broker

    def deliver(self) -> None:
        self._collect()
        for waiting, of_timers in ((self.commands, False), (self.due, True)):
            count = self.chance.randint(1, min(len(waiting), 4)) if waiting else 0
            taken = [waiting.pop(0) for _ in range(count)]
            if self.chance.random() < 0.3:
                self.chance.shuffle(taken)
            batch = [Delivery(record, times + 1, self, waiting) for record, times in taken]
            for part in self._parts(batch):
                self._hand(part, of_timers)
            for delivery in batch:
                if self.chance.random() < 0.05:
                    self._hand([Delivery(delivery.record, delivery.deliveries + 1, self, waiting)], of_timers)

    def _hand(self, batch: list[Delivery], of_timers: bool) -> None:
        process = self.chance.choice(self.processes)
        if self.width:
            process = self.processes[self._partition(batch[0]) % ORCHESTRATORS]
        (process.timers if of_timers else process.log).put(batch)

    def _parts(self, batch: list[Delivery]) -> list[list[Delivery]]:
        """By who holds the partition, if anybody does."""
        if not self.width:
            return [batch] if batch else []
        places = [[one for one in batch if self._partition(one) % ORCHESTRATORS == n] for n in range(ORCHESTRATORS)]
        return [part for part in places if part]

    def _partition(self, delivery: Delivery) -> int:
        return int(delivery.record.subject.split(".")[2])

    def _collect(self) -> None:
        new = self.log._records[self._read :]
        self._read += len(new)
        self.commands += [(record, 0) for record in new if ".evt." not in record.subject]

    @property
    def busy(self) -> bool:
        self._collect()
        working = any(process.inbox._boxes._tasks for process in self.processes)
        return bool(working or self.commands or self.due or self.in_flight or self.workers or self.queue.queued())

    async def settle(self, work: Any) -> bool:
        """Go on until nothing moves any more, retries included. `work` starts a worker on a queued task."""
        for _ in range(_PATIENCE):
            self.deliver()
            if self.width:
                self.crowd = max(self.crowd, len(self.queue.queued()))
            for record in self.queue.queued():
                if record.seq not in self.workers:
                    self.workers[record.seq] = asyncio.create_task(work(self, record))
            if self.crashes and self.deaths < MOST_CRASHES and self.chance.random() < 0.002:
                await self.kill(self.chance.choice(self.processes))
            for _ in range(self.chance.randint(1, 6)):
                await asyncio.sleep(0)
            if not self.busy and not await self._anything_else():
                return True
        return False

    async def _anything_else(self) -> bool:
        for _ in range(_QUIET):
            await asyncio.sleep(0)
        if not self.busy and self.timers._armed:
            self.now += timedelta(hours=1)
            self.due += [(record, 0) for record in self.timers.fire()]
        return self.busy

    async def stop(self) -> None:
        for process in self.processes:
            await process.inbox.stop(0)

    # what is asked, and what is recorded

    async def ask(self, run: str, command: RunCommand, *, twice: bool = False) -> None:
        letter_id = f"letter-{len(self.asked)}"
        self.asked.append(letter_id)
        letter = RunLetter(
            id=letter_id,
            at=self.clock(),
            user_id="u",
            project_id=PROJECT,
            aggregate_id=run,
            command=command,
            reply_to=SUBJECTS.answers("door"),
        )
        for copy in range(1 + twice):
            subject = SUBJECTS.command("run", PROJECT, run)
            await self.log.append(subject, seal(letter), expected=None, event_id=f"{letter_id}-{copy}")

    def decisions(self, run: str) -> list[RunDecision]:
        subject = SUBJECTS.events("run", PROJECT, RunId(run))
        return [unseal(RunDecision, record.data) for record in self.log._records if record.subject == subject]

    def events(self, run: str) -> list[RunEvent]:
        return [event for decision in self.decisions(run) for event in decision.events]
