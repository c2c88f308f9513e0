"""The state of a run, and of each of its nodes."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import Any

from contracts.base import MessageId, NodeId, ProjectId, RunId, UserId
from contracts.failures import Failure
from contracts.problems import Rejection
from contracts.run import (
    CostBasis,
    NodeState,
    Origin,
    PlannedNode,
    RunRefused,
    RunStarted,
    RunState,
)
from contracts.values import Outputs
from contracts.work import Failed, InDoubt, Report, Stopped, Succeeded

GOOD: frozenset[NodeState] = frozenset({"completed", "cached", "inherited"})
OVER: frozenset[NodeState] = GOOD | {"failed", "cancelled", "skipped"}
_WEAKEST: tuple[CostBasis, ...] = ("free", "reported", "computed", "estimated")
Outcome = Succeeded | Failed | InDoubt | Stopped
_NO_RUN, _NO_PROJECT, _NO_USER = RunId(""), ProjectId(""), UserId("")


@dataclass(frozen=True, slots=True)
class Kept:
    """What one attempt made, of a node that is compared with its characters."""

    attempt: int
    outputs: Outputs
    cost_basis: CostBasis = "free"
    started_at: datetime | None = None
    prompt_sent: str | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """One node of the run."""

    state: NodeState = "waiting"
    attempt: int = 0
    """The newest that was scheduled; 0: none."""
    basis: int = 0
    """Sequence of the decision that scheduled it."""
    ended: int = 0
    """The newest attempt that has a terminal report: a next one may begin only then."""
    decided: int = 0
    """The newest attempt whose terminal report was answered by a decision."""
    revoked: int = 0
    """The newest attempt that was revoked in the log."""
    tries: int = 0
    """Failures that count."""
    retry_at: datetime | None = None
    maker: Origin | None = None
    """Who makes the same thing; set while we wait for it."""
    recipe: str | None = None
    outputs: Outputs = field(default_factory=dict)
    failure: Failure | None = None
    cost: int = 0
    late: Outputs = field(default_factory=dict)
    """What came when it was no longer wanted: kept for the cache."""
    adopt: str | None = None
    doubt: bool = False
    """An attempt ended in doubt, and nobody has settled it."""
    claimed: int = 0
    """The newest attempt that a worker took."""
    doubted: tuple[int, ...] = ()
    """Attempts that were decided to be in doubt, and of which nobody has told since what they made."""
    kept: tuple[Kept, ...] = ()
    """What attempts made so far, oldest first."""
    judging: bool = False
    """The newest attempt makes nothing: it compares what the last of `kept` made with its characters."""
    better: bool = False
    """It was judged, and is to be made once more."""
    again: int = 0
    """How often that was decided."""

    @property
    def open(self) -> bool:
        """Whether some worker may still hold, or get, the newest attempt."""
        return self.attempt > self.ended

    @property
    def active(self) -> bool:
        """Whether something will come by itself: a report, a timer, another run's result."""
        return self.state in {"queued", "running"} or (
            self.state == "waiting" and (self.retry_at is not None or self.maker is not None)
        )

    def but(self, **changes: Any) -> "Step":
        """As `dataclasses.replace`, six times as fast: half of a decision's time went there."""
        new = object.__new__(Step)
        for name, put in _SLOTS:
            put(new, changes[name] if name in changes else getattr(self, name))
        return new


_SLOTS: list[tuple[str, Callable[[Step, Any], None]]] = [
    (one.name, vars(Step)[one.name].__set__) for one in fields(Step)
]


@dataclass(slots=True)
class Run:
    """Mutable while it is folded; `copy` before deciding on it."""

    id: RunId = _NO_RUN
    project_id: ProjectId = _NO_PROJECT
    user_id: UserId = _NO_USER
    state: RunState = "pending"
    started: RunStarted | None = None
    refused: RunRefused | None = None
    plan: Mapping[NodeId, PlannedNode] = field(default_factory=dict)
    dependants: Mapping[NodeId, tuple[NodeId, ...]] = field(default_factory=dict)
    steps: dict[NodeId, Step] = field(default_factory=dict)
    lacking: dict[NodeId, int] = field(default_factory=dict)
    """How many sources of a node are not yet there."""
    order: Mapping[NodeId, int] = field(default_factory=dict)
    """The place of a node in the plan."""
    free: dict[NodeId, None] = field(default_factory=dict)
    """Nodes that wait for none of their sources. Kept, so that a decision need not look at every node."""
    doubtful: dict[NodeId, None] = field(default_factory=dict)
    """Nodes in doubt."""
    reports: dict[NodeId, Report] = field(default_factory=dict)
    """Terminal reports that no decision has answered."""
    truths: dict[NodeId, tuple[Succeeded, ...]] = field(default_factory=dict)
    """What doubted attempts made after all, by attempt; no decision has answered it."""
    failed_first: NodeId | None = None
    active: int = 0
    spent: int = 0
    """Micro-credits: what was made so far has cost."""
    basis: CostBasis = "free"
    """The weakest that this rests on."""
    allowance: int | None = None
    """Micro-credits: what is held for it of its user's credits, with what it has spent. None: nothing is charged."""
    lives: int = 0
    """How often it was resumed."""
    heirs: dict[NodeId, None] = field(default_factory=dict)
    """Nodes that are still to take over their result from the run that this one was forked from."""
    seq: int = 0
    """Of the last decision."""
    decisions: int = 0
    answered: dict[MessageId, tuple[int, Rejection | None]] = field(default_factory=dict)

    def copy(self) -> "Run":
        return replace(
            self,
            steps=dict(self.steps),
            lacking=dict(self.lacking),
            free=dict(self.free),
            doubtful=dict(self.doubtful),
            reports=dict(self.reports),
            truths=dict(self.truths),
            heirs=dict(self.heirs),
            answered=dict(self.answered),
        )

    def put(self, node_id: NodeId, step: Step) -> None:
        before = self.steps.get(node_id)
        self.active += step.active - (before.active if before else False)
        self.steps[node_id] = step
        if step.state == "waiting" and not self.lacking[node_id]:
            self.free[node_id] = None
        else:
            self.free.pop(node_id, None)
        if step.state == "in_doubt":
            self.doubtful[node_id] = None
        else:
            self.doubtful.pop(node_id, None)

    def there(self, node_id: NodeId) -> None:
        """It has its result: whatever lacked nothing else is free."""
        for after in self.dependants[node_id]:
            self.lacking[after] -= 1
            if not self.lacking[after] and self.steps[after].state == "waiting":
                self.free[after] = None

    def in_order(self, nodes: Iterable[NodeId]) -> list[NodeId]:
        """As the plan has them."""
        return sorted(nodes, key=self.order.__getitem__)

    def blocked(self, step: Step) -> bool:
        """Whether it waits for a node of this very run that is in doubt: only a person can say how it goes on."""
        own = step.maker is not None and step.maker.run_id == self.id
        return own and step.maker is not None and self.steps[step.maker.node_id].state == "in_doubt"

    def heirs_left(self) -> list[NodeId]:
        return [node_id for node_id in self.heirs if self.steps[node_id].state == "waiting"]

    @property
    def terminal(self) -> bool:
        return self.refused is not None or self.state in {"completed", "failed", "cancelled"}

    @property
    def settled(self) -> bool:
        """Terminal, and no worker holds anything of it."""
        return self.terminal and not any(step.open for step in self.steps.values())


def weaker(one: CostBasis, other: CostBasis) -> CostBasis:
    """Of two bases of a cost, the one that says less."""
    return max(one, other, key=_WEAKEST.index)


def sources_of(node: PlannedNode) -> list[NodeId]:
    """Each once."""
    return list(dict.fromkeys(source.node_id for port in node.inputs for source in port.sources))


def outcome_reports(run: Run) -> Iterable[tuple[NodeId, Outcome]]:
    """Terminal reports that wait for a decision, in the plan's order."""
    for node_id, report in list(run.reports.items()):
        if isinstance(report, Succeeded | Failed | InDoubt | Stopped):
            yield node_id, report


def truths(run: Run) -> list[tuple[NodeId, Succeeded]]:
    """What doubted attempts made after all, in the plan's order."""
    if not run.truths:
        return []
    return [(node_id, report) for node_id in run.steps for report in run.truths.get(node_id, ())]
