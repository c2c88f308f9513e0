"""Work queue and timers in memory, for tests of what stands on them."""

from collections.abc import Mapping
from datetime import datetime

from kit.clock import Clock, utc_now
from kit.ids import new_id
from kit.queue import AlreadyQueued, Published
from kit.record import Record, decode, encode


class MemoryWorkQueue:
    def __init__(self, clock: Clock = utc_now) -> None:
        self._queued: dict[str, Record] = {}
        self._clock = clock
        self._seq = 0

    async def publish_once(
        self, subject: str, data: bytes, headers: Mapping[str, str] | None = None, *, event_id: str | None = None
    ) -> Published | AlreadyQueued:
        payload, sent = encode(data, event_id or new_id(), headers)
        if subject in self._queued:
            return AlreadyQueued()
        self._seq += 1
        self._queued[subject] = decode(self._seq, subject, sent, payload, self._clock())
        return Published(self._seq)

    async def peek(self, subject: str) -> Record | None:
        return self._queued.get(subject)

    async def cancel(self, subject: str, *, seen: int | None = None) -> None:
        if subject in self._queued and (seen is None or self._queued[subject].seq <= seen):
            del self._queued[subject]

    async def free_stranded(self, consumer: str) -> list[str]:  # noqa: ARG002  nothing is ever passed over here
        return []

    def queued(self) -> list[Record]:
        """Give what lies there, oldest first."""
        return list(self._queued.values())

    def finish(self, subject: str) -> None:
        """Acknowledge, as a worker would."""
        del self._queued[subject]


class MemoryTimers:
    def __init__(self, clock: Clock = utc_now) -> None:
        self._armed: dict[str, tuple[datetime, Record]] = {}
        self._clock = clock
        self._seq = 0

    async def schedule(
        self,
        at_subject: str,
        target_subject: str,
        when: datetime,
        data: bytes,
        headers: Mapping[str, str] | None = None,
    ) -> int:
        payload, sent = encode(data, new_id(), headers)
        self._seq += 1
        self._armed[at_subject] = (when, decode(self._seq, target_subject, sent, payload, self._clock()))
        return self._seq

    async def cancel_schedule(self, at_subject: str) -> None:
        self._armed.pop(at_subject, None)

    def fire(self) -> list[Record]:
        """Give what is due by the clock, earliest first, and forget it."""
        now = self._clock()
        due = sorted((when, at) for at, (when, _) in self._armed.items() if when <= now)
        return [self._armed.pop(at)[1] for _, at in due]
