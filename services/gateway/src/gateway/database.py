"""The gateway's own Postgres: one pool, and tables that are brought up to date before anything is served."""

from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from pydantic_core import from_json, to_json
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

_MIGRATION_LOCK = 0x67726F6F7665
"""Any number, the same for every gateway: one migrates, the others wait and find nothing to do."""
_POOL = 8

_PASSING = ("08", "53", "57P")
"""SQLSTATEs of a connection that broke, of a server that is full, and of one that is stopping or starting."""


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
    return create_async_engine(
        f"postgresql+asyncpg://{rest}",
        pool_size=_POOL,
        max_overflow=_POOL,
        pool_pre_ping=True,
        pool_timeout=10,
        connect_args={"timeout": 5, "command_timeout": 60},
        json_serializer=_dumps,
        json_deserializer=from_json,
        hide_parameters=True,
    )


def _upgrade(connection: Connection) -> None:
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATION_LOCK})
    for schema in ("library", "views"):
        connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {schema}"))
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


async def migrate(engine: AsyncEngine) -> None:
    """Bring both schemas up to date, all of it or nothing. Safe with several gateways starting at once."""
    async with engine.begin() as connection:
        await connection.run_sync(_upgrade)
