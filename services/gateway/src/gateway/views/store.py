"""What a batch changed, as rows; and what others have written."""

from typing import Any

from sqlalchemy import Table, select, text
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.views import tables
from gateway.views.rows import Batch, EventRow
from gateway.views.sheet import Sheet


async def paused(connection: AsyncConnection) -> dict[str, dict[str, Any]]:
    return {row.aggregate: dict(row._mapping) for row in await connection.execute(select(tables.paused))}  # noqa: SLF001


Json = dict[str, Any]
_REPLACED = (tables.executions, tables.execution_nodes, tables.graphs, tables.characters)
_KEPT = (
    tables.audit,
    tables.graph_versions,
    tables.execution_plans,
    tables.paused,
    tables.run_events,
    tables.jobs,
    tables.job_ends,
    tables.generations,
    tables.judgements,
    tables.asset_uses,
    tables.credit_entries,
)
_BY_POSITION = {
    tables.assets: "(excluded.position, -excluded.marked) < (rows.position, -rows.marked)",
    tables.node_last: "excluded.position >= rows.position",
    tables.provider_costs: "excluded.position >= rows.position",
}
"""Whose place in the log decides, in whatever order rows are written: the first that made it, with the last that was
said of it; the last that ran it."""
WRITTEN = (*_REPLACED, *_KEPT, *_BY_POSITION)


def changes(batch: Batch) -> dict[str, list[Json]]:
    """All that the batch changed, by table."""
    return {
        tables.executions.name: [vars(batch.runs[id_]) for id_ in sorted(batch.touched_runs)],
        tables.execution_nodes.name: [vars(batch.nodes[key]) for key in sorted(batch.touched_nodes)],
        tables.graphs.name: [_sheet_row(batch.sheets[id_]) for id_ in sorted(batch.touched_sheets)],
        tables.graph_versions.name: batch.versions,
        tables.audit.name: batch.audit,
        tables.execution_plans.name: batch.plans,
        tables.assets.name: list(batch.assets.values()),
        tables.node_last.name: list(batch.last.values()),
        tables.paused.name: list(batch.paused.values()),
        tables.run_events.name: [vars(event) for event in batch.events],
        tables.jobs.name: batch.jobs,
        tables.job_ends.name: batch.job_ends,
        tables.generations.name: batch.generations,
        tables.judgements.name: batch.judgements,
        tables.asset_uses.name: batch.uses,
        tables.characters.name: [batch.characters[id_] for id_ in sorted(batch.characters)],
        tables.credit_entries.name: batch.credits,
        tables.provider_costs.name: list(batch.costs.values()),
    }


async def write(connection: AsyncConnection, batch: Batch) -> None:
    rows = changes(batch)
    for table in WRITTEN:
        if rows[table.name]:
            names = columns(table)
            values = [{name: row[name] for name in names} for row in rows[table.name]]
            await connection.execute(_INSERTS[table], values)


def _sheet_row(sheet: Sheet) -> dict[str, Any]:
    fields = vars(sheet) | {"content": sheet.content}
    return {column.name: fields[column.name] for column in tables.graphs.c}


def columns(table: Table) -> list[str]:
    """Those that are written: the database makes the others of them."""
    return [column.name for column in table.c if column.computed is None]


def _insert(table: Table) -> Insert:
    statement = insert(table)
    if table in _KEPT:
        return statement.on_conflict_do_nothing()
    changed = {c.name: statement.excluded[c.name] for c in table.c if not c.primary_key and c.computed is None}
    where = None
    if table in _BY_POSITION:
        where = text(_BY_POSITION[table].replace("rows.", f"{table.fullname}."))
    return statement.on_conflict_do_update(index_elements=table.primary_key, set_=changed, where=where)


_INSERTS = {table: _insert(table) for table in WRITTEN}


def on_conflict(table: Table) -> str:
    """The same rule, for rows that come by another way."""
    if table in _KEPT:
        return "ON CONFLICT DO NOTHING"
    keys = ", ".join(column.name for column in table.primary_key)
    changed = ", ".join(f"{c.name} = excluded.{c.name}" for c in table.c if not c.primary_key and c.computed is None)
    order = _BY_POSITION.get(table)
    where = f" WHERE {order}" if order else ""
    return f"ON CONFLICT ({keys}) DO UPDATE SET {changed}{where}"


async def events_between(connection: AsyncConnection, first: int, last: int) -> list[EventRow]:
    """Stream events of these positions, both included, as they were encoded by whoever folded them."""
    events = tables.run_events
    found = await connection.execute(
        select(events).where(events.c.position.between(first, last)).order_by(events.c.position)
    )
    return [EventRow(**row._mapping) for row in found]  # noqa: SLF001


async def events_of_run(connection: AsyncConnection, run_id: str, first: int, last: int) -> list[EventRow]:
    """As `events_between`, of one run."""
    events = tables.run_events
    query = select(events).where(events.c.run_id == run_id, events.c.position.between(first, last))
    found = await connection.execute(query.order_by(events.c.position))
    return [EventRow(**row._mapping) for row in found]  # noqa: SLF001
