"""Who did what: of a project for its people, of everything for admins."""

import csv
import io
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime, BaseModel
from starlette.responses import Response, StreamingResponse

from gateway.desk import Desk
from gateway.http import shapes
from gateway.http.asking import TheCaller, TheDesk, ThePage, TheUser, answer, is_id
from gateway.http.problems import Problem, not_found
from gateway.views.paging import Page
from gateway.views.read_audit import Wanted

router = APIRouter(tags=["audit"])

_NAME = Query(max_length=128, pattern=r"^[^\x00]*$")
_COLUMNS = ("id", "at", "actor", "user_id", "project_id", "action", "kind", "object", "name", "detail", "cause")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_DOCUMENTED: dict[int | str, dict[str, Any]] = {200: {"content": {"text/csv": {"schema": {"type": "string"}}}}}
Format = Annotated[Literal["json", "csv"], Query(description="`csv` gives every entry at once.")]


class ThingShape(BaseModel):
    kind: str
    id: str
    name: str


class EntryShape(BaseModel):
    id: str
    """`event-` and the position in the log, or `act-` and a number."""
    at: datetime
    actor: str
    user_id: str
    """Whose things it was about."""
    project_id: str | None
    action: str
    object: ThingShape
    detail: str
    cause: str | None
    """The command that asked for it."""


async def the_wanted(
    actor: Annotated[str | None, _NAME] = None,
    action: Annotated[str | None, _NAME] = None,
    object: Annotated[str | None, _NAME] = None,  # noqa: A002  its name in the query
    from_: Annotated[AwareDatetime | None, Query(alias="from")] = None,
    to: AwareDatetime | None = None,
) -> Wanted:
    return Wanted(actor=actor, action=action, object_id=object, after=from_, before=to)


TheWanted = Annotated[Wanted, Depends(the_wanted)]


@router.get("/api/projects/{project_id}/audit", response_model=shapes.Listed[EntryShape], responses=_DOCUMENTED)
async def audit_of_project(
    project_id: str,
    desk: TheDesk,
    user: TheUser,
    page: ThePage,
    wanted: TheWanted,
    format: Format = "json",  # noqa: A002  its name in the query
) -> Response:
    """Newest first. `action` may end with a dot: `run.` are all that begin with it."""
    project = await desk.projects.find(user, project_id) if is_id(project_id) else None
    if project is None:
        raise not_found("project")
    wanted = Wanted(**{**vars(wanted), "user_id": user, "project_id": project_id})
    return await _answer(desk, wanted, page, format)


@router.get("/api/audit", response_model=shapes.Listed[EntryShape], responses=_DOCUMENTED)
async def audit_of_all(
    desk: TheDesk,
    caller: TheCaller,
    page: ThePage,
    wanted: TheWanted,
    format: Format = "json",  # noqa: A002  its name in the query
) -> Response:
    """The whole installation, for admins."""
    if not caller.admin:
        raise Problem(404, "not-found", "There is nothing at /api/audit.")
    return await _answer(desk, wanted, page, format)


async def _answer(desk: Desk, wanted: Wanted, page: Page, format_: str) -> Response:
    if format_ == "csv":
        named = {"Content-Disposition": 'attachment; filename="audit.csv"'}
        return StreamingResponse(_lines(desk, wanted), headers=named, media_type="text/csv; charset=utf-8")
    found = await desk.audit.page(wanted, page)
    return answer({"items": found.items, "next_cursor": found.next_cursor})


async def _lines(desk: Desk, wanted: Wanted) -> AsyncIterator[bytes]:
    yield _line(_COLUMNS)
    async for entry in desk.audit.all(wanted):
        thing: dict[str, Any] = entry["object"]
        about = (entry["user_id"], entry["project_id"], entry["action"], thing["kind"], thing["id"], thing["name"])
        yield _line((entry["id"], entry["at"].isoformat(), entry["actor"], *about, entry["detail"], entry["cause"]))


def _line(cells: tuple[str | None, ...]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerow([_plain(cell or "") for cell in cells])
    return out.getvalue().encode()


def _plain(cell: str) -> str:
    """A spreadsheet would compute what begins like a formula: a name can be anything."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
