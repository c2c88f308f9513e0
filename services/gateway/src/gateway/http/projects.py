"""Projects: where graphs belong, with the variables that their texts use."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from gateway.desk import Desk
from gateway.http import bodies, shapes
from gateway.http.asking import TheDesk, ThePage, TheUser, answer, is_id
from gateway.http.body import StrictRoute
from gateway.http.once import Ids, once
from gateway.http.problems import not_found
from gateway.library.projects import Project

router = APIRouter(prefix="/api/projects", tags=["projects"], route_class=StrictRoute)


def _show(project: Project) -> dict[str, Any]:
    return {
        "id": project.id,
        "name": project.name,
        "variables": project.variables,
        "settings": project.settings,
        "created_at": project.created_at,
        "updated_at": project.updated_at,
    }


async def _the(desk: Desk, user: str, project_id: str) -> Project:
    project = await desk.projects.find(user, project_id) if is_id(project_id) else None
    if project is None:
        raise not_found("project")
    return project


@router.get("", response_model=shapes.Listed[shapes.ProjectShape])
async def list_projects(desk: TheDesk, user: TheUser, page: ThePage) -> Response:
    key = page.key()
    projects = await desk.projects.after(user, key[1] if key else "", page.limit + 1)
    more, projects = len(projects) > page.limit, projects[: page.limit]
    return answer(
        {"items": [_show(p) for p in projects], "next_cursor": page.behind(0, projects[-1].id) if more else None}
    )


@router.post("", status_code=201, response_model=shapes.ProjectShape)
async def create_project(body: bodies.NewProject, request: Request, desk: TheDesk, user: TheUser) -> Response:
    async def work(ids: Ids) -> Response:
        project_id = ids.mint("project")
        settings = body.settings.model_dump(mode="json")
        await desk.projects.create(user, project_id, body.name, body.variables, settings)
        project = await _the(desk, user, project_id)
        return answer(_show(project), 201, location=f"/api/projects/{project_id}")

    return await once(request, desk, user, work)


@router.get("/{project_id}", response_model=shapes.ProjectShape)
async def get_project(project_id: str, desk: TheDesk, user: TheUser) -> Response:
    return answer(_show(await _the(desk, user, project_id)))


@router.patch("/{project_id}", response_model=shapes.ProjectShape)
async def change_project(project_id: str, body: bodies.ProjectChange, desk: TheDesk, user: TheUser) -> Response:
    await _the(desk, user, project_id)
    changes = {name: value for name, value in body.model_dump(mode="json").items() if value is not None}
    if changes:
        await desk.projects.change(user, project_id, changes)
    return answer(_show(await _the(desk, user, project_id)))
