"""Executions, as they are and as they were."""

import contextlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncEngine

from contracts.base import MAX_EVENTS_PER_DECISION, NodeId, ProjectId, RunId
from contracts.envelope import ReportLetter, RunDecision, RunLetter, Unreadable, unseal
from contracts.subjects import Subjects
from gateway.database import line, rows
from gateway.views import tables
from gateway.views.attempts import Attempts
from gateway.views.paging import Page, cursor_at, paged
from gateway.views.reading import entries, opened
from gateway.views.rows import Batch, NodeRow, RunRow
from kit.log import Log

Json = dict[str, Any]
_FIND = "SELECT * FROM views.executions WHERE id = $1 AND user_id = $2"
_NODES = "SELECT * FROM views.execution_nodes WHERE run_id = $1 ORDER BY ordinal"
DONE = frozenset({"completed", "cached", "inherited"})


@dataclass(frozen=True)
class RunFilter:
    graph_id: str | None = None
    project_id: str | None = None
    state: str | None = None
    created_after: datetime | None = None
    created_before: datetime | None = None


class Runs:
    def __init__(self, engine: AsyncEngine, log: Log, subjects: Subjects) -> None:
        self._engine = engine
        self._log = log
        self._subjects = subjects

    async def find(self, user: str, run_id: str) -> RunRow | None:
        found = await rows(self._engine, _FIND, run_id, user)
        return RunRow(**found[0]) if found else None

    async def whole(self, user: str, run_id: str) -> tuple[RunRow, list[NodeRow]] | None:
        """With its nodes, in the order of the plan."""
        async with line(self._engine) as connection:
            found = await connection.fetch(_FIND, run_id, user)
            if not found:
                return None
            return RunRow(**found[0]), [NodeRow(**row) for row in await connection.fetch(_NODES, run_id)]

    async def page(self, user: str, page: Page, only: RunFilter) -> tuple[list[RunRow], str | None]:
        runs = tables.executions
        query = select(runs).where(runs.c.user_id == user, ~runs.c.refused, *_conditions(only))
        async with self._engine.connect() as connection:
            found = list(await connection.execute(paged(query, page, runs.c.position, runs.c.id)))
        rows = [RunRow(**row._mapping) for row in found[: page.limit]]  # noqa: SLF001
        return rows, cursor_at(rows[-1].position, rows[-1].id) if len(found) > page.limit else None

    async def nodes(self, run_ids: Sequence[str]) -> dict[str, list[NodeRow]]:
        nodes = tables.execution_nodes
        query = select(nodes).where(nodes.c.run_id.in_(run_ids)).order_by(nodes.c.run_id, nodes.c.ordinal)
        by_run: dict[str, list[NodeRow]] = {run_id: [] for run_id in run_ids}
        async with self._engine.connect() as connection:
            for row in await connection.execute(query):
                by_run[row.run_id].append(NodeRow(**row._mapping))  # noqa: SLF001
        return by_run

    async def plan(self, run_id: str) -> Json:
        plans = tables.execution_plans
        async with self._engine.connect() as connection:
            found = await connection.execute(select(plans.c.plan).where(plans.c.run_id == run_id))
            plan: Json | None = found.scalar_one_or_none()
        return plan or {"nodes": [], "outputs": []}

    async def made_before(self, run: RunRow, node_id: str) -> RunRow | None:
        """The run before this one, of the same graph, in which the node took part."""
        if run.graph_id is None:  # workflows that were sent along have no graph in common
            return None
        runs, nodes = tables.executions, tables.execution_nodes
        query = (
            select(runs)
            .join(nodes, (nodes.c.run_id == runs.c.id) & (nodes.c.node_id == node_id))
            .where(runs.c.graph_id == run.graph_id, runs.c.user_id == run.user_id, runs.c.position < run.position)
            .order_by(runs.c.position.desc())
            .limit(1)
        )
        async with self._engine.connect() as connection:
            row = (await connection.execute(query)).first()
        return RunRow(**row._mapping) if row is not None else None  # noqa: SLF001

    async def attempts(self, run: RunRow, node_id: str, sources: Iterable[str]) -> list[Json]:
        """What was tried for a node, from the log. What cannot be read is left out: the rest still explains much."""
        told = Attempts(node_id, sources)
        reports = self._subjects.report(ProjectId(run.project_id), RunId(run.id), NodeId(node_id))
        asked = self._subjects.command("run", run.project_id, run.id)
        facts = self._subjects.events("run", run.project_id, run.id)
        told_here = self._imported(run)
        for record in await self._log.read(asked, facts, reports, told_here):
            address = self._subjects.parse(record.subject)
            if address.node not in {None, node_id}:
                continue
            family = address.family
            with contextlib.suppress(Unreadable):
                match family:
                    case "evt":
                        told.decided(unseal(RunDecision, record.data))
                    case "cmd":
                        told.asked(unseal(RunLetter, record.data))
                    case "rpt":
                        told.reported(unseal(ReportLetter, record.data))
        return told.shown()

    async def as_it_was(self, run: RunRow, at: int) -> tuple[RunRow, list[NodeRow]] | None:
        """At a position of its stream, folded from the log. None: before it was asked for."""
        filters = (
            self._subjects.command("run", run.project_id, run.id),
            self._subjects.events("run", run.project_id, run.id),
            self._subjects.report(run.project_id, run.id, "*"),  # type: ignore[arg-type]  # ids are NewTypes
            self._imported(run),
        )
        last = at // MAX_EVENTS_PER_DECISION
        records = [record for record in await self._log.read(*filters) if record.seq <= last]
        batch = Batch()
        for entry in entries(records, self._subjects):
            opened(entry, until=at).step(batch)
        past = batch.runs.get(run.id)
        if past is None:
            return None
        return past, sorted(batch.nodes.values(), key=lambda node: node.ordinal)

    def _imported(self, run: RunRow) -> str:
        return self._subjects.imported("*", ProjectId(run.project_id), RunId(run.id), "*")


def _conditions(only: RunFilter) -> list[ColumnElement[bool]]:
    c = tables.executions.c
    same = ((c.graph_id, only.graph_id), (c.project_id, only.project_id), (c.state, only.state))
    conditions = [column == value for column, value in same if value is not None]
    if only.created_after is not None:
        conditions.append(c.created_at >= only.created_after)
    if only.created_before is not None:
        conditions.append(c.created_at < only.created_before)
    return conditions


def show(run: RunRow, nodes: Sequence[NodeRow], progress: dict[str, float]) -> Json:
    """As the API gives it.

    Args:
        run: its row.
        nodes: all of its nodes, in the order of the plan.
        progress: of those at work, 0 to 1, as last heard.
    """
    shown: Json = {
        "id": run.id,
        "graph_id": run.graph_id,
        "graph_version": run.graph_version,
        "graph_name": run.graph_name,
        "project_id": run.project_id,
        "state": run.state,
        "cost": run.cost,
        "budget": run.budget,
        "outputs": list(run.outputs),
        "created_at": run.created_at,
        "nodes": {node.node_id: show_node(node, progress.get(node.node_id, 0.0)) for node in nodes},
    }
    return shown | _set(error=run.error, completed_at=run.completed_at, forked_from=run.forked_from)


def show_node(node: NodeRow, heard: float) -> Json:
    progress = 1.0 if node.state in DONE else heard if node.state == "running" else 0.0
    shown: Json = {
        "type": node.type,
        "state": node.state,
        "attempt": node.attempt,
        "outputs": node.outputs,
        "cost": node.cost,
        "progress": progress,
    }
    return shown | _set(
        title=node.title,
        error=node.error,
        **{"inherited_from" if node.state == "inherited" else "cached_from": node.cached_from},
        because=node.because,
        retry_at=node.retry_at,
        started_at=node.started_at,
        completed_at=node.completed_at,
    )


def _set(**optional: Any) -> Json:
    return {name: value for name, value in optional.items() if value is not None}
