"""The schema that is being made beside the one that serves: made, compared with it, put in its place."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable

from gateway.views import tables

LIVE = "views"
FRESH = "views_fresh"
KEPT = "views_old"
_LEFT = "views_left"
"""Swapped out and about to be dropped."""
_LOCK = 0x67726F6F7666
"""Any number but the migration's."""
_PATIENCE_S = 1.5
_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy left it untyped
NAME = "log"


class Refused(Exception):
    """The views cannot be rebuilt now, and nothing was changed. The message says why and what to do."""


async def connect(url: str) -> asyncpg.Connection:
    """A connection whose server side ends soon after this process does, even in the middle of a statement."""
    _, _, rest = url.partition("://")
    settings = {"client_connection_check_interval": "500", "timezone": "UTC", "application_name": "groove rebuild"}
    return await asyncpg.connect(f"postgresql://{rest}", server_settings=settings, timeout=10)


@asynccontextmanager
async def alone(connection: asyncpg.Connection) -> AsyncIterator[None]:
    """Be the only rebuild of this database; clear away what a killed one left.

    Raises:
        Refused: another one is at work.
    """
    loop = asyncio.get_running_loop()
    give_up = loop.time() + _PATIENCE_S  # the server needs a moment to see that a killed one is gone
    while not await connection.fetchval("SELECT pg_try_advisory_lock($1)", _LOCK):
        if loop.time() > give_up:
            raise Refused("Another rebuild of these views is at work. Wait until it is done, or end it.")
        await asyncio.sleep(0.1)
    try:
        await clear(connection)
        yield
    finally:
        if not connection.is_closed():
            await connection.execute("SELECT pg_advisory_unlock($1)", _LOCK)


async def clear(connection: asyncpg.Connection) -> None:
    for schema in (FRESH, _LEFT):
        await connection.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE")


async def create(connection: asyncpg.Connection) -> None:
    """Empty tables without the indexes that only readers need: those are quicker made when the rows are there."""
    await connection.execute(f"CREATE SCHEMA {FRESH}")
    for table in tables.metadata.sorted_tables:
        await connection.execute(_in_fresh(str(CreateTable(table).compile(dialect=_DIALECT))))


async def finish(connection: asyncpg.Connection) -> None:
    for table in tables.metadata.sorted_tables:
        for index in sorted(table.indexes, key=lambda one: str(one.name)):
            await connection.execute(_in_fresh(str(CreateIndex(index).compile(dialect=_DIALECT))))
        await connection.execute(f"ANALYZE {FRESH}.{table.name}")


def _in_fresh(statement: str) -> str:
    return statement.replace(f" {LIVE}.", f" {FRESH}.")


async def checkpoint(connection: asyncpg.Connection, schema: str = LIVE) -> int:
    """How far a schema has come.

    Raises:
        Refused: there is none.
    """
    try:
        seq = await connection.fetchval(f"SELECT seq FROM {schema}.checkpoint WHERE name = $1", NAME)  # noqa: S608  our own names
    except asyncpg.UndefinedTableError:
        seq = None
    if seq is None:
        raise Refused("There are no views in this database yet. Start the gateway: it makes them from the log.")
    return int(seq)


@asynccontextmanager
async def standstill(connection: asyncpg.Connection, mode: str) -> AsyncIterator[int]:
    """Hold every folder back while inside, and give how far the live views have come. Readers go on.

    A lock on the whole table: who waits for it looks the name up again when it gets on, and finds what then has it.
    """
    async with connection.transaction():
        await connection.execute("SET LOCAL lock_timeout = '30s'")
        try:
            await connection.execute(f"LOCK TABLE {LIVE}.checkpoint IN {mode} MODE")
        except asyncpg.LockNotAvailableError as error:
            raise Refused("Somebody holds the views' checkpoint and does not let go. Nothing was changed.") from error
        yield await checkpoint(connection)


async def swap(connection: asyncpg.Connection, *, keep_old: bool) -> None:
    """Inside `standstill`, which commits it."""
    if keep_old:
        await connection.execute(f"DROP SCHEMA IF EXISTS {KEPT} CASCADE")
    await connection.execute(f"ALTER SCHEMA {LIVE} RENAME TO {KEPT if keep_old else _LEFT}")
    await connection.execute(f"ALTER SCHEMA {FRESH} RENAME TO {LIVE}")
