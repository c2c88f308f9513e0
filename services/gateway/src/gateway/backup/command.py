"""`groove backup` and `groove restore` in the terminal. `groove` finds them by entry point."""

import asyncio
import json
import logging
import sys
from collections.abc import Coroutine
from pathlib import Path

import asyncpg
from pydantic import SecretStr
from sqlalchemy.exc import SQLAlchemyError

from contracts.subjects import Subjects
from gateway.backup import manifest
from gateway.backup.manifest import Manifest
from gateway.backup.restoring import Restoring, restore
from gateway.backup.saving import Saving, Say, save
from gateway.rebuild.schemas import Refused
from kit import sealed
from kit.clock import utc_now
from kit.errors import NotConfigured, ServerTooOld, Unavailable
from kit.nats import connect
from kit.objects_copy import Damaged
from kit.objects_s3 import S3Objects
from kit.settings import LOCAL_DATA, ObjectStoreSettings, ServiceSettings, beside, read

DONE, DAMAGED, REFUSED, NO_ANSWER = 0, 1, 3, 4
"""Exit codes, as `groove --help` tells them."""
_AWAY = (Unavailable, NotConfigured, ServerTooOld, OSError, SQLAlchemyError)
_POSTGRES = (asyncpg.PostgresError, asyncpg.InterfaceError)


class Settings(ServiceSettings, ObjectStoreSettings):
    postgres_url: SecretStr


def backup(*, out: Path, media: Path | None = None, data: Path | None = None, as_json: bool) -> int:
    """Where everything is, the environment says, as it does to the gateway; else what runs here."""
    settings = beside(Settings, data or LOCAL_DATA)
    return _finish(_save(settings, out, media, _say(as_json=as_json)), "Backed up", out, as_json=as_json)


def bring_back(*, folder: Path, media: Path | None = None, replicas: int | None = None, as_json: bool) -> int:
    """Into the installation of the environment."""
    work = _restore(read(Settings), folder, media, replicas, _say(as_json=as_json))
    return _finish(work, "Restored", folder, as_json=as_json)


async def _save(settings: Settings, out: Path, media: Path | None, say: Say) -> Manifest:
    nc = await connect(settings.nats_url, "backup", settings.nats_login)
    try:
        subjects = Subjects(settings.prefix)
        await sealed.begin(nc, subjects, settings.secret_keys, erasable=settings.erasable)
        objects, url = S3Objects.of(settings), settings.postgres_url.get_secret_value()
        place = media or out / manifest.MEDIA
        return await save(Saving(nc, subjects, url, objects, utc_now, out, place, say))
    finally:
        await nc.close()


async def _restore(settings: Settings, folder: Path, media: Path | None, replicas: int | None, say: Say) -> Manifest:
    nc = await connect(settings.nats_url, "restore", settings.nats_login)
    try:
        objects, url = S3Objects.of(settings), settings.postgres_url.get_secret_value()
        await objects.ensure_bucket()
        place = media or folder / manifest.MEDIA
        return await restore(Restoring(nc, Subjects(settings.prefix), url, objects, folder, place, say, replicas))
    finally:
        await nc.close()


def _finish(work: Coroutine[None, None, Manifest], verb: str, folder: Path, *, as_json: bool) -> int:
    logging.getLogger().addHandler(logging.NullHandler())  # what is worth saying is said below
    try:
        done = asyncio.run(work)
    except Refused as error:
        return _failed(REFUSED, "Refused", str(error), as_json=as_json)
    except Damaged as error:
        return _failed(DAMAGED, "Damaged", f"{error}. Nothing that follows it was done.", as_json=as_json)
    except (*_AWAY, *_POSTGRES) as error:
        return _failed(NO_ANSWER, "Unreachable", str(error) or type(error).__name__, as_json=as_json)
    sys.stdout.write(_told(done, verb, folder, as_json=as_json) + "\n")
    return DONE


def _told(done: Manifest, verb: str, folder: Path, *, as_json: bool) -> str:
    rows = sum(table.rows for table in done.library.tables)
    seq = int(done.log.state["last_seq"])
    if as_json:
        told = {"directory": str(folder), "made_at": done.made_at.isoformat(), "release": done.release}
        return json.dumps({**told, "messages": seq, "rows": rows, "objects": done.objects, "bytes": done.object_bytes})
    return (
        f"{verb}: {seq:,} messages of the log, {rows:,} rows, {done.objects:,} files "
        f"({done.object_bytes:,} bytes), as of {done.made_at:%Y-%m-%d %H:%M:%S} UTC, in {folder}."
    )


def _say(*, as_json: bool) -> Say:
    def aloud(what: str) -> None:
        if not as_json and sys.stderr.isatty():
            sys.stderr.write(f"  {what} ...\n")

    return aloud


def _failed(code: int, title: str, detail: str, *, as_json: bool) -> int:
    sys.stderr.write((json.dumps({"title": title, "detail": detail}) if as_json else f"error: {detail}") + "\n")
    return code
