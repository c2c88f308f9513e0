"""Media brought in by presigned upload. What there is, is in `shelf`."""

from datetime import timedelta

from fastapi import APIRouter, Request
from starlette.responses import Response

from gateway.arrivals import TAKEN, NotTaken, most_bytes, take_in
from gateway.desk import Desk
from gateway.http import bodies, shapes
from gateway.http.asking import TheDesk, TheUser, answer, is_id, the_project
from gateway.http.body import StrictRoute
from gateway.http.once import Ids, once
from gateway.http.problems import Problem, invalid, not_found, unavailable
from gateway.http.use import within_quota
from gateway.library.uploads import Upload
from gateway.views.read_assets import show

router = APIRouter(prefix="/api/assets", tags=["assets"], route_class=StrictRoute)
_EXPIRES_S = 900
_VIEW_TIMEOUT_S = 10


@router.post("/uploads", status_code=201, response_model=shapes.UploadShape)
async def announce_upload(body: bodies.NewUpload, request: Request, desk: TheDesk, user: TheUser) -> Response:
    """Announce a file, and get an address to PUT it to. Then complete it."""
    if body.mime not in TAKEN:
        message = f"Files of type {body.mime!r} cannot be taken. Send one of: {', '.join(TAKEN)}."
        raise invalid(["body", "mime"], message)
    if body.bytes > (most := most_bytes(desk, body.mime)):
        message = f"The file has {body.bytes:,} bytes; at most {most:,} are accepted."
        raise invalid(["body", "bytes"], message, "too-large")

    async def work(ids: Ids) -> Response:
        project = await the_project(desk, user, body.project_id)
        await within_quota(desk, user, body.bytes)
        now = desk.clock()
        upload = Upload(ids.mint("asset"), user, project.id, body.filename, body.mime, body.bytes, now, body.sha256)
        await desk.uploads.announce(upload)
        signed = desk.objects.sign_put(upload.key, _EXPIRES_S, body.mime, body.bytes)
        shown = {
            "id": upload.id,
            "asset_id": upload.id,
            "method": "PUT",
            "url": signed.url,
            "headers": signed.headers,
            "expires_at": now + timedelta(seconds=_EXPIRES_S),
            "complete_url": f"/api/assets/{upload.id}/complete",
        }
        return answer(shown, 201, location=f"/api/assets/{upload.id}")

    return await once(request, desk, user, work)


@router.post("/{asset_id}/complete", response_model=shapes.AssetShape)
async def complete_upload(asset_id: str, request: Request, desk: TheDesk, user: TheUser) -> Response:
    """Have the uploaded file looked at. Once this is answered it is an asset. Safe to repeat."""

    async def work(ids: Ids) -> Response:
        del ids  # the upload's own id is the asset's
        upload = await desk.uploads.find(user, asset_id) if is_id(asset_id) else None
        if upload is None:
            return await shown(desk, user, asset_id)
        if await desk.assets.find(user, asset_id) is None:
            try:
                seq = await take_in(desk, upload)
            except NotTaken as error:
                raise invalid(["body"], str(error), error.kind) from error
            if not await desk.tide.reach(seq, _VIEW_TIMEOUT_S):
                raise unavailable("The asset is stored but not yet to be seen. Ask again.")
        await desk.uploads.forget(asset_id)
        return await shown(desk, user, asset_id)

    return await once(request, desk, user, work)


async def shown(desk: Desk, user: str, asset_id: str) -> Response:
    row = await desk.assets.find(user, asset_id) if is_id(asset_id) else None
    if row is None or row.type == "text":
        raise not_found("asset")
    return answer(show(row) | {"duplicates": await desk.assets.alike(row)})


def gone() -> Problem:
    return Problem(404, "unknown-asset", "The bytes of this asset are not in object storage any more.")
