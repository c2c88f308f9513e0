"""One function per op: what it makes happen to a draft, or why it may not."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from typing import Any

from contracts.base import NodeId
from contracts.catalogue import NODE_TYPES
from contracts.checks import check_params
from contracts.graph import (
    MAX_EDGES,
    MAX_GRAPH_BYTES,
    MAX_NODES,
    AddEdge,
    AddNode,
    ChangeNode,
    Describe,
    Edge,
    EdgeAdded,
    EdgeRemoved,
    GraphDescribed,
    GraphEvent,
    Node,
    NodeAdded,
    NodeChanged,
    NodeRemoved,
    Op,
    RemoveEdge,
    RemoveNode,
    VaryNode,
)
from contracts.models import ModelBook, Params
from contracts.nodes import NodeType, OutputPort, PortType
from contracts.problems import Reason, Rejected, reject
from contracts.values import MediaType
from orchestrator.domain import connect
from orchestrator.domain.drawing import Drawing


@dataclass(frozen=True)
class Desk:
    """What an op is decided with."""

    draft: Drawing
    book: ModelBook
    at: datetime


Events = list[GraphEvent]


def perform(desk: Desk, op: Op, *loc: str | int) -> Events:
    """What the op makes happen, with the draft evolved by it.

    Raises:
        Rejected: it may not be; the draft is of no use any more. Where: below `loc`.
    """
    try:
        events = _events(desk, op)
        for event in events:
            desk.draft.evolve(event)
        if events and desk.draft.size > MAX_GRAPH_BYTES:
            message = f"A graph may have at most {MAX_GRAPH_BYTES:,} bytes; this would make it {desk.draft.size:,}."
            raise reject(Reason.GRAPH_TOO_LARGE, message)
    except Rejected as no:
        raise below(no, *loc) from None
    return events


def below(no: Rejected, *loc: str | int) -> Rejected:
    """The same refusal, seen from further out."""
    return Rejected(*(flaw.model_copy(update={"loc": (*loc, *flaw.loc)}) for flaw in no.rejection.errors))


def _events(desk: Desk, op: Op) -> Events:
    match op:
        case AddNode():
            return add_node(desk, op)
        case ChangeNode():
            return change_node(desk, op)
        case VaryNode():
            return vary_node(desk, op)
        case RemoveNode():
            return remove_node(desk, op)
        case AddEdge():
            return add_edge(desk, op)
        case RemoveEdge():
            return remove_edge(desk, op)
        case Describe():
            return describe(desk, op)


def add_node(desk: Desk, op: AddNode) -> Events:
    kind = known_type(op.node_type, "node_type")
    params = checked(kind, op.params, desk.book)
    node = Node(
        id=op.node_id,
        type=op.node_type,
        title=op.title or None,
        params=params,
        position=op.position,
        bypassed=op.bypassed,
        variation=op.variation,
        outputs=outputs(kind, op.media),
    )
    if there := desk.draft.nodes.get(node.id):
        if there == node:
            return []
        raise reject(Reason.DUPLICATE_ID, f"There is another node {node.id!r} already.", "node_id")
    if len(desk.draft.nodes) >= MAX_NODES:
        raise reject(Reason.GRAPH_TOO_LARGE, f"A graph may have at most {MAX_NODES:,} nodes.")
    return [NodeAdded(at=desk.at, node=node)]


def change_node(desk: Desk, op: ChangeNode) -> Events:
    node = _node(desk, op.node_id)
    update: dict[str, Any] = {}
    if op.title is not None:
        update["title"] = op.title or None
    if op.position is not None:
        update["position"] = op.position
    if op.bypassed is not None:
        update["bypassed"] = op.bypassed
    if op.params:
        kind = known_type(node.type, "node_id")
        merged = {name: value for name, value in {**node.params, **op.params}.items() if value is not None}
        update["params"] = checked(kind, merged, desk.book)
        if node.type == "asset" and merged["asset_id"] != node.params.get("asset_id"):
            update["outputs"] = outputs(kind, op.media)
    changed = node.model_copy(update=update)
    if changed == node:
        return []
    _still_fits(desk, changed)
    return [NodeChanged(at=desk.at, node=changed)]


def _still_fits(desk: Desk, node: Node) -> None:
    """An asset of another kind has another output: what was connected to the old one must go first."""
    for edge in desk.draft.wiring.out(node.id) if node.type == "asset" else ():
        if connect.output_of(node, edge.source_port) is None:
            message = (
                f"The new asset is {node.outputs[0].type}, and {edge.target_node_id}.{edge.target_port} "
                f"takes the {edge.source_port} of {node.id}. Remove edge {edge.id} first."
            )
            raise reject(Reason.TYPE_MISMATCH, message, "params", "asset_id")


def vary_node(desk: Desk, op: VaryNode) -> Events:
    node = _node(desk, op.node_id)
    kind = known_type(node.type, "node_id")
    if kind.queue is None:
        message = f"{kind.title} makes nothing of its own, so it has no variations."
        raise reject(Reason.INVALID_PARAM, message, "node_id")
    return [NodeChanged(at=desk.at, node=node.model_copy(update={"variation": node.variation + 1}))]


def remove_node(desk: Desk, op: RemoveNode) -> Events:
    node = _node(desk, op.node_id)
    wiring = desk.draft.wiring
    edges = dict.fromkeys(edge.id for edge in (*wiring.into(node.id), *wiring.out(node.id)))
    return [*(EdgeRemoved(at=desk.at, edge_id=edge) for edge in edges), NodeRemoved(at=desk.at, node_id=node.id)]


def add_edge(desk: Desk, op: AddEdge) -> Events:
    draft = desk.draft
    edge = Edge(
        id=op.edge_id,
        source_node_id=op.source_node_id,
        source_port=op.source_port,
        target_node_id=op.target_node_id,
        target_port=op.target_port,
        order=op.order or 0,
    )
    if there := draft.edges.get(edge.id):
        if there == (edge.model_copy(update={"order": there.order}) if op.order is None else edge):
            return []
        raise reject(Reason.DUPLICATE_ID, f"There is another edge {edge.id!r} already.", "edge_id")
    if len(draft.edges) >= MAX_EDGES:
        raise reject(Reason.GRAPH_TOO_LARGE, f"A graph may have at most {MAX_EDGES:,} edges.")
    if flaw := connect.reason(edge, draft.nodes, draft.wiring):
        raise Rejected(flaw)
    if op.order is None and (before := draft.wiring.into(edge.target_node_id, edge.target_port)):
        edge = edge.model_copy(update={"order": before[-1].order + 1})
    return [EdgeAdded(at=desk.at, edge=edge)]


def remove_edge(desk: Desk, op: RemoveEdge) -> Events:
    if op.edge_id not in desk.draft.edges:
        raise reject(Reason.UNKNOWN_EDGE, f"There is no edge {op.edge_id!r}.", "edge_id")
    return [EdgeRemoved(at=desk.at, edge_id=op.edge_id)]


def describe(desk: Desk, op: Describe) -> Events:
    draft = desk.draft
    event = GraphDescribed(
        at=desk.at,
        name=None if op.name == draft.name else op.name,
        notes=None if op.notes == draft.notes else op.notes,
        frames=None if op.frames == draft.frames else op.frames,
    )
    return [] if (event.name, event.notes, event.frames) == (None, None, None) else [event]


def _node(desk: Desk, node_id: NodeId) -> Node:
    if node := desk.draft.nodes.get(node_id):
        return node
    raise reject(Reason.UNKNOWN_NODE, f"There is no node {node_id!r}.", "node_id")


def known_type(name: str, *loc: str | int) -> NodeType:
    """The node type of that name.

    Raises:
        Rejected: there is none; the message lists names that are close.
    """
    if kind := NODE_TYPES.get(name):
        return kind
    close = get_close_matches(name, NODE_TYPES)
    hint = f"Did you mean {' or '.join(close)}?" if close else f"There are: {', '.join(NODE_TYPES)}."
    raise reject(Reason.UNKNOWN_NODE_TYPE, f"There is no node type {name!r}. {hint}", *loc)


def checked(kind: NodeType, params: Params, book: ModelBook) -> Params:
    """The parameters as they are kept.

    Raises:
        Rejected: with everything that is wrong with them.
    """
    if flaws := check_params(kind, params, book, "params"):
        raise Rejected(*flaws)
    return tidied(kind, params)


def tidied(kind: NodeType, params: Mapping[str, Any]) -> Params:
    """2.0 is 2 where a whole number is wanted: the same number must make the same recipe."""
    whole = {param.name for param in kind.params if param.kind == "integer"}
    return {name: int(value) if name in whole else value for name, value in params.items()}


def outputs(kind: NodeType, media: MediaType | None) -> tuple[OutputPort, ...]:
    """What a node gives: of an asset, what it is.

    Raises:
        Rejected: an asset node whose asset nobody has seen.
    """
    if kind.name != "asset":
        return kind.outputs
    if media is None:
        raise reject(Reason.UNKNOWN_ASSET, "There is no such asset.", "params", "asset_id")
    return (OutputPort(name=media, type=PortType(media)),)
