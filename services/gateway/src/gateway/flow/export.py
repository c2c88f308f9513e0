"""From a graph to what React Flow can show, and what makes the same graph again. Pure."""

from collections.abc import Iterable, Mapping
from itertools import count
from typing import Any

from contracts.catalogue import NODE_TYPES

Json = dict[str, Any]
_FRAME_SIZE = {"width": 400, "height": 300}


def flow_of(name: str, content: Mapping[str, Any]) -> Json:
    """
    Args:
        name: of the graph.
        content: nodes, edges, notes and frames, as the API shows them.
    """  # noqa: D205, D212  the name says the rest
    taken = {node["id"] for node in content["nodes"]}
    frames = [_frame(frame, _free("frame", taken)) for frame in content["frames"]]
    notes = [_note(note, _free("note", taken)) for note in content["notes"]]
    return {
        "name": name,
        # React Flow draws in this order: what lies behind comes first
        "nodes": [*frames, *map(_node, content["nodes"]), *notes],
        "edges": [*map(_edge, content["edges"])],
        "viewport": {"x": 0, "y": 0, "zoom": 1},
    }


def _node(node: Json) -> Json:
    kind = NODE_TYPES.get(node["type"])
    title = node.get("title")
    return {
        "id": node["id"],
        "type": node["type"],
        "position": node["position"],
        "data": {
            "title": title,
            "label": title or (kind.title if kind else node["type"]),
            "params": node["params"],
            "bypassed": node["bypassed"],
            "variation": node["variation"],
            "inputs": [port.model_dump(mode="json") for port in kind.inputs] if kind else [],
            "outputs": node["outputs"],
        },
    }


def _edge(edge: Json) -> Json:
    return {
        "id": edge["id"],
        "source": edge["source_node_id"],
        "sourceHandle": edge["source_port"],
        "target": edge["target_node_id"],
        "targetHandle": edge["target_port"],
        "data": {"order": edge["order"]},
    }


def _frame(frame: Json, id_: str) -> Json:
    size = {side: _number(frame.get(side)) or most for side, most in _FRAME_SIZE.items()}
    label = frame.get("title") or frame.get("label") or ""
    shown = {"id": id_, "type": "group", "position": _position(frame), "zIndex": -1}
    return shown | {"style": size, "data": {"label": str(label), "frame": frame}}


def _note(note: Json, id_: str) -> Json:
    text = note.get("text") or note.get("label") or ""
    return {"id": id_, "type": "note", "position": _position(note), "data": {"label": str(text), "note": note}}


def _position(thing: Json) -> Json:
    inner = thing.get("position")
    at = inner if isinstance(inner, dict) else thing
    return {"x": _number(at.get("x")) or 0, "y": _number(at.get("y")) or 0}


def _number(value: Any) -> float | int | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= 1e9 else None  # noqa: PLR2004


def _free(what: str, taken: set[str]) -> str:
    names: Iterable[str] = (f"{what}-{number}" for number in count(1))
    id_ = next(name for name in names if name not in taken)
    taken.add(id_)
    return id_
