"""Media brought in by URL: fetched here, from the open internet alone, and then looked at like every upload."""

import unicodedata
from typing import Annotated
from urllib.parse import unquote, urlsplit

from fastapi import APIRouter, Request
from pydantic import Field
from starlette.responses import Response

from contracts.base import Id
from gateway.arrivals import TAKEN, NotTaken, take_in
from gateway.desk import Desk
from gateway.http import shapes
from gateway.http.asking import TheDesk, TheUser, answer, the_project
from gateway.http.bodies import Name, Strict
from gateway.http.body import StrictRoute
from gateway.http.once import Ids, once
from gateway.http.problems import invalid, unavailable
from gateway.http.use import within_quota
from gateway.library.uploads import Upload
from gateway.views.read_assets import show
from kit import filming, media
from kit.fetching import Fetched, NotFetched

router = APIRouter(prefix="/api/assets", tags=["assets"], route_class=StrictRoute)
_VIEW_TIMEOUT_S = 10
_LONGEST_NAME = 200


class Import(Strict):
    url: Annotated[str, Field(min_length=1, max_length=2_000)]
    """https, on the public internet."""
    project_id: Id | None = None
    name: Name | None = None
    """Else the last part of the URL."""


@router.post("/import", status_code=201, response_model=shapes.AssetShape)
async def import_asset(body: Import, request: Request, desk: TheDesk, user: TheUser) -> Response:
    """Fetch a file from a URL. Once this is answered it is an asset."""

    async def work(ids: Ids) -> Response:
        project = await the_project(desk, user, body.project_id)
        asset_id = ids.mint("asset")
        if await desk.assets.find(user, asset_id) is None:
            fetched = await _fetched(desk, body.url)
            await within_quota(desk, user, len(fetched.data))
            name = body.name or _name_of(fetched.url)
            mime, size = _mime(fetched.data), len(fetched.data)
            await _take_in(desk, Upload(asset_id, user, project.id, name, mime, size, desk.clock()), fetched.data)
        row = await desk.assets.find(user, asset_id)
        if row is None:
            raise unavailable("The asset is stored but not yet to be seen. Ask again.")
        return answer(show(row), 201, location=f"/api/assets/{asset_id}")

    return await once(request, desk, user, work)


async def _fetched(desk: Desk, url: str) -> Fetched:
    try:
        return await desk.bounds.imports.get(url)
    except NotFetched as error:
        raise invalid(["body", "url"], str(error), error.kind) from error


def _mime(data: bytes) -> str:
    mime = media.sniff(data) or filming.sniff(data)
    if mime not in TAKEN:
        message = f"What is there is no file that can be taken: {', '.join(TAKEN)}."
        raise invalid(["body", "url"], message, "not-what-it-says")
    return mime


async def _take_in(desk: Desk, upload: Upload, data: bytes) -> None:
    await desk.uploads.announce(upload)
    try:
        await desk.objects.put(upload.key, data, upload.mime)
        seq = await take_in(desk, upload)
    except NotTaken as error:
        await desk.objects.delete(upload.key)
        raise invalid(["body", "url"], str(error), error.kind) from error
    finally:
        await desk.uploads.forget(upload.id)
    await desk.tide.reach(seq, _VIEW_TIMEOUT_S)


def _name_of(url: str) -> str:
    last = unquote(urlsplit(url).path.rpartition("/")[2])
    plain = "".join(c for c in last if unicodedata.category(c)[0] != "C").strip()
    return plain[-_LONGEST_NAME:] or "imported"
