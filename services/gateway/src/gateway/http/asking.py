"""What every route needs to know about the request before it."""

import re
from typing import Annotated, Any

from fastapi import Depends, Query, Request
from pydantic_core import to_json
from starlette.responses import Response

from contracts.base import ID_PATTERN, UserId
from gateway.desk import Desk
from gateway.http.limiting import admit
from gateway.http.problems import Problem, invalid, not_found
from gateway.http.whose import SAFE, known, whose
from gateway.library.projects import Project
from gateway.users import Caller, acting, default_project
from gateway.views.paging import MAX_LIMIT, BadCursor, Page
from gateway.views.rows import RunRow
from gateway.views.sheet import Sheet

_ID = re.compile(ID_PATTERN)


async def the_desk(request: Request) -> Desk:
    desk: Desk = request.app.state.desk
    return desk


async def the_caller(request: Request) -> Caller:
    """Who asks. Every route but the public ones stands behind this."""
    caller = await known(request, request.app.state.desk)
    acting.set(caller.user_id)
    if request.method not in SAFE and not caller.may_write:
        raise Problem(403, "read-only-key", "This API key may only read.")
    if request.method not in SAFE and caller.by_cookie and "origin" not in request.headers:
        raise Problem(403, "wrong-origin", "A request with a cookie must say which page it comes from (Origin).")
    await admit(request, caller)
    return caller


async def the_user(request: Request, caller: Annotated[Caller, Depends(the_caller)]) -> UserId:
    """Whose things the request is about: the owner of what it names, where that is shared with the caller."""
    return await whose(request, caller)


async def the_admin(caller: Annotated[Caller, Depends(the_caller)]) -> Caller:
    """For what concerns the whole installation: to everyone else it is not there."""
    if not caller.admin:
        raise Problem(404, "not-found", "There is nothing here.")
    return caller


async def the_page(
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = 20,
    cursor: Annotated[str | None, Query(max_length=500, description="`next_cursor` of the page before.")] = None,
) -> Page:
    page = Page(limit, cursor)
    try:
        page.key()
    except BadCursor as error:
        raise invalid(["query", "cursor"], f"{error}.".capitalize(), "bad-cursor") from error
    return page


TheDesk = Annotated[Desk, Depends(the_desk)]
TheCaller = Annotated[Caller, Depends(the_caller)]
TheAdmin = Annotated[Caller, Depends(the_admin)]
TheUser = Annotated[UserId, Depends(the_user)]
ThePage = Annotated[Page, Depends(the_page)]


def answer(body: Any, status: int = 200, **headers: str) -> Response:
    return encoded(to_json(body), status, **headers)


def encoded(json: bytes, status: int = 200, **headers: str) -> Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(json, status, named, media_type="application/json")


def is_id(text: str) -> bool:
    return _ID.fullmatch(text) is not None


async def the_graph(desk: Desk, user: str, graph_id: str) -> Sheet:
    sheet = await desk.graphs.find(user, graph_id) if is_id(graph_id) else None
    if sheet is None:
        raise not_found("graph")
    return sheet


async def the_run(desk: Desk, user: str, run_id: str) -> RunRow:
    run = await desk.runs.find(user, run_id) if is_id(run_id) else None
    if run is None:
        raise not_found("execution")
    return run


async def the_project(desk: Desk, user: str, project_id: str | None) -> Project:
    """The one that a body names, else the default one."""
    project = await desk.projects.find(user, project_id or default_project(user))
    if project is None:
        message = f"There is no project {project_id!r}."
        raise invalid(["body", "project_id"], message, "unknown-project")
    return project


def etag(version: int) -> str:
    return f'"{version}"'


def expected_version(request: Request, what: str = "graph") -> int | None:
    """What If-Match asks for. `*` asks only that it is there.

    Raises:
        Problem: 412 for a tag that no version of such a thing ever had.
    """
    given = request.headers.get("if-match", "").strip()
    if not given or given == "*":
        return None
    tag = given.removeprefix("W/").strip('"')
    if not tag.isdecimal() or len(tag) > 18:  # noqa: PLR2004  it fits a bigint
        message = f"If-Match {given[:80]!r} is no version of this {what}."
        raise Problem(412, "stale-version", message, errors=[{"loc": ["header", "if-match"], "message": message}])
    return int(tag)
