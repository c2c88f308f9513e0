"""From what was sent to what the orchestrator is asked, once."""

from collections.abc import Iterable, Mapping, Sequence

from contracts.base import EdgeId, NodeId
from contracts.catalogue import NODE_TYPES
from contracts.graph import (
    MAX_NODES,
    AddEdge,
    AddNode,
    ChangeNode,
    Describe,
    Edge,
    Node,
    Op,
    Point,
    RemoveEdge,
    RemoveNode,
    VaryNode,
)
from contracts.nodes import OutputPort, PortType
from contracts.run import InlineGraph
from contracts.values import MediaValue
from contracts.workflow import Workflow, WorkflowEdge, WorkflowNode
from gateway.http import bodies
from gateway.http.naming import Named
from gateway.http.once import Ids
from gateway.http.problems import Problem, invalid

Loc = Sequence[str | int]


def check_size(nodes: int) -> None:
    if nodes > MAX_NODES:
        message = f"A graph may have at most {MAX_NODES:,} nodes; this has {nodes:,}."
        raise invalid(["body", "nodes"], message, "graph-too-large")


def point(position: bodies.Position) -> Point:
    return Point(x=position.x, y=position.y)


def _seen(things: Named, type_: str | None, params: Mapping[str, object], loc: Loc) -> MediaValue | None:
    """The asset of an `asset` node.

    Raises:
        Problem: it is named and not there, or the character of a `character` node is not.
    """
    if type_ == "character":
        _known(things, params, loc)
    if type_ not in {None, "asset"}:
        return None
    named = params.get("asset_id")
    if not isinstance(named, str):
        return None
    if named not in things.media:
        raise invalid([*loc, "params", "asset_id"], f"There is no asset {named[:80]!r}.", "unknown-asset")
    return things.media[named]


def _known(things: Named, params: Mapping[str, object], loc: Loc) -> None:
    named = params.get("character_id")
    if isinstance(named, str) and named not in things.characters:
        message = f"There is no character {named[:80]!r}. GET /api/characters/ lists those that there are."
        raise invalid([*loc, "params", "character_id"], message, "unknown-character")


def add_node(body: bodies.NewNode, node_id: str, things: Named, loc: Loc) -> AddNode:
    asset = _seen(things, body.type, body.params, loc)
    return AddNode(
        node_id=NodeId(node_id),
        node_type=body.type,
        title=body.title,
        params=body.params,
        position=point(body.position),
        bypassed=body.bypassed,
        media=asset.type if asset else None,
    )


def change_node(
    body: bodies.NodeChange | bodies.ChangeNodeOp, node_id: str, type_: str | None, things: Named, loc: Loc
) -> ChangeNode:
    asset = _seen(things, type_, body.params, loc) if type_ in {"asset", "character"} else None
    return ChangeNode(
        node_id=NodeId(node_id),
        title=body.title,
        params=body.params,
        position=point(body.position) if body.position else None,
        bypassed=body.bypassed,
        media=asset.type if asset else None,
    )


def add_edge(body: bodies.NewEdge, edge_id: str) -> AddEdge:
    return AddEdge(
        edge_id=EdgeId(edge_id),
        source_node_id=NodeId(body.source_node_id),
        source_port=body.source_port,
        target_node_id=NodeId(body.target_node_id),
        target_port=body.target_port,
        order=body.order,
    )


def describe(body: bodies.GraphChange) -> Describe:
    return Describe(name=body.name, notes=body.notes, frames=body.frames)


def edited(sent: Iterable[bodies.EditOp]) -> list[Mapping[str, object]]:
    """The params that these ops set."""
    return [op.params for op in sent if isinstance(op, bodies.AddNodeOp | bodies.ChangeNodeOp)]


def ops(
    sent: Sequence[bodies.EditOp], types: Mapping[str, str], things: Named, ids: Ids, field: str = "ops"
) -> tuple[Op, ...]:
    """Every op of an edit.

    Args:
        sent: the ops, as sent.
        types: of the graph's nodes, by id.
        things: that the ops name.
        ids: for nodes and edges that were given none.
        field: of the body, where they are.
    """
    types = dict(types)
    out: list[Op] = []
    for index, op in enumerate(sent):
        loc = ("body", field, index)
        match op:
            case bodies.AddNodeOp():
                node_id = op.id or ids.mint(f"node {index}")
                types[node_id] = op.type
                out.append(add_node(op, node_id, things, loc))
            case bodies.ChangeNodeOp():
                out.append(change_node(op, op.node_id, types.get(op.node_id), things, loc))
            case bodies.VaryNodeOp():
                out.append(VaryNode(node_id=NodeId(op.node_id)))
            case bodies.RemoveNodeOp():
                out.append(RemoveNode(node_id=NodeId(op.node_id)))
            case bodies.AddEdgeOp():
                out.append(add_edge(op, op.id or ids.mint(f"edge {index}")))
            case bodies.RemoveEdgeOp():
                out.append(RemoveEdge(edge_id=EdgeId(op.edge_id)))
            case bodies.DescribeOp():
                out.append(describe(op))
    return tuple(out)


def workflow_ops(workflow: Workflow, things: Named) -> tuple[Op, ...]:
    """The ops that draw a workflow."""
    check_size(len(workflow.nodes))
    nodes = [_workflow_node(node, things, ("body", "nodes", i)) for i, node in enumerate(workflow.nodes)]
    edges = [
        AddEdge(edge_id=edge.id, **edge.model_dump(exclude={"id", "order"}), order=sent.order)
        for edge, sent in zip(_named(workflow.edges), workflow.edges, strict=True)
    ]
    return (*nodes, *edges)


def _workflow_node(node: WorkflowNode, things: Named, loc: Loc) -> AddNode:
    asset = _seen(things, node.type, node.params, loc)
    return AddNode(
        node_id=NodeId(node.id),
        node_type=node.type,
        title=node.title,
        params=node.params,
        position=node.position,
        bypassed=node.bypassed,
        variation=node.variation,
        media=asset.type if asset else None,
    )


def _named(edges: Sequence[WorkflowEdge]) -> list[Edge]:
    """With ids for those that have none."""
    taken = {edge.id for edge in edges if edge.id}
    free = (name for n in range(2 * len(edges) + 1) if (name := f"e{n + 1}") not in taken)
    return [
        Edge(
            id=EdgeId(edge.id or next(free)),
            source_node_id=NodeId(edge.source_node_id),
            source_port=edge.source_port,
            target_node_id=NodeId(edge.target_node_id),
            target_port=edge.target_port,
            order=edge.order if edge.order is not None else index,
        )
        for index, edge in enumerate(edges)
    ]


def inline(workflow: Workflow, things: Named) -> InlineGraph:
    """A workflow as it is frozen into a run."""
    check_size(len(workflow.nodes))
    nodes = []
    for index, node in enumerate(workflow.nodes):
        asset = _seen(things, node.type, node.params, ("body", "graph", "nodes", index))
        nodes.append(
            Node(
                id=NodeId(node.id),
                type=node.type,
                title=node.title,
                params=node.params,
                position=node.position,
                bypassed=node.bypassed,
                variation=node.variation,
                outputs=_outputs(node.type, asset),
            )
        )
    return InlineGraph(name=workflow.name, nodes=tuple(nodes), edges=tuple(_named(workflow.edges)))


def _outputs(type_: str, asset: MediaValue | None) -> tuple[OutputPort, ...]:
    if asset is not None:
        return (OutputPort(name=asset.type, type=PortType(asset.type)),)
    known = NODE_TYPES.get(type_)
    return known.outputs if known else ()


def same_type(wanted: str | None, has: str) -> None:
    if wanted not in {None, has}:
        message = f"A node keeps its type: this is a {has}. Add a new node instead."
        raise Problem(422, "invalid-request", message, errors=[{"loc": ["body", "type"], "message": message}])
