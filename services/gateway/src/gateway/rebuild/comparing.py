"""What the live views say and a fresh rebuild does not, or otherwise: by table and key, column by column."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import asyncpg
from pydantic_core import from_json
from sqlalchemy import Table

from gateway.rebuild.schemas import FRESH, LIVE
from gateway.views import tables

SHOWN = 20
"""Rows of a table that are told one by one; all are counted."""
_LONGEST = 200


@dataclass(frozen=True)
class Differing:
    """One row."""

    table: str
    key: str
    live: Mapping[str, Any] | None
    """Only the columns that differ; None: the views lack the row."""
    rebuilt: Mapping[str, Any] | None
    """None: the log does not account for the row."""

    def __str__(self) -> str:
        where = f"{self.table} {self.key}"
        if self.live is None:
            return f"{where}: missing in the views"
        if self.rebuilt is None:
            return f"{where}: in the views, but not in the log"
        told = (f"{name} is {_short(self.live[name])}, should be {_short(self.rebuilt[name])}" for name in self.live)
        return f"{where}: {'; '.join(told)}"

    def as_json(self) -> dict[str, Any]:
        return {"table": self.table, "key": self.key, "live": self.live, "rebuilt": self.rebuilt}


@dataclass(frozen=True)
class Compared:
    seq: int
    """Both sides hold the log up to this message."""
    rows: int
    """Of the rebuilt views."""
    counts: Mapping[str, int]
    """Rows that differ, by table; only tables that have some."""
    differing: tuple[Differing, ...]
    """The first of them."""

    @property
    def equal(self) -> bool:
        return not self.counts


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


async def compare(connection: asyncpg.Connection, seq: int) -> Compared:
    """Inside a transaction that sees both schemas at the same message."""
    counts: dict[str, int] = {}
    found: list[Differing] = []
    rows = 0
    for table in tables.ALL:
        rows += int(await connection.fetchval(f"SELECT count(*) FROM {FRESH}.{table.name}"))  # noqa: S608  our own names
        differing = await connection.fetch(_query(table))
        if differing:
            counts[table.name] = int(differing[0]["total"])
            found += [_differing(table, row) for row in differing]
    return Compared(seq, rows, counts, tuple(found))


def _query(table: Table) -> str:
    keys = [column.name for column in table.primary_key]
    columns = [column.name for column in table.c]
    differ = f"({', '.join(f'o.{c}' for c in columns)}) IS DISTINCT FROM ({', '.join(f'n.{c}' for c in columns)})"
    on = " AND ".join(f"o.{key} = n.{key}" for key in keys)
    shown = ", ".join(f"coalesce(o.{key}, n.{key})::text" for key in keys)
    return (
        f"SELECT count(*) OVER () AS total, ARRAY[{shown}] AS key, "  # noqa: S608  our own names
        f"o.{keys[0]} IS NOT NULL AS here, n.{keys[0]} IS NOT NULL AS there, "
        f"to_jsonb(o) AS live, to_jsonb(n) AS rebuilt "
        f"FROM {LIVE}.{table.name} o FULL JOIN {FRESH}.{table.name} n ON {on} "
        f"WHERE {differ} ORDER BY {', '.join(f'coalesce(o.{key}, n.{key})' for key in keys)} LIMIT {SHOWN}"
    )


def _differing(table: Table, row: Mapping[str, Any]) -> Differing:
    key = "/".join(row["key"])
    if not row["here"] or not row["there"]:
        return Differing(table.name, key, {} if row["here"] else None, {} if row["there"] else None)
    live, rebuilt = from_json(row["live"]), from_json(row["rebuilt"])
    names = [name for name in live if live[name] != rebuilt.get(name)]
    return Differing(table.name, key, {n: live[n] for n in names}, {n: rebuilt.get(n) for n in names})
