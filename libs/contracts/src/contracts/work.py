"""What a worker is told, and what it answers."""

from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, Field

from contracts.base import (
    Fact,
    GraphId,
    Message,
    MessageId,
    MicroCredits,
    NodeId,
    ProjectId,
    RunId,
    TaskId,
    UserId,
    task_id,
)
from contracts.failures import Failure
from contracts.models import Params
from contracts.run import CostBasis
from contracts.upcasts import VERSION
from contracts.values import Identity, Outputs, Value


class Task(Message):
    """One attempt of one node. Carries everything that is needed to do it, and no bytes."""

    v: int = VERSION
    id: MessageId
    basis: int
    """Sequence of the decision that made it. Reports copy it: a fold that ends before is stale."""
    run_id: RunId
    node_id: NodeId
    project_id: ProjectId
    user_id: UserId
    graph_id: GraphId | None = None
    """Absent: the workflow was sent along with the run."""
    attempt: int
    operation: str
    """The node type."""
    operation_version: int = 1
    provider: str | None = None
    model: str | None = None
    paid: bool = False
    account: str | None = None
    """The user's own at the provider, by name: the worker asks the gateway for its key. None: the installation's."""
    params: Params = {}
    seed: int = 0
    inputs: dict[str, tuple[Value, ...]] = {}
    """By port, in order. The `prompt` port's text and the `prompt` param are already joined in params."""
    recipe: str | None = None
    estimate: MicroCredits = 0
    adopt: str | None = None
    traceparent: str | None = None

    @property
    def task_id(self) -> TaskId:
        return task_id(self.run_id, self.node_id, self.attempt)


class _Report(Fact):
    attempt: int
    epoch: int = 0
    """Which holder of the attempt says this. 0: nobody claimed it (free, quick work)."""
    basis: int = 0


class Claimed(_Report):
    """This worker holds the attempt now. The next claim, one epoch up, fences it."""

    type: Literal["Claimed"] = "Claimed"
    worker: str


MAX_PAYLOAD_BYTES = 32 * 1024
"""Of a submission's payload, and of its response, as JSON: what is larger is left out."""


class Submitting(_Report):
    """About to ask a paid provider, once, before `send_by`."""

    type: Literal["Submitting"] = "Submitting"
    key: str
    """The request's own key, by which a provider that can look requests up finds it."""
    request_digest: str
    send_by: AwareDatetime
    prompt_sent: str | None = None
    """With `notes`: what a later holder tells of a request that it did not make. At most 16 KiB together."""
    notes: tuple[str, ...] = ()
    payload: dict[str, Any] | None = None
    """What is asked for: operation, model, params, seed, inputs by digest. The prompt is in `prompt_sent`."""


class Submitted(_Report):
    """The provider took it. Whoever holds the attempt next resumes with the handle."""

    type: Literal["Submitted"] = "Submitted"
    handle: dict[str, Any]
    """All that is needed to poll, fetch and cancel; no secrets."""


class Succeeded(_Report):
    type: Literal["Succeeded"] = "Succeeded"
    outputs: Outputs
    identities: tuple[Identity, ...] = ()
    """Of a judgement: one for each of the outputs that were judged, in order."""
    cost: MicroCredits = 0
    cost_basis: CostBasis = "free"
    usage: dict[str, float] = {}
    prompt_sent: str | None = None
    notes: tuple[str, ...] = ()
    started_at: AwareDatetime
    payload: dict[str, Any] | None = None
    """Of work that nobody announces, because it is free: as `Submitting` has it."""
    response: dict[str, Any] | None = None
    """What the provider told of it besides the result: model version, finish reason, its own id."""


class Failed(_Report):
    type: Literal["Failed"] = "Failed"
    failure: Failure
    retry_after_s: float | None = None
    cost: MicroCredits = 0
    started_at: AwareDatetime | None = None
    payload: dict[str, Any] | None = None
    """As of `Succeeded`; None: nobody was asked, or it was announced."""
    response: dict[str, Any] | None = None


class InDoubt(_Report):
    """It was about to be sent, and it cannot be known whether it was."""

    type: Literal["InDoubt"] = "InDoubt"
    failure: Failure


class Stopped(_Report):
    """It met a `Revoked` before anything was sent, or the provider cancelled it."""

    type: Literal["Stopped"] = "Stopped"
    cost: MicroCredits = 0


class Revoked(_Report):
    """Written by the orchestrator (the one exception to law 1): no call may begin for this attempt."""

    type: Literal["Revoked"] = "Revoked"


Report = Annotated[
    Claimed | Submitting | Submitted | Succeeded | Failed | InDoubt | Stopped | Revoked, Field(discriminator="type")
]
TERMINAL = (Succeeded, Failed, InDoubt, Stopped)
"""After one of these nobody holds the attempt any more."""


class Progress(Message):
    """Core NATS: shown and forgotten."""

    run_id: RunId
    project_id: ProjectId
    node_id: NodeId
    attempt: int
    progress: float
    """0 to 1."""
    message: str = ""


class Control(Message):
    """Core NATS: makes a cancel fast; the log makes it sure."""

    run_id: RunId
    action: Literal["cancel"] = "cancel"
