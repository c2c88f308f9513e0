"""The same log in memory, for tests of what stands on it."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from datetime import datetime

from kit.clock import Clock, utc_now
from kit.errors import Conflict
from kit.record import Record, decode, encode


def matches(filter_: str, subject: str) -> bool:
    """Say whether a NATS filter (`*` one token, `>` the rest) takes a subject."""
    wanted, given = filter_.split("."), subject.split(".")
    for index, want in enumerate(wanted):
        if want == ">":
            return len(given) > index
        if index >= len(given) or (want not in {"*", given[index]}):
            return False
    return len(wanted) == len(given)


class MemoryLog:
    def __init__(self, clock: Clock = utc_now) -> None:
        self._records: list[Record] = []
        self._last: dict[str, int] = {}
        self._clock = clock
        self._grown = asyncio.Event()

    async def append(
        self,
        subject: str,
        data: bytes,
        *,
        expected: int | None,
        event_id: str,
        headers: Mapping[str, str] | None = None,
    ) -> int:
        payload, sent = encode(data, event_id, headers)
        last = self._last.get(subject, 0)
        if expected is not None and expected != last:
            for record in self._records[expected:]:
                if record.subject == subject and record.id == event_id:
                    return record.seq
            raise Conflict(f"{subject} has moved past sequence {expected}")
        seq = len(self._records) + 1
        at: datetime = self._clock()
        self._records.append(decode(seq, subject, sent, payload, at))
        self._last[subject] = seq
        self._grown.set()
        self._grown = asyncio.Event()
        return seq

    async def read(self, *filters: str, after: int = 0) -> list[Record]:
        return [r for r in self._records[after:] if not filters or any(matches(one, r.subject) for one in filters)]

    async def last(self, subject: str) -> Record | None:
        seq = self._last.get(subject)
        return self._records[seq - 1] if seq else None

    async def last_seq(self) -> int:
        return len(self._records)

    async def follow(self, *filters: str, after: int) -> AsyncIterator[list[Record]]:
        while True:
            grown = self._grown
            batch = [r for r in self._records[after:] if not filters or any(matches(one, r.subject) for one in filters)]
            after = len(self._records)
            if batch:
                yield batch
            else:
                await grown.wait()
