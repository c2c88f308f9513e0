"""Graphs, as they are and as they were."""

from collections.abc import Collection
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from contracts.graph import GraphEvent
from contracts.nodes import InputPort, NodeType
from gateway.database import rows
from gateway.views import tables
from gateway.views.paging import Page, cursor_at, paged
from gateway.views.sheet import Sheet
from gateway.views.store import sheet_of

Json = dict[str, Any]
_FIND = "SELECT * FROM views.graphs WHERE id = $1 AND user_id = $2 AND NOT deleted"
_EVENT: TypeAdapter[GraphEvent] = TypeAdapter(GraphEvent)


class Graphs:
    def __init__(self, engine: AsyncEngine, node_types: dict[str, NodeType]) -> None:
        self._engine = engine
        self._inputs = {name: [_port(p) for p in node_type.inputs] for name, node_type in node_types.items()}

    async def find(self, user: str, graph_id: str) -> Sheet | None:
        """None: there is none, it was deleted, or it is another's."""
        found = await rows(self._engine, _FIND, graph_id, user)
        return Sheet.of(found[0]) if found else None

    async def page(self, user: str, page: Page, project: str | None) -> tuple[list[Sheet], str | None]:
        graphs = tables.graphs
        query = select(graphs).where(graphs.c.user_id == user, ~graphs.c.deleted)
        if project is not None:
            query = query.where(graphs.c.project_id == project)
        async with self._engine.connect() as connection:
            rows = list(await connection.execute(paged(query, page, graphs.c.position, graphs.c.id)))
        sheets = [sheet_of(row) for row in rows[: page.limit]]
        more = len(rows) > page.limit
        return sheets, cursor_at(sheets[-1].position, sheets[-1].id) if more else None

    async def as_it_was(self, sheet: Sheet, version: int) -> Sheet | None:
        """At an earlier version, from the events up to it."""
        versions = tables.graph_versions
        query = (
            select(versions)
            .where(versions.c.graph_id == sheet.id, versions.c.version <= version)
            .order_by(versions.c.version)
        )
        async with self._engine.connect() as connection:
            rows = list(await connection.execute(query))
        if not rows or rows[-1].version != version:
            return None
        past = Sheet(sheet.id, position=sheet.position)
        for row in rows:
            past.turn([_EVENT.validate_python(event) for event in row.events], row.at)
        return past

    async def history(self, graph_id: str, limit: int, before: int | None) -> list[Json]:
        """Versions, newest first."""
        versions = tables.graph_versions
        query = select(versions).where(versions.c.graph_id == graph_id)
        if before is not None:
            query = query.where(versions.c.version < before)
        async with self._engine.connect() as connection:
            rows = list(await connection.execute(query.order_by(versions.c.version.desc()).limit(limit)))
        return [
            {"version": r.version, "at": r.at, "actor": r.actor, "changes": [_change(event) for event in r.events]}
            for r in rows
        ]

    async def last_runs(self, graph_ids: Collection[str]) -> dict[tuple[str, str], Json]:
        """What each node last did, by graph and node."""
        last, nodes = tables.node_last, tables.execution_nodes
        query = (
            select(last.c.graph_id, last.c.node_id, last.c.run_id, nodes.c.state, nodes.c.outputs)
            .join(nodes, (nodes.c.run_id == last.c.run_id) & (nodes.c.node_id == last.c.node_id))
            .where(last.c.graph_id.in_(graph_ids))
        )
        async with self._engine.connect() as connection:
            rows = await connection.execute(query)
        return {
            (row.graph_id, row.node_id): {"execution_id": row.run_id, "state": row.state, "outputs": row.outputs}
            for row in rows
        }

    async def shown(self, sheet: Sheet) -> Json:
        return self.show(sheet, await self.last_runs([sheet.id]))

    def show(self, sheet: Sheet, last: dict[tuple[str, str], Json]) -> Json:
        """As the API gives it."""
        return {
            "id": sheet.id,
            "name": sheet.name,
            "project_id": sheet.project_id,
            "version": sheet.version,
            "nodes": [self.show_node(node, last.get((sheet.id, node["id"]))) for node in sheet.nodes.values()],
            "edges": list(sheet.edges.values()),
            "notes": sheet.notes,
            "frames": sheet.frames,
            "created_at": sheet.created_at,
            "updated_at": sheet.updated_at,
        }

    def show_node(self, node: Json, last: Json | None) -> Json:
        shown = {key: value for key, value in node.items() if key != "title" or value is not None}
        shown["inputs"] = self._inputs.get(node["type"], [])
        if last is not None:
            shown["last"] = last
        return shown


def _port(port: InputPort) -> Json:
    return port.model_dump(mode="json")


def _change(event: Json) -> Json:
    """One event of a version, in short."""
    short: Json = {"type": event["type"]}
    for name in ("node", "edge"):
        if name in event:
            short[f"{name}_id"] = event[name]["id"]
        elif f"{name}_id" in event:
            short[f"{name}_id"] = event[f"{name}_id"]
    return short
