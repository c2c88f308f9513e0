"""Results that are saved: everything a run made in one file, and one medium past the gateway."""

import unicodedata
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter
from starlette.responses import Response, StreamingResponse

from gateway import packing
from gateway.http.asking import TheDesk, TheUser, is_id, the_run
from gateway.http.body import StrictRoute
from gateway.http.problems import not_found
from gateway.views.values import EXTENSIONS

router = APIRouter(prefix="/api/executions", tags=["executions"], route_class=StrictRoute)
media = APIRouter(prefix="/api/assets", tags=["assets"], route_class=StrictRoute)
_EXPIRES_S = 300
_SENT_ON: dict[str, Any] = {"description": "Where it is.", "headers": {"Location": {"schema": {"type": "string"}}}}
_DOCUMENTED = {200: {"description": "A zip.", "content": {"application/zip": {"schema": {"type": "string"}}}}}


@router.get("/{execution_id}/download", responses=_DOCUMENTED, response_class=Response)  # type: ignore[arg-type]  # FastAPI's own type is narrower than its use
async def download_execution(execution_id: str, desk: TheDesk, user: TheUser) -> Response:
    """A zip of all that it made so far, with `manifest.json`: prompts, models, seeds, costs and which file is whose."""
    run = await the_run(desk, user, execution_id)
    nodes, plan = await desk.runs.nodes(run.id), await desk.runs.plan(run.id)
    gone = {asset for _, asset in await desk.shelf.uses.deleted(run.id)}
    made = packing.entries((node for node in nodes if node.type != "output"), gone)
    kept = [node for node in nodes if node.node_id in made]
    head = packing.manifest(run, kept, plan, made)
    files = [entry for node in kept for entry in made[node.node_id]]
    return StreamingResponse(
        packing.packed(desk.objects, run.created_at, head, files),
        media_type="application/zip",
        headers={"content-disposition": attachment(f"{run.graph_name or 'run'}.zip"), "cache-control": "no-store"},
    )


@media.get("/{asset_id}/download", status_code=307, response_class=Response, responses={307: _SENT_ON})
async def download_asset(asset_id: str, desk: TheDesk, user: TheUser) -> Response:
    """The original, straight from object storage, by an address that is good for a few minutes."""
    row = await desk.assets.find(user, asset_id) if is_id(asset_id) else None
    if row is None:
        raise not_found("asset")
    name = PurePath(row.name).stem + f".{EXTENSIONS.get(row.mime, 'bin')}"
    where = desk.objects.sign_get(f"objects/{row.sha256}", _EXPIRES_S, filename=name)
    return Response(status_code=307, headers={"location": where, "cache-control": "no-store"})


def attachment(name: str) -> str:
    """RFC 6266: a plain name for old clients, the true one for the others."""
    clean = "".join(one for one in name if not unicodedata.category(one).startswith("C")).replace("/", "_")[:120]
    plain = clean.encode("ascii", "replace").decode().replace('"', "_").replace("\\", "_").replace("?", "_")
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(clean, safe='')}"
