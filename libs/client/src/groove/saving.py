"""What a run made, as files under names that tell who made it."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

from groove.client import Client
from groove.media import suffix_of
from groove.shapes import Execution, Value


async def save(client: Client, execution: Execution, out: Path) -> list[Path]:
    """Every value once, and run.json. Files of the same names are written over."""
    await asyncio.to_thread(out.mkdir, parents=True, exist_ok=True)
    saved = [await client.download(value, out / name) for name, value in files(execution)]
    summary = out / "run.json"
    text = json.dumps(execution, indent=2, ensure_ascii=False)
    await asyncio.to_thread(summary.write_text, f"{text}\n", "utf-8")
    return [*saved, summary]


def files(execution: Execution) -> Iterator[tuple[str, Value]]:
    """File names and values. What a later node only passes on is already there."""
    seen: set[str] = set()
    for node_id, node in execution["nodes"].items():
        several_ports = len(node["outputs"]) > 1
        for port, values in node["outputs"].items():
            stem = f"{node_id}-{port}" if several_ports else node_id
            for number, value in enumerate(values, start=1):
                identity = value.get("sha256") or value.get("text") or ""
                if identity in seen:
                    continue
                seen.add(identity)
                suffix = ".txt" if value["type"] == "text" else suffix_of(value.get("mime", ""))
                yield f"{stem}-{number}{suffix}" if len(values) > 1 else f"{stem}{suffix}", value
