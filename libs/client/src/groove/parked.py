"""Messages that nobody could handle."""

from collections.abc import AsyncGenerator, Mapping
from typing import Any, cast

from groove.shapes import Page
from groove.wire import Ask, Wire, path, starting

Json = Mapping[str, Any]
_PAGE = 100


class Parked:
    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    async def list(self, *, limit: int | None = None, cursor: str | None = None) -> Page[Json]:
        """Oldest first."""
        ask = Ask("GET", "/api/parked", params={"limit": limit, "cursor": cursor})
        return cast("Page[Json]", await self._wire.json(ask))

    async def all(self) -> AsyncGenerator[Json, None]:
        cursor: str | None = None
        while True:
            page = await self.list(limit=_PAGE, cursor=cursor)
            for one in page["items"]:
                yield one
            cursor = page["next_cursor"]
            if cursor is None:
                return

    async def get(self, parked_id: str) -> Json:
        """The whole message, without secrets."""
        return cast("Json", await self._wire.json(Ask("GET", path("parked", parked_id))))

    async def redrive(self, parked_id: str, *, key: str | None = None) -> Json:
        """Send it again, and forget the copy."""
        return cast("Json", await self._wire.json(starting(path("parked", parked_id, "redrive"), {}, key)))
