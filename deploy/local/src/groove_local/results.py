"""Putting what a run made where a person finds it: pictures, texts, and run.json about how it went."""

import json
import mimetypes
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

Fetch = Callable[[str], Awaitable[bytes]]
Json = Mapping[str, Any]


@dataclass(frozen=True)
class Piece:
    """One value that a node made, and the file it is in."""

    node_id: str
    file: str
    value: Json


def pieces(execution: Json, types: Mapping[str, str]) -> list[Piece]:
    """Every output of every node, under names that tell who made it.

    An output node passes on what others made: it refers to their files.
    """
    made: list[Piece] = []
    files: dict[str, str] = {}
    for node_id in sorted(execution["nodes"], key=lambda node_id: types.get(node_id) == "output"):
        for tag, value in _values(execution["nodes"][node_id].get("outputs") or {}):
            file = files.setdefault(_identity(value), f"{node_id}{tag}{_suffix(value)}")
            made.append(Piece(node_id, file, value))
    return made


async def collect(execution: Json, types: Mapping[str, str], events: int, fetch: Fetch) -> dict[str, bytes]:
    """File names and contents, run.json last. `types`: node type by node id; `events`: how many."""
    made = pieces(execution, types)
    once = {piece.file: piece.value for piece in made}
    files = {file: await _content(value, fetch) for file, value in once.items()}
    summary = json.dumps(_summary(execution, types, events, made), indent=2, ensure_ascii=False)
    return {**files, "run.json": f"{summary}\n".encode()}


def write(out: Path, files: Mapping[str, bytes]) -> list[Path]:
    """What an earlier run left there is removed, if run.json tells that it was ours."""
    out.mkdir(parents=True, exist_ok=True)
    for name in _earlier(out / "run.json"):
        (out / name).unlink(missing_ok=True)
    for name, content in files.items():
        (out / name).write_bytes(content)
    return [out / name for name in files]


def _earlier(summary: Path) -> list[str]:
    if not summary.exists():
        return []
    try:
        nodes = json.loads(summary.read_text())["nodes"].values()
        return [Path(name).name for node in nodes for name in node["files"]]
    except (ValueError, KeyError, TypeError, AttributeError):  # somebody else's run.json
        return []


def _identity(value: Json) -> str:
    return str(value.get("sha256") or value.get("text"))


async def _content(value: Json, fetch: Fetch) -> bytes:
    return f"{value['text']}\n".encode() if value["type"] == "text" else await fetch(value["url"])


def _values(outputs: Json) -> Iterator[tuple[str, Json]]:
    """Each value with what tells it from the node's other ones: nothing when there is one."""
    several_ports = len(outputs) > 1
    for port, values in outputs.items():
        for number, value in enumerate(values, start=1):
            tag = f"-{port}" if several_ports else ""
            yield (f"{tag}-{number}" if len(values) > 1 else tag), value


def _suffix(value: Json) -> str:
    if value["type"] == "text":
        return ".txt"
    return mimetypes.guess_extension(value["mime"]) or ".bin"


def _summary(execution: Json, types: Mapping[str, str], events: int, made: Sequence[Piece]) -> Json:
    nodes = {
        node_id: {
            "type": types.get(node_id),
            "state": node["state"],
            "attempt": node.get("attempt"),
            "started_at": node.get("started_at"),
            "completed_at": node.get("completed_at"),
            "seconds": _seconds(node.get("started_at"), node.get("completed_at")),
            "cost": node.get("cost"),
            "error": node.get("error"),
            "files": [piece.file for piece in made if piece.node_id == node_id],
        }
        for node_id, node in execution["nodes"].items()
    }
    return {
        "execution_id": execution["id"],
        "graph_id": execution.get("graph_id"),
        "state": execution["state"],
        "error": execution.get("error"),
        "created_at": execution.get("created_at"),
        "completed_at": execution.get("completed_at"),
        "seconds": _seconds(execution.get("created_at"), execution.get("completed_at")),
        "cost": execution.get("cost"),
        "events": events,
        "nodes": nodes,
    }


def _seconds(start: str | None, end: str | None) -> float | None:
    if start is None or end is None:
        return None
    return round((datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds(), 3)
