"""The buckets that all gateways share. A gateway takes a few tokens at a time, and counts those by itself."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncEngine

from gateway.database import rows

_FULL = "least($2::float8, b.tokens + greatest(0, extract(epoch FROM EXCLUDED.at - b.at)) * $3::float8)"
_TAKEN = f"least($4::float8, floor({_FULL}))"
_TAKE = f"""
INSERT INTO library.buckets AS b (name, tokens, granted, at)
SELECT $1::text, $2::float8 - least($4::float8, $2::float8), least($4::float8, $2::float8), t.now
FROM (SELECT coalesce($5::timestamptz, clock_timestamp()) AS now) AS t
ON CONFLICT (name) DO UPDATE
SET granted = {_TAKEN}, tokens = {_FULL} - {_TAKEN}, at = greatest(b.at, EXCLUDED.at)
RETURNING granted, tokens
"""  # noqa: S608  put together from what stands above
_GIVE = "UPDATE library.buckets SET tokens = least($2::float8, tokens + $3::float8) WHERE name = $1"
_FORGET = "DELETE FROM library.buckets WHERE at < coalesce($1::timestamptz, clock_timestamp()) - $2::interval"


@dataclass(frozen=True)
class Taken:
    tokens: int
    left: float
    """In the shared bucket."""


class Buckets:
    """`at` is the database's own clock, unless a test gives another: gateways' clocks need not agree."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def take(self, name: str, size: tuple[float, float], wanted: int, at: datetime | None = None) -> Taken:
        """As many as there are, and no more than are wanted. `size`: the quota, and what comes back in a second."""
        (row,) = await rows(self._engine, _TAKE, name, *size, float(wanted), at)
        return Taken(int(row["granted"]), float(row["tokens"]))

    async def give_back(self, name: str, quota: float, tokens: int) -> None:
        await rows(self._engine, _GIVE, name, quota, float(tokens))

    async def forget(self, untouched: timedelta, at: datetime | None = None) -> None:
        """Those that are full again: a bucket that is not there is."""
        await rows(self._engine, _FORGET, at, untouched)
