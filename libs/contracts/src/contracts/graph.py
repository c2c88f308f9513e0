"""A graph: what it is made of, what may be asked of it, what has happened to it."""

from typing import Annotated, Any, Literal

from pydantic import Field

from contracts.base import EdgeId, Fact, GraphId, Message, NodeId, ProjectId, UserId
from contracts.models import Params
from contracts.nodes import OutputPort
from contracts.values import MediaType

MAX_NODES = 2_000
MAX_EDGES = 8_000
MAX_GRAPH_BYTES = 2_000_000
"""Of a graph's JSON: it must fit a message when it is frozen into a run (compressed, 512 KiB)."""


class Point(Message):
    """Canvas pixels."""

    x: float = 0
    y: float = 0


class Node(Message):
    id: NodeId
    type: str
    title: str | None = None
    params: Params = {}
    position: Point = Point()
    bypassed: bool = False
    variation: int = 0
    outputs: tuple[OutputPort, ...] = ()


class Edge(Message):
    id: EdgeId
    source_node_id: NodeId
    source_port: str
    target_node_id: NodeId
    target_port: str
    order: int = 0
    """Among the edges into the same port."""


# What may be asked


class AddNode(Message):
    type: Literal["AddNode"] = "AddNode"
    node_id: NodeId
    node_type: str
    title: str | None = None
    params: Params = {}
    position: Point = Point()
    bypassed: bool = False
    variation: int = 0
    media: MediaType | None = None
    """Of an `asset` node: what its asset is. Looked up at the door."""


class ChangeNode(Message):
    """Absent fields stay. `params` are merged; a value of None takes a parameter away."""

    type: Literal["ChangeNode"] = "ChangeNode"
    node_id: NodeId
    title: str | None = None
    params: dict[str, Any] = {}
    position: Point | None = None
    bypassed: bool | None = None
    media: MediaType | None = None


class VaryNode(Message):
    """Ask for another variation: the recipe changes, so it is made anew."""

    type: Literal["VaryNode"] = "VaryNode"
    node_id: NodeId


class RemoveNode(Message):
    """Takes its edges with it."""

    type: Literal["RemoveNode"] = "RemoveNode"
    node_id: NodeId


class AddEdge(Message):
    type: Literal["AddEdge"] = "AddEdge"
    edge_id: EdgeId
    source_node_id: NodeId
    source_port: str
    target_node_id: NodeId
    target_port: str
    order: int | None = None
    """Absent: last."""


class RemoveEdge(Message):
    type: Literal["RemoveEdge"] = "RemoveEdge"
    edge_id: EdgeId


class Describe(Message):
    """Name, notes and frames of the graph itself; absent ones stay."""

    type: Literal["Describe"] = "Describe"
    name: str | None = None
    notes: tuple[dict[str, Any], ...] | None = None
    frames: tuple[dict[str, Any], ...] | None = None


Op = Annotated[
    AddNode | ChangeNode | VaryNode | RemoveNode | AddEdge | RemoveEdge | Describe, Field(discriminator="type")
]


class CreateGraph(Message):
    type: Literal["CreateGraph"] = "CreateGraph"
    name: str
    ops: tuple[Op, ...] = ()
    body_digest: str = ""
    """Of the request: the same id with another digest is refused."""


class EditGraph(Message):
    """All of the ops, or none."""

    type: Literal["EditGraph"] = "EditGraph"
    ops: tuple[Op, ...]
    if_version: int | None = None
    body_digest: str = ""


class RestoreGraph(Message):
    """Make it again as it was at a version; a new version, so nothing is lost."""

    type: Literal["RestoreGraph"] = "RestoreGraph"
    version: int
    if_version: int | None = None


class DeleteGraph(Message):
    type: Literal["DeleteGraph"] = "DeleteGraph"
    if_version: int | None = None


GraphCommand = Annotated[CreateGraph | EditGraph | RestoreGraph | DeleteGraph, Field(discriminator="type")]


# What has happened


class GraphCreated(Fact):
    type: Literal["GraphCreated"] = "GraphCreated"
    graph_id: GraphId
    project_id: ProjectId
    user_id: UserId
    name: str
    body_digest: str = ""


class NodeAdded(Fact):
    type: Literal["NodeAdded"] = "NodeAdded"
    node: Node


class NodeChanged(Fact):
    """The node as it is now."""

    type: Literal["NodeChanged"] = "NodeChanged"
    node: Node


class NodeRemoved(Fact):
    type: Literal["NodeRemoved"] = "NodeRemoved"
    node_id: NodeId


class EdgeAdded(Fact):
    type: Literal["EdgeAdded"] = "EdgeAdded"
    edge: Edge


class EdgeRemoved(Fact):
    type: Literal["EdgeRemoved"] = "EdgeRemoved"
    edge_id: EdgeId


class GraphDescribed(Fact):
    """Absent fields stay."""

    type: Literal["GraphDescribed"] = "GraphDescribed"
    name: str | None = None
    notes: tuple[dict[str, Any], ...] | None = None
    frames: tuple[dict[str, Any], ...] | None = None


class GraphDeleted(Fact):
    type: Literal["GraphDeleted"] = "GraphDeleted"


GraphEvent = Annotated[
    GraphCreated | NodeAdded | NodeChanged | NodeRemoved | EdgeAdded | EdgeRemoved | GraphDescribed | GraphDeleted,
    Field(discriminator="type"),
]
