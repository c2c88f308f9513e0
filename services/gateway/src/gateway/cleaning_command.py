"""`groove gc` in the terminal: one pass, now, or what one would do. `groove` finds it by entry point."""

import asyncio
import json
import logging
import sys
from pathlib import Path

import asyncpg
from pydantic import SecretStr
from sqlalchemy.exc import SQLAlchemyError

from contracts.subjects import Subjects
from gateway.cleaning import Cleaned
from gateway.collecting import NotNow
from gateway.database import open_database
from gateway.shelf import cleaner_of
from gateway.shelf_settings import ShelfSettings
from gateway.shelving import Shelving
from kit import sealed
from kit.clock import utc_now
from kit.errors import NotConfigured, ServerTooOld, Unavailable
from kit.log_jetstream import JetStreamLog
from kit.nats import connect
from kit.objects_s3 import S3Objects
from kit.settings import LOCAL_DATA, ObjectStoreSettings, ServiceSettings, beside

DONE, REFUSED, NO_ANSWER = 0, 3, 4
"""Exit codes, as `groove --help` tells them."""


class Settings(ServiceSettings, ObjectStoreSettings, ShelfSettings):
    postgres_url: SecretStr


def main(*, dry_run: bool, data: Path | None = None, as_json: bool) -> int:
    """Where everything is, the environment says, as it does to the gateway; else what runs here."""
    return run(beside(Settings, data or LOCAL_DATA), dry_run=dry_run, as_json=as_json)


def run(settings: Settings, *, dry_run: bool, as_json: bool) -> int:
    logging.getLogger().addHandler(logging.NullHandler())  # what is worth saying is said below
    try:
        done = asyncio.run(clean(settings, dry_run=dry_run))
    except NotNow as error:
        return _failed(REFUSED, "Refused", str(error), as_json=as_json)
    except (Unavailable, NotConfigured, ServerTooOld, OSError, SQLAlchemyError, asyncpg.PostgresError) as error:
        return _failed(NO_ANSWER, "Unreachable", str(error) or type(error).__name__, as_json=as_json)
    if done is None:
        return _failed(REFUSED, "Refused", "A gateway is collecting right now. Try again later.", as_json=as_json)
    sys.stdout.write(_told(done, dry_run=dry_run, as_json=as_json) + "\n")
    return DONE


async def clean(settings: Settings, *, dry_run: bool) -> Cleaned | None:
    """One pass. None: another process is at it.

    Raises:
        NotNow: nothing may be collected now.
    """
    engine = open_database(settings.postgres_url.get_secret_value())
    nc = await connect(settings.nats_url, "gc", settings.nats_login)
    try:
        subjects = Subjects(settings.prefix)
        await sealed.begin(nc, subjects, settings.secret_keys, erasable=settings.erasable)
        log = JetStreamLog(nc, subjects.log)
        shelving = Shelving(log, subjects, utc_now)
        cleaner = cleaner_of(engine, shelving, log, S3Objects.of(settings), settings, utc_now)
        return await cleaner.clean(dry=dry_run, retire=dry_run)
    finally:
        await nc.close()
        await engine.dispose()


def _told(done: Cleaned, *, dry_run: bool, as_json: bool) -> str:
    swept = done.swept
    if as_json:
        return json.dumps({"dry_run": dry_run, "retired": done.retired, **vars(swept)}, indent=2)
    would = "would go" if dry_run else "went"
    back = f"{swept.put_back:,} {'would be' if dry_run else 'were'} put back"
    lines = [
        f"Looked at {swept.seen:,} files.",
        f"{swept.trashed:,} files ({swept.trashed_bytes:,} bytes) that nothing refers to {would} to the trash.",
        f"{swept.removed:,} files ({swept.removed_bytes:,} bytes) that lay there long {would} for good; {back}.",
        f"{swept.uploads:,} uploads that were never completed {would}.",
    ]
    if dry_run:
        lines += [f"{done.retired:,} outputs are older than their project keeps them: a gateway will delete them."]
    shown = swept.keys[:10] if dry_run else []
    return "\n".join([*lines, *(f"  {key}" for key in shown)])


def _failed(code: int, title: str, detail: str, *, as_json: bool) -> int:
    sys.stderr.write((json.dumps({"title": title, "detail": detail}) if as_json else f"error: {detail}") + "\n")
    return code
