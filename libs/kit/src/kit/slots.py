"""A number of places that all processes share, each leased by its holder, on subjects of one small message.

A lease is a message that has not changed for less than `lease_s`: each process measures that by its own steady clock,
from when it first saw the message, so no two clocks are compared. Who dies frees its place one lease after somebody
has looked. A holder that was frozen finds out (`held`) before it goes on; the instant after that look is not fenced.
"""

import asyncio
import contextlib
import json
import random
import time
from collections.abc import Callable

from kit.errors import Conflict, Unavailable
from kit.ids import new_id
from kit.log import Log

Steady = Callable[[], float]
"""Seconds of a clock that nobody sets."""


class Lease:
    """One place, kept until `release`."""

    def __init__(self, log: Log, subject: str, holder: str, lease_s: float, now: Steady) -> None:
        self._log, self._subject, self._holder = log, subject, holder
        self._lease_s, self._now = lease_s, now
        self._seq = 0
        self._renewed_at = float("-inf")
        self._lost = False
        self._keeping: asyncio.Task[None] | None = None

    async def write(self, expected: int) -> None:
        """Take it, or take it again.

        Raises:
            Conflict: it is someone else's.
            Unavailable: not known.
        """
        before = self._now()  # others begin to count no earlier than this
        body = json.dumps({"holder": self._holder}).encode()
        self._seq = await self._log.append(self._subject, body, expected=expected, event_id=new_id())
        self._renewed_at = before

    def keep(self) -> None:
        self._keeping = asyncio.create_task(self._keep())

    def held(self) -> bool:
        return not self._lost and self._now() - self._renewed_at < self._lease_s

    async def _keep(self) -> None:
        while not self._lost:
            await asyncio.sleep(self._lease_s / 3)
            try:
                await self.write(self._seq)
            except Conflict:
                self._lost = True
            except Unavailable:
                continue

    async def release(self) -> None:
        if self._keeping:
            self._keeping.cancel()
            await asyncio.wait({self._keeping})
        if not self._lost:
            with contextlib.suppress(Conflict, Unavailable):  # else the lease runs out
                await self._log.append(self._subject, b'{"holder": null}', expected=self._seq, event_id=new_id())


class Slots:
    """`size` places at `<base>.0` … on a stream that keeps one message per subject."""

    def __init__(self, log: Log, base: str, size: int, *, lease_s: float = 15.0, now: Steady = time.monotonic) -> None:
        self._log, self._base, self._size = log, base, size
        self._lease_s, self._now = lease_s, now
        self._seen: dict[str, tuple[int, float]] = {}

    async def take(self, holder: str) -> Lease | None:
        """Give a place, or None when all are held.

        Raises:
            Unavailable: not known. A place that was taken all the same is free again after its lease.
        """
        records = {record.subject: record for record in await self._log.read(f"{self._base}.*")}
        subjects = [f"{self._base}.{n}" for n in range(self._size)]
        random.shuffle(subjects)
        for subject in subjects:
            record = records.get(subject)
            if record is not None and json.loads(record.data)["holder"] and not self._ran_out(subject, record.seq):
                continue
            lease = Lease(self._log, subject, holder, self._lease_s, self._now)
            with contextlib.suppress(Conflict):
                await lease.write(record.seq if record else 0)
                lease.keep()
                return lease
        return None

    def _ran_out(self, subject: str, seq: int) -> bool:
        known, since = self._seen.get(subject, (0, 0.0))
        if known != seq:
            self._seen[subject] = (seq, self._now())
            return False
        return self._now() - since >= self._lease_s
