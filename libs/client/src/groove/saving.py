"""What a run made, as files under names that tell who made it, and run.json about how it went."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from groove.client import Client
from groove.clock import moment_s
from groove.media import TOLD, suffix_of_value
from groove.shapes import Execution, Value

SUMMARY = "run.json"


@dataclass(frozen=True)
class Piece:
    """One value that a node put out, and the file it is in."""

    node_id: str
    file: str
    value: Value


@dataclass(frozen=True)
class Saved:
    paths: tuple[Path, ...]
    """Files in the order of the run; run.json last."""
    summary: Mapping[str, Any]
    """What run.json says: the execution as the API gives it, with seconds, files, and how many events it had."""


async def save(client: Client, execution: Execution, out: Path, types: Mapping[str, str] | None = None) -> Saved:
    """Every value once, and run.json. Files of the same names are written over.

    Args:
        client: asks the server.
        execution: what to save.
        out: the directory; it is made.
        types: node type by node id, to be noted.
    """
    await asyncio.to_thread(out.mkdir, parents=True, exist_ok=True)
    made = pieces(execution)
    once = {piece.file: piece.value for piece in made}
    paths = [await client.download(value, out / file) for file, value in once.items()]
    summary = _summary(execution, made, len(await client.events(execution["id"])), types or {})
    text = json.dumps(summary, indent=2, ensure_ascii=False)
    await asyncio.to_thread((out / SUMMARY).write_text, f"{text}\n", "utf-8")
    return Saved((*paths, out / SUMMARY), summary)


def pieces(execution: Execution) -> list[Piece]:
    """Every output of every node. What a later node only passes on is in its maker's file."""
    made: list[Piece] = []
    files: dict[str, str] = {}
    for node_id, node in execution["nodes"].items():
        several_ports = len(node["outputs"]) > 1
        for port, values in node["outputs"].items():
            stem = f"{node_id}-{port}" if several_ports else node_id
            for number, value in enumerate(values, start=1):
                name = f"{stem}-{number}" if len(values) > 1 else stem
                file = files.setdefault(_identity(value), f"{name}{suffix_of_value(value)}")
                made.append(Piece(node_id, file, value))
    return made


def files_noted(out: Path) -> frozenset[str]:
    """Names of the files that an earlier run left there, as its run.json tells; none if it is not ours."""
    try:
        nodes = json.loads((out / SUMMARY).read_text("utf-8"))["nodes"].values()
        return frozenset(Path(name).name for node in nodes for name in node["files"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return frozenset()


def _summary(execution: Execution, made: list[Piece], events: int, types: Mapping[str, str]) -> dict[str, Any]:
    nodes = {
        node_id: {
            **({"type": types[node_id]} if node_id in types else {}),
            **node,
            "seconds": _seconds(node.get("started_at"), node.get("completed_at")),
            "files": [piece.file for piece in made if piece.node_id == node_id],
        }
        for node_id, node in execution["nodes"].items()
    }
    seconds = _seconds(execution["created_at"], execution.get("completed_at"))
    return {**execution, "seconds": seconds, "events": events, "nodes": nodes}


def _identity(value: Value) -> str:
    told = json.dumps(value, sort_keys=True) if value["type"] in TOLD else ""
    return value.get("sha256") or value.get("text") or told


def _seconds(start: str | None, end: str | None) -> float | None:
    began, ended = moment_s(start), moment_s(end)
    return None if began is None or ended is None else round(ended - began, 3)
