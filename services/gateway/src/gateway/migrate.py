"""Bring the database up to date and end: `python -m gateway.migrate`, before new gateways are rolled out.

A gateway does the same at its start; done beforehand, the old ones still answer meanwhile, and no probe waits for it.
"""

import asyncio
import sys

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy.exc import DBAPIError

from gateway.database import migrate, open_database
from kit.settings import read

_CANNOT_REACH = 69  # EX_UNAVAILABLE of sysexits.h


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="GROOVE_", frozen=True, extra="ignore", hide_input_in_errors=True)

    postgres_url: SecretStr


async def _migrated(url: str) -> None:
    engine = open_database(url)
    try:
        await migrate(engine)
    finally:
        await engine.dispose()


def main() -> None:
    settings = read(Settings)
    try:
        asyncio.run(_migrated(settings.postgres_url.get_secret_value()))
    except (DBAPIError, OSError, TimeoutError, ValueError) as error:
        sys.stderr.write(f"the database was not brought up to date: {error}\n")
        sys.exit(_CANNOT_REACH)
    sys.stdout.write("the database is up to date\n")


if __name__ == "__main__":
    main()
