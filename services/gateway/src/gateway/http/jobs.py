"""Jobs: one task without drawing a graph, and every task of every execution with what was asked of its provider."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import AwareDatetime
from starlette.responses import Response

from contracts.base import ID_PATTERN, MessageId, ProjectId, UserId
from contracts.run import CancelRun
from gateway.commands import Ask, NoAnswer
from gateway.desk import Desk
from gateway.http.asking import TheDesk, ThePage, TheUser, answer, is_id
from gateway.http.bodies_jobs import NewJob
from gateway.http.body import StrictRoute
from gateway.http.editing import accepted
from gateway.http.once import Ids, once
from gateway.http.one_task import JOB, in_job, named_in, workflow_of
from gateway.http.paying import count_start
from gateway.http.problems import Problem, not_found
from gateway.http.shapes import Listed
from gateway.http.shapes_history import JobShape, WholeJobShape
from gateway.http.starting import Start, begin, run_command
from gateway.views.read_jobs import JobFilter, JobStatus, show
from gateway.views.working import job_id

router = APIRouter(prefix="/api/jobs", tags=["jobs"], route_class=StrictRoute)
_Since = Annotated[AwareDatetime | None, Query()]


@router.post("", status_code=202, response_model=WholeJobShape)
async def create_job(body: NewJob, request: Request, desk: TheDesk, user: TheUser) -> Response:
    """Have one thing made, without drawing a graph."""

    async def work(ids: Ids) -> Response:
        workflow = workflow_of(body, await named_in(desk, user, body))
        what = Start(
            workflow=workflow, project_id=body.project_id, priority=body.priority, budget=body.budget, outputs=(JOB,)
        )
        project, command = await run_command(desk, user, what, ids.digest)
        asked = command.model_copy(update={"job": JOB})
        await count_start(desk, user, asked)
        started = await begin(desk, user, ids, (project, asked), in_job(workflow))
        run_id = started.headers["location"].rpartition("/")[2]
        wanted = job_id(run_id, JOB, 1)
        found = await desk.jobs.find(user, wanted)
        shown = await _whole(desk, found) if found else _pending(desk, body, project, run_id)
        headers = {"retry_after": "1"} if "retry-after" in started.headers else {}
        return answer(shown, 202, location=f"/api/jobs/{wanted}", **headers)

    return await once(request, desk, user, work)


@router.get("", response_model=Listed[JobShape])
async def list_jobs(  # noqa: PLR0913, PLR0917  the filters that there are; FastAPI passes them by name
    desk: TheDesk,
    user: TheUser,
    page: ThePage,
    status: JobStatus | None = None,
    operation_type: Annotated[str | None, Query(max_length=64)] = None,
    project_id: Annotated[str | None, Query(pattern=ID_PATTERN)] = None,
    created_after: _Since = None,
    created_before: _Since = None,
) -> Response:
    """Newest first, from every execution."""
    only = JobFilter(status, operation_type, project_id, created_after, created_before)
    jobs, cursor = await desk.jobs.page(user, page, only)
    return answer({"items": jobs, "next_cursor": cursor})


@router.get("/{job_id}", response_model=WholeJobShape)
async def get_job(job_id: str, desk: TheDesk, user: TheUser) -> Response:
    """With every request that was made for it."""
    return answer(await _whole(desk, await _the(desk, user, job_id)))


@router.delete("/{job_id}", response_model=WholeJobShape)
async def cancel_job(job_id: str, desk: TheDesk, user: TheUser) -> Response:
    """Cancel one that was asked for by itself. Once this is answered, no provider call begins."""
    job = await _the(desk, user, job_id)
    if not await desk.jobs.alone(job["run_id"]):
        detail = f"This job is a part of execution {job['run_id']}: cancel that."
        raise Problem(409, "part-of-an-execution", detail)
    ids = Ids()
    ask = Ask(MessageId(ids.mint("command")), user, ProjectId(job["project_id"]), job["run_id"], job["seq"])
    try:
        accepted(await desk.commands.run(ask, CancelRun()), ("job",))
    except NoAnswer:
        return answer(await _whole(desk, job), 202, location=f"/api/jobs/{job_id}", retry_after="1")
    return answer(await _whole(desk, await _the(desk, user, job_id)))


async def _the(desk: Desk, user: UserId, id_: str) -> dict[str, Any]:
    job = await desk.jobs.find(user, id_) if is_id(id_) else None
    if job is None:
        raise not_found("job")
    return job


async def _whole(desk: Desk, job: dict[str, Any]) -> dict[str, Any]:
    return show(job) | {"submissions": await desk.jobs.submissions(job)}


def _pending(desk: Desk, body: NewJob, project: str, run_id: str) -> dict[str, Any]:
    """What the views do not hold yet, because nobody has answered in time."""
    unknown = dict.fromkeys(("provider", "model", "error", "graph_id", "outputs", "cached_from", "started_at"))
    row = unknown | {
        "id": job_id(run_id, JOB, 1),
        "operation": body.operation_type,
        "provider": body.provider_id,
        "status": "queued",
        "project_id": project,
        "run_id": run_id,
        "node_id": JOB,
        "attempt": 1,
        "last_attempt": 0,
        "created_at": desk.clock(),
        "completed_at": None,
        "retry_at": None,
    }
    return show(row) | {"submissions": []}
