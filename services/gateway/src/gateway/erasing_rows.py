"""Every row that is a person's: out of both schemas, in one transaction."""

import asyncpg
from sqlalchemy import Table

from gateway.library import tables as library
from gateway.views import tables as views

KEPT = frozenset(
    {
        "checkpoint",
        "paused",
        "credit_entries",
        "checkouts",
        "stripe_events",
        "buckets",
        "installation",
        "secrets",
        "users",
        "acts",
        "webhook_deliveries",
        "webhook_attempts",
        "webhook_reading",
        "webhook_lease",
    }
)
"""What is nobody's; what must be kept of payments, which is ids and amounts; what is cleared in another way, or goes
with what it hangs on."""
_MINE = {
    "user_id": "user_id = $1",
    "run_id": "run_id IN (SELECT id FROM erased_runs)",
    "graph_id": "graph_id IN (SELECT id FROM erased_graphs)",
}
_OTHERWISE = {
    "members": "owner_id = $1 OR user_id = $1",
    "run_events": "run_id IN (SELECT id FROM erased_runs) OR project_id IN (SELECT id FROM erased_projects)",
    "job_ends": "id IN (SELECT id FROM erased_jobs)",
}
_NAMED = (
    "CREATE TEMP TABLE erased_runs ON COMMIT DROP AS SELECT id FROM views.executions WHERE user_id = $1",
    "CREATE TEMP TABLE erased_graphs ON COMMIT DROP AS SELECT id FROM views.graphs WHERE user_id = $1",
    "CREATE TEMP TABLE erased_jobs ON COMMIT DROP AS SELECT id FROM views.jobs WHERE user_id = $1",
    (
        "CREATE TEMP TABLE erased_projects ON COMMIT DROP AS SELECT id FROM library.projects WHERE user_id = $1 "
        "UNION SELECT project_id FROM views.audit WHERE user_id = $1"
    ),
)
_STONE = "UPDATE library.users SET name = '', email = NULL, admin = false, disabled = true WHERE id = $1"
_ACTS = (
    "DELETE FROM library.acts WHERE user_id = $1 AND action <> 'user.erased'",
    (
        "UPDATE library.acts SET object_name = '', detail = '' "
        "WHERE object_id = $1 OR (actor = $1 AND action <> 'user.erased')"
    ),
)


class Unplaced(Exception):
    """A table of which it is not known whose its rows are."""


def mine(table: Table) -> str | None:
    """Which of its rows are the user's. None: none are, or they stay.

    Raises:
        Unplaced: nobody has said.
    """
    if table.name in KEPT:
        return None
    if table.name in _OTHERWISE:
        return _OTHERWISE[table.name]
    for column, condition in _MINE.items():
        if column in table.c:
            return condition
    raise Unplaced(f"{table.schema}.{table.name}")


async def clear(connection: asyncpg.Connection, user: str) -> int:
    """Give how many rows went."""
    removed = 0
    async with connection.transaction():
        await connection.execute("SELECT seq FROM views.checkpoint FOR UPDATE")  # nobody folds meanwhile
        await connection.execute("SET LOCAL groove.erasing = 'on'")
        for statement in _NAMED:
            await connection.execute(statement.replace("$1", await _quoted(connection, user)))
        for table in (*views.metadata.sorted_tables, *library.metadata.sorted_tables):
            condition = mine(table)
            if condition is not None:
                statement = f"DELETE FROM {table.schema}.{table.name} WHERE {condition}"  # noqa: S608  our own names
                done = await connection.execute(statement, *_args(condition, user))
                removed += int(done.rpartition(" ")[2])
        for statement in (*_ACTS, _STONE):
            await connection.execute(statement, user)
    return removed


async def _quoted(connection: asyncpg.Connection, user: str) -> str:
    quoted: str = await connection.fetchval("SELECT quote_literal($1::text)", user)
    return quoted


def _args(condition: str, user: str) -> tuple[str, ...]:
    return (user,) if "$1" in condition else ()
