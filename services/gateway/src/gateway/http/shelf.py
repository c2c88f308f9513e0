"""Media on the shelf: found, named, tagged, deleted and had back."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request
from pydantic import AwareDatetime
from pydantic_core import from_json, to_json
from sqlalchemy import Row
from starlette.responses import Response

from contracts.base import ID_PATTERN
from gateway import shelving
from gateway.desk import Desk
from gateway.http import shapes
from gateway.http.asking import TheCaller, TheDesk, ThePage, TheUser, answer, is_id
from gateway.http.assets import shown
from gateway.http.body import StrictRoute
from gateway.http.once import Ids, once
from gateway.http.problems import Problem, not_found, unavailable
from gateway.http.referring import struck
from gateway.http.shapes_shelf import AssetChange, DeletedShape, UsesShape, normal
from gateway.shelving import Decide, Place, Said
from gateway.views.find_assets import AssetFilter
from gateway.views.read_assets import show
from gateway.views.read_uses import Radius
from kit.errors import Conflict

router = APIRouter(prefix="/api/assets", tags=["assets"], route_class=StrictRoute)
_VIEW_TIMEOUT_S = 10
_Words = Annotated[str | None, Query(max_length=200)]


@dataclass(frozen=True)
class _Kind:
    """Of what kind it is to be."""

    text: Annotated[_Words, Query(description="Words, or how they begin, of its name, its tags or its prompt.")] = None
    type: Literal["image", "audio", "video"] | None = None
    tag: _Words = None
    source: Literal["upload", "generated"] | None = None
    model: _Words = None


@dataclass(frozen=True)
class _Whence:
    """Where and when it came, and whether it still is."""

    project_id: Annotated[str | None, Query(pattern=ID_PATTERN)] = None
    created_after: AwareDatetime | None = None
    created_before: AwareDatetime | None = None
    state: Annotated[Literal["there", "deleted"], Query(description="`deleted`: what can still be had back.")] = "there"


@router.get("", response_model=shapes.Listed[shapes.AssetShape])
async def list_assets(
    desk: TheDesk,
    user: TheUser,
    page: ThePage,
    kind: Annotated[_Kind, Depends()],
    whence: Annotated[_Whence, Depends()],
) -> Response:
    """The newest first, of those that fit all that is asked."""
    tag = None if kind.tag is None else _tag(kind.tag)
    only = AssetFilter(
        text=kind.text,
        type=kind.type,
        tag=tag,
        project_id=whence.project_id,
        source=kind.source,
        model=kind.model,
        created_after=whence.created_after,
        created_before=whence.created_before,
        state=whence.state,
    )
    rows, cursor = await desk.shelf.find.page(user, page, only)
    return answer({"items": [show(row) for row in rows], "next_cursor": cursor})


def _tag(text: str) -> str:
    """As it would be kept; what could not be a tag is none that anything has."""
    try:
        return normal(text)
    except ValueError:
        return ""


@router.get("/{asset_id}", response_model=shapes.AssetShape)
async def get_asset(asset_id: str, desk: TheDesk, user: TheUser) -> Response:
    return await shown(desk, user, asset_id)


@router.patch("/{asset_id}", response_model=shapes.AssetShape)
async def change_asset(asset_id: str, body: AssetChange, desk: TheDesk, user: TheUser, caller: TheCaller) -> Response:
    """Call it otherwise, or tag it. What nobody may tidy away is tagged `keep`."""
    row = await _the(desk, user, asset_id)
    decide = shelving.change(body.name, body.tags, row.name, tuple(row.tags))
    await _say(desk, row, caller.user_id, decide)
    return await shown(desk, user, asset_id)


@router.get("/{asset_id}/uses", response_model=UsesShape)
async def get_uses(asset_id: str, desk: TheDesk, user: TheUser) -> Response:
    """Who would miss it."""
    row = await _the(desk, user, asset_id)
    return answer((await desk.shelf.uses.of(user, asset_id, row.run_id)).shown())


@router.delete("/{asset_id}", response_model=DeletedShape)
async def delete_asset(
    asset_id: str, desk: TheDesk, user: TheUser, caller: TheCaller, *, confirm: bool = False
) -> Response:
    """Put it out of sight. While somebody uses it, that is refused with who, unless it is confirmed."""
    row = await _the(desk, user, asset_id)
    radius = await desk.shelf.uses.of(user, asset_id, row.run_id)
    if radius.elsewhere and not confirm:
        raise InUse(radius)
    await struck(desk, user, caller.user_id, asset_id)
    said = await _say(desk, row, caller.user_id, shelving.delete)
    deleted_at = said.deleted_at or desk.clock()
    return answer(
        {
            "id": asset_id,
            "deleted_at": deleted_at,
            "restorable_until": deleted_at + desk.shelf.restorable,
            "used_by": radius.shown(),
        }
    )


@router.post("/{asset_id}/restore", response_model=shapes.AssetShape)
async def restore_asset(asset_id: str, request: Request, desk: TheDesk, user: TheUser, caller: TheCaller) -> Response:
    """Have it back as it was. Safe to repeat."""

    async def work(ids: Ids) -> Response:
        del ids  # it makes nothing new
        row = await desk.assets.find(user, asset_id, deleted=True) if is_id(asset_id) else None
        if row is None:
            return await shown(desk, user, asset_id)
        said = await _say(desk, row, caller.user_id, shelving.restore(desk.shelf.restorable))
        if said.deleted_at is not None:
            raise _too_late(desk, said.deleted_at)
        return await shown(desk, user, asset_id)

    return await once(request, desk, user, work)


async def _the(desk: Desk, user: str, asset_id: str) -> Row[Any]:
    row = await desk.assets.find(user, asset_id) if is_id(asset_id) else None
    if row is None or row.type == "text":
        raise not_found("asset")
    return row


async def _say(desk: Desk, row: Row[Any], actor: str, decide: Decide) -> Said:
    try:
        seq, said = await desk.shelf.shelving.say(Place(row.project_id, row.id, row.user_id), actor, decide)
    except Conflict as error:
        raise unavailable("Too many are changing this asset at once. Try again.") from error
    if not await desk.tide.reach(seq, _VIEW_TIMEOUT_S):
        raise unavailable("It is done but not yet to be seen. Ask again.")
    return said


class InUse(Problem):
    """With who uses it."""

    def __init__(self, radius: Radius) -> None:
        graphs, runs, cast = radius.graph_count, radius.execution_count, radius.character_count
        counted = [f"{graphs} graph{'s' if graphs > 1 else ''}"] if graphs else []
        counted += [f"{cast} character{'s' if cast > 1 else ''}"] if cast else []
        counted += [f"{runs} node{'s' if runs > 1 else ''} of executions"] if runs else []
        detail = (
            f"It is used by {_listed(counted)}: `used_by` lists them. They keep what they made of it, but will "
            "not show it any more. To delete it all the same, say ?confirm=true."
        )
        super().__init__(409, "asset-in-use", detail)
        self._radius = radius

    def response(self) -> Response:
        plain = super().response()
        body = from_json(bytes(plain.body)) | {"used_by": self._radius.shown()}
        return Response(to_json(body), plain.status_code, media_type=plain.media_type)


def _listed(counted: list[str]) -> str:
    return " and ".join([", ".join(counted[:-1]), counted[-1]] if len(counted) > 1 else counted)


def _too_late(desk: Desk, deleted_at: datetime) -> Problem:
    days = desk.shelf.restorable.total_seconds() / 86_400
    detail = f"It was deleted on {deleted_at:%Y-%m-%d}; what is deleted can be had back for {days:g} days."
    return Problem(409, "not-restorable", detail)
