"""The gateway's own Postgres: one pool, and tables that are brought up to date before anything is served."""

from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from pydantic_core import from_json, to_json
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

_MIGRATION_LOCK = 0x67726F6F7665
"""Any number, the same for every gateway: one migrates, the others wait and find nothing to do."""
_POOL = 8


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
