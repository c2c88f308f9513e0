"""Executions, as they are and as they were."""

import contextlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from contracts.base import MAX_EVENTS_PER_DECISION, NodeId, ProjectId, RunId
from contracts.envelope import ReportLetter, RunDecision, RunLetter, Unreadable, unseal
from contracts.subjects import Subjects
from gateway.database import rows
from gateway.views.attempts import Attempts
from gateway.views.living import not_deleted
from gateway.views.paging import Page, cursor_at, newest
from gateway.views.reading import entries, opened
from gateway.views.rows import Batch, NodeRow, RunRow
from gateway.views.shown_runs import NODES_OF_R, Shown
from kit.log import Log

Json = dict[str, Any]
_FIND = "SELECT * FROM views.executions WHERE id = $1 AND user_id = $2"
_SHOWN = f"SELECT r.*, {NODES_OF_R} AS nodes FROM views.executions AS r WHERE id = $1 AND user_id = $2"  # noqa: S608  ours
_PAGE = f"SELECT r.*, {NODES_OF_R} AS nodes FROM (%s) AS r ORDER BY r.position DESC, r.id DESC"  # noqa: S608  ours
_NODES = "SELECT * FROM views.execution_nodes WHERE run_id = $1 ORDER BY ordinal"
_NODE = "SELECT * FROM views.execution_nodes WHERE run_id = $1 AND node_id = $2"
_OUTPUTS = "SELECT node_id, outputs FROM views.execution_nodes WHERE run_id = $1 AND node_id = ANY($2::text[])"
_PLANNED = (
    "SELECT node FROM views.execution_plans, jsonb_array_elements(plan -> 'nodes') AS node "
    "WHERE run_id = $1 AND node ->> 'id' = $2"
)
_PLAN = "SELECT node FROM views.execution_plans, jsonb_array_elements(plan -> 'nodes') AS node WHERE run_id = $1"
_BEFORE = (
    "SELECT r.* FROM views.executions AS r JOIN views.execution_nodes AS n ON n.run_id = r.id AND n.node_id = $4 "
    "WHERE r.graph_id = $1 AND r.user_id = $2 AND r.position < $3 ORDER BY r.position DESC LIMIT 1"
)


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

    async def shown(self, user: str, run_id: str) -> Shown | None:
        """With its nodes."""
        found = await rows(self._engine, _SHOWN, run_id, user)
        return _shown(found[0]) if found else None

    async def page(self, user: str, page: Page, only: RunFilter) -> tuple[list[Shown], str | None]:
        conditions, args = ["user_id = $1", "NOT refused", not_deleted("$1")], [user]
        for comparison, value in _conditions(only):
            args.append(value)
            conditions.append(f"{comparison} ${len(args)}")
        query = _PAGE % newest("SELECT * FROM views.executions", page, conditions, args)
        found = [_shown(row) for row in await rows(self._engine, query, *args)]
        here = found[: page.limit]
        return here, cursor_at(here[-1].run.position, here[-1].run.id) if len(found) > page.limit else None

    async def nodes(self, run_id: str) -> list[NodeRow]:
        """In the order of the plan."""
        return [NodeRow(**row) for row in await rows(self._engine, _NODES, run_id)]

    async def node(self, run_id: str, node_id: str) -> NodeRow | None:
        found = await rows(self._engine, _NODE, run_id, node_id)
        return NodeRow(**found[0]) if found else None

    async def outputs(self, run_id: str, node_ids: Collection[str]) -> dict[str, Json]:
        """What these nodes of a run made."""
        found = await rows(self._engine, _OUTPUTS, run_id, list(node_ids))
        return {row["node_id"]: row["outputs"] for row in found}

    async def planned(self, run_id: str, node_id: str) -> Json:
        """A node as the plan has it; nothing if it has no such node."""
        found = await rows(self._engine, _PLANNED, run_id, node_id)
        return dict(found[0]["node"]) if found else {}

    async def plan(self, run_id: str) -> dict[str, Json]:
        """All its nodes as they were planned, by their ids."""
        return {row["node"]["id"]: row["node"] for row in await rows(self._engine, _PLAN, run_id)}

    async def made_before(self, run: RunRow, node_id: str) -> RunRow | None:
        """The run before this one, of the same graph, in which the node took part."""
        if run.graph_id is None:  # workflows that were sent along have no graph in common
            return None
        found = await rows(self._engine, _BEFORE, run.graph_id, run.user_id, run.position, node_id)
        return RunRow(**found[0]) if found else None

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


def _shown(row: Mapping[str, Any]) -> Shown:
    fields = dict(row)
    nodes = fields.pop("nodes")
    return Shown(RunRow(**fields), nodes)


def _conditions(only: RunFilter) -> list[tuple[str, Any]]:
    asked = (
        ("graph_id =", only.graph_id),
        ("project_id =", only.project_id),
        ("state =", only.state),
        ("created_at >=", only.created_after),
        ("created_at <", only.created_before),
    )
    return [(comparison, value) for comparison, value in asked if value is not None]
