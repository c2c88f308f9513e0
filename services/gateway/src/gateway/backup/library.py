"""Schema `library` in files and back, table by table, as Postgres' own COPY writes them.

The views are left out: the gateway makes them from the log. `pg_dump` would need a client of the server's release.
"""

import asyncio
from graphlib import TopologicalSorter
from pathlib import Path

import asyncpg
from alembic.util import CommandError

from gateway.backup.manifest import File, Library, Table
from gateway.database import migrate, open_database
from gateway.rebuild.schemas import Refused
from kit.objects_copy import digest_of

_FOLDER = "library"
_VERSION = "alembic_version"
_TABLES = """
SELECT c.relname AS name, array_agg(a.attname::text ORDER BY a.attnum) AS columns
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
WHERE c.relnamespace = 'library'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
AND a.attgenerated = '' AND c.relname <> $1 GROUP BY c.relname ORDER BY c.relname
"""
_NEEDS = """
SELECT conrelid::regclass::text AS child, confrelid::regclass::text AS parent FROM pg_constraint
WHERE contype = 'f' AND connamespace = 'library'::regnamespace
"""
_COUNTERS = """
SELECT format('SELECT setval(%L, (SELECT coalesce(max(%I), 0) + 1 FROM library.%I), false)',
  pg_get_serial_sequence(format('library.%I', c.relname), a.attname), a.attname, c.relname)
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
WHERE c.relnamespace = 'library'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
AND pg_get_serial_sequence(format('library.%I', c.relname), a.attname) IS NOT NULL
"""


async def save(url: str, folder: Path) -> Library:
    """Write every table, all as they are at one moment.

    Raises:
        Refused: there is no library in this database.
    """
    connection = await _connect(url)
    try:
        await asyncio.to_thread((folder / _FOLDER).mkdir, parents=True, exist_ok=True)
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            revision = await connection.fetchval(f"SELECT version_num FROM library.{_VERSION}")  # noqa: S608  our own name
            tables = [await _save(connection, row, folder) for row in await _in_order(connection)]
    except (asyncpg.UndefinedTableError, asyncpg.InvalidSchemaNameError) as error:
        raise Refused("There is no library in this database: no gateway ever started with it.") from error
    finally:
        await connection.close()
    return Library(revision=revision, tables=tuple(tables))


async def load(url: str, library: Library, folder: Path) -> int:
    """Make both schemas as they were then, and fill the library. The gateway brings them up to date.

    Raises:
        Refused: the database is in use already.
    """
    await require_empty(url)
    await _as_then(url, library.revision)
    connection = await _connect(url)
    try:
        async with connection.transaction():
            for table in library.tables:
                await _load(connection, table, folder)
            for row in await connection.fetch(_COUNTERS):
                await connection.execute(row[0])
    finally:
        await connection.close()
    return sum(table.rows for table in library.tables)


async def require_empty(url: str) -> None:
    """Raises: `Refused`: the database is in use already."""
    connection = await _connect(url)
    try:
        if await connection.fetchval("SELECT to_regclass($1)", f"library.{_VERSION}") is not None:
            raise Refused("The database holds a library already. Restore into an empty one.")
    finally:
        await connection.close()


async def _as_then(url: str, revision: str) -> None:
    engine = open_database(url)
    try:
        await migrate(engine, revision)
    except CommandError as error:
        raise Refused(f"A later release made this backup ({error}): restore it with that one.") from error
    finally:
        await engine.dispose()


async def _connect(url: str) -> asyncpg.Connection:
    _, _, rest = url.partition("://")
    settings = {"timezone": "UTC", "datestyle": "ISO", "application_name": "groove backup"}
    return await asyncpg.connect(f"postgresql://{rest}", server_settings=settings, timeout=10)


async def _in_order(connection: asyncpg.Connection) -> list[asyncpg.Record]:
    """What another table refers to comes before it."""
    tables = {row["name"]: row for row in await connection.fetch(_TABLES, _VERSION)}
    needs: dict[str, set[str]] = {name: set() for name in tables}
    for row in await connection.fetch(_NEEDS):
        child, parent = (row[key].removeprefix("library.") for key in ("child", "parent"))
        if child != parent:
            needs[child].add(parent)
    return [tables[name] for name in TopologicalSorter(needs).static_order()]


async def _save(connection: asyncpg.Connection, row: asyncpg.Record, folder: Path) -> Table:
    name, path = row["name"], f"{_FOLDER}/{row['name']}.copy"
    said = await connection.copy_from_table(
        name, schema_name="library", columns=row["columns"], output=str(folder / path)
    )
    digest = await asyncio.to_thread(digest_of, folder / path)
    return Table(
        name=name, columns=tuple(row["columns"]), rows=int(said.split()[-1]), file=File(path=path, sha256=digest)
    )


async def _load(connection: asyncpg.Connection, table: Table, folder: Path) -> None:
    await connection.execute(f'DELETE FROM library."{table.name}"')  # noqa: S608  what a migration put in
    await connection.copy_to_table(
        table.name, schema_name="library", columns=list(table.columns), source=str(folder / table.file.path)
    )
