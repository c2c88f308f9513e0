"""How much room somebody's media take."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from gateway.database import rows
from kit.clock import Clock

Json = dict[str, Any]
_SOON = timedelta(hours=1)
"""An announced upload is complete, or will never be."""
_MEDIA = """
SELECT project_id, type, source, deleted_at IS NOT NULL AS deleted, sha256, bytes FROM views.assets
WHERE user_id = $1 AND ($2::text IS NULL OR project_id = $2) AND type <> 'text'
    AND (deleted_at IS NULL OR deleted_at > $3)
"""
_USE = f"""
WITH media AS MATERIALIZED ({_MEDIA})
SELECT project_id, type, source, deleted, count(*) AS count, sum(bytes)::bigint AS bytes, NULL AS stored FROM media
GROUP BY project_id, type, source, deleted
UNION ALL
SELECT NULL, NULL, NULL, false, count(*), coalesce(sum(bytes), 0)::bigint, 'all' FROM (
    SELECT max(bytes) AS bytes FROM media GROUP BY sha256
) AS each ORDER BY 1, 2, 3
"""  # noqa: S608  our own words
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
        found = await rows(self.engine, _USE, user, project, since)
        there = [row for row in found if row["stored"] is None and not row["deleted"]]
        return {
            **_sum(there),
            "stored": _sum(row for row in found if row["stored"]),
            "deleted": _sum(row for row in found if row["deleted"]),
            "by_type": _by(there, "type"),
            "by_source": _by(there, "source"),
            "by_project": _by(there, "project_id"),
            "quota_bytes": self.quota,
        }


def _sum(found: Iterable[Any]) -> Json:
    each = list(found)
    return {name: sum(row[name] for row in each) for name in ("count", "bytes")}


def _by(found: list[Any], name: str) -> list[Json]:
    sums: dict[str, Json] = {}
    for row in found:
        one = sums.setdefault(row[name], {name: row[name], "count": 0, "bytes": 0})
        one["count"] += row["count"]
        one["bytes"] += row["bytes"]
    return list(sums.values())
