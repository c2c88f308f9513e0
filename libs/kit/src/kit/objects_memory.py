"""Object storage in memory, for tests of what stands on it."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from kit.clock import Clock, utc_now
from kit.errors import NotFound
from kit.objects import ObjectInfo, SignedPut, Stored

_PAGE = 1_000


class MemoryObjects:
    def __init__(self, clock: Clock = utc_now) -> None:
        self._kept: dict[str, tuple[bytes, str]] = {}
        self._written: dict[str, datetime] = {}
        self._clock = clock

    async def put(self, key: str, data: bytes | Path, content_type: str) -> None:
        kept = await asyncio.to_thread(data.read_bytes) if isinstance(data, Path) else bytes(data)
        self._keep(key, (kept, content_type))

    async def get(self, key: str) -> bytes:
        return self._find(key)[0]

    async def stream(self, key: str, span: tuple[int, int] | None = None) -> AsyncIterator[bytes]:
        data = self._find(key)[0]

        async def chunks() -> AsyncIterator[bytes]:
            yield data[slice(*span)] if span else data

        return chunks()

    async def head(self, key: str) -> ObjectInfo:
        data, content_type = self._find(key)
        return ObjectInfo(key, len(data), content_type, hashlib.sha256(data).hexdigest())

    async def exists(self, key: str) -> bool:
        return key in self._kept

    async def list(self, folder: str) -> AsyncIterator[Sequence[Stored]]:
        below = f"{folder.rstrip('/')}/" if folder else ""
        keys = sorted(key for key in self._kept if key.startswith(below))
        for start in range(0, len(keys), _PAGE):
            page = keys[start : start + _PAGE]
            yield [Stored(key, len(self._kept[key][0]), self._written[key]) for key in page if key in self._kept]

    async def copy(self, source: str, target: str) -> None:
        self._keep(target, self._find(source))

    async def delete(self, key: str) -> None:
        self._kept.pop(key, None)

    def sign_put(self, key: str, expires_s: int, content_type: str, size: int | None = None) -> SignedPut:
        headers = {"content-type": content_type} | ({} if size is None else {"content-length": str(size)})
        return SignedPut(f"memory:///{key}?expires={expires_s}", headers)

    def sign_get(self, key: str, expires_s: int, *, filename: str | None = None) -> str:
        return f"memory:///{key}?expires={expires_s}" + (f"&filename={quote(filename)}" if filename else "")

    def _keep(self, key: str, kept: tuple[bytes, str]) -> None:
        self._kept[key] = kept
        self._written[key] = self._clock()

    def _find(self, key: str) -> tuple[bytes, str]:
        try:
            return self._kept[key]
        except KeyError:
            raise NotFound(f"no object {key}") from None
