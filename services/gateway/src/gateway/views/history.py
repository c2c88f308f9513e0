"""What was told on the live stream, from the table that keeps it."""

from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncEngine

from gateway.views import tables
from gateway.views.rows import TERMINAL, TURNING, EventRow

_PAGE = 500
Scope = tuple[str, str]


class History:
    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def events(self, scope: Scope, after: int, limit: int = _PAGE) -> list[EventRow]:
        """The next ones behind a position."""
        events = tables.run_events
        query = _of(scope).where(events.c.position > after).order_by(events.c.position).limit(limit)
        async with self._engine.connect() as connection:
            return [EventRow(**row._mapping) for row in await connection.execute(query)]  # noqa: SLF001  its public name

    async def ending(self, scope: Scope) -> int | None:
        """Where a run ended, unless it goes on. A project never ends."""
        if scope[0] != "run":
            return None
        events = tables.run_events
        query = _of(scope).where(events.c.type.in_(TURNING)).order_by(events.c.position.desc()).limit(1)
        async with self._engine.connect() as connection:
            last = (await connection.execute(query)).first()
        return last.position if last is not None and last.type in TERMINAL else None

    async def paused(self) -> list[dict[str, Any]]:
        """What could not be read, and where it stopped."""
        async with self._engine.connect() as connection:
            rows = await connection.execute(select(tables.paused).order_by(tables.paused.c.seq).limit(100))
            return [dict(row._mapping) for row in rows]  # noqa: SLF001


def _of(scope: Scope) -> Select[Any]:
    kind, id_ = scope
    events = tables.run_events
    return select(events).where((events.c.run_id if kind == "run" else events.c.project_id) == id_)
