"""The log as the rest of the system sees it."""

from collections.abc import AsyncIterator, Mapping
from typing import Protocol

from kit.errors import Conflict, TooLarge, Unavailable
from kit.record import Record

__all__ = ["Conflict", "Log", "Record", "TooLarge", "Unavailable"]


class Log(Protocol):
    """An append-only record in one order. Filters are NATS subjects, wildcards allowed."""

    async def append(
        self,
        subject: str,
        data: bytes,
        *,
        expected: int | None,
        event_id: str,
        headers: Mapping[str, str] | None = None,
    ) -> int:
        """Store one message and give its sequence.

        `expected` is the last sequence on that subject, 0 for none yet, None for unguarded. Safe to call again with
        the same event id and expectation: what was stored already answers with its sequence.

        Raises:
            Conflict: the subject has moved on, and not by this event.
            Unavailable: not known to be stored after bounded retries.
            TooLarge: over 512 KiB as it travels.
        """
        ...

    async def read(self, *filters: str, after: int = 0) -> list[Record]:
        """Give what matches any filter, in sequence order and without holes up to the last one given."""
        ...

    async def last(self, subject: str) -> Record | None: ...

    async def last_seq(self) -> int:
        """Give the sequence of the newest message of the whole log."""
        ...

    def follow(self, *filters: str, after: int) -> AsyncIterator[list[Record]]:
        """Give everything after a sequence, for ever, in batches without gap or duplicate."""
        ...
