"""Media on the shelf: listed, looked at."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from starlette.responses import Response

from contracts.base import ID_PATTERN
from gateway.http import shapes
from gateway.http.asking import TheDesk, ThePage, TheUser, answer
from gateway.http.assets import shown
from gateway.http.body import StrictRoute

router = APIRouter(prefix="/api/assets", tags=["assets"], route_class=StrictRoute)


@router.get("", response_model=shapes.Listed[shapes.AssetShape])
async def list_assets(
    desk: TheDesk,
    user: TheUser,
    page: ThePage,
    type_: Annotated[Literal["image", "audio", "video"] | None, Query(alias="type")] = None,
    project_id: Annotated[str | None, Query(pattern=ID_PATTERN)] = None,
    source: Literal["upload", "generated"] | None = None,
) -> Response:
    items, cursor = await desk.assets.page(user, page, type_, project_id, source)
    return answer({"items": items, "next_cursor": cursor})


@router.get("/{asset_id}", response_model=shapes.AssetShape)
async def get_asset(asset_id: str, desk: TheDesk, user: TheUser) -> Response:
    return await shown(desk, user, asset_id)
