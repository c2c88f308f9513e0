"""PostgreSQL, object storage, vectors, weights, and room on the disk."""

import asyncio
import shutil

import asyncpg
import httpx2

from gateway.database import head_of
from gateway.doctor.clocks import compared
from gateway.doctor.findings import Finding, unknown, warning, well, wrong
from gateway.doctor.settings import DoctorSettings
from kit.clock import utc_now
from kit.errors import NotFound, Unavailable
from kit.ids import new_id
from kit.objects_s3 import S3Objects
from kit.presign import Keys

_CONNECT_S = 5.0
_LEAST_FREE, _LITTLE_FREE = 500e6, 5e9
_LINK_S = 60
_OK = 200


async def postgres(settings: DoctorSettings) -> list[Finding]:
    if settings.postgres_url is None:
        return [unknown("postgres", "not looked at: GROOVE_POSTGRES_URL is not set")]
    try:
        line = await asyncpg.connect(settings.postgres_url.get_secret_value(), timeout=_CONNECT_S)
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, ValueError) as error:
        remedy = "See that it runs and can be reached from here, and that GROOVE_POSTGRES_URL names a user of it."
        return [wrong("postgres", f"it does not let us in: {error or type(error).__name__}", remedy)]
    try:
        version, now, read_only = await line.fetchrow(
            "SELECT current_setting('server_version'), clock_timestamp(), current_setting('transaction_read_only')"
        )
        found = [well("postgres", f"PostgreSQL {version}"), *compared("PostgreSQL", now, utc_now())]
        if read_only == "on":
            remedy = "This is a replica, or its disk is full: name the primary, or make room."
            found.append(wrong("postgres", "nothing can be written", remedy))
        there = await line.fetchval("SELECT to_regclass('library.alembic_version') IS NOT NULL")
        revision = await line.fetchval("SELECT version_num FROM library.alembic_version") if there else None
    finally:
        await line.close()
    return [*found, _migrated(revision)]


def _migrated(revision: str | None) -> Finding:
    head = head_of()
    if revision == head:
        return well("postgres", f"its tables are at {revision}, as this release wants them")
    told = f"its tables are at {revision or 'nothing'}, and this release wants {head}"
    return wrong("postgres", told, "Start a gateway of this release, or run `python -m gateway.migrate`.")


async def objects(settings: DoctorSettings) -> list[Finding]:
    """Put something small, get it, get it by a link as a browser does, and take it away again."""
    if settings.s3_endpoint is None or settings.s3_access_key is None or settings.s3_secret_key is None:
        return [unknown("objects", "not looked at: GROOVE_S3_ENDPOINT and its keys are not set")]
    secrets = settings.s3_access_key.get_secret_value(), settings.s3_secret_key.get_secret_value()
    keys, public = Keys(*secrets, settings.s3_region), settings.s3_public_endpoint
    store = S3Objects(settings.s3_endpoint, settings.s3_bucket, keys, public_endpoint=public)
    key, body = f"doctor/{new_id()}", b"groove doctor"
    remedy = "See GROOVE_S3_ENDPOINT, GROOVE_S3_BUCKET, the keys and what they may do, and whether its disk is full."
    try:
        await store.put(key, body, "text/plain")
        try:
            same = await store.get(key) == body
            linked = await _linked(store.sign_get(key, _LINK_S), body)
        finally:
            await store.delete(key)
    except (Unavailable, NotFound) as error:
        return [wrong("objects", f"{settings.s3_endpoint}: {error}", remedy)]
    if not same:
        return [wrong("objects", "what is read is not what was written", remedy)]
    return [well("objects", f"{settings.s3_endpoint}: put, get, delete"), linked]


async def _linked(url: str, body: bytes) -> Finding:
    remedy = "Browsers fetch media there: see GROOVE_S3_PUBLIC_ENDPOINT, and the clocks, since links end."
    try:
        async with httpx2.AsyncClient(timeout=_CONNECT_S, trust_env=False) as client:
            answer = await client.get(url)
    except httpx2.HTTPError as error:
        return wrong("objects", f"a signed link does not answer: {error or type(error).__name__}", remedy)
    if answer.status_code == _OK and answer.content == body:
        return well("objects", "a signed link gives the bytes")
    return wrong("objects", f"a signed link answers {answer.status_code}", remedy)


async def faces(settings: DoctorSettings) -> list[Finding]:
    found: list[Finding] = []
    if settings.qdrant_url is not None:
        found.append(await _qdrant(settings))
    if settings.face_models is not None and not any(settings.face_models.glob("*.onnx")):
        told = f"there are no *.onnx files in {settings.face_models}"
        found.append(wrong("faces", told, "See GROOVE_FACE_MODELS, or unset it: `groove models add DIRECTORY`."))
    elif settings.face_models is None and not (settings.data / "models" / "faces" / "used").exists():
        told = "no weights are here: faces are compared by the classical baseline, which does not know people"
        found.append(unknown("faces", told, "`groove models add DIRECTORY` brings weights."))
    return found or [well("faces", "weights are there")]


async def _qdrant(settings: DoctorSettings) -> Finding:
    headers = {"api-key": settings.qdrant_api_key.get_secret_value()} if settings.qdrant_api_key else {}
    url = f"{str(settings.qdrant_url).rstrip('/')}/collections"
    try:
        async with httpx2.AsyncClient(timeout=_CONNECT_S, trust_env=False) as client:
            status = (await client.get(url, headers=headers)).status_code
    except httpx2.HTTPError as error:
        remedy = "See that Qdrant runs, and GROOVE_QDRANT_URL."
        return wrong("qdrant", f"it does not answer: {error or type(error).__name__}", remedy)
    if status == _OK:
        return well("qdrant", f"it answers at {settings.qdrant_url}")
    return wrong("qdrant", f"it answers {status}", "See GROOVE_QDRANT_API_KEY.")


async def disk(settings: DoctorSettings) -> list[Finding]:
    """Where this machine keeps data, if it does."""
    if not settings.data.exists():
        return [
            unknown("disk", f"there is no {settings.data} here", "Servers on other machines watch their own disks.")
        ]
    free = (await asyncio.to_thread(shutil.disk_usage, settings.data)).free
    told = f"{free / 1e9:,.1f} GB are free where {settings.data} lies"
    remedy = "Make room (`groove gc`): a log that cannot grow takes no commands."
    if free < _LEAST_FREE:
        return [wrong("disk", told, remedy)]
    return [warning("disk", told, remedy) if free < _LITTLE_FREE else well("disk", told)]
