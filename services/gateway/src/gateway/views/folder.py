"""Folds the log into the views: rows and checkpoint in one transaction, one folder at a time."""

import asyncio
import logging
from collections.abc import Callable

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from contracts.base import MAX_EVENTS_PER_DECISION, position
from contracts.envelope import Unreadable
from contracts.subjects import Subjects
from gateway.views import store, tables
from gateway.views.reading import Entry, Opened, entries, opened
from gateway.views.rows import Batch, EventRow
from kit.log import Log
from kit.record import Record

_NAME = "log"
_AT_ONCE = 500
"""Records per transaction: few enough that other work of this process is not held up."""
_REMEMBERED = 20_000
"""Rows kept in memory between batches."""
_BACKOFF_S = (0.05, 0.2, 0.5, 1.0, 2.0)
log = logging.getLogger(__name__)

Publish = Callable[[int, list[EventRow]], None]
"""Told after each batch: how far the views have come, and what watchers are to hear."""


class _Overtaken(Exception):
    """Another gateway has folded this."""


class Folder:
    def __init__(self, engine: AsyncEngine, subjects: Subjects, source: Log, publish: Publish) -> None:
        self._engine = engine
        self._subjects = subjects
        self._log = source
        self._publish = publish
        self._memory = Batch()
        self._seq = 0
        self.folded = 0
        """Messages that this process put into the views."""
        self.trouble: str | None = None
        """Why folding does not go on, while it does not."""

    @property
    def seq(self) -> int:
        """How far this process has read."""
        return self._seq

    async def begin(self) -> int:
        """Find where to go on.

        Raises:
            RuntimeError: the views come from another log.
        """
        async with self._engine.begin() as connection:
            await connection.execute(insert(tables.checkpoint).values(name=_NAME, seq=0).on_conflict_do_nothing())
            self._seq = await _checkpoint(connection)
        newest = await self._log.last_seq()
        if newest < self._seq:
            raise RuntimeError(
                f"the views hold message {self._seq} but the log ends at {newest}: this database belongs to another "
                "log. Use the log it was made from, or an empty database: the views are made again from the log."
            )
        return self._seq

    async def run(self) -> None:
        """Follow the log for ever."""
        async for records in self._log.follow(after=self._seq):
            for start in range(0, len(records), _AT_ONCE):
                await self._take(records[start : start + _AT_ONCE])

    async def _take(self, records: list[Record]) -> None:
        failures = 0
        while True:
            try:
                events = await self.fold(records)
            except (SQLAlchemyError, OSError, TimeoutError) as error:
                self._memory = Batch()
                self.trouble = f"the database does not take the views: {type(error).__name__}"
                if failures == 0:
                    log.warning("folding cannot go on yet", extra={"after": self._seq, "error": str(error)[:300]})
                await asyncio.sleep(_BACKOFF_S[min(failures, len(_BACKOFF_S) - 1)])
                failures += 1
                continue
            self.trouble = None
            self._publish(self._seq, events)
            return

    async def fold(self, records: list[Record]) -> list[EventRow]:
        """Put these into the views, unless someone has, and give what watchers are to hear of them."""
        told: list[EventRow] = []
        first = self._seq
        while records:
            try:
                told += await self._commit(records)
            except _Overtaken:
                self._memory = Batch()
                async with self._engine.connect() as connection:
                    there = await _checkpoint(connection)
                    done = [record for record in records if record.seq <= there]
                    if not done:
                        raise RuntimeError(f"the views went back from {first} to {there}") from None
                    last = position(done[-1].seq, MAX_EVENTS_PER_DECISION - 1)
                    told += await store.events_between(connection, position(done[0].seq), last)
                records = records[len(done) :]
                self._seq = there if records else done[-1].seq
                continue
            self._seq = records[-1].seq
            break
        return told

    async def _commit(self, records: list[Record]) -> list[EventRow]:
        batch = self._begun()
        async with self._engine.begin() as connection:
            at = tables.checkpoint
            moved = await connection.execute(
                update(at).where(at.c.name == _NAME, at.c.seq == self._seq).values(seq=records[-1].seq)
            )
            if moved.rowcount != 1:
                raise _Overtaken
            pausing = await store.paused(connection)
            await _fold(connection, batch, entries(records, self._subjects), set(pausing))
            await store.write(connection, batch)
        self.folded += len(records)
        self._memory = batch if len(batch.nodes) + len(batch.sheets) < _REMEMBERED else Batch()
        return batch.events

    def _begun(self) -> Batch:
        """With the rows that the last batch left: nobody has changed them if the checkpoint is still ours."""
        memory, self._memory = self._memory, Batch()
        return Batch(runs=memory.runs, nodes=memory.nodes, sheets=memory.sheets)


async def _checkpoint(connection: AsyncConnection) -> int:
    found = await connection.execute(select(tables.checkpoint.c.seq).where(tables.checkpoint.c.name == _NAME))
    return int(found.scalar_one())


async def _fold(connection: AsyncConnection, batch: Batch, all_: list[Entry], pausing: set[str]) -> None:
    readable: list[Opened] = []
    for entry in all_:
        if entry.aggregate in pausing:
            continue
        try:
            readable.append(opened(entry))
        except Unreadable as error:
            _pause(batch, entry, str(error), pausing)
    runs = {one.entry.address.id for one in readable if one.entry.address.kind == "run"}
    keys = {(one.entry.address.id, node) for one in readable for node in one.nodes}
    await store.fetch_runs(connection, batch, runs)
    await store.fetch_nodes(connection, batch, keys)
    await store.fetch_sheets(
        connection, batch, {one.entry.address.id for one in readable if one.entry.address.kind == "graph"}
    )
    for one in readable:
        paused_at = batch.paused.get(one.entry.aggregate)
        if paused_at is not None and paused_at["seq"] <= one.entry.record.seq:
            continue
        try:
            one.step(batch)
        except Exception as error:
            log.exception("a message could not be folded", extra={"seq": one.entry.record.seq})
            _pause(batch, one.entry, f"{type(error).__name__}: {error}", pausing)


def _pause(batch: Batch, entry: Entry, reason: str, pausing: set[str]) -> None:
    """Nothing more of this aggregate is folded until a release can: the others go on."""
    pausing.add(entry.aggregate)
    batch.paused[entry.aggregate] = {
        "aggregate": entry.aggregate,
        "subject": entry.record.subject,
        "seq": entry.record.seq,
        "reason": " ".join(reason.split())[:500],
    }
    log.error("a part of the views is paused", extra={"aggregate": entry.aggregate, "seq": entry.record.seq})
