"""What is tidied up in the background: outputs that a project does not keep, uploads never completed, unused bytes."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncEngine

from contracts.envelope import Unreadable
from gateway.collecting import Collector, NotNow, Swept
from gateway.database import away, line, rows
from gateway.metrics import Metrics
from gateway.shelving import KEEP, RETENTION, Place, Shelving, retire
from kit.clock import Clock
from kit.errors import Conflict, Unavailable
from kit.parts import Parts

_LOCK = 0x67726F6F7667
"""Any number but those of the migration and the rebuild."""
_FIRST_S = 300.0
_AT_ONCE = 500
_OVER = f"""
SELECT a.id, a.project_id, a.user_id FROM library.projects AS p
JOIN views.assets AS a ON a.user_id = p.user_id AND a.project_id = p.id
WHERE (p.settings ->> 'retention_days') IS NOT NULL AND a.deleted_at IS NULL AND a.source = 'generated'
    AND a.type <> 'text' AND NOT a.tags ? '{KEEP}'
    AND a.created_at < $1::timestamptz - make_interval(days => (p.settings ->> 'retention_days')::int)
    AND NOT EXISTS (
        SELECT 1 FROM views.graphs AS g WHERE g.user_id = a.user_id AND NOT g.deleted AND g.assets ? a.id
    )
    AND NOT EXISTS (
        SELECT 1 FROM views.characters AS c WHERE c.user_id = a.user_id AND c.deleted_at IS NULL
        AND c.pictures @> jsonb_build_array(jsonb_build_object('asset', jsonb_build_object('asset_id', a.id)))
    )
    AND NOT EXISTS (
        SELECT 1 FROM views.asset_uses AS u JOIN views.executions AS r ON r.id = u.run_id
        WHERE u.asset_id = a.id
        AND r.created_at >= $1::timestamptz - make_interval(days => (p.settings ->> 'retention_days')::int)
    )
ORDER BY a.position LIMIT {_AT_ONCE}
"""  # noqa: S608  our own names
_FORGET = "DELETE FROM library.uploads WHERE created_at < $1 RETURNING id, multipart"
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Cleaned:
    retired: int
    """Outputs that were over what their project keeps."""
    swept: Swept


@dataclass(frozen=True)
class Cleaner:
    engine: AsyncEngine
    collector: Collector
    shelving: Shelving
    clock: Clock
    parts: Parts | None = None

    async def clean(self, *, dry: bool = False, retire: bool = True) -> Cleaned | None:
        """One pass. None: another process is at it. Without `retire` assets are left alone: gateways write of them.

        Raises:
            NotNow: no bytes may be collected now.
            Unavailable: the log or the store does not answer.
        """
        async with _alone(self.engine) as alone:
            if not alone:
                return None
            retired = await self._retire(dry=dry) if retire else 0
            if not dry:
                await self._forget()
            return Cleaned(retired, await self.collector.sweep(dry=dry))

    async def _forget(self) -> None:
        """Uploads that were never completed: their bytes are collected, their parts are dropped here."""
        for row in await rows(self.engine, _FORGET, self.clock() - self.collector.grace):
            if row["multipart"] is not None and self.parts is not None:
                with contextlib.suppress(Unavailable):  # the store's own rules see to the rest
                    await self.parts.abort(f"uploads/{row['id']}", row["multipart"])

    async def _retire(self, *, dry: bool) -> int:
        now: datetime = self.clock()
        over = await rows(self.engine, _OVER, now)
        if dry:
            return len(over)
        done = 0
        for row in over:
            try:
                place = Place(row["project_id"], row["id"], row["user_id"])
                _, said = await self.shelving.say(place, RETENTION, retire)
            except (Conflict, Unreadable):
                continue  # somebody says something of it: another time
            done += said.deleted_at is not None
        return done

    async def run(self, every_s: float, metrics: Metrics) -> None:
        """For ever; not at all if `every_s` is 0."""
        pause = min(_FIRST_S, every_s)
        while every_s:
            await asyncio.sleep(pause)
            pause = every_s
            try:
                told = await self.clean()
            except NotNow as error:
                log.warning("nothing was collected: %s", error)
            except Unavailable as error:
                log.info("collecting waits: %s", error)
            except Exception as error:
                if not away(error):
                    raise
                log.info("collecting waits for the database")
            else:
                _count(metrics, told)


def _count(metrics: Metrics, told: Cleaned | None) -> None:
    if told is None:
        return
    swept = told.swept
    metrics.count("groove_assets_retired_total", told.retired)
    metrics.count("groove_objects_trashed_total", swept.trashed)
    metrics.count("groove_objects_put_back_total", swept.put_back)
    metrics.count("groove_objects_removed_total", swept.removed)
    metrics.count("groove_objects_removed_bytes_total", swept.removed_bytes)
    metrics.count("groove_uploads_dropped_total", swept.uploads)
    log.info("collected", extra={"retired": told.retired, "trashed": swept.trashed, "removed": swept.removed})


@asynccontextmanager
async def _alone(engine: AsyncEngine) -> AsyncIterator[bool]:
    """Whether no other process of this installation cleans. A lock that goes with its connection."""
    async with line(engine) as connection:
        got = bool(await connection.fetchval("SELECT pg_try_advisory_lock($1)", _LOCK))
        try:
            yield got
        finally:
            if got and not connection.is_closed():
                await connection.execute("SELECT pg_advisory_unlock($1)", _LOCK)
