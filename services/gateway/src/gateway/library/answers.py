"""The first answer to a request that carried a key, kept for a day."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from gateway.library import tables
from kit.clock import Clock

KEPT = timedelta(hours=24)


@dataclass(frozen=True)
class Keyed:
    """Which request it was."""

    user_id: str
    route: str
    key: str
    digest: str
    """Of its body."""


@dataclass(frozen=True)
class Stored:
    """What is known about it; no status while it is still being answered."""

    digest: str
    status: int | None
    headers: dict[str, str] | None
    body: bytes | None


class Answers:
    def __init__(self, engine: AsyncEngine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock

    async def begin(self, request: Keyed) -> Stored:
        """Note the request, or give what was noted when it came first."""
        table, now = tables.idempotency, self._clock()
        fresh = {"digest": request.digest, "status": None, "headers": None, "body": None, "expires_at": now + KEPT}
        statement = insert(table).values(user_id=request.user_id, route=request.route, key=request.key, **fresh)
        statement = statement.on_conflict_do_update(
            index_elements=table.primary_key, set_=fresh, where=table.c.expires_at <= now
        )
        async with self._engine.begin() as connection:
            await connection.execute(statement)
            found = await connection.execute(
                select(table.c.digest, table.c.status, table.c.headers, table.c.body).where(*_is(request))
            )
            return Stored(**found.one()._mapping)  # noqa: SLF001  its public name

    async def keep(self, request: Keyed, status: int, headers: dict[str, str], body: bytes) -> None:
        statement = update(tables.idempotency).where(*_is(request), tables.idempotency.c.status.is_(None))
        async with self._engine.begin() as connection:
            await connection.execute(statement.values(status=status, headers=headers, body=body))

    async def forget_old(self) -> None:
        async with self._engine.begin() as connection:
            await connection.execute(delete(tables.idempotency).where(tables.idempotency.c.expires_at <= self._clock()))


def _is(request: Keyed) -> tuple[ColumnElement[bool], ...]:
    c = tables.idempotency.c
    return (c.user_id == request.user_id, c.route == request.route, c.key == request.key)
