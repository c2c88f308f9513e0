"""From a React Flow drawing to a workflow: node types, params, and handles to ports. Pure.

What cannot be mapped is remarked on, by name, and left out: whoever asks decides whether that is a refusal.
"""

import re
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from contracts.base import ID_PATTERN
from contracts.catalogue import NODE_TYPES
from contracts.graph import Point
from contracts.nodes import InputPort, NodeType, OutputPort, PortType
from contracts.values import MediaValue
from contracts.workflow import WorkflowEdge, WorkflowNode
from gateway.flow.shapes import Flow, FlowEdge, FlowNode

Json = dict[str, Any]
Loc = tuple[str | int, ...]
Media = Mapping[str, MediaValue]
P = TypeVar("P", InputPort, OutputPort)

_OF_REACT_FLOW = frozenset({"default", "input", "output", "group"})
_ID = re.compile(ID_PATTERN)
_APART = re.compile(r"[^A-Za-z0-9_]+")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_MOST_PARENTS = 32
_LONGEST_TITLE = 200
_MOST_VARIATIONS = 1_000_000


@dataclass(frozen=True)
class Remark:
    """Something that was not taken over as it is, and where it stood."""

    loc: Loc
    message: str


@dataclass
class Drawing:
    """What was understood. Nodes and edges stand beside their places in the flow."""

    nodes: list[tuple[int, WorkflowNode]] = field(default_factory=list)
    edges: list[tuple[int, WorkflowEdge]] = field(default_factory=list)
    notes: list[Json] = field(default_factory=list)
    frames: list[Json] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    """What could not be mapped."""
    hints: list[Remark] = field(default_factory=list)
    """What was mapped, and is called otherwise now."""


def named_in(flow: Flow, name: str) -> set[str]:
    """Which assets, or which characters, its nodes name: by the name of the param."""
    params = (_params(node, kind) for node in flow.nodes if (kind := type_of(node)) is not None)
    return {id_ for one in params if isinstance(one, dict) and isinstance(id_ := one.get(name), str)}


def mapped(flow: Flow, media: Media, characters: Container[str] = ()) -> Drawing:
    """
    Args:
        flow: as it was drawn.
        media: the assets that it names and that are there.
        characters: so with characters.
    """  # noqa: D205, D212  the name says the rest
    drawing = Drawing()
    places = {node.id: node for node in flow.nodes}
    kinds: dict[str, tuple[WorkflowNode, NodeType]] = {}
    taken: set[str] = set()
    for index, node in enumerate(flow.nodes):
        loc = ("nodes", index)
        if node.id in kinds:
            drawing.remarks.append(Remark((*loc, "id"), f"There are two nodes with the id {node.id[:80]!r}."))
        elif node.type == "group":
            drawing.frames.append(_frame(node, _absolute(node, places)))
        elif node.type == "note":
            drawing.notes.append(_note(node, _absolute(node, places)))
        elif (gone := _missing(node, {"asset": media, "character": characters})) is not None:
            what, named = gone
            message = f"There is no {what} {named[:80]!r}."
            drawing.remarks.append(Remark((*loc, "data", "params", f"{what}_id"), message))
        elif (made := _node(drawing, loc, node, taken, _absolute(node, places))) is not None:
            kinds[node.id] = made
            taken.add(made[0].id)
            drawing.nodes.append((index, made[0]))
    used: set[str] = set()
    for index, edge in enumerate(flow.edges):
        if (wire := _edge(drawing, ("edges", index), edge, kinds, media)) is not None:
            id_ = edge.id if edge.id and _ID.fullmatch(edge.id) and edge.id not in used else None
            used |= {id_} if id_ else set()
            drawing.edges.append((index, wire.model_copy(update={"id": id_})))
    return drawing


def type_of(node: FlowNode) -> NodeType | None:
    """By the node's own type, unless it is one of React Flow's; else by what its data says; else by React Flow's."""
    said = [node.data.get(name) for name in ("nodeType", "node_type", "type")]
    ordered = [*said, node.type] if node.type in _OF_REACT_FLOW else [node.type, *said]
    for name in ordered:
        if isinstance(name, str) and (kind := NODE_TYPES.get(_snake(name))) is not None:
            return kind
    return None


def _missing(node: FlowNode, there: Mapping[str, Container[str]]) -> tuple[str, str] | None:
    """What it shows and is not there: its kind and its id."""
    kind = type_of(node)
    if kind is None or kind.name not in there:
        return None
    named = (_params(node, kind) or {}).get(f"{kind.name}_id")
    return (kind.name, named) if isinstance(named, str) and named not in there[kind.name] else None


def _snake(name: str) -> str:
    return _HUMP.sub("_", name).replace("-", "_").replace(" ", "_").lower()


def _node(
    drawing: Drawing, loc: Loc, node: FlowNode, taken: set[str], at: Point
) -> tuple[WorkflowNode, NodeType] | None:
    kind = type_of(node)
    if kind is None:
        named = node.data.get("type") if node.type in _OF_REACT_FLOW | {None} else node.type
        shown = f"is of type {str(named or node.type)[:80]!r}, which there is not here" if node.type else "has no type"
        drawing.remarks.append(Remark((*loc, "type"), f"Node {node.id[:80]!r} {shown}."))
        return None
    params = _params(node, kind)
    if params is None:
        drawing.remarks.append(Remark((*loc, "data", "params"), f"The params of node {node.id[:80]!r} are no object."))
        return None
    id_ = _id(node.id, taken)
    if id_ != node.id:
        drawing.hints.append(Remark((*loc, "id"), f"Node {node.id[:80]!r} is called {id_!r} here."))
    title = node.data["title"] if "title" in node.data else node.data.get("label")
    variation = node.data.get("variation")
    known = isinstance(variation, int) and not isinstance(variation, bool) and 0 <= variation <= _MOST_VARIATIONS
    made = WorkflowNode(
        id=id_,
        type=kind.name,
        title=title[:_LONGEST_TITLE] if isinstance(title, str) and title else None,
        params=params,
        position=at,
        bypassed=node.data.get("bypassed") is True,
        variation=variation if known else 0,
    )
    return made, kind


def _params(node: FlowNode, kind: NodeType) -> Json | None:
    """Those that the data names as such; else whatever in the data has the name of one."""
    if "params" in node.data:
        given = node.data["params"]
        return dict(given) if isinstance(given, dict) else None
    return {name: value for name, value in node.data.items() if kind.param(name) is not None and value is not None}


def _id(wanted: str, taken: set[str]) -> str:
    id_ = re.sub(r"[^A-Za-z0-9_-]+", "-", wanted)[:64] or "node"
    number = 2
    while id_ in taken:
        tail = f"-{number}"
        id_, number = f"{id_[: 64 - len(tail)]}{tail}", number + 1
    return id_


def _absolute(node: FlowNode, places: Mapping[str, FlowNode]) -> Point:
    """A child's position counts from its parent's."""
    x, y, parent = node.position.x, node.position.y, node.parent
    for _ in range(_MOST_PARENTS):
        above = places.get(parent) if parent is not None else None
        if above is None:
            break
        x, y, parent = x + above.position.x, y + above.position.y, above.parent
    return Point(x=x, y=y)


def _frame(node: FlowNode, at: Point) -> Json:
    kept = node.data.get("frame")
    if isinstance(kept, dict):
        return kept
    size = {
        name: said
        for name in ("width", "height")
        if isinstance(said := getattr(node, name) or node.measured.get(name), int | float)
    }
    return {"id": _id(node.id, set()), "title": str(node.data.get("label") or ""), "x": at.x, "y": at.y, **size}


def _note(node: FlowNode, at: Point) -> Json:
    kept = node.data.get("note")
    if isinstance(kept, dict):
        return kept
    text = str(node.data.get("text") or node.data.get("label") or "")
    return {"id": _id(node.id, set()), "text": text, "x": at.x, "y": at.y}


def _edge(
    drawing: Drawing, loc: Loc, edge: FlowEdge, kinds: Mapping[str, tuple[WorkflowNode, NodeType]], media: Media
) -> WorkflowEdge | None:
    ends = []
    for end, id_ in (("source", edge.source), ("target", edge.target)):
        if id_ not in kinds:
            drawing.remarks.append(Remark((*loc, end), f"Its {end} {id_[:80]!r} is no node that could be taken over."))
            return None
        ends.append(kinds[id_])
    (source, from_), (target, to) = ends
    outputs, inputs = _outputs(source, from_, media), to.inputs
    port, into = _matched(edge.sourceHandle, outputs), _matched(edge.targetHandle, inputs)
    if port is None and edge.sourceHandle is None and into is not None:
        port = _only([one for one in outputs if into.type.accepts(one.type)])
    if into is None and edge.targetHandle is None and port is not None:
        into = _only([one for one in inputs if one.type.accepts(port.type)])
    for end, found, node, handle in (
        ("sourceHandle", port, source, edge.sourceHandle),
        ("targetHandle", into, target, edge.targetHandle),
    ):
        if found is None:
            drawing.remarks.append(Remark((*loc, end), _no_port(end, node, handle, outputs, inputs)))
            return None
    order = (edge.data or {}).get("order")
    return WorkflowEdge(
        source_node_id=source.id,
        source_port=port.name if port else "",
        target_node_id=target.id,
        target_port=into.name if into else "",
        order=order if isinstance(order, int) and not isinstance(order, bool) and 0 <= order <= 100_000 else None,  # noqa: PLR2004
    )


def _outputs(node: WorkflowNode, kind: NodeType, media: Media) -> tuple[OutputPort, ...]:
    """Of an asset: what the asset is."""
    if kind.name != "asset":
        return kind.outputs
    asset = media.get(str(node.params.get("asset_id")))
    types = (asset.type,) if asset else ("image", "video", "audio")
    return tuple(OutputPort(name=one, type=PortType(one)) for one in types)


def _matched(handle: str | None, ports: Sequence[P]) -> P | None:
    """By its name; by the one name that is a part of it ("output-image"); the only one, where nothing is said."""
    if handle is None:
        return _only(ports)
    parts = set(_APART.split(handle))
    exact = [port for port in ports if port.name == handle]
    return _only(exact or [port for port in ports if port.name in parts])


def _only(ports: Sequence[P]) -> P | None:
    return ports[0] if len(ports) == 1 else None


def _no_port(
    end: str, node: WorkflowNode, handle: str | None, outputs: Sequence[OutputPort], inputs: Sequence[InputPort]
) -> str:
    what, ports = ("output", outputs) if end == "sourceHandle" else ("input", inputs)
    names = ", ".join(port.name for port in ports) or "none"
    said = f"has no {what} {handle[:80]!r}" if handle is not None else f"has no {what} that is surely meant"
    return f"Node {node.id!r} ({node.type}) {said}. There are: {names}."
