"""What is answered: the documentation of it. Answers are encoded from the views themselves."""

from datetime import datetime
from typing import Any, Generic, Literal, TypeVar

from pydantic import BaseModel

from contracts.base import MicroCredits
from contracts.models import Model, Provider
from contracts.nodes import InputPort, OutputPort
from contracts.run import NodeState, RunState
from gateway.http.shapes_values import ValueShape

T = TypeVar("T")


class Listed(BaseModel, Generic[T]):
    items: list[T]
    next_cursor: str | None


class ProblemShape(BaseModel):
    class At(BaseModel):
        loc: list[str | int]
        message: str

    type: str
    title: str
    status: int
    detail: str
    errors: list[At] = []


class ErrorShape(BaseModel):
    kind: str
    message: str
    provider: str | None = None
    retryable: bool


class PositionShape(BaseModel):
    x: float
    y: float


class LastShape(BaseModel):
    execution_id: str
    state: NodeState
    outputs: dict[str, list[ValueShape]]


class NodeShape(BaseModel):
    id: str
    type: str
    title: str | None = None
    params: dict[str, Any]
    position: PositionShape
    bypassed: bool
    variation: int
    inputs: list[InputPort]
    outputs: list[OutputPort]
    last: LastShape | None = None


class EdgeShape(BaseModel):
    id: str
    source_node_id: str
    source_port: str
    target_node_id: str
    target_port: str
    order: int


class GraphShape(BaseModel):
    id: str
    name: str
    project_id: str
    version: int
    nodes: list[NodeShape]
    edges: list[EdgeShape]
    notes: list[dict[str, Any]]
    frames: list[dict[str, Any]]
    created_at: datetime
    updated_at: datetime


class VersionShape(BaseModel):
    version: int
    at: datetime
    actor: str
    changes: list[dict[str, str]]


class OriginShape(BaseModel):
    execution_id: str
    node_id: str


class RunNodeShape(BaseModel):
    type: str
    title: str | None = None
    state: NodeState
    attempt: int
    outputs: dict[str, list[ValueShape]]
    error: ErrorShape | None = None
    cached_from: OriginShape | None = None
    inherited_from: OriginShape | None = None
    because: str | None = None
    retry_at: datetime | None = None
    cost: MicroCredits
    started_at: datetime | None = None
    completed_at: datetime | None = None
    progress: float


class ExecutionShape(BaseModel):
    id: str
    graph_id: str | None
    graph_version: int | None
    graph_name: str
    project_id: str
    state: RunState
    error: ErrorShape | None = None
    cost: MicroCredits
    budget: MicroCredits | None
    outputs: list[str]
    created_at: datetime
    completed_at: datetime | None = None
    forked_from: str | None = None
    nodes: dict[str, RunNodeShape]


class EventShape(BaseModel):
    id: int
    event: str
    data: dict[str, Any]


class EventsShape(BaseModel):
    items: list[EventShape]
    next_cursor: int | None
    """Give it as `after`."""


class AttemptShape(BaseModel):
    attempt: int
    state: Literal["queued", "running", "succeeded", "failed", "in_doubt", "stopped"]
    because: str | None = None
    queued_at: datetime | None = None
    started_at: datetime | None = None
    asked_at: datetime | None = None
    """When its worker was about to ask a paid provider."""
    revoked_at: datetime | None = None
    ended_at: datetime | None = None
    worker: str | None = None
    holders: int | None = None
    """More than 1: it was taken over from a worker that fell silent."""
    request_key: str | None = None
    handle: dict[str, Any] | None = None
    """The provider's job."""
    error: ErrorShape | None = None
    retry_after_s: float | None = None
    """What the provider asked for."""
    retry_at: datetime | None = None
    counted: bool | None = None
    """False: it was waiting, not a try."""
    late: bool | None = None
    """It ended after the node was decided otherwise; what it made is kept."""
    cost: MicroCredits
    cost_basis: str | None = None
    notes: list[str]


class ExplainShape(BaseModel):
    execution_id: str
    node_id: str
    state: NodeState
    recipe: str | None
    made: bool
    """Whether it was made in this execution; false: taken from an earlier one, or not made at all."""
    reason: str
    cached_from: OriginShape | None = None
    differences: list[str]
    """What differs from the node's execution before this one."""
    provider: str | None
    model: str | None
    caused_by: str | None
    """Why its last attempt was made; None: nothing was tried for it."""
    attempts: list[AttemptShape]


class DoubtShape(BaseModel):
    execution_id: str
    node_id: str
    project_id: str
    graph_name: str
    execution_state: RunState
    type: str
    attempt: int
    since: datetime | None
    provider: str | None
    model: str | None
    request_key: str
    """The request's own key: by it the provider's records may know the request."""
    estimate: MicroCredits
    """What it would cost to ask again, or has cost."""
    error: ErrorShape | None
    actions: list[str]
    """What can be said of it: `POST /api/executions/{id}/nodes/{node_id}/settle`."""


class ParkedShape(BaseModel):
    id: str
    at: datetime
    kind: Literal["command", "report", "task", "timer", "other"]
    subject: str
    stream: str
    sequence: int
    reason: str
    bytes: int
    deliveries: int | None
    """None: not known."""
    aggregate_id: str | None
    """The execution, or the graph of a command about one."""
    node_id: str | None


class WholeParkedShape(ParkedShape):
    body: Any
    """When it is JSON."""
    text: str | None
    """When it is not: its beginning."""


class RedrivenShape(BaseModel):
    id: str
    how: Literal["appended", "told"]
    """The command is in the log again; or the orchestrator was told to look at the node again."""
    subject: str
    sequence: int


class PartShape(BaseModel):
    number: int
    url: str
    headers: dict[str, str]
    """Send exactly these."""
    bytes: int


class UploadShape(BaseModel):
    id: str
    asset_id: str
    method: Literal["PUT"]
    url: str | None
    """Absent where it comes in parts."""
    headers: dict[str, str]
    """Send exactly these."""
    parts: list[PartShape] | None
    """PUT each, in any order and at once; say their etags when you complete it."""
    abort_url: str
    expires_at: datetime
    complete_url: str


class AssetShape(ValueShape):
    id: str
    project_id: str
    name: str
    tags: list[str]
    source: Literal["upload", "generated"]
    execution_id: str | None
    node_id: str | None
    created_at: datetime
    prompt: str | None = None
    """That it was made from, as the provider got it."""
    provider: str | None = None
    model: str | None = None
    deleted_at: datetime | None = None
    sync_status: Literal["synced"]
    """Its bytes are here: nothing is called made before they are."""
    remote_url: str | None
    """Where its maker still has it, if it told."""
    provider_asset_id: str | None
    """What its maker calls it, if it told."""
    downloaded_at: datetime | None
    """When its bytes came here from who made it. Absent for uploads."""
    variants: dict[str, str]
    duplicates: list[str] = []
    """Others of yours that look almost the same; only where one asset is asked for."""


class NodeTypeShape(BaseModel):
    name: str
    type: str
    version: int
    title: str
    help: str
    category: str
    inputs: list[InputPort]
    outputs: list[OutputPort]
    params: dict[str, Any]
    """JSON Schema."""
    queue: str | None
    available: bool
    generative: bool
    prompted: bool
    cacheable: bool
    models: list[Model]


class ProviderShape(Provider):
    enabled: bool
    """Configured in this installation."""
    account: str | None
    """The caller's own, with which it is done. null: the installation's."""
    accounts: list[str]
    """All of the caller's."""
