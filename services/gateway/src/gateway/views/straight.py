"""Rows in and out of Postgres in as few round trips as there can be: one to write a batch, none for what is known.

The checkpoint, and every table that a batch changed, are written by one statement: it is atomic by itself. It does
nothing if the checkpoint is not where it was left, or lies in another table since a rebuild.
"""

from collections.abc import Collection

import asyncpg
from pydantic_core import to_json
from sqlalchemy import Table

from gateway.views import store
from gateway.views.rows import Batch, NodeRow, RunRow
from gateway.views.sheet import Sheet


def _put(number: int, table: Table) -> str:
    name, columns = f"{table.schema}.{table.name}", ", ".join(store.columns(table))
    return (
        f"put_{table.name} AS (INSERT INTO {name} AS rows ({columns}) "  # noqa: S608 - names of our own tables
        f"SELECT {', '.join(f'new.{column}' for column in store.columns(table))} "
        f"FROM moved, jsonb_populate_recordset(NULL::{name}, ${number}::jsonb) AS new {store.on_conflict(table)})"
    )


_COMMIT = (
    "WITH moved AS (UPDATE views.checkpoint SET seq = $2 WHERE name = 'log' AND seq = $1 AND tableoid = $3::oid "  # noqa: S608 - as above
    f"RETURNING seq), {', '.join(_put(number, table) for number, table in enumerate(store.WRITTEN, 4))} "
    "SELECT seq FROM moved"
)
_RUNS = "SELECT * FROM views.executions WHERE id = ANY($1::text[])"
_NODES = (
    "SELECT n.* FROM views.execution_nodes n "
    "JOIN unnest($1::text[], $2::text[]) AS w(r, n) ON n.run_id = w.r AND n.node_id = w.n"
)
_GRAPHS = "SELECT * FROM views.graphs WHERE id = ANY($1::text[])"
_ASSETS = "SELECT * FROM views.assets WHERE id = ANY($1::text[])"
_CHARACTERS = "SELECT * FROM views.characters WHERE id = ANY($1::text[])"


class Straight:
    """One connection of the pool, without what lies between it and the statements."""

    def __init__(self, line: asyncpg.Connection) -> None:
        self._line = line

    async def fetch_runs(self, batch: Batch, ids: Collection[str]) -> None:
        wanted = [id_ for id_ in ids if id_ not in batch.runs]
        if wanted:
            for row in await self._line.fetch(_RUNS, wanted):
                batch.runs[row["id"]] = RunRow(**{**row, "outputs": tuple(row["outputs"])})

    async def fetch_nodes(self, batch: Batch, keys: Collection[tuple[str, str]]) -> None:
        wanted = [key for key in keys if key not in batch.nodes and key[0] in batch.runs]
        if wanted:
            runs, nodes = zip(*wanted, strict=True)
            for row in await self._line.fetch(_NODES, list(runs), list(nodes)):
                batch.nodes[row["run_id"], row["node_id"]] = NodeRow(**row)

    async def fetch_sheets(self, batch: Batch, ids: Collection[str]) -> None:
        wanted = [id_ for id_ in ids if id_ not in batch.sheets]
        if wanted:
            for row in await self._line.fetch(_GRAPHS, wanted):
                batch.sheets[row["id"]] = Sheet.of(row)

    async def fetch_assets(self, batch: Batch, ids: Collection[str]) -> None:
        if ids:
            for row in await self._line.fetch(_ASSETS, list(ids)):
                batch.shelf[row["id"]] = dict(row)

    async def fetch_characters(self, batch: Batch, ids: Collection[str]) -> None:
        if ids:
            for row in await self._line.fetch(_CHARACTERS, list(ids)):
                batch.cast[row["id"]] = dict(row)

    async def commit(self, batch: Batch, seq: int, to: int, home: int) -> bool:
        """Write it, with the checkpoint taken on. False: nothing was written, the checkpoint was not there."""
        changed = store.changes(batch)
        rows = [to_json(changed[table.name]).decode() if changed[table.name] else "[]" for table in store.WRITTEN]
        return bool(await self._line.fetch(_COMMIT, seq, to, home, *rows))
