"""The gateway's own Postgres: one pool, and tables that are brought up to date before anything is served."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from pydantic_core import from_json, to_json
from sqlalchemy import Connection, event, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, DisconnectionError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

_MIGRATION_LOCK = 0x67726F6F7665
"""Any number, the same for every gateway: one migrates, the others wait and find nothing to do."""
_POOL = 16
"""Requests that find no free connection wait for one: a new one costs more than the wait."""

_PASSING = ("08", "53", "57P")
"""SQLSTATEs of a connection that broke, of a server that is full, and of one that is stopping or starting."""
log = logging.getLogger(__name__)

ASYNCPG = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
"""What plain SQL raises."""


def away(error: BaseException) -> bool:
    """Whether the database could not be reached: nothing is wrong with what was asked, so it may be asked again."""
    if isinstance(error, DBAPIError):
        state = str(getattr(error.orig, "sqlstate", None) or "")
        broken = error.connection_invalidated or isinstance(error, InterfaceError | OperationalError)
        return broken or state.startswith(_PASSING)
    return isinstance(error, PoolTimeout | ConnectionError | TimeoutError)


def _dumps(value: Any) -> str:
    return to_json(value).decode()


def open_database(url: str) -> AsyncEngine:
    """Connects when first used."""
    scheme, _, rest = url.partition("://")
    if scheme not in {"postgres", "postgresql", "postgresql+asyncpg"}:
        raise ValueError(f"the database must be PostgreSQL, not {scheme!r}")
    engine = create_async_engine(
        f"postgresql+asyncpg://{rest}",
        pool_size=_POOL,
        max_overflow=0,
        pool_use_lifo=True,
        pool_timeout=10,
        connect_args={
            "timeout": 5,
            "command_timeout": 60,
            "server_settings": {"jit": "off"},
        },  # dearer than our queries
        json_serializer=_dumps,
        json_deserializer=from_json,
        hide_parameters=True,
    )
    event.listen(engine.sync_engine, "checkout", _if_alive)
    return engine


def _if_alive(connection: DBAPIConnection, _record: object, _proxy: object) -> None:
    """A socket that was closed is known to be: to ask the server each time would cost a round trip."""
    if connection.driver_connection is not None and connection.driver_connection.is_closed():
        raise DisconnectionError("the database has closed this connection")


@asynccontextmanager
async def line(engine: AsyncEngine) -> AsyncIterator[asyncpg.Connection]:
    """A connection of the pool, for plain SQL: half of a request's time would go to what lies between.

    Raises:
        ConnectionError: the database went away in the middle.
    """
    async with engine.connect() as connection:
        try:
            yield await line_of(connection)
        except (*ASYNCPG, OSError) as error:
            if isinstance(error, asyncpg.PostgresError) and not str(error.sqlstate or "").startswith(_PASSING):
                raise
            await connection.invalidate()  # the pool saw nothing of it
            raise ConnectionError(f"the database went away: {error}") from error


async def line_of(connection: AsyncConnection) -> asyncpg.Connection:
    """The same connection, inside its transaction if it has one."""
    driver = (await connection.get_raw_connection()).driver_connection
    if driver is None:
        raise ConnectionError("no connection to the database")
    return driver


async def rows(engine: AsyncEngine, query: str, *args: object) -> list[asyncpg.Record]:
    """For reads that every request makes."""
    async with line(engine) as connection:
        return [*await connection.fetch(query, *args)]


def head_of() -> str | None:
    """The newest revision that this release knows."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config


def _upgrade(connection: Connection, revision: str) -> None:
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATION_LOCK})
    for schema in ("library", "views"):
        connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {schema}"))
    config = _config()
    config.attributes["connection"] = connection
    there = MigrationContext.configure(connection, opts={"version_table_schema": "library"}).get_current_revision()
    if there is not None and there not in {
        script.revision for script in ScriptDirectory.from_config(config).walk_revisions()
    }:
        log.warning("the tables are of a later release: they are used as they are", extra={"revision": there})
        return
    command.upgrade(config, revision)


async def migrate(engine: AsyncEngine, revision: str = "head") -> None:
    """Bring both schemas up to date, all of it or nothing. Safe with several gateways starting at once."""
    async with engine.begin() as connection:
        await connection.run_sync(_upgrade, revision)
