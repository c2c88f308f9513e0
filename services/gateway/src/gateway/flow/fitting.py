"""Leaves out of a drawing what no graph may have, and remarks on it: for who would rather have a part than nothing."""

from collections.abc import Iterable, Mapping

from contracts.catalogue import NODE_TYPES
from contracts.checks import check_params
from contracts.models import ModelBook
from contracts.nodes import PortType
from contracts.workflow import WorkflowEdge, WorkflowNode
from gateway.flow.mapping import Drawing, Loc, Media, Remark

_ROUNDS = 8
"""Taking away one wrong parameter may bring another to light."""


def fit(drawing: Drawing, media: Media, book: ModelBook) -> None:
    nodes = []
    for index, node in drawing.nodes:
        kept = _node(drawing, ("nodes", index), node, book)
        if kept is not None:
            nodes.append((index, kept))
    drawing.nodes = nodes
    there = {node.id: node for _, node in nodes}
    edges: list[tuple[int, WorkflowEdge]] = []
    seen: set[tuple[str, str, str, str]] = set()
    occupied: set[tuple[str, str]] = set()
    for index, edge in drawing.edges:
        why = _wrong(edge, there, media, seen, occupied)
        if why is not None:
            drawing.remarks.append(Remark(("edges", index), why))
            continue
        seen.add(_key(edge))
        occupied.add((edge.target_node_id, edge.target_port))
        edges.append((index, edge))
    closing = _closing(edge for _, edge in edges)
    for index, edge in edges:
        if _key(edge) in closing:
            why = f"The edge from {edge.source_node_id} to {edge.target_node_id} would close a circle."
            drawing.remarks.append(Remark(("edges", index), why))
    drawing.edges = [(index, edge) for index, edge in edges if _key(edge) not in closing]


def _node(drawing: Drawing, loc: Loc, node: WorkflowNode, book: ModelBook) -> WorkflowNode | None:
    """Without the params that it cannot have. None: it cannot be without them."""
    kind, params = NODE_TYPES[node.type], dict(node.params)
    for _ in range(_ROUNDS):
        flaws = check_params(kind, params, book)
        if not flaws:
            return node.model_copy(update={"params": params})
        for flaw in flaws:
            name = str(flaw.loc[-1])
            drawing.remarks.append(Remark((*loc, "data", "params", name), f"Node {node.id!r}: {flaw.message}"))
            if name not in params:
                return None
            params.pop(name)
    return None


def _wrong(
    edge: WorkflowEdge,
    there: Mapping[str, WorkflowNode],
    media: Media,
    seen: set[tuple[str, str, str, str]],
    occupied: set[tuple[str, str]],
) -> str | None:
    source, target = there.get(edge.source_node_id), there.get(edge.target_node_id)
    if source is None or target is None:
        return "One of its nodes was left out."
    if source is target:
        return f"Node {source.id!r} cannot feed itself."
    if _key(edge) in seen:
        return f"There are two edges from {source.id} to {target.id} {edge.target_port}."
    port = NODE_TYPES[target.type].input(edge.target_port)
    type_ = _type(source, edge.source_port, media)
    if port is None or type_ is None or not port.type.accepts(type_):
        return f"{source.id} {edge.source_port} does not fit into {target.id} {edge.target_port}."
    if not port.many and (target.id, port.name) in occupied:
        return f"The input {port.name} of {target.id} takes one edge."
    return None


def _type(source: WorkflowNode, port: str, media: Media) -> PortType | None:
    if source.type == "asset":
        return PortType(media[str(source.params["asset_id"])].type)
    return next((one.type for one in NODE_TYPES[source.type].outputs if one.name == port), None)


def _key(edge: WorkflowEdge) -> tuple[str, str, str, str]:
    return edge.source_node_id, edge.source_port, edge.target_node_id, edge.target_port


def _closing(edges: Iterable[WorkflowEdge]) -> set[tuple[str, str, str, str]]:
    """Edges that lead back to where one came from, walking in depth from every node: no circle is without one."""
    leaving: dict[str, list[WorkflowEdge]] = {}
    for edge in edges:
        leaving.setdefault(edge.source_node_id, []).append(edge)
    closing: set[tuple[str, str, str, str]] = set()
    done: set[str] = set()
    for start, first in leaving.items():
        if start in done:
            continue
        above, walk = {start}, [(start, iter(first))]
        while walk:
            node, left = walk[-1]
            along = next(left, None)
            if along is None:
                walk.pop()
                above.discard(node)
                done.add(node)
            elif along.target_node_id in above:
                closing.add(_key(along))
            elif along.target_node_id not in done:
                above.add(along.target_node_id)
                walk.append((along.target_node_id, iter(leaving.get(along.target_node_id, ()))))
    return closing
