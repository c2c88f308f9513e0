"""Object storage. Keys are the caller's: content-addressed ones make storing twice the same as storing once."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from kit.errors import NotFound, Unavailable

__all__ = ["NotFound", "ObjectInfo", "Objects", "SignedPut", "Stored", "Unavailable", "content_key"]


@dataclass(frozen=True, slots=True)
class ObjectInfo:
    key: str
    bytes: int
    content_type: str
    etag: str


@dataclass(frozen=True, slots=True)
class Stored:
    """An object as a listing tells it."""

    key: str
    bytes: int
    modified: datetime
    """When it was last written, by the store's clock."""


@dataclass(frozen=True, slots=True)
class SignedPut:
    """An upload that needs no credentials. The store refuses it without exactly these headers."""

    url: str
    headers: dict[str, str]


class Objects(Protocol):
    """Every method may raise `Unavailable`; those that read raise `NotFound`."""

    async def put(self, key: str, data: bytes | Path, content_type: str) -> None:
        """Store whole or not at all. A path is streamed, never held in memory."""
        ...

    async def get(self, key: str) -> bytes: ...

    async def stream(self, key: str, span: tuple[int, int] | None = None) -> AsyncIterator[bytes]:
        """Open, then give chunks; `span` is first byte and one past the last. `NotFound` comes before any chunk."""
        ...

    async def head(self, key: str) -> ObjectInfo: ...

    async def exists(self, key: str) -> bool: ...

    def list(self, folder: str) -> AsyncIterator[Sequence[Stored]]:
        """Everything below `folder/`, or all for "", in pages, by key. What is written meanwhile may be missing."""
        ...

    async def copy(self, source: str, target: str) -> None:
        """The same bytes and type under another key, whole or not at all."""
        ...

    async def delete(self, key: str) -> None:
        """Absent is fine."""
        ...

    def sign_put(self, key: str, expires_s: int, content_type: str, size: int | None = None) -> SignedPut:
        """Permit one upload of this type and, if given, of exactly `size` bytes."""
        ...

    def sign_get(self, key: str, expires_s: int, *, filename: str | None = None) -> str:
        """Permit a download; `filename` makes browsers save it under that name."""
        ...


def content_key(sha256: str) -> str:
    """Give the key under which bytes with this digest lie."""
    return f"sha256/{sha256[:2]}/{sha256}"
