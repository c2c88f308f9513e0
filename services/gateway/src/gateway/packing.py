"""All outputs of a run in one zip: streamed as it is made, stored and not squeezed (media do not get smaller)."""

import re
import unicodedata
import zipfile
from collections.abc import AsyncIterator, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pydantic_core import to_json

from gateway.views.rows import NodeRow, RunRow
from gateway.views.values import EXTENSIONS
from kit.errors import NotFound
from kit.objects import Objects

Json = dict[str, Any]
_LONGEST = 80
_FIRST_YEAR = 1980
"""A zip knows none before."""
_WINDOWS = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)$", re.IGNORECASE)
_KEPT = ("provider", "model", "seed", "variation", "params")


@dataclass(frozen=True)
class Entry:
    name: str
    text: str | None = None
    key: str | None = None
    """In object storage."""


def entries(nodes: Iterable[NodeRow], gone: Collection[str] = ()) -> dict[str, list[Entry]]:
    """What each node made, under names that every system takes and no two share; without the assets that are `gone`."""
    taken: set[str] = {"manifest.json"}
    packed: dict[str, list[Entry]] = {}
    for node in nodes:
        values = [value for made in node.outputs.values() for value in made if value.get("asset_id") not in gone]
        packed[node.node_id] = [_entry(node, value, taken) for value in values]
    return packed


def manifest(run: RunRow, nodes: Iterable[NodeRow], plan: dict[str, Json], packed: dict[str, list[Entry]]) -> bytes:
    """How everything was made, and in which file it is."""
    told = [
        {
            "node_id": node.node_id,
            "type": node.type,
            "title": node.title,
            "state": node.state,
            "cost": node.cost,
            "files": [entry.name for entry in packed[node.node_id]],
            **{name: plan.get(node.node_id, {}).get(name) for name in _KEPT},
        }
        for node in nodes
    ]
    head = {
        "execution_id": run.id,
        "graph_id": run.graph_id,
        "graph_name": run.graph_name,
        "state": run.state,
        "cost": run.cost,
        "created_at": run.created_at,
        "completed_at": run.completed_at,
    }
    return to_json({**head, "nodes": told}, indent=2)


@dataclass
class _Sink:
    """Where zipfile writes to: nothing of it can be gone back to."""

    _chunks: list[bytes] = field(default_factory=list)
    _at: int = 0

    def write(self, data: bytes) -> int:
        self._chunks.append(bytes(data))
        self._at += len(data)
        return len(data)

    def tell(self) -> int:
        return self._at

    def flush(self) -> None: ...

    def taken(self) -> bytes:
        chunks, self._chunks = self._chunks, []
        return b"".join(chunks)


async def packed(objects: Objects, made_at: datetime, head: bytes, files: Iterable[Entry]) -> AsyncIterator[bytes]:
    """The bytes of the archive. A file whose bytes are gone says so in its place."""
    sink = _Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED, strict_timestamps=False) as archive:  # type: ignore[call-overload]  # zipfile needs no more of a file than this
        for entry in (Entry("manifest.json", text=head.decode()), *files):
            try:
                chunks = await objects.stream(entry.key) if entry.key else None
            except NotFound:
                entry, chunks = Entry(f"{entry.name}.missing.txt", text="Its bytes are not stored any more.\n"), None  # noqa: PLW2901  what is told in its place
            info = zipfile.ZipInfo(entry.name, (max(_FIRST_YEAR, made_at.year), *made_at.timetuple()[1:6]))
            with archive.open(info, "w", force_zip64=True) as out:
                if chunks is None:
                    out.write((entry.text or "").encode())
                else:
                    async for chunk in chunks:
                        out.write(chunk)
                        yield sink.taken()
            yield sink.taken()
    yield sink.taken()


def _entry(node: NodeRow, value: Json, taken: set[str]) -> Entry:
    title = node.title or node.node_id
    if value["type"] == "text":
        long = value.get("sha256")
        name = _name(title, "txt", taken)
        return Entry(name, key=f"objects/{long}") if long else Entry(name, text=value["text"])
    return Entry(_name(title, EXTENSIONS.get(value["mime"], "bin"), taken), key=f"objects/{value['sha256']}")


def _name(title: str, extension: str, taken: set[str]) -> str:
    """Without anything that leads elsewhere, deceives the eye or is forbidden somewhere."""
    plain = "".join(map(_harmless, unicodedata.normalize("NFC", title)))
    plain = plain.strip(" .")[:_LONGEST].strip(" .") or "result"
    if _WINDOWS.fullmatch(plain):
        plain = f"{plain}_"
    for name in _counted(plain, extension):
        if name.casefold() not in taken:
            taken.add(name.casefold())
            return name
    raise AssertionError("there is always another number")


def _counted(plain: str, extension: str) -> Iterator[str]:
    yield f"{plain}.{extension}"
    number = 2
    while True:
        yield f"{plain} {number}.{extension}"
        number += 1


def _harmless(character: str) -> str:
    if unicodedata.category(character).startswith("C"):
        return ""
    return "_" if character in '/\\:*?"<>|' else character
