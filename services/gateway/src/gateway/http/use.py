"""How much room media take, and that nobody takes more than is allowed."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel
from starlette.responses import Response

from contracts.base import ID_PATTERN
from gateway.desk import Desk
from gateway.http.asking import TheDesk, TheUser, answer
from gateway.http.body import StrictRoute
from gateway.http.problems import Problem, not_found

router = APIRouter(prefix="/api/usage", tags=["assets"], route_class=StrictRoute)


class RoomShape(BaseModel):
    count: int
    bytes: int


class TypeRoomShape(RoomShape):
    type: Literal["image", "audio", "video"]


class SourceRoomShape(RoomShape):
    source: Literal["upload", "generated"]


class ProjectRoomShape(RoomShape):
    project_id: str


class UsageShape(RoomShape):
    """`count` and `bytes` are of assets that are there, each by itself."""

    stored: RoomShape
    """Originals on disk: the same bytes count once; what is deleted counts while it can be had back."""
    deleted: RoomShape
    """What can be had back."""
    by_type: list[TypeRoomShape]
    by_source: list[SourceRoomShape]
    by_project: list[ProjectRoomShape]
    quota_bytes: int | None
    """Most that `bytes` may be; null: there is no limit."""


@router.get("", response_model=UsageShape)
async def get_usage(
    desk: TheDesk, user: TheUser, project_id: Annotated[str | None, Query(pattern=ID_PATTERN)] = None
) -> Response:
    """Of all that is yours, or of one project."""
    if project_id is not None and await desk.projects.find(user, project_id) is None:
        raise not_found("project")
    return answer(await desk.shelf.disk.use(user, project_id))


async def within_quota(desk: Desk, user: str, more: int) -> None:
    """See that so many bytes more may be taken.

    Raises:
        Problem: 413, they may not.
    """
    quota = desk.shelf.disk.quota
    if quota is None:
        return
    taken = await desk.shelf.disk.taken(user)
    if taken + more > quota:
        detail = (
            f"Your media take {taken:,} of {quota:,} bytes: there is no room for {more:,} more. Delete what you do not "
            "need (GET /api/usage tells what takes the room)."
        )
        raise Problem(413, "over-quota", detail)
