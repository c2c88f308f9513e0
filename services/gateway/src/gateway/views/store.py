"""The rows of a batch: fetched before it is folded, written after it, in one transaction."""

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import Row, Table, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.views import tables
from gateway.views.rows import Batch, EventRow, NodeRow, RunRow
from gateway.views.sheet import Sheet

_NODES = text(
    "SELECT n.* FROM views.execution_nodes n "
    "JOIN unnest(CAST(:runs AS text[]), CAST(:nodes AS text[])) AS w(r, n) ON n.run_id = w.r AND n.node_id = w.n"
).columns(*tables.execution_nodes.c)


async def fetch_runs(connection: AsyncConnection, batch: Batch, ids: Collection[str]) -> None:
    wanted = [id_ for id_ in ids if id_ not in batch.runs]
    if not wanted:
        return
    found = await connection.execute(select(tables.executions).where(tables.executions.c.id.in_(wanted)))
    for row in found:
        batch.runs[row.id] = RunRow(**{**row._mapping, "outputs": tuple(row.outputs)})  # noqa: SLF001  its public name


async def fetch_nodes(connection: AsyncConnection, batch: Batch, keys: Collection[tuple[str, str]]) -> None:
    wanted = [key for key in keys if key not in batch.nodes]
    if not wanted:
        return
    runs, nodes = zip(*wanted, strict=True)
    found = await connection.execute(_NODES, {"runs": list(runs), "nodes": list(nodes)})
    for row in found:
        batch.nodes[row.run_id, row.node_id] = NodeRow(**row._mapping)  # noqa: SLF001


async def fetch_sheets(connection: AsyncConnection, batch: Batch, ids: Collection[str]) -> None:
    wanted = [id_ for id_ in ids if id_ not in batch.sheets]
    if not wanted:
        return
    found = await connection.execute(select(tables.graphs).where(tables.graphs.c.id.in_(wanted)))
    for row in found:
        batch.sheets[row.id] = sheet_of(row)


def sheet_of(row: Row[Any]) -> Sheet:
    fields = dict(row._mapping)  # noqa: SLF001
    content = fields.pop("content")
    sheet = Sheet(**fields)
    sheet.content = content
    return sheet


async def paused(connection: AsyncConnection) -> dict[str, dict[str, Any]]:
    return {row.aggregate: dict(row._mapping) for row in await connection.execute(select(tables.paused))}  # noqa: SLF001


async def write(connection: AsyncConnection, batch: Batch) -> None:
    """All that the batch changed."""
    runs = [vars(batch.runs[id_]) for id_ in sorted(batch.touched_runs)]
    nodes = [vars(batch.nodes[key]) for key in sorted(batch.touched_nodes)]
    sheets = [_sheet_row(batch.sheets[id_]) for id_ in sorted(batch.touched_sheets)]
    await _upsert(connection, tables.executions, runs)
    await _upsert(connection, tables.execution_nodes, nodes)
    await _upsert(connection, tables.graphs, sheets)
    await _keep(connection, tables.graph_versions, batch.versions)
    await _keep(connection, tables.execution_plans, batch.plans)
    await _keep(connection, tables.assets, batch.assets.values())
    await _upsert(connection, tables.node_last, batch.last.values())
    await _keep(connection, tables.paused, batch.paused.values())
    await _keep(connection, tables.run_events, [vars(event) for event in batch.events])


def _sheet_row(sheet: Sheet) -> dict[str, Any]:
    fields = vars(sheet) | {"content": sheet.content}
    return {column.name: fields[column.name] for column in tables.graphs.c}


async def _upsert(connection: AsyncConnection, table: Table, rows: Iterable[dict[str, Any]]) -> None:
    rows = list(rows)
    if not rows:
        return
    statement = insert(table)
    changed = {c.name: statement.excluded[c.name] for c in table.c if not c.primary_key}
    await connection.execute(statement.on_conflict_do_update(index_elements=table.primary_key, set_=changed), rows)


async def _keep(connection: AsyncConnection, table: Table, rows: Iterable[dict[str, Any]]) -> None:
    """What is there already stays as it was."""
    rows = list(rows)
    if rows:
        await connection.execute(insert(table).on_conflict_do_nothing(), rows)


async def events_between(connection: AsyncConnection, first: int, last: int) -> list[EventRow]:
    """Stream events of these positions, both included, as they were encoded by whoever folded them."""
    events = tables.run_events
    found = await connection.execute(
        select(events).where(events.c.position.between(first, last)).order_by(events.c.position)
    )
    return [EventRow(**row._mapping) for row in found]  # noqa: SLF001
