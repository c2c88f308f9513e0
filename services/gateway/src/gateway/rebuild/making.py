"""Makes the fresh schema from the log: reads, folds and writes, one chunk being written while the next is folded."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

import asyncpg

from contracts.subjects import Subjects
from gateway.rebuild.folding import Fold, fetch
from gateway.rebuild.loading import Loader, load_of
from gateway.rebuild.schemas import Refused
from kit.log import Log
from kit.record import Record

_CHUNK = 4_000
"""Records per transaction."""
_SILENCE_S = 30.0


@dataclass(frozen=True)
class Rate:
    """How far it is, and how fast it went."""

    messages: int
    of: int
    events: int
    """Facts, commands and reports: a decision is one message with one fact or many."""
    seconds: float

    @property
    def events_per_s(self) -> float:
        return self.events / self.seconds if self.seconds else 0.0


Progress = Callable[[Rate], None]


class Tape:
    """The log from its beginning, wound on as far as one wants."""

    def __init__(self, log: Log) -> None:
        self._batches: AsyncIterator[list[Record]] = log.follow(after=0)
        self._left: list[Record] = []
        self.seq = 0

    async def upto(self, seq: int) -> AsyncIterator[list[Record]]:
        """Chunks of what comes next, up to this sequence and no further.

        Raises:
            Refused: the log has a hole, or says nothing for too long.
        """
        chunk: list[Record] = []
        while self.seq < seq:
            if not self._left:
                self._left = await self._more()
            taken = self._left[: seq - self.seq]
            for wanted, record in enumerate(taken, self.seq + 1):
                if record.seq != wanted:
                    raise Refused(f"The log has a hole behind message {wanted - 1}: the views cannot be made from it.")
            self._left = self._left[len(taken) :]
            self.seq = taken[-1].seq
            chunk += taken
            if len(chunk) >= _CHUNK or self.seq >= seq:
                yield chunk
                chunk = []

    async def _more(self) -> list[Record]:
        try:
            async with asyncio.timeout(_SILENCE_S):
                return await anext(self._batches)
        except TimeoutError as error:
            message = f"The log has said nothing for {_SILENCE_S:.0f} s behind message {self.seq}. Is NATS up?"
            raise Refused(message) from error

    async def close(self) -> None:
        aclose = getattr(self._batches, "aclose", None)
        if aclose is not None:
            await aclose()


class Maker:
    """Brings the fresh schema to any message of the log, onwards only."""

    def __init__(self, connection: asyncpg.Connection, log: Log, subjects: Subjects, progress: Progress) -> None:
        self._connection = connection
        self._loader = Loader(connection)
        self._tape = Tape(log)
        self._fold = Fold(subjects)
        self._progress = progress
        self._writing: asyncio.Task[None] | None = None
        self._begun = time.monotonic()
        self.rate = Rate(0, 0, 0, 0.0)

    @property
    def paused(self) -> tuple[str, ...]:
        """Aggregates that hold something which this release cannot read."""
        return tuple(sorted(self._fold.pausing))

    @property
    def seq(self) -> int:
        return self._tape.seq

    async def begin(self) -> None:
        await self._loader.begin()
        self._begun = time.monotonic()

    async def reach(self, seq: int) -> None:
        """When this returns, the fresh schema holds the log up to here.

        Raises:
            Refused: the log does not go that far, or has a hole.
        """
        async for records in self._tape.upto(seq):
            batch, readable = self._fold.open(records)
            missing = self._fold.missing(readable)
            if any(missing):
                await self._written()
                await fetch(self._connection, self._fold, missing)
            self._fold.fold(readable)
            load = load_of(batch)
            await self._written()
            self._writing = asyncio.create_task(self._loader.write(load, records[-1].seq))
            self._fold.put_away()
            self.rate = Rate(self.seq, max(seq, self.seq), self._fold.events, time.monotonic() - self._begun)
            self._progress(self.rate)
        await self._written()

    async def _written(self) -> None:
        writing, self._writing = self._writing, None
        if writing is not None:
            await writing

    async def close(self) -> None:
        if self._writing is not None:
            self._writing.cancel()
            await asyncio.gather(self._writing, return_exceptions=True)
        await self._tape.close()
