"""The history tape: one entry for each result that a task made, with what it was made from."""

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from contracts.base import NodeId, ProjectId, RunId
from contracts.envelope import ReportLetter, Unreadable, unseal
from contracts.subjects import Subjects
from contracts.work import Succeeded
from gateway.database import rows
from gateway.views.paging import Page, cursor_at, newest
from kit.ids import named_id
from kit.log import Log

Json = dict[str, Any]
_GENERATIONS = """SELECT * FROM (
SELECT g.*, g.run_id || '/' || g.node_id || '/' || g.attempt AS id, COALESCE(j.outputs, g.outputs) AS shown
FROM views.generations AS g LEFT JOIN views.judgements AS j USING (run_id, node_id, attempt) WHERE g.user_id = $1
) AS generations"""
_PLANNED = """SELECT p.run_id, node ->> 'id' AS node_id, node
FROM views.execution_plans AS p, jsonb_array_elements(p.plan -> 'nodes') AS node
WHERE p.run_id = ANY($1::text[]) AND node ->> 'id' = ANY($2::text[])"""
_JOBS = """SELECT DISTINCT ON (w.run_id, w.node_id, w.attempt) w.run_id, w.node_id, w.attempt, j.id
FROM unnest($1::text[], $2::text[], $3::int[]) AS w(run_id, node_id, attempt)
JOIN views.jobs AS j ON j.run_id = w.run_id AND j.node_id = w.node_id AND j.attempt <= w.attempt
ORDER BY w.run_id, w.node_id, w.attempt, j.attempt DESC"""


@dataclass(frozen=True)
class GenerationFilter:
    node_id: str | None = None
    graph_id: str | None = None
    model: str | None = None
    type: str | None = None
    created_after: datetime | None = None
    created_before: datetime | None = None


class Generations:
    def __init__(self, engine: AsyncEngine, log: Log, subjects: Subjects) -> None:
        self._engine = engine
        self._log = log
        self._subjects = subjects

    async def page(self, user: str, project: str, page: Page, only: GenerationFilter) -> tuple[list[Json], str | None]:
        """Newest first."""
        conditions, args = ["project_id = $2"], [user, project]
        for comparison, value in _conditions(only):
            args.append(value)
            conditions.append(f"{comparison} ${len(args)}")
        found = await rows(self._engine, newest(_GENERATIONS, page, conditions, args), *args)
        here = [dict(row) for row in found[: page.limit]]
        planned, jobs = await self._planned(here), await self._jobs(here)
        here = [row | await self._told(row) if row["late"] else row for row in here]
        shown = [_show(row, planned.get(_node(row), {}), jobs.get((*_node(row), row["attempt"]))) for row in here]
        more = len(found) > page.limit
        return shown, cursor_at(here[-1]["position"], here[-1]["id"]) if more else None

    async def _planned(self, here: list[Json]) -> dict[tuple[str, str], Json]:
        """The nodes as they were planned: their parameters are written down nowhere else."""
        runs, nodes = [row["run_id"] for row in here], [row["node_id"] for row in here]
        found = await rows(self._engine, _PLANNED, runs, nodes)
        return {(row["run_id"], row["node_id"]): row["node"] for row in found}

    async def _jobs(self, here: list[Json]) -> dict[tuple[str, str, int], str]:
        columns = ([row[name] for row in here] for name in ("run_id", "node_id", "attempt"))
        found = await rows(self._engine, _JOBS, *columns)
        return {(row["run_id"], row["node_id"], row["attempt"]): row["id"] for row in found}

    async def _told(self, row: Json) -> Json:
        """Of a result that came too late for its node: what only its report says."""
        subject = self._subjects.report(ProjectId(row["project_id"]), RunId(row["run_id"]), NodeId(row["node_id"]))
        for record in await self._log.read(subject):
            with contextlib.suppress(Unreadable):
                report = unseal(ReportLetter, record.data).report
                if isinstance(report, Succeeded) and report.attempt == row["attempt"]:
                    return {
                        "prompt": report.prompt_sent,
                        "notes": list(report.notes),
                        "started_at": report.started_at,
                    }
        return {}


def _node(row: Mapping[str, Any]) -> tuple[str, str]:
    return row["run_id"], row["node_id"]


def _show(row: Json, planned: Json, job: str | None) -> Json:
    values = [value for made in row["shown"].values() for value in made]
    return {
        "id": named_id("generation", row["run_id"], row["node_id"], str(row["attempt"])),
        "type": row["type"],
        "prompt_snapshot": row["prompt"],
        "settings_snapshot": _settings(row, planned),
        "output_url": next((value["url"] for value in values if value.get("url")), None),
        "outputs": row["shown"],
        "cost_computation": {"cost": row["cost"], "basis": row["cost_basis"]},
        "seconds": _seconds(row),
        "created_at": row["created_at"],
        "who": {"user_id": row["actor"]},
        "project_id": row["project_id"],
        "graph_id": row["graph_id"],
        "execution_id": row["run_id"],
        "node_id": row["node_id"],
        "attempt": row["attempt"],
        "job_id": job,
        "late": row["late"],
        "notes": row["notes"],
    }


def _settings(row: Json, planned: Json) -> Json:
    kept = ("params", "provider", "model", "seed", "variation", "type_version")
    settings = {name: planned[name] for name in kept if name in planned}
    return {"operation_type": row["type"], "provider": row["provider"], "model": row["model"], **settings}


def _seconds(row: Json) -> float | None:
    if row["started_at"] is None:
        return None
    took: timedelta = row["created_at"] - row["started_at"]
    return round(max(0.0, took.total_seconds()), 3)


def _conditions(only: GenerationFilter) -> list[tuple[str, Any]]:
    asked = (
        ("node_id =", only.node_id),
        ("graph_id =", only.graph_id),
        ("model =", only.model),
        ("type =", only.type),
        ("created_at >=", only.created_after),
        ("created_at <", only.created_before),
    )
    return [(comparison, value) for comparison, value in asked if value is not None]
