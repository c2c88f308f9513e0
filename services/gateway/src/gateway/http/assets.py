"""Media brought in by presigned upload. What there is, is in `shelf`."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

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
from kit.errors import NotFound
from kit.parts import BadParts, sizes

router = APIRouter(prefix="/api/assets", tags=["assets"], route_class=StrictRoute)
_EXPIRES_S = 900
_EXPIRES_PARTS_S = 6 * 3600
_LARGE = 64_000_000
"""Bytes: what is larger comes in parts, unless it is said otherwise."""
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
        wanted = body.bytes > _LARGE if body.multipart is None else body.multipart
        if wanted:
            upload = replace(upload, multipart=await desk.parts.begin(upload.key, body.mime))
        await desk.uploads.announce(upload)
        expires_s = _EXPIRES_PARTS_S if wanted else _EXPIRES_S
        shown = {
            "id": upload.id,
            "asset_id": upload.id,
            "method": "PUT",
            **(_in_parts(desk, upload) if wanted else _whole(desk, upload)),
            "expires_at": now + timedelta(seconds=expires_s),
            "complete_url": f"/api/assets/{upload.id}/complete",
            "abort_url": f"/api/assets/uploads/{upload.id}",
        }
        return answer(shown, 201, location=f"/api/assets/{upload.id}")

    return await once(request, desk, user, work)


def _whole(desk: Desk, upload: Upload) -> dict[str, Any]:
    signed = desk.objects.sign_put(upload.key, _EXPIRES_S, upload.mime, upload.bytes)
    return {"url": signed.url, "headers": signed.headers, "parts": None}


def _in_parts(desk: Desk, upload: Upload) -> dict[str, Any]:
    parts = []
    for number, size in enumerate(sizes(upload.bytes), 1):
        signed = desk.parts.sign(upload.key, upload.multipart or "", number, size, _EXPIRES_PARTS_S)
        parts.append({"number": number, "url": signed.url, "headers": signed.headers, "bytes": size})
    return {"url": None, "headers": {}, "parts": parts}


@router.delete("/uploads/{asset_id}", status_code=204)
async def abort_upload(asset_id: str, desk: TheDesk, user: TheUser) -> Response:
    """Forget an upload that is not complete, and what came of it."""
    upload = await desk.uploads.find(user, asset_id) if is_id(asset_id) else None
    if upload is None:
        raise not_found("upload")
    if upload.multipart is not None:
        await desk.parts.abort(upload.key, upload.multipart)
    await desk.objects.delete(upload.key)
    await desk.uploads.forget(asset_id)
    return Response(status_code=204)


async def _joined(desk: Desk, upload: Upload, parts: tuple[bodies.UploadedPart, ...]) -> None:
    """Once, however often it is asked for."""
    if upload.multipart is None or await desk.objects.exists(upload.key):
        return
    if len(parts) != len(sizes(upload.bytes)) or len({part.number for part in parts}) != len(parts):
        message = f"It was announced in {len(sizes(upload.bytes))} parts: say the number and etag of each."
        raise invalid(["body", "parts"], message)
    try:
        await desk.parts.join(upload.key, upload.multipart, [(part.number, part.etag) for part in parts])
    except (BadParts, NotFound) as error:
        raise invalid(["body", "parts"], str(error), "upload-missing") from error


@router.post("/{asset_id}/complete", response_model=shapes.AssetShape)
async def complete_upload(
    asset_id: str, request: Request, desk: TheDesk, user: TheUser, body: bodies.CompleteUpload | None = None
) -> Response:
    """Have the uploaded file looked at. Once this is answered it is an asset. Safe to repeat."""

    async def work(ids: Ids) -> Response:
        del ids  # the upload's own id is the asset's
        upload = await desk.uploads.find(user, asset_id) if is_id(asset_id) else None
        if upload is None:
            return await shown(desk, user, asset_id)
        if await desk.assets.find(user, asset_id) is None:
            await _joined(desk, upload, body.parts if body else ())
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
