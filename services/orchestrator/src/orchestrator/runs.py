"""Runs in memory: loaded from the log, decided on, and appended to."""

import hashlib
from collections import Counter, OrderedDict
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from pydantic import TypeAdapter

from contracts.base import MessageId, MicroCredits, NodeId, ProjectId, RunId
from contracts.envelope import ReportLetter, RunDecision, RunLetter, seal
from contracts.problems import Rejection
from contracts.run import RunEvent, RunRefused, RunResumed, RunStarted
from contracts.subjects import partition
from contracts.work import Report
from kit.ids import new_id
from kit.log import Conflict
from kit.record import Record
from kit.sealed import owned
from kit.tracing import HEADER, traceparent
from orchestrator.credits import Credits
from orchestrator.domain import evolve, run_state
from orchestrator.domain.draft import Known
from orchestrator.domain.evolve import adopt, apply
from orchestrator.domain.hearing import hear
from orchestrator.domain.run import Act, Decided, look, taking_over
from orchestrator.domain.run_state import Run
from orchestrator.items import RunKey
from orchestrator.outside import Outside
from orchestrator.paused import Aggregate, legible
from orchestrator.ports import Overtaken, Stale, World
from orchestrator.recipes import Recipes

ATTEMPTS = 50
KEPT = 1_000
QUESTIONS = 16
"""Rounds of asking for recipes before what is known by then is written down: a long chain may be in the cache."""
SNAPSHOT_EVERY = 200
_CODE = hashlib.sha256(b"".join(Path(f).read_bytes() for f in (run_state.__file__, evolve.__file__))).hexdigest()[:16]
_SNAPSHOT = TypeAdapter(Run)


@dataclass
class Held:
    """A run in memory."""

    project_id: ProjectId
    run_id: RunId
    run: Run = field(default_factory=Run)
    seen: int = 0
    """Read without holes up to here."""
    heard: set[int] = field(default_factory=set)
    """Reports after that which were delivered and taken in."""
    snapshot: int = 0
    """Decisions at the last snapshot."""
    reserved: MicroCredits | None = None
    """What was held for it just now of its user's credits, and is told with its first fact."""
    trace: str | None = None
    """Of its last decision: where what is done for it later goes on."""
    listed: bool = False
    """It is on the register, as it is before anything is held for it."""


@dataclass(frozen=True)
class Why:
    """What a decision answers to."""

    cause: MessageId | None = None
    actor: str = "orchestrator"
    letter: RunLetter | None = None


class Runs:
    def __init__(self, world: World, recipes: Recipes, outside: Outside, accounts: Credits | None = None) -> None:
        self._world = world
        self._recipes = recipes
        self._credits = accounts or Credits(world)
        self._outside = outside
        self._kept: OrderedDict[RunKey, Held] = OrderedDict()
        self.facts: Counter[str] = Counter()
        """Decided by this process, by type."""

    def kept(self, key: RunKey) -> Held | None:
        held = self._kept.get(key)
        if held is not None:
            self._kept.move_to_end(key)
        return held

    def forget(self, key: RunKey) -> None:
        self._kept.pop(key, None)

    def trace(self, key: RunKey) -> str | None:
        held = self._kept.get(key)
        return None if held is None else held.trace

    def unended(self, shares: Collection[int]) -> int:
        """How many of those in memory, in these partitions, have begun and are not over."""
        runs = [held.run for held in self._kept.values() if partition(held.run_id) in shares]
        return sum(run.started is not None and not run.settled for run in runs)

    async def load(self, key: RunKey) -> Held:
        return self._keep(key, await self._read(key))

    def begin(self, key: RunKey) -> Held:
        """A run that is not in the log, by all that is known: should it be, the first append finds it out."""
        return self._keep(key, Held(key.project_id, key.id))

    def _keep(self, key: RunKey, held: Held) -> Held:
        self._kept[key] = held
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return held

    async def peek(self, key: RunKey, seq: int = 0) -> Run:
        """A run that is another's to decide on, as it is in the log, and at least as it was at `seq`.

        Raises:
            Stale: the read did not get there.
        """
        held = await self._read(key)
        if seq > max(held.seen, held.run.seq):
            raise Stale(f"run {key.id} was read up to {held.seen}, and must reach {seq}")
        return held.run

    async def _read(self, key: RunKey) -> Held:
        held = Held(key.project_id, key.id)
        stored = await self._world.snapshots.load(self._snapshot_subject(held), _CODE)
        if stored is not None:
            held.seen, held.run = stored[0], _SNAPSHOT.validate_json(stored[1])
            held.snapshot = held.run.decisions
        await self.catch_up(held)
        return held

    async def catch_up(self, held: Held, to: int = 0) -> None:
        """Read on.

        Raises:
            Stale: the read did not reach decision `to`.
            Illegible: there is something that this release cannot read.
        """
        subjects = self._world.subjects
        reports = subjects.report(held.project_id, held.run_id, "*")
        for record in await self._world.log.read(self.subject(held), reports, after=held.seen):
            self._take_in(held, record)
            held.seen = record.seq
        held.heard = {seq for seq in held.heard if seq > held.seen}
        self._world.paused.was_read(Aggregate("run", held.project_id, held.run_id))
        if held.run.seq < to:
            raise Stale(f"run {held.run_id} was read up to {held.run.seq}, and must reach {to}")

    async def reach(self, held: Held, seq: int) -> None:
        """Read on, at least to where somebody else has read this run already.

        Raises:
            Stale: the read did not get there.
        """
        await self.catch_up(held)
        if max(held.seen, held.run.seq) < seq:
            raise Stale(f"run {held.run_id} was read up to {held.seen}, its sender saw {seq}")

    def _take_in(self, held: Held, record: Record) -> None:
        address = self._world.subjects.parse(record.subject)
        if address.family == "evt":
            if record.seq > held.run.seq:
                apply(held.run, legible(self._world.subjects, RunDecision, record), record.seq)
                held.trace = record.headers.get(HEADER, held.trace)
        elif address.node is not None and record.seq not in held.heard:
            hear(held.run, address.node, legible(self._world.subjects, ReportLetter, record).report)

    async def hear(self, held: Held, seq: int, node_id: NodeId, report: Report) -> None:
        """Take in a report that was delivered; read on first if its decision is not known here yet."""
        if report.basis > held.run.seq:
            await self.catch_up(held, report.basis)
        if seq > held.seen and seq not in held.heard:
            held.heard.add(seq)
            hear(held.run, node_id, report)

    async def decide(
        self, held: Held, why: Why, act: Act | None = None, woken: frozenset[NodeId] = frozenset()
    ) -> list[RunEvent]:
        """Decide and append, in as many decisions as it takes; give what was decided.

        After a conflict reports are decided over again, a command is not.

        Raises:
            Overtaken: a command met another decision, which may have been its own.
            Conflict: still contended.
            TooLarge: the frozen graph does not fit a message.
        """
        told: list[RunEvent] = []
        conflicts = 0
        while conflicts < ATTEMPTS:
            now = self._world.clock()
            decided = await self._consider(held, now, act, woken)
            if not decided.events and why.letter is None:
                return told
            if await self._append(held, _decision(why, now, decided.events), decided.after):
                told += decided.events
                if not decided.more:
                    return told
                why, act = replace(why, letter=None), None
            elif why.letter is not None:
                raise Overtaken(held.run_id)
            else:
                conflicts += 1
        raise Conflict(f"run {held.run_id} is still contended")

    async def _consider(self, held: Held, now: datetime, act: Act | None, woken: frozenset[NodeId]) -> Decided:
        """What follows, with the recipes that it takes: after so many questions, what is known by then."""
        known: Known = {}
        if held.run.heirs_left() and held.run.started and held.run.started.forked_from:
            source = RunKey(held.project_id, held.run.started.forked_from)
            act = taking_over(await self.peek(source), act)
        funding = held.reserved if held.run.started is None else None
        for _ in range(QUESTIONS):
            decided = look(held.run, now, known, act, woken, funding=funding)
            if decided.lacks is not None:
                funding = await self._credits.enlarge(decided.after, decided.lacks.need, decided.lacks.most)
            elif not decided.needs:
                return decided
            if decided.needs:
                known = {**known, **await self._recipes.ask(self._imagined(held, decided.events), decided.needs)}
        return look(held.run, now, known, act, woken, funding=funding)

    def _imagined(self, held: Held, events: tuple[object, ...]) -> Run:
        """Who asks for a recipe, also before the run's first fact is stored."""
        born = next((event for event in events if isinstance(event, RunStarted)), None)
        if born is None:
            return held.run
        return Run(id=held.run_id, project_id=born.project_id, user_id=born.user_id)

    async def refuse(self, held: Held, why: Why, rejection: Rejection) -> None:
        """Record that a command was refused.

        Raises:
            Overtaken: it may not be refused any more, or was by someone else.
        """
        decision = _decision(why, self._world.clock(), (), rejection)
        if not await self._append(held, decision):
            raise Overtaken(held.run_id)

    async def _append(self, held: Held, decision: RunDecision, after: Run | None = None) -> bool:
        """Store it, and take it in: `after` is the run that has its facts already."""
        begins = next((event for event in decision.events if isinstance(event, RunStarted | RunResumed)), None)
        if begins is not None and not (held.listed and isinstance(begins, RunStarted)):
            await self._outside.open(held.project_id, held.run_id)
        try:
            seq = await self._world.log.append(
                self.subject(held),
                seal(decision),
                expected=held.run.seq,
                event_id=decision.id,
                headers=owned(_owner(held, decision)),
            )
        except Conflict:
            await self.catch_up(held, held.run.seq + 1)
            return False
        held.trace = traceparent() or held.trace
        self.facts.update(event.type for event in decision.events)
        if after is None:
            apply(held.run, decision, seq)
        else:
            adopt(after, decision, seq)
            held.run = after
        if isinstance(begins, RunResumed):  # who closed the run's last life may just have taken it off the register
            await self._outside.open(held.project_id, held.run_id)
        if held.run.decisions - held.snapshot >= SNAPSHOT_EVERY:
            held.snapshot = held.run.decisions
            await self._save(held)
        return True

    async def list(self, held: Held) -> None:
        """Put it on the register before anything is held for it: should this process die, the sweep finds it there."""
        await self._outside.open(held.project_id, held.run_id)
        held.listed = True

    async def close(self, held: Held) -> None:
        """Nothing of it is left to do, unless it was resumed in this very moment."""
        held.listed = False
        await self._outside.close(held.run)
        newest = await self._world.log.last(self.subject(held))
        if newest is None or newest.seq <= held.run.seq:
            return
        await self.catch_up(held)
        if not held.run.settled:
            await self._outside.open(held.project_id, held.run_id)

    async def _save(self, held: Held) -> None:
        await self.catch_up(held)  # a snapshot has no holes: it holds every report before its sequence
        await self._world.snapshots.save(
            self._snapshot_subject(held), held.seen, _CODE, _SNAPSHOT.dump_json(held.run), held.run.user_id
        )

    def subject(self, held: Held) -> str:
        return self._world.subjects.events("run", held.project_id, held.run_id)

    def _snapshot_subject(self, held: Held) -> str:
        return self._world.subjects.snapshot("run", held.project_id, held.run_id)


def _owner(held: Held, decision: RunDecision) -> str:
    born = (event.user_id for event in decision.events if isinstance(event, RunStarted | RunRefused))
    return next(born, held.run.user_id)


def _decision(why: Why, now: datetime, events: tuple[RunEvent, ...], refused: Rejection | None = None) -> RunDecision:
    return RunDecision(
        id=MessageId(new_id()),
        at=now,
        cause=why.cause,
        actor=why.actor,
        answers=why.letter.id if why.letter else None,
        refused=refused,
        events=events,
    )
