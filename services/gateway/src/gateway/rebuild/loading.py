"""Writes rows by COPY: an insert per row would take most of the time."""

from collections.abc import Callable, Mapping
from typing import Any

import asyncpg
from pydantic_core import to_json
from sqlalchemy import Table
from sqlalchemy.dialects.postgresql import JSONB

from gateway.rebuild.schemas import FRESH, NAME
from gateway.views import store, tables
from gateway.views.rows import Batch

Row = tuple[Any, ...]
Load = dict[str, list[Row]]
"""By table."""
_STAGED = tuple(table for table in store.WRITTEN if table is not tables.run_events)


def _encoder(table: Table) -> Callable[[Mapping[str, Any]], Row]:
    columns = [(c.name, isinstance(c.type, JSONB)) for c in table.c if c.computed is None]

    def encode(row: Mapping[str, Any]) -> Row:
        return tuple(
            to_json(value).decode() if is_json and (value := row[name]) is not None else row[name]
            for name, is_json in columns
        )

    return encode


_ENCODE = {table.name: _encoder(table) for table in (*_STAGED, tables.run_events)}


def load_of(batch: Batch) -> Load:
    """All that the batch changed, as it goes over the wire."""
    return {name: [_ENCODE[name](row) for row in rows] for name, rows in store.changes(batch).items()}


class Loader:
    """Into the fresh schema. One connection, one load at a time."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection

    async def begin(self) -> None:
        await self._connection.execute("SET synchronous_commit = off")  # the swap's own commit makes all of it last
        for table in _STAGED:
            await self._connection.execute(
                f"CREATE TEMP TABLE stage_{table.name} (LIKE {FRESH}.{table.name}) ON COMMIT DELETE ROWS"
            )
        await self._connection.execute(f"INSERT INTO {FRESH}.checkpoint (name, seq) VALUES ($1, 0)", NAME)  # noqa: S608  our own names

    async def write(self, load: Load, seq: int) -> None:
        """With the checkpoint, in one transaction."""
        async with self._connection.transaction():
            for table in _STAGED:
                if rows := load.get(table.name):
                    await self._copy(f"stage_{table.name}", table, rows)
                    await self._connection.execute(_merge(table))
            if events := load.get(tables.run_events.name):
                await self._copy(tables.run_events.name, tables.run_events, events, FRESH)
            await self._connection.execute(f"UPDATE {FRESH}.checkpoint SET seq = $1 WHERE name = $2", seq, NAME)  # noqa: S608  our own names

    async def _copy(self, into: str, table: Table, rows: list[Row], schema: str | None = None) -> None:
        columns = store.columns(table)
        await self._connection.copy_records_to_table(into, schema_name=schema, columns=columns, records=rows)


def _merge(table: Table) -> str:
    columns = ", ".join(store.columns(table))
    return (
        f"INSERT INTO {FRESH}.{table.name} AS rows ({columns}) SELECT {columns} FROM stage_{table.name} "  # noqa: S608  our own names
        f"{store.on_conflict(table)}"
    )
