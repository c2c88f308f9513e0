"""Projects: where graphs belong, with the variables that their texts use, and how their canvas looks."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Query, Request
from pydantic_core import to_json
from starlette.responses import Response

from contracts.models import ModelBook
from gateway.desk import Desk
from gateway.http.asking import TheCaller, TheDesk, ThePage, TheUser, answer, encoded, etag, expected_version, is_id
from gateway.http.bodies_projects import NewProject, ProjectChange, ProjectSettings
from gateway.http.once import Ids, once
from gateway.http.problems import Problem, invalid, not_found
from gateway.http.shapes import Listed
from gateway.http.shapes_projects import DeletedProjectShape, GraphStateShape, ListedProjectShape, ProjectShape
from gateway.http.state import State, StateRoute
from gateway.library.acts import Thing
from gateway.library.projects import Drawn, Project, Stale
from gateway.users import Caller, default_project

router = APIRouter(prefix="/api/projects", tags=["projects"], route_class=StateRoute)


def _show(project: Project) -> dict[str, Any]:
    return {
        "id": project.id,
        "name": project.name,
        "variables": project.variables,
        "settings": project.settings,
        "version": project.version,
        "created_at": project.created_at,
        "updated_at": project.updated_at,
        "deleted_at": project.deleted_at,
    }


async def the(desk: Desk, user: str, project_id: str) -> Project:
    project = await desk.projects.find(user, project_id) if is_id(project_id) else None
    if project is None:
        raise not_found("project")
    return project


async def _drawn(desk: Desk, user: str, project_id: str) -> Drawn:
    drawn = await desk.projects.state(user, project_id) if is_id(project_id) else None
    if drawn is None:
        raise not_found("project")
    return drawn


async def _whole(desk: Desk, user: str, project_id: str, status: int = 200, **headers: str) -> Response:
    """With its graph_state, in the very characters in which it was sent."""
    project, drawn = await the(desk, user, project_id), await _drawn(desk, user, project_id)
    json = b'%b,"graph_state":%b}' % (to_json(_show(project))[:-1], drawn.body.encode())
    return encoded(json, status, etag=etag(project.version), **headers)


async def _change(
    request: Request, desk: Desk, user: str, project_id: str, changes: dict[str, Any], state: str | None
) -> None:
    wanted = expected_version(request, "project")
    try:
        known = is_id(project_id) and await desk.projects.change(
            user, project_id, changes, state=state, if_version=wanted
        )
    except Stale as error:
        message = "The project was changed meanwhile: get it again, and make your change to that."
        flaw = {"loc": ["header", "if-match"], "message": message}
        raise Problem(412, "stale-version", message, errors=[flaw]) from error
    if not known:
        raise not_found("project")


def _check(settings: ProjectSettings, book: ModelBook) -> None:
    """Raise for a provider or model that could never be taken."""
    provider, model_id = settings.provider, settings.model
    if provider is not None:
        loc = ["body", "settings", "provider"]
        if book.provider(provider) is None:
            names = ", ".join(one.name for one in book.providers)
            raise invalid(loc, f"There is no provider {provider!r}. There are: {names}.", "unknown-provider")
        if provider not in book.enabled:
            raise invalid(loc, f"The provider {provider!r} is not configured here.", "provider-not-configured")
    if model_id is None:
        return
    model, loc = book.find(provider, model_id), ["body", "settings", "model"]
    if model is None:
        whose = f" of {provider}" if provider else ""
        raise invalid(loc, f"There is no model {model_id!r}{whose}.", "unknown-model")
    if model.status == "retired":
        instead = f" Use {model.replaced_by} instead." if model.replaced_by else ""
        raise invalid(loc, f"{model.id} was retired by its provider.{instead}", "model-retired")


@router.get("", response_model=Listed[ListedProjectShape])
async def list_projects(
    desk: TheDesk,
    user: TheUser,
    page: ThePage,
    deleted: Annotated[bool, Query(description="Those that were deleted, instead.")] = False,
) -> Response:
    key = page.key()
    projects = await desk.projects.after(user, key[1] if key else "", page.limit + 1, deleted=deleted)
    more, projects = len(projects) > page.limit, projects[: page.limit]
    return answer(
        {"items": [_show(p) for p in projects], "next_cursor": page.behind(0, projects[-1].id) if more else None}
    )


@router.post("", status_code=201, response_model=ProjectShape)
async def create_project(
    body: NewProject, request: Request, desk: TheDesk, user: TheUser, caller: TheCaller
) -> Response:
    async def work(ids: Ids) -> Response:
        _check(body.settings, desk.book())
        project_id = ids.mint("project")
        state = body.graph_state.text if body.graph_state is not None else None
        await desk.projects.create(user, project_id, body.name, body.variables, body.settings.kept(), state=state)
        await _note(desk, caller, "project.created", (user, project_id), body.name)
        return await _whole(desk, user, project_id, 201, location=f"/api/projects/{project_id}")

    return await once(request, desk, user, work)


@router.get("/{project_id}", response_model=ProjectShape)
async def get_project(project_id: str, desk: TheDesk, user: TheUser) -> Response:
    return await _whole(desk, user, project_id)


@router.patch("/{project_id}", response_model=ProjectShape)
async def change_project(
    project_id: str, body: ProjectChange, request: Request, desk: TheDesk, user: TheUser
) -> Response:
    changes: dict[str, Any] = {}
    if body.name is not None:
        changes["name"] = body.name
    if body.variables is not None:
        changes["variables"] = body.variables
    if body.settings is not None:
        _check(body.settings, desk.book())
        changes["settings"] = body.settings.kept()
    state = body.graph_state.text if body.graph_state is not None else None
    if changes or state is not None:
        await _change(request, desk, user, project_id, changes, state)
    return await _whole(desk, user, project_id)


@router.delete("/{project_id}", response_model=DeletedProjectShape)
async def delete_project(project_id: str, desk: TheDesk, user: TheUser, caller: TheCaller) -> Response:
    """Its graphs and executions leave the lists with it. Nothing is lost: it can be restored, with all of them."""
    project = await the(desk, user, project_id)
    if project.id == default_project(user):
        raise Problem(409, "default-project", "This is your default project: everyone has one, and keeps it.")
    await desk.projects.delete(user, project_id)
    await _note(desk, caller, "project.deleted", (user, project_id), project.name)
    restore = f"/api/projects/{project_id}/restore"
    message = f"{project.name} is deleted, and its graphs and executions with it. POST {restore} brings all of it back."
    return answer({"id": project_id, "restorable": True, "restore_url": restore, "message": message})


@router.post("/{project_id}/restore", response_model=ProjectShape)
async def restore_project(
    project_id: str, request: Request, desk: TheDesk, user: TheUser, caller: TheCaller
) -> Response:
    """Bring a deleted project back, with its graphs and executions. One that is there stays as it is."""

    async def work(_: Ids) -> Response:
        if is_id(project_id) and await desk.projects.restore(user, project_id):
            await _note(desk, caller, "project.restored", (user, project_id))
        return await _whole(desk, user, project_id)

    return await once(request, desk, user, work)


@router.get("/{project_id}/graph_state", response_model=GraphStateShape)
async def get_graph_state(project_id: str, request: Request, desk: TheDesk, user: TheUser) -> Response:
    """The saved canvas; an empty one if nothing was ever saved."""
    drawn = await _drawn(desk, user, project_id)
    tag = etag(drawn.version)
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers={"etag": tag})
    return encoded(drawn.body.encode(), etag=tag)


@router.put("/{project_id}/graph_state", response_model=GraphStateShape)
async def save_graph_state(
    project_id: str, body: Annotated[State, Body()], request: Request, desk: TheDesk, user: TheUser
) -> Response:
    """Keep a canvas as React Flow's toObject() gives it: it comes back deep-equal, unknown fields and all."""
    await _change(request, desk, user, project_id, {}, body.text)
    drawn = await _drawn(desk, user, project_id)
    return encoded(body.text.encode(), etag=etag(drawn.version))


async def _note(desk: Desk, caller: Caller, action: str, project: tuple[str, str], name: str = "") -> None:
    await desk.acts.note(caller, action, Thing("project", project[1], name), project=project)
