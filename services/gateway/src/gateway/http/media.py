"""The bytes themselves, streamed from object storage to whoever may see them. They never change."""

import re
from pathlib import PurePath
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response, StreamingResponse

from gateway.http.asking import TheDesk, TheUser, is_id
from gateway.http.assets import gone
from gateway.http.body import StrictRoute
from gateway.http.downloads import attachment
from gateway.http.problems import Problem, not_found
from gateway.views.values import EXTENSIONS, FOLDERS, VARIANTS
from kit.errors import NotFound

router = APIRouter(prefix="/media", tags=["assets"], route_class=StrictRoute)
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
_HEADERS = {
    "cache-control": "private, max-age=31536000, immutable",
    "accept-ranges": "bytes",
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; sandbox",
}


async def _media(
    asset_id: str,
    variant: str,
    request: Request,
    desk: TheDesk,
    user: TheUser,
    download: Annotated[bool, Query(description="Save it under its name, instead of showing it.")] = False,
) -> Response:
    """A variant of an asset, whole or a range of it."""
    row = await desk.assets.find(user, asset_id) if is_id(asset_id) else None
    if row is None:
        raise not_found("asset")
    if variant == f"original.{EXTENSIONS.get(row.mime, 'bin')}":
        key, mime, tag = f"objects/{row.sha256}", row.mime, f'"{row.sha256}"'
    elif (name := variant.removesuffix(".webp")) in VARIANTS.get(row.type, ()) and name != variant:
        key, mime, tag = f"{FOLDERS[name]}/{row.sha256}.webp", "image/webp", f'"{row.sha256}-{name}"'
    else:
        raise Problem(404, "not-found", "This asset has no such variant.")
    headers = _HEADERS | {"etag": tag, "content-type": mime + ("; charset=utf-8" if mime == "text/plain" else "")}
    if download:
        headers["content-disposition"] = attachment(PurePath(row.name).stem + PurePath(variant).suffix)
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    try:
        return await _sent(request, desk, key, headers)
    except NotFound as error:
        raise gone() from error


async def _sent(request: Request, desk: TheDesk, key: str, headers: dict[str, str]) -> Response:
    size = (await desk.objects.head(key)).bytes
    span = _span(request.headers.get("range"), size)
    if request.headers.get("if-range") not in {None, headers["etag"]}:
        span = None
    first, end = span or (0, size)
    headers = headers | {"content-length": str(end - first)}
    if span is not None:
        headers["content-range"] = f"bytes {first}-{end - 1}/{size}"
    status = 206 if span else 200
    if request.method == "HEAD":
        return Response(status_code=status, headers=headers)
    return StreamingResponse(await desk.objects.stream(key, span), status, headers)


def _span(header: str | None, size: int) -> tuple[int, int] | None:
    """First byte and one past the last. What is no single range is answered whole.

    Raises:
        Problem: 416, nothing of it is there.
    """
    match = _RANGE.fullmatch(header.strip()) if header else None
    if match is None or not any(match.groups()):
        return None
    first, last = match.groups()
    if not first:
        begin, end = max(0, size - int(last)), size
    else:
        begin, end = int(first), min(int(last) + 1, size) if last else size
        if last and int(last) < begin:
            return None
    if begin >= end:
        headers = {"content-range": f"bytes */{size}"}
        detail = f"There are {size:,} bytes, and none in this range."
        raise Problem(416, "range-not-satisfiable", detail, headers=headers)
    return begin, end


for _method in ("GET", "HEAD"):
    router.add_api_route(
        "/{asset_id}/{variant}",
        _media,
        methods=[_method],
        response_class=Response,
        name="get_media" if _method == "GET" else "head_media",
        include_in_schema=_method == "GET",
    )
