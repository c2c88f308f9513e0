"""Stored objects in a directory and back, each checked by its digest on both ways."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from kit.errors import NotFound
from kit.objects import Objects, Stored

CONTENT = "objects/"
"""Below this, a key ends with the digest of its bytes: what has it once has it for good."""
_AT_ONCE = 8
_READ_BYTES = 1024 * 1024
T = TypeVar("T")


class Kept(BaseModel, frozen=True):
    """One object of a copy."""

    key: str
    bytes: int
    sha256: str
    content_type: str


class Damaged(Exception):
    """A copied object is not what it was. The message says which."""


async def save_objects(objects: Objects, folder: Path, known: Mapping[str, Kept]) -> AsyncIterator[Kept]:
    """Copy all that is stored. What is `known` by its content, and still lies in `folder`, is not fetched again.

    Raises:
        Damaged: what is stored under a digest is something else.
        Unavailable: the store does not answer.
    """
    async for page in objects.list(""):
        for some in _by(_AT_ONCE, page):
            kept = await asyncio.gather(*(_save(objects, folder, one, known.get(one.key)) for one in some))
            for one in kept:
                if one is not None:
                    yield one


async def load_objects(objects: Objects, folder: Path, kept: Iterable[Kept]) -> int:
    """Store all of a copy again. Gives how many there were.

    Raises:
        Damaged: a file is missing, or is not what was copied.
        Unavailable: the store does not answer.
    """
    count = 0
    for some in _by(_AT_ONCE, kept):
        await asyncio.gather(*(_load(objects, folder, one) for one in some))
        count += len(some)
    return count


async def check_objects(folder: Path, kept: Iterable[Kept]) -> None:
    """Raises: `Damaged`: a file is missing, or is not what was copied."""
    for one in kept:
        await asyncio.to_thread(_check, folder / one.key, one)


async def _save(objects: Objects, folder: Path, stored: Stored, known: Kept | None) -> Kept | None:
    target = folder / stored.key
    if known is not None and stored.key.startswith(CONTENT) and known.bytes == stored.bytes:
        with suppress(OSError):
            if (await asyncio.to_thread(target.stat)).st_size == stored.bytes:
                return known
    try:
        info = await objects.head(stored.key)
        size, digest = await _fetch(await objects.stream(stored.key), target)
    except NotFound:  # deleted meanwhile
        return None
    if stored.key.startswith(CONTENT) and stored.key.rpartition("/")[2] != digest:
        raise Damaged(f"what is stored as {stored.key} has the digest {digest}")
    return Kept(key=stored.key, bytes=size, sha256=digest, content_type=info.content_type)


async def _fetch(chunks: AsyncIterator[bytes], target: Path) -> tuple[int, str]:
    """Whole or not at all."""
    digest, size, fresh = hashlib.sha256(), 0, target.with_name(target.name + ".part")
    await asyncio.to_thread(target.parent.mkdir, parents=True, exist_ok=True)
    out = await asyncio.to_thread(fresh.open, "wb")
    try:
        async for chunk in chunks:
            await asyncio.to_thread(out.write, chunk)
            digest.update(chunk)
            size += len(chunk)
    finally:
        await asyncio.to_thread(out.close)
    await asyncio.to_thread(fresh.replace, target)
    return size, digest.hexdigest()


async def _load(objects: Objects, folder: Path, one: Kept) -> None:
    file = folder / one.key
    await asyncio.to_thread(_check, file, one)
    await objects.put(one.key, file, one.content_type)


def _check(file: Path, one: Kept) -> None:
    try:
        digest = digest_of(file)
    except OSError as error:
        raise Damaged(f"{file} cannot be read: {error.strerror}") from error
    if digest != one.sha256:
        raise Damaged(f"{file} is not what was copied: its digest is {digest}")


def digest_of(file: Path) -> str:
    """The sha256 of a file, never held in memory whole."""
    with file.open("rb") as source:
        digest = hashlib.sha256()
        for chunk in iter(lambda: source.read(_READ_BYTES), b""):
            digest.update(chunk)
    return digest.hexdigest()


def _by(count: int, items: Iterable[T]) -> Iterator[list[T]]:
    rest = iter(items)
    while some := list(islice(rest, count)):
        yield some
