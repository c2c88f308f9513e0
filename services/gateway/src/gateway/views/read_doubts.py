"""Nodes of which it cannot be known whether their provider took the request, in all executions."""

from typing import Any

from sqlalchemy import cast, func, select
from sqlalchemy.dialects.postgresql import JSONPATH
from sqlalchemy.ext.asyncio import AsyncEngine

from contracts.base import NodeId, RunId, task_id
from gateway.views import tables
from gateway.views.paging import Page, cursor_at, paged

Json = dict[str, Any]
ACTIONS = ("resubmit", "fail", "adopt")


class Doubts:
    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def count(self) -> int:
        nodes = tables.execution_nodes
        async with self._engine.connect() as connection:
            found = await connection.execute(select(func.count()).where(nodes.c.state == "in_doubt"))
            return int(found.scalar_one())

    async def page(self, user: str, page: Page) -> tuple[list[Json], str | None]:
        """Of the newest execution first."""
        runs, nodes, plans = tables.executions, tables.execution_nodes, tables.execution_plans
        query = (
            select(nodes, runs.c.position, runs.c.project_id, runs.c.graph_name, runs.c.state.label("run_state"))
            .add_columns(
                func.jsonb_path_query_first(plans.c.plan, cast(_PLANNED, JSONPATH), _named(nodes.c.node_id)).label(
                    "planned"
                )
            )
            .join(runs, runs.c.id == nodes.c.run_id)
            .join(plans, plans.c.run_id == nodes.c.run_id, isouter=True)
            .where(nodes.c.state == "in_doubt", runs.c.user_id == user)
        )
        async with self._engine.connect() as connection:
            rows = list(await connection.execute(paged(query, page, runs.c.position, nodes.c.node_id)))
        more, rows = len(rows) > page.limit, rows[: page.limit]
        return [_show(row) for row in rows], cursor_at(rows[-1].position, rows[-1].node_id) if more else None


_PLANNED = "$.nodes[*] ? (@.id == $id)"


def _named(node_id: Any) -> Any:
    return func.jsonb_build_object("id", node_id)


def _show(row: Any) -> Json:
    planned: Json = row.planned or {}
    return {
        "execution_id": row.run_id,
        "node_id": row.node_id,
        "project_id": row.project_id,
        "graph_name": row.graph_name,
        "execution_state": row.run_state,
        "type": row.type,
        "attempt": row.attempt,
        "since": row.completed_at,
        "provider": planned.get("provider"),
        "model": planned.get("model"),
        "request_key": task_id(RunId(row.run_id), NodeId(row.node_id), row.attempt),
        "estimate": planned.get("estimate", 0),
        "error": row.error,
        "actions": list(ACTIONS),
    }
