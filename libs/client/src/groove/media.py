"""Bytes in and out: uploads go straight to object storage, downloads are checked against their sha256."""

import asyncio
import hashlib
import json
import mimetypes
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import urljoin

import httpx2

from groove.problem import Problem, Spoiled, Unreachable
from groove.wire import Wire, checked, http_client, in_words, path, starting

CHUNK = 256 * 1024
"""Bytes read from a file at a time."""
_MIMES = {
    ".webp": "image/webp",
    ".avif": "image/avif",
    ".m4a": "audio/mp4",
    ".opus": "audio/ogg",
    ".ogg": "audio/ogg",
    ".wav": "audio/wav",
    ".flac": "audio/flac",
}
"""Those that Python 3.11 does not know everywhere, or calls otherwise."""
_SUFFIXES = {"image/webp": ".webp", "image/jpeg": ".jpg", "audio/wav": ".wav", "audio/mpeg": ".mp3"}


def mime_of(file: Path) -> str:
    """By its name. The server looks into the file and has the last word."""
    suffix = file.suffix.lower()
    return _MIMES.get(suffix) or mimetypes.guess_type(file.name)[0] or "application/octet-stream"


def suffix_of(mime: str) -> str:
    return _SUFFIXES.get(mime) or mimetypes.guess_extension(mime) or ".bin"


async def upload(wire: Wire, file: Path, project_id: str | None, mime: str | None) -> Mapping[str, Any]:
    """Ask where to, put it there, and tell that it is done: then it is an asset, if it is what it says."""
    size = (await asyncio.to_thread(file.stat)).st_size
    body = {"filename": file.name, "mime": mime or mime_of(file), "bytes": size}
    if project_id is not None:
        body["project_id"] = project_id
    ticket = await wire.json(starting("/api/assets/uploads", body, None))
    parts, at, sent = ticket.get("parts") or [], 0, list[dict[str, Any]]()
    for part in parts:
        tag = await _put({**part, "method": "PUT"}, file, part["bytes"], wire.patience.tries, at=at)
        sent.append({"number": part["number"], "etag": tag})
        at += part["bytes"]
    if not parts:
        await _put(ticket, file, size, wire.patience.tries)
    told = {"parts": sent} if sent else {}
    asset: Mapping[str, Any] = await wire.json(starting(path("assets", ticket["asset_id"], "complete"), told, None))
    return asset


async def _put(ticket: Mapping[str, Any], file: Path, size: int, tries: int, *, at: int = 0) -> str:
    """So many bytes of the file, from there; give the store's etag.

    A presigned PUT may be repeated: the same bytes land in the same place.
    """
    url, headers = str(ticket["url"]), httpx2.Headers(ticket["headers"])
    headers["Content-Length"] = str(size)
    async with http_client(url, 60, {}) as http:
        for left in reversed(range(tries)):
            try:
                answer = await http.request(ticket["method"], url, headers=headers, content=_chunks(file, at, size))
            except httpx2.TransportError as error:
                if not left:
                    raise Unreachable(url.partition("?")[0], in_words(error)) from error
                continue
            if answer.is_error:
                detail = f"The object storage refused the file ({answer.status_code} {answer.reason_phrase})."
                raise Problem(answer.status_code, "Upload refused", detail)
            return str(answer.headers.get("etag", ""))
    raise ValueError("at least one try")


async def _chunks(file: Path, at: int, size: int) -> AsyncIterator[bytes]:
    source = await asyncio.to_thread(file.open, "rb")
    try:
        await asyncio.to_thread(source.seek, at)
        while chunk := await asyncio.to_thread(source.read, min(CHUNK, size)):
            size -= len(chunk)
            yield chunk
    finally:
        await asyncio.to_thread(source.close)


TOLD = frozenset({"character", "storyboard"})
"""Values that are no file: they are saved as they are told."""


async def download(wire: Wire, value: Mapping[str, Any], to: Path) -> Path:
    """Into a file, or under a name of its own into a directory. Nothing half-written is left there."""
    to = await asyncio.to_thread(_target, value, to)
    if value["type"] == "text" and not value.get("url"):
        await asyncio.to_thread(to.write_text, f"{value['text']}\n", "utf-8")
        return to
    if value["type"] in TOLD:
        await asyncio.to_thread(to.write_text, f"{json.dumps(value, indent=2, ensure_ascii=False)}\n", "utf-8")
        return to
    part = to.with_name(f".{to.name}.part")
    try:
        await _fetch(wire, value, part)
        await asyncio.to_thread(part.replace, to)
    finally:
        await asyncio.to_thread(part.unlink, missing_ok=True)
    return to


def _target(value: Mapping[str, Any], to: Path) -> Path:
    if not to.is_dir():
        to.parent.mkdir(parents=True, exist_ok=True)
        return to
    return to / f"{value.get('asset_id') or value['type']}{suffix_of_value(value)}"


def suffix_of_value(value: Mapping[str, Any]) -> str:
    if value["type"] in TOLD:
        return ".json"
    return ".txt" if value["type"] == "text" else suffix_of(str(value.get("mime", "")))


async def _fetch(wire: Wire, value: Mapping[str, Any], part: Path) -> None:
    url = urljoin(f"{wire.base_url}/", str(value["url"]))
    for left in reversed(range(wire.patience.tries)):
        try:
            digest = await _copy(wire, url, part)
        except httpx2.TransportError as error:
            if not left:
                raise Unreachable(wire.base_url, in_words(error)) from error
            continue
        if value.get("sha256") not in (None, digest):
            raise Spoiled(f"What arrived from {url} is not what was made: its sha256 is {digest}.")
        return


async def _copy(wire: Wire, url: str, part: Path) -> str:
    digest = hashlib.sha256()
    target: BinaryIO = await asyncio.to_thread(part.open, "wb")
    try:
        async with wire.http.stream("GET", url, follow_redirects=True) as answer:
            if answer.is_error:
                await answer.aread()
                checked(answer)
            async for chunk in answer.aiter_bytes():
                digest.update(chunk)
                await asyncio.to_thread(target.write, chunk)
    finally:
        await asyncio.to_thread(target.close)
    return digest.hexdigest()
