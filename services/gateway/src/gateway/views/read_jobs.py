"""Jobs: what a provider was asked to do, run by run or by itself, and what became of it."""

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy.ext.asyncio import AsyncEngine

from contracts.base import NodeId, ProjectId, RunId
from contracts.envelope import ReportLetter, Unreadable, unseal
from contracts.subjects import Subjects
from gateway.database import rows
from gateway.views.living import not_deleted
from gateway.views.paging import Page, cursor_at, newest
from gateway.views.submissions import Submissions
from kit.log import Log

Json = dict[str, Any]
JobStatus = Literal["queued", "running", "retrying", "completed", "failed", "cancelled", "in_doubt"]

_STATUS = """CASE
    WHEN e.id IS NULL AND n.run_id IS NULL AND r.state = 'failed' THEN 'failed'
    WHEN e.id IS NULL AND n.run_id IS NULL AND r.state = 'cancelled' THEN 'cancelled'
    WHEN coalesce(e.state, n.state) IN ('completed', 'cached', 'inherited') THEN 'completed'
    WHEN coalesce(e.state, n.state) IN ('cancelled', 'skipped') THEN 'cancelled'
    WHEN coalesce(e.state, n.state) IN ('failed', 'in_doubt', 'running') THEN coalesce(e.state, n.state)
    WHEN n.state = 'waiting' AND n.retry_at IS NOT NULL THEN 'retrying'
    ELSE 'queued' END"""
_JOBS = f"""SELECT * FROM (
SELECT j.*, {_STATUS} AS status, n.provider, n.model, r.graph_id, r.seq,
    CASE WHEN e.id IS NOT NULL THEN e.error WHEN n.run_id IS NULL THEN r.error ELSE n.error END AS error,
    CASE WHEN e.id IS NULL THEN coalesce(n.attempt, 0) ELSE e.last_attempt END AS last_attempt,
    CASE WHEN e.id IS NULL THEN n.started_at ELSE e.started_at END AS started_at,
    CASE WHEN e.id IS NULL THEN n.completed_at ELSE e.completed_at END AS completed_at,
    CASE WHEN e.id IS NULL THEN n.retry_at END AS retry_at,
    CASE WHEN e.id IS NULL THEN n.outputs END AS outputs,
    CASE WHEN e.id IS NULL THEN n.cached_from END AS cached_from
FROM views.jobs AS j JOIN views.executions AS r ON r.id = j.run_id
LEFT JOIN views.job_ends AS e ON e.id = j.id
LEFT JOIN views.execution_nodes AS n ON n.run_id = j.run_id AND n.node_id = j.node_id
WHERE j.user_id = $1
) AS jobs"""  # noqa: S608  nothing in it is from outside
_NEXT = "SELECT min(attempt) AS attempt FROM views.jobs WHERE run_id = $1 AND node_id = $2 AND attempt > $3"
_ALONE = "SELECT bool_or(alone) AS alone FROM views.jobs WHERE run_id = $1"


@dataclass(frozen=True)
class JobFilter:
    status: JobStatus | None = None
    operation_type: str | None = None
    project_id: str | None = None
    created_after: datetime | None = None
    created_before: datetime | None = None


class Jobs:
    def __init__(self, engine: AsyncEngine, log: Log, subjects: Subjects) -> None:
        self._engine = engine
        self._log = log
        self._subjects = subjects

    async def page(self, user: str, page: Page, only: JobFilter) -> tuple[list[Json], str | None]:
        """Newest first, without their submissions. What belongs to a deleted project is left out."""
        conditions, args = ["user_id = $1", not_deleted("$1")], [user]
        for comparison, value in _conditions(only):
            args.append(value)
            conditions.append(f"{comparison} ${len(args)}")
        found = await rows(self._engine, newest(_JOBS, page, conditions, args), *args)
        here = found[: page.limit]
        more = len(found) > page.limit
        return [show(row) for row in here], cursor_at(here[-1]["position"], here[-1]["id"]) if more else None

    async def find(self, user: str, job_id: str) -> Json | None:
        """With its submissions, as its row is else."""
        found = await rows(self._engine, f"{_JOBS} WHERE id = $2", user, job_id)
        return dict(found[0]) if found else None

    async def alone(self, run_id: str) -> bool:
        """Whether the execution was made for a job, and for nothing else."""
        found = await rows(self._engine, _ALONE, run_id)
        return bool(found[0]["alone"])

    async def submissions(self, job: Mapping[str, Any]) -> list[Json]:
        """What cannot be read is left out."""
        after = await rows(self._engine, _NEXT, job["run_id"], job["node_id"], job["attempt"])
        told = Submissions(job["run_id"], job["node_id"], (job["attempt"], after[0]["attempt"]))
        subject = self._subjects.report(ProjectId(job["project_id"]), RunId(job["run_id"]), NodeId(job["node_id"]))
        for record in await self._log.read(subject):
            with contextlib.suppress(Unreadable):
                told.reported(unseal(ReportLetter, record.data))
        return told.shown()


def show(row: Mapping[str, Any]) -> Json:
    """As the API gives it: its state, and where to look for the rest."""
    return {
        "id": row["id"],
        "operation_type": row["operation"],
        "provider_id": row["provider"],
        "model": row["model"],
        "status": row["status"],
        "error": row["error"],
        "project_id": row["project_id"],
        "execution_id": row["run_id"],
        "node_id": row["node_id"],
        "graph_id": row["graph_id"],
        "attempts": max(0, row["last_attempt"] - row["attempt"] + 1) if row["last_attempt"] else 0,
        "outputs": row["outputs"] or {},
        "cached_from": row["cached_from"],
        "created_at": row["created_at"],
        "started_at": row["started_at"],
        "completed_at": row["completed_at"],
        "retry_at": row["retry_at"],
    }


def _conditions(only: JobFilter) -> list[tuple[str, Any]]:
    asked = (
        ("status =", only.status),
        ("operation =", only.operation_type),
        ("project_id =", only.project_id),
        ("created_at >=", only.created_after),
        ("created_at <", only.created_before),
    )
    return [(comparison, value) for comparison, value in asked if value is not None]
