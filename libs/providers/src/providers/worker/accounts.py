"""A provider account's places, shared by all workers, and what it said of its rate: waiting, never a try."""

import asyncio
import contextlib
import json
import logging
import random
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Protocol

from contracts.models import LOCAL
from contracts.subjects import Subjects
from kit.clock import Clock, utc_now
from kit.errors import NotFound, Unavailable
from kit.ids import new_id
from kit.log import Log
from kit.slots import Lease, Slots

LOOK_EVERY_S = 0.5
LONGEST_HOLD_OFF_S = 300.0
_LONGEST_DELAY_S = 30.0
log = logging.getLogger(__name__)


class InLine(Unavailable):
    """It is not its turn at the provider: hand the task back for so long."""

    def __init__(self, provider: str, delay_s: float) -> None:
        super().__init__(f"waiting for a free slot at {provider}")
        self.delay_s = min(_LONGEST_DELAY_S, delay_s) * random.uniform(1.0, 1.3)  # noqa: S311  not all at once


class Waits(Protocol):
    """A held attempt."""

    def check(self) -> None: ...

    async def pause(self, seconds: float) -> None: ...


class Slot:
    """A place at a provider, when there is a limit; taken when it is needed, given back at the end."""

    def __init__(self, slots: Slots | None = None, holder: str = "") -> None:
        self._slots, self._holder = slots, holder
        self._lease: Lease | None = None

    def held(self) -> bool:
        return self._slots is None or (self._lease is not None and self._lease.held())

    async def taken(self) -> bool:
        """Take one if there is one.

        Raises:
            Unavailable: not known.
        """
        if self._slots is None or self.held():
            return True
        await self.release()
        self._lease = await self._slots.take(self._holder)
        return self._lease is not None

    async def secure(self, hold: Waits) -> None:
        """Have one, however long it takes; raises what `hold.check` raises."""
        while True:
            hold.check()
            with contextlib.suppress(Unavailable):
                if await self.taken():
                    return
            await hold.pause(LOOK_EVERY_S)

    async def release(self) -> None:
        if self._lease is not None:
            await self._lease.release()
            self._lease = None


NO_LIMIT = Slot()


@dataclass(frozen=True)
class Accounts:
    """What this process knows of the provider accounts. Without a log: nothing, and no limits."""

    log: Log | None = None
    subjects: Subjects = field(default_factory=Subjects)
    limits: Mapping[str, Slots] = field(default_factory=dict)
    clock: Clock = utc_now
    more: Callable[[str, str], Slots | None] = lambda _provider, _seat: None
    """Makes the places of a user's own account at a provider: as many as the installation has there."""

    @asynccontextmanager
    async def place(self, provider: str, holder: str, seat: str | None = None) -> AsyncIterator[Slot]:
        """Without `seat` it is the installation's account."""
        slot = Slot(self.limits.get(provider) if seat in {None, provider} else self.more(provider, seat or ""), holder)
        try:
            yield slot
        finally:
            # also when this is called off: a place must not be kept from others for a whole lease
            await asyncio.shield(slot.release())

    async def hold_off(self, provider: str, seconds: float) -> None:
        """Tell all workers that the provider wants to be left alone for so long. May be lost."""
        if self.log is None:
            return
        body = json.dumps({"wait_s": min(seconds, LONGEST_HOLD_OFF_S)}).encode()
        try:
            await self.log.append(self._pause(provider), body, expected=None, event_id=new_id())
        except (Unavailable, NotFound) as error:
            log.info("others cannot be told to leave %s alone: %s", provider, error)

    async def wait_s(self, provider: str) -> float:
        """How long the provider still wants to be left alone."""
        if self.log is None or provider == LOCAL:
            return 0.0
        try:
            said = await self.log.last(self._pause(provider))
        except (Unavailable, NotFound):
            return 0.0
        if said is None:
            return 0.0
        wanted = float(json.loads(said.data)["wait_s"])
        return max(0.0, wanted - max(0.0, (self.clock() - said.time).total_seconds()))

    def _pause(self, provider: str) -> str:
        return self.subjects.provider_pause(provider)


def parse_limits(setting: str) -> dict[str, int]:
    """Read "google=8,fake=2".

    Raises:
        ValueError: with a sentence.
    """
    limits: dict[str, int] = {}
    for part in filter(None, (part.strip() for part in setting.split(","))):
        name, _, size = part.partition("=")
        if not name.strip() or not size.strip().isdecimal() or int(size) < 1:
            raise ValueError(f"{part!r} is no limit: write provider=number, as in google=8.")
        limits[name.strip()] = int(size)
    return limits
