"""Executions: started, looked at, cancelled, resumed, settled, explained."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import AwareDatetime
from pydantic_core import to_json
from starlette.responses import Response

from contracts.base import (
    ID_PATTERN,
    MAX_EVENTS_PER_DECISION,
    MessageId,
    NodeId,
    ProjectId,
    UserId,
    position,
)
from contracts.run import CancelRun, ResumeRun, RunCommand, RunState, SettleNode
from gateway.commands import Ask, NoAnswer
from gateway.desk import Desk
from gateway.http import bodies, shapes
from gateway.http.asking import TheDesk, ThePage, TheUser, answer, encoded, is_id, the_graph, the_run
from gateway.http.body import StrictRoute
from gateway.http.diff_shapes import DiffShape
from gateway.http.diffing import diff
from gateway.http.editing import accepted
from gateway.http.estimating import estimated
from gateway.http.explaining import explanation
from gateway.http.forking import fork
from gateway.http.once import Ids, once
from gateway.http.paying import count_again
from gateway.http.places import in_path, in_start
from gateway.http.problems import Problem, invalid, not_found, rejected, unavailable
from gateway.http.shapes_credits import EstimateShape
from gateway.http.starting import Start, execution_answer, run_command, start
from gateway.views.read_runs import RunFilter
from gateway.views.rows import NodeRow, RunRow
from gateway.views.shown_runs import show

router = APIRouter(prefix="/api/executions", tags=["executions"], route_class=StrictRoute)
_IdFilter = Annotated[str | None, Query(pattern=ID_PATTERN)]
_Since = Annotated[AwareDatetime | None, Query()]
MAX_POSITION = 2**63 - 1


async def _what(desk: Desk, user: UserId, body: bodies.NewExecution) -> Start:
    sheet = None
    if body.graph_id is not None:
        try:
            sheet = await the_graph(desk, user, body.graph_id)
        except Problem as problem:
            message = f"There is no graph {body.graph_id!r}."
            raise invalid(["body", "graph_id"], message, "unknown-graph") from problem
    return Start(
        sheet=sheet,
        workflow=body.graph,
        project_id=body.project_id,
        outputs=body.output_node_ids,
        variables=body.variables,
        budget=body.budget,
        priority=body.priority,
    )


@router.post("", status_code=202, response_model=shapes.ExecutionShape)
async def start_execution(body: bodies.NewExecution, request: Request, desk: TheDesk, user: TheUser) -> Response:
    """Run a graph: what its outputs need, and nothing else."""

    async def work(ids: Ids) -> Response:
        return await start(desk, user, ids, await _what(desk, user, body))

    return await once(request, desk, user, work)


@router.get("", response_model=shapes.Listed[shapes.ExecutionShape])
async def list_executions(  # noqa: PLR0913, PLR0917  the filters that there are; FastAPI passes them by name
    desk: TheDesk,
    user: TheUser,
    page: ThePage,
    graph_id: _IdFilter = None,
    project_id: _IdFilter = None,
    state: RunState | None = None,
    created_after: _Since = None,
    created_before: _Since = None,
) -> Response:
    only = RunFilter(graph_id, project_id, state, created_after, created_before)
    runs, cursor = await desk.runs.page(user, page, only)
    items = b",".join(run.json(desk.heard.of) for run in runs)
    return encoded(b'{"items":[%b],"next_cursor":%b}' % (items, to_json(cursor)))


@router.post("/estimate", response_model=EstimateShape)
async def estimate_execution(body: bodies.NewExecution, desk: TheDesk, user: TheUser) -> Response:
    """What it would cost, as far as can be known before."""
    what = await _what(desk, user, body)
    project, command = await run_command(desk, user, what, "")
    try:
        estimate = await desk.estimates.ask(user, project, command)
    except NoAnswer as error:
        raise unavailable("No orchestrator answered in time. Ask again.") from error
    if estimate.rejection is not None:
        raise rejected(estimate.rejection, place=in_start(what.workflow))
    return answer(await estimated(desk, user, project, estimate))


@router.get("/diff", response_model=DiffShape)
async def diff_executions(
    desk: TheDesk,
    user: TheUser,
    a: Annotated[str, Query(description="Id of the execution to begin with.")],
    b: Annotated[str, Query(description="Id of the one that is compared with it.")],
) -> Response:
    """What was different in `b`: graph, params, prompt as sent, model, cost, time, outputs."""
    return answer(await diff(desk, user, a, b))


@router.get("/{execution_id}", response_model=shapes.ExecutionShape)
async def get_execution(
    execution_id: str,
    desk: TheDesk,
    user: TheUser,
    at: Annotated[
        int | None, Query(ge=0, le=MAX_POSITION, description="As it was after the event with this id.")
    ] = None,
) -> Response:
    if at is None:
        shown = await desk.runs.shown(user, execution_id) if is_id(execution_id) else None
        if shown is None:
            raise not_found("execution")
        return encoded(shown.json(desk.heard.of))
    run = await the_run(desk, user, execution_id)
    if at > position(await desk.log.last_seq(), MAX_EVENTS_PER_DECISION - 1):
        raise invalid(["query", "at"], "The log has not come that far: nothing has this id yet.", "unknown-position")
    past = await desk.runs.as_it_was(run, at)
    if past is None:
        raise Problem(404, "unknown-version", "The execution had not begun then.")
    return answer(show(*past))


@router.delete("/{execution_id}", response_model=shapes.ExecutionShape)
async def cancel_execution(execution_id: str, desk: TheDesk, user: TheUser) -> Response:
    """Cancel it. Once this is answered, no provider call begins."""
    return await _obey(desk, user, Ids(), execution_id, CancelRun(), 200)


@router.post("/{execution_id}/resume", status_code=202, response_model=shapes.ExecutionShape)
async def resume_execution(execution_id: str, request: Request, desk: TheDesk, user: TheUser) -> Response:
    """Run again what failed, was cancelled or skipped."""

    async def work(ids: Ids) -> Response:
        return await _obey(desk, user, ids, execution_id, ResumeRun(), 202)

    return await once(request, desk, user, work)


@router.post("/{execution_id}/fork", status_code=202, response_model=shapes.ExecutionShape)
async def fork_execution(
    execution_id: str, request: Request, desk: TheDesk, user: TheUser, body: bodies.Fork | None = None
) -> Response:
    """Start a new execution from this one, edited. Nodes that stay as they are inherit their results, at no cost."""

    async def work(ids: Ids) -> Response:
        return await fork(desk, user, ids, await the_run(desk, user, execution_id), body or bodies.Fork())

    return await once(request, desk, user, work)


async def _settle(
    execution_id: str, node_id: str, body: bodies.Settle, request: Request, desk: TheDesk, user: TheUser
) -> Response:
    """Say what became of a request that could not be known."""

    async def work(ids: Ids) -> Response:
        await _node_of(desk, user, execution_id, node_id)
        command = SettleNode(node_id=NodeId(node_id), action=body.action, handle=body.handle)
        return await _obey(desk, user, ids, execution_id, command, 200)

    return await once(request, desk, user, work)


router.add_api_route(
    "/{execution_id}/nodes/{node_id}/settle",
    _settle,
    methods=["POST"],
    response_model=shapes.ExecutionShape,
    name="settle_node",
)


@router.get("/{execution_id}/nodes/{node_id}/explain", response_model=shapes.ExplainShape)
async def explain_node(execution_id: str, node_id: str, desk: TheDesk, user: TheUser) -> Response:
    """Why it was made, or was not."""
    return answer(await explanation(desk.runs, *await _node_of(desk, user, execution_id, node_id)))


async def _node_of(desk: Desk, user: str, run_id: str, node_id: str) -> tuple[RunRow, NodeRow]:
    run = await the_run(desk, user, run_id)
    node = await desk.runs.node(run.id, node_id) if is_id(node_id) else None
    if node is None:
        raise not_found("node")
    return run, node


async def _obey(desk: Desk, user: UserId, ids: Ids, run_id: str, command: RunCommand, status: int) -> Response:
    run = await the_run(desk, user, run_id)
    await count_again(desk, user, command)
    ask = Ask(MessageId(ids.mint("command")), user, ProjectId(run.project_id), run.id, run.seq)
    location = {"location": f"/api/executions/{run.id}"} if status == 202 else {}  # noqa: PLR2004  accepted
    try:
        accepted(await desk.commands.run(ask, command), ("execution", "node"), in_path)
    except NoAnswer:
        return await execution_answer(desk, user, run.id, 202, location=f"/api/executions/{run.id}", retry_after="1")
    return await execution_answer(desk, user, run.id, status, **location)
