"""Reads what happened, and tells it: one gateway at a time, at least once.

Whoever dies in the middle is followed by another gateway, or by itself, one lease later: what was sent and not noted
is sent again, under the same id.
"""

import asyncio
import contextlib
import logging
import time
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Any

from sqlalchemy import Row

from gateway.database import away
from gateway.library.acts import Acts, Thing
from gateway.library.webhook_deliveries import Deliveries
from gateway.library.webhooks import Endpoint, Webhooks
from gateway.users import Caller
from gateway.views.waiting import Tide
from gateway.webhooks.reading import Reading
from gateway.webhooks.schedule import Outcome, judge
from gateway.webhooks.sending import Sender
from gateway.webhooks.vault import sign
from kit.clock import Clock
from kit.ids import new_id

_LEAST_S = 0.1
"""From one fact to the next look: what happens in a burst is read in one."""
_SOON_S = 0.005
_LEAD_EVERY_S = 1.0
_EVERY_S = 1.0
_AFTER_TROUBLE_S = 2.0
_TIDY_S = 3600.0
_MOST_AT_ONCE = 200
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Telling:
    """What it stands on."""

    reading: Reading
    webhooks: Webhooks
    deliveries: Deliveries
    sender: Sender
    acts: Acts
    clock: Clock
    lease_s: float = 5.0


class Pump:
    def __init__(
        self, telling: Telling, tide: Tide, *, chance: Random | None = None, lead_every_s: float = _LEAD_EVERY_S
    ) -> None:
        """`lead_every_s`: how often to make sure that it is still, or now, the one that sends."""
        self._on = telling
        self._tide = tide
        self._me = new_id()
        self._chance = chance or Random()  # noqa: S311  so that endpoints are not all tried in the same moment
        self._busy: dict[str, asyncio.Task[None]] = {}
        self._at_once: Counter[str] = Counter()
        """How many are on their way to each endpoint."""
        self._wake = asyncio.Event()
        self._tidied: datetime | None = None
        self.leads = False
        self._lead_every_s = lead_every_s
        self._asked_at = float("-inf")

    def look(self) -> None:
        """There is something to send now."""
        self._wake.set()

    async def run(self) -> None:
        """For ever."""
        try:
            while True:
                await self._rest(_EVERY_S if await self._try() else _AFTER_TROUBLE_S)
        finally:
            for task in self._busy.values():
                task.cancel()
            with contextlib.suppress(Exception):  # then the lease runs out by itself
                await self._on.deliveries.give_up_lead(self._me)

    async def _try(self) -> bool:
        try:
            await self.turn()
        except Exception as error:
            if not away(error):
                log.exception("webhooks cannot be told now")
            return False
        return True

    async def turn(self) -> None:
        """Read what is new, and begin to send what is due."""
        self._wake.clear()
        if not await self._lead():
            return
        while await self._on.reading.step():
            pass
        room = _MOST_AT_ONCE - len(self._busy)
        if room > 0:
            for row in await self._on.deliveries.due(self._busy, room):
                if self._at_once[row.webhook_id] < row.concurrency:
                    self._begin(row)
        now = self._on.clock()
        if self._tidied is None or (now - self._tidied).total_seconds() > _TIDY_S:
            self._tidied = now
            await self._on.deliveries.forget_old()

    async def _lead(self) -> bool:
        now = time.monotonic()
        if now - self._asked_at >= self._lead_every_s:
            self.leads = False  # should it not be known
            self.leads = await self._on.deliveries.lead(self._me, self._on.lease_s)
            self._asked_at = now
        return self.leads

    async def idle(self) -> None:
        """Wait until everything that was begun has ended."""
        while self._busy:
            await asyncio.wait(set(self._busy.values()))

    def _begin(self, row: Row[Any]) -> None:
        task = asyncio.create_task(self._tell(row))
        self._busy[row.id] = task
        self._at_once[row.webhook_id] += 1
        task.add_done_callback(lambda _: self._over(row))

    def _over(self, row: Row[Any]) -> None:
        del self._busy[row.id]
        self._at_once[row.webhook_id] -= 1
        if not self._at_once[row.webhook_id]:
            del self._at_once[row.webhook_id]
        self._wake.set()

    async def _tell(self, row: Row[Any]) -> None:
        try:
            found = await self._on.deliveries.endpoint(row.webhook_id)
            if found is None:
                return
            endpoint, begun = self._on.webhooks.signing(found), self._on.clock()
            outcome = await self._send(row, endpoint, begun)
            verdict = judge(outcome, row.tries + 1, found.failing_since, self._on.clock(), self._chance)
            if await self._on.deliveries.note(row.id, begun, outcome, verdict):
                log.warning("a webhook was disabled", extra={"webhook_id": found.id, "reason": verdict.disable})
                who, thing = Caller(found.user_id), Thing("webhook", found.id)
                await self._on.acts.note(who, "webhook.disabled", thing, verdict.disable or "")
        except Exception as error:
            if not away(error):
                log.exception("a delivery cannot be made", extra={"webhook_id": row.webhook_id})
            await asyncio.sleep(_AFTER_TROUBLE_S)  # it is still due: not to be tried again at once

    async def _send(self, row: Row[Any], endpoint: Endpoint, at: datetime) -> Outcome:
        headers = sign(endpoint.secrets, row.event_id, at, row.payload)
        return await self._on.sender.send(endpoint.url, row.payload.encode(), headers, at)

    async def _rest(self, longest_s: float) -> None:
        await asyncio.sleep(_SOON_S)
        woken = asyncio.create_task(self._wake.wait())
        risen = asyncio.create_task(self._risen(longest_s))
        try:
            await asyncio.wait({woken, risen}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            woken.cancel()
            risen.cancel()

    async def _risen(self, longest_s: float) -> None:
        if await self._tide.reach(self._tide.seq + 1, longest_s):
            await asyncio.sleep(_LEAST_S)
