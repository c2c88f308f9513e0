"""Where media come from, and what came of them."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from starlette.responses import Response

from contracts.base import MicroCredits
from gateway.http.asking import TheDesk, TheUser, answer, is_id
from gateway.http.body import StrictRoute
from gateway.http.problems import not_found

router = APIRouter(prefix="/api/assets", tags=["assets"], route_class=StrictRoute)


class LineageNodeShape(BaseModel):
    id: str
    kind: Literal["asset", "step"]
    depth: int
    """Steps from the asset that was asked for: below 0 what made it, above 0 what was made from it."""
    asset_id: str | None = None
    deleted: bool | None = None
    name: str | None = None
    source: Literal["upload", "generated"] | None = None
    url: str | None = None
    execution_id: str | None = None
    node_id: str | None = None
    graph_id: str | None = None
    type: str | None = None
    provider: str | None = None
    model: str | None = None
    seed: int | None = None
    variation: int | None = None
    params: dict[str, Any] | None = None
    prompt: str | None = None
    texts: list[str] | None = None
    recipe: str | None = None
    cost: MicroCredits | None = None
    completed_at: datetime | None = None


class LineageEdgeShape(BaseModel):
    from_: str = Field(alias="from")
    to: str
    port: str


class LineageShape(BaseModel):
    asset_id: str
    nodes: list[LineageNodeShape]
    edges: list[LineageEdgeShape]
    cost: MicroCredits
    """Of all steps that made it, as far as they are listed."""
    truncated: bool
    """There is more than was asked for."""


@router.get("/{asset_id}/lineage", response_model=LineageShape)
async def get_lineage(
    asset_id: str,
    desk: TheDesk,
    user: TheUser,
    direction: Literal["both", "up", "down"] = "both",
    depth: Annotated[int, Query(ge=1, le=1_000, description="Steps, each way.")] = 50,
    limit: Annotated[int, Query(ge=1, le=2_000, description="Nodes in all.")] = 200,
) -> Response:
    """Every prompt, seed, model, cost and execution that made it, and everything made from it."""
    row = await desk.assets.find(user, asset_id) if is_id(asset_id) else None
    if row is None or row.type == "text":
        raise not_found("asset")
    asset = dict(row._mapping)  # noqa: SLF001  its public name
    up, down = direction != "down", direction != "up"
    return answer(await desk.shelf.lineage.of(user, asset, up=up, down=down, depth=depth, limit=limit))
