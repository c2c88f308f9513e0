"""A run: one execution of a graph. What may be asked of it, and what has happened to it."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from contracts.base import Fact, GraphId, Message, MicroCredits, NodeId, ProjectId, RunId, UserId
from contracts.failures import Failure
from contracts.graph import Op
from contracts.plan import Frozen, InlineGraph, Origin, Plan, PlannedInput, PlannedNode, Source
from contracts.problems import Rejection
from contracts.values import CharacterValue, MediaValue, Outputs

NodeState = Literal[
    "idle",
    "waiting",
    "queued",
    "running",
    "completed",
    "cached",
    "inherited",
    "in_doubt",
    "failed",
    "cancelled",
    "skipped",
]
RunState = Literal["pending", "running", "completed", "failed", "cancelled"]
Priority = Literal["low", "normal", "high"]
"""Among the runs of one user: whose tasks go first. Users take turns whatever they say."""
CostBasis = Literal["free", "reported", "computed", "estimated"]


# What may be asked


class StartRun(Message):
    type: Literal["StartRun"] = "StartRun"
    graph_id: GraphId | None = None
    graph_version: int | None = None
    """The version its sender saw. Absent: the latest."""
    inline: InlineGraph | None = None
    output_node_ids: tuple[NodeId, ...] = ()
    variables: dict[str, str] = {}
    """The project's, with the request's over them."""
    preferred_models: tuple[str, ...] = ()
    """The project's, else the installation's, for nodes that name none."""
    accounts: dict[str, str] = {}
    """By provider: the user's own account there, by name."""
    assets: dict[str, MediaValue] = {}
    """By id: those that the graph's `asset` nodes name and the user may see."""
    characters: dict[str, CharacterValue] = {}
    """By id: those that its `character` nodes name, as they are now."""
    unjudged: bool = False
    """There is no face service in this installation: results are not compared with their characters."""
    priority: Priority = "normal"
    budget: MicroCredits | None = None
    daily_budget: MicroCredits | None = None
    """The project's: most that may be spent in it in a day (UTC)."""
    body_digest: str = ""
    fork_of: RunId | None = None
    """Instead of a graph: what that run ran, with `edits` made to it. Its results are taken over where they fit."""
    fork_basis: int = 0
    """The last sequence of that run that its sender had seen."""
    edits: tuple[Op, ...] = ()
    job: NodeId | None = None
    """It was asked for as a job, not drawn: this node of `inline` is all that is wanted."""
    gone: tuple[NodeId, ...] = ()
    """Of a fork: nodes whose result was deleted since. It is not taken over."""


class CancelRun(Message):
    type: Literal["CancelRun"] = "CancelRun"


class ResumeRun(Message):
    """Run again what failed, was cancelled or skipped."""

    type: Literal["ResumeRun"] = "ResumeRun"


class SettleNode(Message):
    """A person says what became of a request that could not be known."""

    type: Literal["SettleNode"] = "SettleNode"
    node_id: NodeId
    action: Literal["resubmit", "fail", "adopt"]
    handle: str | None = None
    """Of `adopt`: the provider's own id of the job."""


RunCommand = Annotated[StartRun | CancelRun | ResumeRun | SettleNode, Field(discriminator="type")]


# What has happened


class RunStarted(Fact):
    type: Literal["RunStarted"] = "RunStarted"
    run_id: RunId
    project_id: ProjectId
    user_id: UserId
    graph_id: GraphId | None = None
    graph_version: int | None = None
    graph_name: str = ""
    plan: Plan
    variables: dict[str, str] = {}
    priority: Priority = "normal"
    budget: MicroCredits | None = None
    body_digest: str = ""
    forked_from: RunId | None = None
    inherits: tuple[NodeId, ...] = ()
    """Nodes that take over their result from there: before anything else happens."""
    frozen: Frozen | None = None
    """Of a fork: what it was made from is written down nowhere else."""
    imported_from: str | None = None
    """The installation that it ran in: here it is only told."""
    reserved: MicroCredits | None = None
    """Of its user's credits, held for it before it began. None: nothing of it is charged."""
    daily_budget: MicroCredits | None = None


class RunRefused(Fact):
    """It was asked for, and never started. Kept, so that the same request is answered the same."""

    type: Literal["RunRefused"] = "RunRefused"
    run_id: RunId
    user_id: UserId
    rejection: Rejection
    body_digest: str = ""


class NodeScheduled(Fact):
    """A task of this attempt is wanted."""

    type: Literal["NodeScheduled"] = "NodeScheduled"
    node_id: NodeId
    attempt: int
    recipe: str | None = None
    adopt: str | None = None
    """A settled handle: begin with it, and submit nothing."""


class NodeAwaiting(Fact):
    """Another run is making the very same thing: wait for it, do not pay twice."""

    type: Literal["NodeAwaiting"] = "NodeAwaiting"
    node_id: NodeId
    recipe: str
    maker: Origin


class NodeSucceeded(Fact):
    type: Literal["NodeSucceeded"] = "NodeSucceeded"
    node_id: NodeId
    attempt: int = 0
    """0: the orchestrator answered itself (text, asset, output)."""
    recipe: str | None = None
    outputs: Outputs
    cost: MicroCredits = 0
    cost_basis: CostBasis = "free"
    started_at: AwareDatetime | None = None
    prompt_sent: str | None = None
    notes: tuple[str, ...] = ()
    """What the person should know: parameters that were clamped or dropped."""
    judged: bool = False
    """The best of what was made before (`NodeMade`), where its cost was told already."""
    failed: int = 0
    """Of a judged one: the attempt after them that made nothing. 0: there was none; `cost` is of this."""


class NodeMade(Fact):
    """An attempt made what was wanted, and was charged for it. The next attempt compares it with its characters."""

    type: Literal["NodeMade"] = "NodeMade"
    node_id: NodeId
    attempt: int
    """That made it. The one after it is the judgement's."""
    recipe: str | None = None
    outputs: Outputs
    cost: MicroCredits = 0
    cost_basis: CostBasis = "free"
    started_at: AwareDatetime | None = None
    prompt_sent: str | None = None
    notes: tuple[str, ...] = ()


class NodeJudged(Fact):
    """It is known how much an attempt's outputs show their characters, or that it cannot be known."""

    type: Literal["NodeJudged"] = "NodeJudged"
    node_id: NodeId
    attempt: int
    """The judgement's."""
    made: int
    """The attempt that was judged."""
    outputs: Outputs
    """As they were made, with their `identity`."""
    again: bool = False
    """It is not like them enough, and is made once more."""
    note: str = ""
    """Why it could not be judged, or why it is not made again."""


class NodeCached(Fact):
    type: Literal["NodeCached"] = "NodeCached"
    node_id: NodeId
    recipe: str
    outputs: Outputs
    origin: Origin


class NodeInherited(Fact):
    """Nothing about it changed since the run that this one was forked from: its result is taken over."""

    type: Literal["NodeInherited"] = "NodeInherited"
    node_id: NodeId
    recipe: str | None = None
    outputs: Outputs
    origin: Origin


class NodeInDoubt(Fact):
    """It cannot be known whether the provider took the request. Nothing is sent again until a person settles it."""

    type: Literal["NodeInDoubt"] = "NodeInDoubt"
    node_id: NodeId
    attempt: int
    failure: Failure


class NodeFailed(Fact):
    type: Literal["NodeFailed"] = "NodeFailed"
    node_id: NodeId
    attempt: int
    failure: Failure
    cost: MicroCredits = 0


class NodeRetryScheduled(Fact):
    type: Literal["NodeRetryScheduled"] = "NodeRetryScheduled"
    node_id: NodeId
    attempt: int
    """The attempt that will be made."""
    retry_at: AwareDatetime
    failure: Failure
    counted: bool
    """False: it was waiting (rate limit, capacity), not a try."""
    cost: MicroCredits = 0
    """Of the attempt that failed: some failures are charged."""


class NodeCancelled(Fact):
    type: Literal["NodeCancelled"] = "NodeCancelled"
    node_id: NodeId


class NodeSkipped(Fact):
    type: Literal["NodeSkipped"] = "NodeSkipped"
    node_id: NodeId
    because: NodeId
    """The failed node that it depends on."""


class NodeReset(Fact):
    """Put back by a resume or a settlement: it may run again."""

    type: Literal["NodeReset"] = "NodeReset"
    node_id: NodeId
    settled: bool = False
    """A person said that it may be asked for again, although it is not known what became of the last request."""
    adopt: str | None = None
    """The provider's job that is to be taken over instead."""


class LateResult(Fact):
    """A success after the node was decided otherwise: it changes no node, but is kept, charged and cached.

    Without outputs: an attempt that was stopped or failed after that, and was charged all the same.
    """

    type: Literal["LateResult"] = "LateResult"
    node_id: NodeId
    attempt: int
    recipe: str | None = None
    outputs: Outputs
    cost: MicroCredits = 0
    cost_basis: CostBasis = "free"


class RunCompleted(Fact):
    type: Literal["RunCompleted"] = "RunCompleted"


class RunFailed(Fact):
    type: Literal["RunFailed"] = "RunFailed"
    failure: Failure
    node_id: NodeId | None = None
    """The step that failed first."""


class RunCancelled(Fact):
    type: Literal["RunCancelled"] = "RunCancelled"


class RunResumed(Fact):
    type: Literal["RunResumed"] = "RunResumed"


class RunFunded(Fact):
    """More of its user's credits is held for it now: in all, with what it has spent, so much."""

    type: Literal["RunFunded"] = "RunFunded"
    reserved: MicroCredits


RunEvent = Annotated[
    RunStarted
    | RunRefused
    | NodeScheduled
    | NodeAwaiting
    | NodeSucceeded
    | NodeMade
    | NodeJudged
    | NodeCached
    | NodeInherited
    | NodeInDoubt
    | NodeFailed
    | NodeRetryScheduled
    | NodeCancelled
    | NodeSkipped
    | NodeReset
    | LateResult
    | RunCompleted
    | RunFailed
    | RunCancelled
    | RunResumed
    | RunFunded,
    Field(discriminator="type"),
]

__all__ = [
    "CancelRun",
    "CostBasis",
    "Frozen",
    "InlineGraph",
    "LateResult",
    "NodeAwaiting",
    "NodeCached",
    "NodeCancelled",
    "NodeFailed",
    "NodeInDoubt",
    "NodeInherited",
    "NodeJudged",
    "NodeMade",
    "NodeReset",
    "NodeRetryScheduled",
    "NodeScheduled",
    "NodeSkipped",
    "NodeState",
    "NodeSucceeded",
    "Origin",
    "Plan",
    "PlannedInput",
    "PlannedNode",
    "ResumeRun",
    "RunCancelled",
    "RunCommand",
    "RunCompleted",
    "RunEvent",
    "RunFailed",
    "RunFunded",
    "RunRefused",
    "RunResumed",
    "RunStarted",
    "RunState",
    "SettleNode",
    "Source",
    "StartRun",
]
