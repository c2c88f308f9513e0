"""`groove accounts rotate`: provider keys are wrapped with the newest of GROOVE_SECRET_KEYS. Gateways may run on."""

import asyncio
import json
import logging
import sys
from pathlib import Path

from pydantic import SecretStr
from sqlalchemy.exc import DBAPIError

from gateway.database import away, open_database
from gateway.library.accounts import rotate
from kit.errors import NotConfigured, Unreadable
from kit.sealing import SecretKeys
from kit.settings import LOCAL_DATA, ServiceSettings, beside

DONE, REFUSED, NO_ANSWER = 0, 3, 4
"""Exit codes, as `groove --help` tells them."""


class Settings(ServiceSettings):
    postgres_url: SecretStr
    secret_keys: SecretStr


def main(*, data: Path | None = None, as_json: bool) -> int:
    """Do it, tell it, and give the exit code."""
    logging.getLogger().addHandler(logging.NullHandler())  # what is worth saying is said below
    settings = beside(Settings, data or LOCAL_DATA)
    try:
        keys = SecretKeys.parse(settings.secret_keys)
        done, seen = asyncio.run(_rotate(settings.postgres_url.get_secret_value(), keys))
    except (NotConfigured, Unreadable, ValueError) as error:
        return _failed(REFUSED, "Refused", f"GROOVE_SECRET_KEYS: {error}", as_json=as_json)
    except (DBAPIError, OSError) as error:
        if not away(error):
            raise
        return _failed(NO_ANSWER, "Unreachable", "The database does not answer.", as_json=as_json)
    words = f"{done} of {seen} accounts were wrapped anew, with the key {keys.newest!r}.\n"
    sys.stdout.write(json.dumps({"rewrapped": done, "accounts": seen, "key": keys.newest}) + "\n" if as_json else words)
    return DONE


async def _rotate(url: str, keys: SecretKeys) -> tuple[int, int]:
    engine = open_database(url)
    try:
        return await rotate(engine, keys)
    finally:
        await engine.dispose()


def _failed(code: int, title: str, detail: str, *, as_json: bool) -> int:
    sys.stderr.write((json.dumps({"title": title, "detail": detail}) if as_json else f"error: {detail}") + "\n")
    return code
