"""Graphs, as they are and as they were."""

from collections.abc import Collection
from typing import Any

from pydantic import TypeAdapter
from pydantic_core import from_json
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from contracts.graph import GraphEvent
from contracts.nodes import InputPort, NodeType
from gateway.database import rows
from gateway.views import tables
from gateway.views.living import not_deleted
from gateway.views.paging import Page, cursor_at, newest
from gateway.views.sheet import Sheet

Json = dict[str, Any]
Last = dict[str, dict[str, Json]]
"""By graph, then by node."""
_FIND = "SELECT * FROM views.graphs WHERE id = $1 AND user_id = $2 AND NOT deleted"
_ALL = "SELECT * FROM views.graphs"
_LAST = """
SELECT l.graph_id, '{' || string_agg(
    to_json(l.node_id)::text || ':{"execution_id":"' || l.run_id || '","state":"' || n.state
    || '","outputs":' || n.outputs::text || '}', ',') || '}' AS last
FROM views.node_last AS l JOIN views.execution_nodes AS n ON n.run_id = l.run_id AND n.node_id = l.node_id
WHERE l.graph_id = ANY($1::text[]) GROUP BY l.graph_id
"""
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
        conditions, args = ["user_id = $1", "NOT deleted", not_deleted("$1")], [user]
        if project is not None:
            args.append(project)
            conditions.append("project_id = $2")
        found = await rows(self._engine, newest(_ALL, page, conditions, args), *args)
        sheets = [Sheet.of(row) for row in found[: page.limit]]
        more = len(found) > page.limit
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

    async def last_runs(self, graph_ids: Collection[str]) -> Last:
        """What each node last did, by graph and node."""
        found = await rows(self._engine, _LAST, list(graph_ids))
        return {row["graph_id"]: from_json(row["last"]) for row in found}

    async def shown(self, sheet: Sheet) -> Json:
        return self.show(sheet, await self.last_runs([sheet.id]))

    def show(self, sheet: Sheet, last_runs: Last) -> Json:
        """As the API gives it."""
        last = last_runs.get(sheet.id, {})
        return {
            "id": sheet.id,
            "name": sheet.name,
            "project_id": sheet.project_id,
            "version": sheet.version,
            "nodes": [self.show_node(node, last.get(node["id"])) for node in sheet.nodes.values()],
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
