"""Every migration leaves what the release before it needs: it adds, and takes nothing away that is still used.

What Postgres has before and after each of them is compared, whatever the migration did to get there.
"""

from dataclasses import dataclass, field
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import text

from gateway import migrations
from gateway.database import migrate, open_database

COLUMNS = """
SELECT table_schema || '.' || table_name, column_name, udt_name, is_nullable = 'YES',
  column_default IS NOT NULL OR is_identity = 'YES' OR is_generated = 'ALWAYS'
FROM information_schema.columns WHERE table_schema IN ('library', 'views')
"""
RULES = """
SELECT conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint
WHERE connamespace IN ('library'::regnamespace, 'views'::regnamespace) AND contype IN ('c', 'f', 'u', 'x', 'p')
UNION ALL SELECT indrelid::regclass::text, regexp_replace(pg_get_indexdef(indexrelid), 'INDEX \\S+', 'INDEX')
FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
WHERE indisunique AND relnamespace IN ('library'::regnamespace, 'views'::regnamespace)
"""


@dataclass(frozen=True)
class Column:
    kind: str
    nullable: bool
    filled: bool
    """By the database, where nobody says what it is."""


@dataclass
class Tables:
    columns: dict[tuple[str, str], Column] = field(default_factory=dict)
    rules: set[tuple[str, str]] = field(default_factory=set)
    """What rows must fulfil."""

    @property
    def names(self):
        return {table for table, _ in self.columns}


async def tables(connection):
    columns = await connection.execute(text(COLUMNS))
    found = Tables({(row[0], row[1]): Column(*row[2:]) for row in columns})
    found.rules = {tuple(row) for row in await connection.execute(text(RULES))}
    return found


def taken_away(before, after):
    """What whoever knows only the tables before would miss, or could no longer write."""
    for (table, name), column in before.columns.items():
        now = after.columns.get((table, name))
        if now is None:
            yield f"{table}.{name} is gone"
        elif now.kind != column.kind:
            yield f"{table}.{name} was {column.kind} and is {now.kind}"
        elif (column.nullable or column.filled) and not (now.nullable or now.filled):
            yield f"{table}.{name} must be given now"
    for (table, name), column in after.columns.items():
        if table in before.names and (table, name) not in before.columns and not (column.nullable or column.filled):
            yield f"{table}.{name} is new and must be given"
    for table, rule in after.rules - before.rules:
        if table in before.names:
            yield f"{table}: {rule} is new"


def scripts():
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    return [*reversed([*ScriptDirectory.from_config(config).walk_revisions()])]


@pytest.fixture
async def engine(postgres_url):
    engine = open_database(postgres_url)
    await migrate(engine, scripts()[0].revision)
    yield engine
    await engine.dispose()


async def test_each_migration_leaves_what_the_release_before_it_needs(engine):
    async with engine.connect() as connection:
        before = await tables(connection)
    assert "library.projects" in before.names
    for script in scripts()[1:]:
        await migrate(engine, script.revision)
        async with engine.connect() as connection:
            after = await tables(connection)
        missed = [*taken_away(before, after)]
        contracted = getattr(script.module, "contracts", None)
        assert not missed or contracted in migrations.RELEASED, f"{script.revision}: {missed}"
        before = after


BREAKING = {
    "DROP TABLE library.uploads": "library.uploads.id is gone",
    "ALTER TABLE library.users RENAME COLUMN name TO called": "library.users.name is gone",
    "ALTER TABLE library.users ALTER name TYPE varchar": "library.users.name was text and is varchar",
    "ALTER TABLE views.executions ALTER graph_id SET NOT NULL": "views.executions.graph_id must be given now",
    "ALTER TABLE library.users ADD nick text NOT NULL": "library.users.nick is new and must be given",
    "CREATE UNIQUE INDEX u ON library.users (name)": "library.users: CREATE UNIQUE INDEX ON library.users",
    "ALTER TABLE library.users ADD CHECK (name <> '')": "library.users: CHECK ((name <> ''::text)) is new",
}
HARMLESS = (
    "CREATE TABLE library.more (id text PRIMARY KEY, n int NOT NULL)",
    "ALTER TABLE library.users ADD nick text, ADD n int NOT NULL DEFAULT 0",
    "CREATE INDEX ON library.users (name)",
)


async def test_what_would_break_the_release_before_is_seen_and_what_adds_is_free(engine):
    await migrate(engine)
    async with engine.connect() as connection:
        before = await tables(connection)
        for act in (*BREAKING, *HARMLESS):
            async with connection.begin_nested() as trying:
                await connection.execute(text(act))
                found = [*taken_away(before, await tables(connection))]
                await trying.rollback()
            if act in BREAKING:
                assert any(one.startswith(BREAKING[act]) for one in found), (act, found)
            else:
                assert found == [], act


async def test_tables_of_the_next_release_are_used_as_they_are(engine, caplog):
    """A gateway of this one restarts in the middle of an upgrade, or after it was taken back."""
    await migrate(engine)
    async with engine.begin() as connection:
        before = await tables(connection)
        await connection.execute(text("UPDATE library.alembic_version SET version_num = '9999'"))
    await migrate(engine)
    assert "of a later release" in caplog.text
    async with engine.connect() as connection:
        assert await tables(connection) == before
