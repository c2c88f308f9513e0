"""Graphs: made, changed, looked at as they are and as they were."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from contracts.base import ID_PATTERN, MessageId, ProjectId, UserId
from contracts.graph import CreateGraph, Describe, Op
from contracts.workflow import Workflow
from gateway.commands import Ask
from gateway.desk import Desk
from gateway.flow.export import flow_of
from gateway.http import bodies, shapes, translate
from gateway.http.asking import TheDesk, ThePage, TheUser, answer, etag, the_graph, the_project
from gateway.http.body import StrictRoute
from gateway.http.editing import ask_graph, editing
from gateway.http.naming import named
from gateway.http.once import Ids, once
from gateway.http.places import Place, in_body, in_edits, in_workflow
from gateway.http.problems import Problem
from gateway.http.shapes_projects import GraphStateShape
from gateway.views.sheet import Sheet

router = APIRouter(prefix="/api/graphs", tags=["graphs"], route_class=StrictRoute)
_Version = Annotated[int | None, Query(ge=1, le=2**31 - 1, description="As it was at this version.")]


async def graph_answer(desk: Desk, sheet: Sheet, status: int = 200, **headers: str) -> Response:
    return answer(await desk.graphs.shown(sheet), status, etag=etag(sheet.version), **headers)


@dataclass(frozen=True)
class Draft:
    """A graph that is to be made."""

    project_id: str
    name: str
    ops: tuple[Op, ...] = ()
    place: Place = in_body


async def create(desk: Desk, user: UserId, ids: Ids, draft: Draft) -> Response:
    graph_id = ids.mint("graph")
    ask = Ask(MessageId(ids.mint("command")), user, ProjectId(draft.project_id), graph_id)
    command = CreateGraph(name=draft.name, ops=draft.ops, body_digest=ids.digest)
    await ask_graph(desk, ask, command, (), draft.place)
    sheet = await the_graph(desk, user, graph_id)
    return await graph_answer(desk, sheet, 201, location=f"/api/graphs/{graph_id}")


@router.post("", status_code=201, response_model=shapes.GraphShape)
async def create_graph(body: bodies.NewGraph, request: Request, desk: TheDesk, user: TheUser) -> Response:
    async def work(ids: Ids) -> Response:
        project = await the_project(desk, user, body.project_id)
        return await create(desk, user, ids, Draft(project.id, body.name))

    return await once(request, desk, user, work)


@router.get("", response_model=shapes.Listed[shapes.GraphShape])
async def list_graphs(
    desk: TheDesk, user: TheUser, page: ThePage, project_id: Annotated[str | None, Query(pattern=ID_PATTERN)] = None
) -> Response:
    sheets, cursor = await desk.graphs.page(user, page, project_id)
    last = await desk.graphs.last_runs([sheet.id for sheet in sheets])
    return answer({"items": [desk.graphs.show(sheet, last) for sheet in sheets], "next_cursor": cursor})


@router.post("/import", status_code=201, response_model=shapes.GraphShape)
async def import_graph(
    body: Workflow,
    request: Request,
    desk: TheDesk,
    user: TheUser,
    project_id: Annotated[str | None, Query(pattern=ID_PATTERN)] = None,
) -> Response:
    """Make a graph of a workflow file. Its variables and outputs are given when it is run."""

    async def work(ids: Ids) -> Response:
        project = await the_project(desk, user, project_id)
        things = await named(desk, user, (node.params for node in body.nodes))
        draft = Draft(project.id, body.name, translate.workflow_ops(body, things), in_workflow(body))
        return await create(desk, user, ids, draft)

    return await once(request, desk, user, work)


@router.get("/{graph_id}", response_model=shapes.GraphShape)
async def get_graph(
    graph_id: str, request: Request, desk: TheDesk, user: TheUser, version: _Version = None
) -> Response:
    sheet = await the_graph(desk, user, graph_id)
    if version is not None:
        sheet = await _past(desk, sheet, version)
    if request.headers.get("if-none-match") == etag(sheet.version):
        last = await desk.graphs.last_runs([sheet.id])
        if not last:  # what its nodes last did changes without a new version
            return Response(status_code=304, headers={"etag": etag(sheet.version)})
    return await graph_answer(desk, sheet)


async def _past(desk: Desk, sheet: Sheet, version: int) -> Sheet:
    past = await desk.graphs.as_it_was(sheet, version)
    if past is None:
        detail = f"This graph has no version {version}; its latest is {sheet.version}."
        raise Problem(404, "unknown-version", detail)
    return past


@router.patch("/{graph_id}", response_model=shapes.GraphShape)
async def change_graph(
    graph_id: str, body: bodies.GraphChange, request: Request, desk: TheDesk, user: TheUser
) -> Response:
    async def work(ids: Ids) -> Response:
        hands = await editing(request, desk, user, graph_id, ids)
        return await graph_answer(desk, await hands.edit(translate.describe(body)))

    return await once(request, desk, user, work)


@router.delete("/{graph_id}", status_code=204)
async def delete_graph(graph_id: str, request: Request, desk: TheDesk, user: TheUser) -> Response:
    hands = await editing(request, desk, user, graph_id, Ids())
    await hands.delete()
    return Response(status_code=204)


@router.post("/{graph_id}/edits", response_model=shapes.GraphShape)
async def edit_graph(graph_id: str, body: bodies.Edits, request: Request, desk: TheDesk, user: TheUser) -> Response:
    """Many changes at once: all of them, or none."""

    async def work(ids: Ids) -> Response:
        hands = await editing(request, desk, user, graph_id, ids)
        things = await named(desk, user, translate.edited(body.ops))
        types = {id_: node["type"] for id_, node in hands.sheet.nodes.items()}
        sheet = await hands.edit(*translate.ops(body.ops, types, things, ids), place=in_edits(body.ops))
        return await graph_answer(desk, sheet)

    return await once(request, desk, user, work)


@router.post("/{graph_id}/duplicate", status_code=201, response_model=shapes.GraphShape)
async def duplicate_graph(
    graph_id: str, request: Request, desk: TheDesk, user: TheUser, body: bodies.Duplicate | None = None
) -> Response:
    async def work(ids: Ids) -> Response:
        sheet = await the_graph(desk, user, graph_id)
        name = body.name if body and body.name else f"{sheet.name} (copy)"[:200]
        workflow = Workflow.model_validate(_workflow(sheet))
        things = await named(desk, user, (node.params for node in workflow.nodes))
        ops: tuple[Op, ...] = translate.workflow_ops(workflow, things)
        if sheet.notes or sheet.frames:
            ops = (*ops, Describe(notes=tuple(sheet.notes), frames=tuple(sheet.frames)))
        return await create(desk, user, ids, Draft(sheet.project_id, name, ops))

    return await once(request, desk, user, work)


@router.get("/{graph_id}/history", response_model=shapes.Listed[shapes.VersionShape])
async def graph_history(graph_id: str, desk: TheDesk, user: TheUser, page: ThePage) -> Response:
    """Every version, newest first: who made it, when, and what changed."""
    sheet = await the_graph(desk, user, graph_id)
    key = page.key()
    versions = await desk.graphs.history(sheet.id, page.limit + 1, key[0] if key else None)
    more, versions = len(versions) > page.limit, versions[: page.limit]
    return answer({"items": versions, "next_cursor": page.behind(versions[-1]["version"], "") if more else None})


@router.post("/{graph_id}/restore", response_model=shapes.GraphShape)
async def restore_graph(
    graph_id: str, body: bodies.Restore, request: Request, desk: TheDesk, user: TheUser
) -> Response:
    """Make it again as it was: a new version, so nothing is lost."""

    async def work(ids: Ids) -> Response:
        hands = await editing(request, desk, user, graph_id, ids)
        return await graph_answer(desk, await hands.restore(body.version))

    return await once(request, desk, user, work)


@router.get("/{graph_id}/export", response_model=Workflow | GraphStateShape)
async def export_graph(
    graph_id: str,
    desk: TheDesk,
    user: TheUser,
    version: _Version = None,
    format: Literal["workflow", "react-flow"] = "workflow",  # noqa: A002  as it is called in the query
) -> Response:
    """As a workflow file, or as React Flow can show it."""
    sheet = await the_graph(desk, user, graph_id)
    if version is not None:
        sheet = await _past(desk, sheet, version)
    return answer(flow_of(sheet.name, sheet.content) if format == "react-flow" else _workflow(sheet))


def _workflow(sheet: Sheet) -> dict[str, Any]:
    kept = ("id", "type", "title", "params", "position", "bypassed", "variation")
    return {
        "name": sheet.name,
        "nodes": [{key: node[key] for key in kept if node.get(key) is not None} for node in sheet.nodes.values()],
        "edges": list(sheet.edges.values()),
    }
