"""What may be sent. Unknown fields are refused by name."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from contracts.base import Id
from contracts.run import Priority
from contracts.workflow import Workflow

MAX_OPS = 10_000
MAX_NOTES = 500
MAX_VARIABLES = 200
_Text = Annotated[str, Field(max_length=16_000)]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _not_blank(text: str) -> str:
    if not text.strip():
        raise ValueError("must not be blank")
    return text


Name = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_not_blank)]
Title = Annotated[str, Field(max_length=200)]
TypeName = Annotated[str, Field(min_length=1, max_length=64)]
PortName = Annotated[str, Field(min_length=1, max_length=64)]
Order = Annotated[int, Field(ge=0, le=100_000)]
Variables = Annotated[
    dict[Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,63}$")], _Text], Field(max_length=MAX_VARIABLES)
]
Notes = Annotated[tuple[dict[str, Any], ...], Field(max_length=MAX_NOTES)]
Coordinate = Annotated[float, Field(ge=-1e9, le=1e9)]


class Position(Strict):
    x: Coordinate = 0
    y: Coordinate = 0


class NewGraph(Strict):
    name: Name
    project_id: Id | None = None


class GraphChange(Strict):
    name: Name | None = None
    notes: Notes | None = None
    frames: Notes | None = None


class NewNode(Strict):
    id: Id | None = None
    """Chosen by the server when absent."""
    type: TypeName
    params: dict[str, Any] = {}
    position: Position = Position()
    title: Title | None = None
    bypassed: bool = False


class NodeChange(Strict):
    """What is absent stays. `params` are merged; null takes a parameter away."""

    type: TypeName | None = None
    """A node keeps its type: only the same one is taken."""
    params: dict[str, Any] = {}
    position: Position | None = None
    title: Title | None = None
    bypassed: bool | None = None


class NewEdge(Strict):
    id: Id | None = None
    source_node_id: Id
    source_port: PortName
    target_node_id: Id
    target_port: PortName
    order: Order | None = None


class AddNodeOp(NewNode):
    op: Literal["add_node"]


class ChangeNodeOp(Strict):
    op: Literal["change_node"]
    node_id: Id
    params: dict[str, Any] = {}
    position: Position | None = None
    title: Title | None = None
    bypassed: bool | None = None


class VaryNodeOp(Strict):
    """The next variation: it will be made anew."""

    op: Literal["vary_node"]
    node_id: Id


class RemoveNodeOp(Strict):
    """Takes its edges with it."""

    op: Literal["remove_node"]
    node_id: Id


class AddEdgeOp(NewEdge):
    op: Literal["add_edge"]


class RemoveEdgeOp(Strict):
    op: Literal["remove_edge"]
    edge_id: Id


class DescribeOp(GraphChange):
    op: Literal["describe"]


EditOp = Annotated[
    AddNodeOp | ChangeNodeOp | VaryNodeOp | RemoveNodeOp | AddEdgeOp | RemoveEdgeOp | DescribeOp,
    Field(discriminator="op"),
]


class Edits(Strict):
    """All of them, or none."""

    ops: Annotated[tuple[EditOp, ...], Field(min_length=1, max_length=MAX_OPS)]


class Duplicate(Strict):
    name: Name | None = None


class Restore(Strict):
    version: Annotated[int, Field(ge=1, le=2**31 - 1)]


class NewExecution(Strict):
    """Of a saved graph, or of a workflow sent along."""

    graph_id: Id | None = None
    graph: Workflow | None = None
    project_id: Id | None = None
    """Only with `graph`; a saved graph has its own."""
    output_node_ids: Annotated[tuple[Id, ...], Field(max_length=2_000)] = ()
    variables: Variables = {}
    priority: Priority = "normal"
    """Among one's own executions."""
    budget: Annotated[int, Field(ge=0, le=10**15)] | None = None
    """Micro-credits."""

    @model_validator(mode="after")
    def _one_of_two(self) -> "NewExecution":
        if (self.graph_id is None) == (self.graph is None):
            raise ValueError("give either graph_id or graph")
        return self


class Fork(Strict):
    """What is to be otherwise than in the execution that is forked."""

    edits: Annotated[tuple[EditOp, ...], Field(max_length=MAX_OPS)] = ()
    """Made to its graph as it was then: all of them, or none. The saved graph stays as it is."""
    variables: Variables = {}
    """Over those that it ran with."""
    output_node_ids: Annotated[tuple[Id, ...], Field(max_length=2_000)] = ()
    """Else what it was asked for."""
    priority: Priority = "normal"
    budget: Annotated[int, Field(ge=0, le=10**15)] | None = None
    """Micro-credits, of the new execution."""


class Settle(Strict):
    action: Literal["resubmit", "fail", "adopt"]
    handle: Annotated[str, Field(min_length=1, max_length=500)] | None = None
    """Of `adopt`: the provider's own id of the job."""

    @model_validator(mode="after")
    def _adopts_something(self) -> "Settle":
        if (self.action == "adopt") != (self.handle is not None):
            raise ValueError("adopt needs a handle, and only adopt takes one")
        return self


class NewUpload(Strict):
    filename: Annotated[str, Field(min_length=1, max_length=255)]
    mime: Annotated[str, Field(min_length=3, max_length=100)]
    bytes: Annotated[int, Field(ge=1, le=10**12)]
    project_id: Id | None = None
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None
    """Of the file, in hex. If it is given, nothing else is taken."""
    multipart: bool | None = None
    """Whether it comes in parts. Absent: where it is large."""


class UploadedPart(Strict):
    number: Annotated[int, Field(ge=1, le=10_000)]
    etag: Annotated[str, Field(min_length=1, max_length=130)]
    """That the store answered."""


class CompleteUpload(Strict):
    parts: Annotated[tuple[UploadedPart, ...], Field(max_length=10_000)] = ()
    """Of an upload in parts: all of them."""
