"""The history tape of a project."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AwareDatetime
from starlette.responses import Response

from contracts.base import ID_PATTERN
from gateway.http.asking import TheDesk, ThePage, TheUser, answer
from gateway.http.body import StrictRoute
from gateway.http.projects import the
from gateway.http.shapes import Listed
from gateway.http.shapes_history import GenerationShape
from gateway.views.read_generations import GenerationFilter

router = APIRouter(prefix="/api/projects", tags=["history"], route_class=StrictRoute)
_IdFilter = Annotated[str | None, Query(pattern=ID_PATTERN)]
_Name = Annotated[str | None, Query(max_length=128)]


@router.get("/{project_id}/generations", response_model=Listed[GenerationShape])
async def list_generations(  # noqa: PLR0913, PLR0917  the filters that there are; FastAPI passes them by name
    project_id: str,
    desk: TheDesk,
    user: TheUser,
    page: ThePage,
    node_id: _IdFilter = None,
    graph_id: _IdFilter = None,
    model: _Name = None,
    type: _Name = None,  # noqa: A002  as it is called in the query
    from_: Annotated[AwareDatetime | None, Query(alias="from")] = None,
    to: Annotated[AwareDatetime | None, Query()] = None,
) -> Response:
    """What was made in it, newest first: one entry for each result, whatever became of its node since."""
    project = await the(desk, user, project_id)
    only = GenerationFilter(node_id, graph_id, model, type, from_, to)
    items, cursor = await desk.generations.page(user, project.id, page, only)
    return answer({"items": items, "next_cursor": cursor})
