"""A recording, told again by today's code: what was known before each decision, and what is decided from it now."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from contracts.base import NodeId
from contracts.envelope import (
    AssetDecision,
    CharacterDecision,
    GraphDecision,
    GraphLetter,
    RecipeDecision,
    ReportLetter,
    RunDecision,
    RunLetter,
    unseal,
)
from contracts.problems import Rejected, Rejection
from contracts.run import (
    LateResult,
    NodeAwaiting,
    NodeCached,
    NodeFailed,
    NodeInDoubt,
    NodeRetryScheduled,
    NodeScheduled,
    NodeSucceeded,
    RunEvent,
    RunRefused,
    RunStarted,
    StartRun,
)
from contracts.subjects import Address, Subjects
from contracts.work import TERMINAL, Report
from kit.record import Record
from orchestrator.domain.draft import Hit, Known, Mine, Theirs
from orchestrator.domain.evolve import apply
from orchestrator.domain.fork import Fork
from orchestrator.domain.hearing import hear
from orchestrator.domain.run import Act, look, obey, start
from orchestrator.domain.run_state import Run
from orchestrator.replaying.verify import judged_of
from support.recording import PREFIX, records

SUBJECTS = Subjects(PREFIX)
_KINDS: dict[tuple[str, str], Any] = {
    ("cmd", "run"): RunLetter,
    ("cmd", "graph"): GraphLetter,
    ("evt", "run"): RunDecision,
    ("evt", "graph"): GraphDecision,
    ("evt", "recipe"): RecipeDecision,
    ("evt", "asset"): AssetDecision,
    ("evt", "character"): CharacterDecision,
    ("rpt", "run"): ReportLetter,
}


@dataclass(frozen=True)
class Told:
    """One record, read."""

    record: Record
    address: Address
    message: Any

    @property
    def seq(self) -> int:
        return self.record.seq


@dataclass
class History:
    file: Path
    records: list[Record] = field(init=False)

    def __post_init__(self) -> None:
        self.records = records(self.file)

    @cached_property
    def told(self) -> list[Told]:
        addressed = [(record, SUBJECTS.parse(record.subject)) for record in self.records]
        return [Told(r, a, unseal(_KINDS[a.family, a.kind], r.data)) for r, a in addressed]

    @cached_property
    def expected(self) -> dict[str, Any]:
        """What the HTTP API of that day said."""
        said: dict[str, Any] = json.loads(self.file.with_suffix(".expected.json").read_text())
        return said

    def of(self, family: str, kind: str, id_: str | None = None) -> list[Told]:
        return [
            t for t in self.told if (t.address.family, t.address.kind) == (family, kind) and id_ in {None, t.address.id}
        ]

    def letters(self, kind: str) -> dict[str, Any]:
        return {t.message.id: t.message for t in self.of("cmd", kind)}

    def run(self, run_id: str) -> Run:
        """A run as it was left, everything taken in as it stands in the log."""
        run = Run()
        for told in self.told:
            if told.address.id == run_id:
                _take_in(run, told)
        return run

    def decisions(self, run_id: str) -> Iterator[tuple[Run, RunDecision]]:
        """Every decision of a run with what its decider knew: the run is as it was, until the next is asked for.

        A report may be stored while somebody decides without it. Then a later decision answers it, and it is told just
        before that one.
        """
        run, kept_back = Run(), _answered(self.of("evt", "run", run_id))
        waiting: list[Told] = []
        for told in self.told:
            if told.address.id != run_id or told.address.family == "cmd":
                continue
            if told.address.family == "evt":
                for late in [one for one in waiting if kept_back[_key(one)] == told.seq]:
                    _take_in(run, late)
                yield run, told.message
            if kept_back.get(_key(told), 0) > told.seq:
                waiting.append(told)
            else:
                _take_in(run, told)


def _take_in(run: Run, told: Told) -> None:
    if told.address.family == "evt":
        apply(run, told.message, told.seq)
    elif told.address.family == "rpt" and told.address.node is not None:
        hear(run, told.address.node, told.message.report)


def _key(told: Told) -> tuple[NodeId | None, int]:
    report: Report | None = getattr(told.message, "report", None)
    return told.address.node, report.attempt if isinstance(report, TERMINAL) else 0


def _answered(decisions: list[Told]) -> dict[tuple[NodeId | None, int], int]:
    """By node and attempt: the decision that answered its terminal report."""
    found: dict[tuple[NodeId | None, int], int] = {}
    for told in decisions:
        for event in told.message.events:
            for node, attempt, _ in judged_of(event):
                found.setdefault((node, attempt), told.seq)
            if isinstance(event, NodeSucceeded | LateResult | NodeInDoubt | NodeFailed | NodeRetryScheduled):
                attempt = event.attempt - isinstance(event, NodeRetryScheduled)
                found.setdefault((event.node_id, attempt), told.seq)
    return {key: seq for key, seq in found.items() if key[1]}


@dataclass(frozen=True)
class Again:
    """What today's decider says."""

    events: tuple[RunEvent, ...] = ()
    refused: Rejection | None = None


def decide_again(run: Run, decision: RunDecision, letters: dict[str, Any], runs: Callable[[str], Run]) -> Again:
    """Decide once more from the same knowledge: time, plan and what was heard of recipes are the record's.

    `runs` gives a run that was forked, as it was left: what it gives to its forks does not change.
    """
    try:
        act = _act(run, decision, letters[decision.answers], runs) if decision.answers else None
    except Rejected as no:
        return Again(refused=no.rejection)
    named = {event.node_id for event in decision.events if hasattr(event, "node_id") and event.node_id in run.steps}
    woken = frozenset(node_id for node_id in named if run.steps[node_id].maker is not None)
    known = _known(decision)
    for _ in range(2):
        decided = look(run, decision.at, known, act, woken)
        # a recipe that was got, and then not made: the budget did not reach
        known = {**known, **{(node_id, key): Mine() for node_id, key in decided.needs.items()}}
        if not decided.needs:
            break
    assert not decided.needs
    return Again(decided.events)


def _act(run: Run, decision: RunDecision, letter: RunLetter, runs: Callable[[str], Run]) -> Act | None:
    if not isinstance(letter.command, StartRun):
        return obey(run, letter.command)
    (born,) = [event for event in decision.events if isinstance(event, RunStarted | RunRefused)]
    if isinstance(born, RunStarted):
        graph = (born.graph_version, born.graph_name)
        return start(letter, letter.command, born.plan, graph, _fork(born, runs))
    return start(letter, letter.command, Rejected(*born.rejection.errors), (None, ""))


def _fork(born: RunStarted, runs: Callable[[str], Run]) -> Fork | None:
    if born.forked_from is None or born.frozen is None:
        return None
    return Fork(runs(born.forked_from), born.frozen, born.plan, born.variables, born.inherits)


def _known(decision: RunDecision) -> Known:
    found: dict[tuple[NodeId, str], Mine | Hit | Theirs] = {}
    for event in decision.events:
        match event:
            case NodeScheduled(recipe=str(key)):
                found[event.node_id, key] = Mine()
            case NodeCached():
                found[event.node_id, event.recipe] = Hit(event.outputs, event.origin)
            case NodeAwaiting():
                found[event.node_id, event.recipe] = Theirs(event.maker)
    return found
