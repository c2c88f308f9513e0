"""How much room somebody's media take."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from gateway.database import rows
from kit.clock import Clock

Json = dict[str, Any]
_SOON = timedelta(hours=1)
"""An announced upload is complete, or will never be."""
_THERE = (
    "SELECT project_id, type, source, count(*) AS count, sum(bytes)::bigint AS bytes FROM views.assets "
    "WHERE user_id = $1 AND ($2::text IS NULL OR project_id = $2) AND type <> 'text' AND deleted_at IS NULL "
    "GROUP BY project_id, type, source ORDER BY project_id, type, source"
)
_STORED = (
    "SELECT count(*) AS count, coalesce(sum(bytes), 0)::bigint AS bytes FROM ("
    "SELECT DISTINCT ON (sha256) bytes FROM views.assets "
    "WHERE user_id = $1 AND ($2::text IS NULL OR project_id = $2) AND type <> 'text' "
    "AND (deleted_at IS NULL OR deleted_at > $3)) AS each"
)
_DELETED = (
    "SELECT count(*) AS count, coalesce(sum(bytes), 0)::bigint AS bytes FROM views.assets "
    "WHERE user_id = $1 AND ($2::text IS NULL OR project_id = $2) AND type <> 'text' AND deleted_at > $3"
)
_TAKEN = (
    "SELECT (SELECT coalesce(sum(bytes), 0) FROM views.assets "
    "WHERE user_id = $1 AND type <> 'text' AND deleted_at IS NULL)::bigint AS there, "
    "(SELECT coalesce(sum(bytes), 0) FROM library.uploads WHERE user_id = $1 AND created_at > $2)::bigint AS coming"
)


@dataclass(frozen=True)
class Disk:
    engine: AsyncEngine
    clock: Clock
    restorable: timedelta
    quota: int | None = None
    """Bytes that one user's media may take. None: as many as there is room for."""

    async def taken(self, user: str) -> int:
        """Bytes, with those that are announced."""
        row = (await rows(self.engine, _TAKEN, user, self.clock() - _SOON))[0]
        return int(row["there"]) + int(row["coming"])

    async def use(self, user: str, project: str | None) -> Json:
        since: datetime = self.clock() - self.restorable
        there = await rows(self.engine, _THERE, user, project)
        stored = (await rows(self.engine, _STORED, user, project, since))[0]
        deleted = (await rows(self.engine, _DELETED, user, project, since))[0]
        return {
            "count": sum(row["count"] for row in there),
            "bytes": sum(row["bytes"] for row in there),
            "stored": dict(stored),
            "deleted": dict(deleted),
            "by_type": _by(there, "type"),
            "by_source": _by(there, "source"),
            "by_project": _by(there, "project_id"),
            "quota_bytes": self.quota,
        }


def _by(found: list[Any], name: str) -> list[Json]:
    sums: dict[str, Json] = {}
    for row in found:
        one = sums.setdefault(row[name], {name: row[name], "count": 0, "bytes": 0})
        one["count"] += row["count"]
        one["bytes"] += row["bytes"]
    return list(sums.values())
