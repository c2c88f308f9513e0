"""Who refers to bytes, as the views know it, and when they may be asked."""

import asyncio
from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncEngine

from gateway.collecting import NotNow
from gateway.database import rows
from kit.log import Log
from kit.objects import Objects

_INSTALLATIONS = "installations"
_PATIENCE_S = 20.0
_LOOK_S = 0.1
_A_WHILE = timedelta(hours=1)
"""Clocks differ, and what was decided takes its time to be seen."""
_OWN = "SELECT id FROM library.installation"
_SEQ = "SELECT seq FROM views.checkpoint WHERE name = 'log'"
_PAUSED = "SELECT count(*) AS count FROM views.paused"
_OLDEST = "SELECT min(created_at) AS at FROM views.executions WHERE state = 'running' AND seq > 0"
"""Imported ones have no sequence: nothing is made for them here."""
_REFERRED = (
    "SELECT sha256 FROM views.assets WHERE sha256 = ANY($1::text[]) AND (deleted_at IS NULL OR deleted_at > $2) "
    "UNION SELECT p -> 'asset' ->> 'sha256' FROM views.characters, jsonb_array_elements(pictures) AS p "
    "WHERE deleted_at IS NULL AND p -> 'asset' ->> 'sha256' = ANY($1::text[])"
)


async def register(engine: AsyncEngine, objects: Objects) -> None:
    """Let others who use the same bucket by mistake see that it is in use."""
    await objects.put(f"{_INSTALLATIONS}/{await _own(engine)}", b"groove", "text/plain")


async def _own(engine: AsyncEngine) -> str:
    return str((await rows(engine, _OWN))[0]["id"])


class ViewReferences:
    def __init__(self, engine: AsyncEngine, log: Log, objects: Objects, restorable: timedelta) -> None:
        self._engine = engine
        self._log = log
        self._objects = objects
        self._restorable = restorable

    async def horizon(self, now: datetime) -> datetime:
        await self._alone()
        await self._whole(await self._log.last_seq())
        oldest = (await rows(self._engine, _OLDEST))[0]["at"]
        return now if oldest is None else oldest - _A_WHILE

    async def _alone(self) -> None:
        own = f"{_INSTALLATIONS}/{await _own(self._engine)}"
        there = {one.key async for page in self._objects.list(_INSTALLATIONS) for one in page}
        if others := sorted(there - {own}):
            raise NotNow(
                f"The bucket is also used by another installation ({others[0]}), whose files look like garbage from "
                "here. Give each its own bucket; if the other one is gone for good, delete that object."
            )

    async def _whole(self, seq: int) -> None:
        """The views hold the log as it was when this was asked, all of it."""
        loop = asyncio.get_running_loop()
        give_up = loop.time() + _PATIENCE_S
        while int(found[0]["seq"] if (found := await rows(self._engine, _SEQ)) else 0) < seq:
            if loop.time() > give_up:
                raise NotNow("The views are behind the log: is a gateway running? Try again when they have caught up.")
            await asyncio.sleep(_LOOK_S)
        if (await rows(self._engine, _PAUSED))[0]["count"]:
            raise NotNow("Parts of the views are paused, so what they refer to is not known: see /ready.")

    async def referred(self, digests: Collection[str], now: datetime) -> set[str]:
        until = now - self._restorable - _A_WHILE
        return {row["sha256"] for row in await rows(self._engine, _REFERRED, list(digests), until)}
