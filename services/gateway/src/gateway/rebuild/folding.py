"""Folds a log into rows, from its first message, a chunk at a time, and keeps in memory what may change again."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import asyncpg
from pydantic_core import from_json

from contracts.subjects import Subjects
from gateway.rebuild.schemas import FRESH
from gateway.views import tables
from gateway.views.folding import assets_of, characters_of, fold_all, graphs_of, open_all, runs_of
from gateway.views.reading import Opened, entries
from gateway.views.rows import Batch, NodeRow, RunRow
from gateway.views.sheet import Sheet
from kit.record import Record

Json = dict[str, Any]
Missing = tuple[list[str], list[str], list[str], list[str]]
"""Runs, graphs, assets and characters, by id."""
_MOST_ROWS = 100_000
_MOST_SHEETS = 2_000
_LIVELY = frozenset({"pending", "running"})


@dataclass
class Fold:
    """Everything folded so far. Rows that were put away are fetched again if the log comes back to them."""

    subjects: Subjects
    most_rows: int = _MOST_ROWS
    most_sheets: int = _MOST_SHEETS
    pausing: set[str] = field(default_factory=set)
    events: int = 0
    """Facts, commands and reports that were folded: a decision may hold many."""
    _batch: Batch = field(default_factory=Batch)
    _runs_away: set[str] = field(default_factory=set)
    _sheets_away: set[str] = field(default_factory=set)

    def open(self, records: list[Record]) -> tuple[Batch, list[Opened]]:
        """A batch for these records, with the rows that are in memory."""
        before = self._batch
        self._batch = Batch(runs=before.runs, nodes=before.nodes, sheets=before.sheets)
        return self._batch, open_all(self._batch, entries(records, self.subjects), self.pausing)

    def missing(self, readable: Iterable[Opened]) -> Missing:
        """What must be fetched first."""
        readable = list(readable)
        runs, sheets = runs_of(readable) & self._runs_away, graphs_of(readable) & self._sheets_away
        return sorted(runs), sorted(sheets), sorted(assets_of(readable)), sorted(characters_of(readable))

    def named(self, assets: Iterable[Json], characters: Iterable[Json]) -> None:
        """As they were, of which something is said."""
        self._batch.shelf.update((asset["id"], asset) for asset in assets)
        self._batch.cast.update((character["id"], character) for character in characters)

    def back(self, runs: Iterable[RunRow], nodes: Iterable[NodeRow], sheets: Iterable[Sheet]) -> None:
        for run in runs:
            self._batch.runs[run.id] = run
            self._runs_away.discard(run.id)
        for node in nodes:
            self._batch.nodes[node.run_id, node.node_id] = node
        for sheet in sheets:
            self._batch.sheets[sheet.id] = sheet
            self._sheets_away.discard(sheet.id)

    def fold(self, readable: list[Opened]) -> None:
        fold_all(self._batch, readable, self.pausing)
        self.events += sum(one.facts for one in readable)

    def put_away(self) -> None:
        """Call when everything is written: forget what is over and has not been touched lately."""
        batch = self._batch
        if len(batch.nodes) > self.most_rows:
            over = {
                id_ for id_, run in batch.runs.items() if run.state not in _LIVELY and id_ not in batch.touched_runs
            }
            batch.runs = {id_: run for id_, run in batch.runs.items() if id_ not in over}
            batch.nodes = {key: node for key, node in batch.nodes.items() if key[0] not in over}
            self._runs_away |= over
        if len(batch.sheets) > self.most_sheets:
            quiet = batch.sheets.keys() - batch.touched_sheets
            batch.sheets = {id_: sheet for id_, sheet in batch.sheets.items() if id_ not in quiet}
            self._sheets_away |= quiet


_JSON = {
    table.name: [column.name for column in table.c if column.type.__class__.__name__ == "JSONB"]
    for table in (tables.executions, tables.execution_nodes, tables.graphs, tables.assets, tables.characters)
}


async def fetch(connection: asyncpg.Connection, fold: Fold, missing: Missing) -> None:
    """Bring back what was put away."""
    runs, graphs, assets, characters = missing
    rows = await _rows(connection, tables.executions.name, "id", runs)
    nodes = await _rows(connection, tables.execution_nodes.name, "run_id", runs)
    sheets = await _rows(connection, tables.graphs.name, "id", graphs)
    fold.back(
        [RunRow(**{**row, "outputs": tuple(row["outputs"])}) for row in rows],
        [NodeRow(**row) for row in nodes],
        [Sheet.of(row) for row in sheets],
    )
    fold.named(
        await _rows(connection, tables.assets.name, "id", assets),
        await _rows(connection, tables.characters.name, "id", characters),
    )


async def _rows(connection: asyncpg.Connection, table: str, key: str, ids: list[str]) -> list[dict[str, Any]]:
    if not ids:
        return []
    found = await connection.fetch(f"SELECT * FROM {FRESH}.{table} WHERE {key} = ANY($1)", ids)  # noqa: S608  our own names
    rows = [dict(row) for row in found]
    for row in rows:
        for name in _JSON[table]:
            row[name] = from_json(row[name]) if row[name] is not None else None
    return rows
