"""Folds the log into the views: rows and checkpoint in one transaction, one folder at a time."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace

from sqlalchemy import BigInteger, literal_column, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from contracts.base import MAX_EVENTS_PER_DECISION, position
from contracts.subjects import Subjects
from gateway.database import ASYNCPG, line, line_of
from gateway.views import store, tables
from gateway.views.folding import assets_of, characters_of, fold_all, graphs_of, open_all, runs_of
from gateway.views.gathering import gathered
from gateway.views.healing import heal
from gateway.views.reading import Entry, entries
from gateway.views.rows import Batch, EventRow
from gateway.views.straight import Straight
from kit.log import Log
from kit.record import Record

_NAME = "log"
_REMEMBERED = 20_000
"""Rows kept in memory between batches."""
_BACKOFF_S = (0.05, 0.2, 0.5, 1.0, 2.0)
log = logging.getLogger(__name__)

Publish = Callable[[int, list[EventRow]], None]
"""Told after each batch: how far the views have come, and what watchers are to hear."""
Noted = Callable[[list[Record], list[EventRow]], None]
"""Told after that: what the views hold now, and what was told."""


class _Overtaken(Exception):
    """Another gateway has folded this."""


class Folder:
    def __init__(
        self,
        engine: AsyncEngine,
        subjects: Subjects,
        source: Log,
        publish: Publish,
        noted: Noted = lambda *_: None,
    ) -> None:
        self._engine = engine
        self._subjects = subjects
        self._log = source
        self._publish = publish
        self._noted = noted
        self._memory = Batch()
        self._seq = 0
        self._found = 0
        self._seen = _Seen(0, {})
        self.folded = 0
        """Messages that this process put into the views."""
        self.told = 0
        """Stream events that this process put into the views."""
        self.trouble: str | None = None
        """Why folding does not go on, while it does not."""

    @property
    def paused(self) -> int:
        """Aggregates of which nothing more is folded, as last seen."""
        return len(self._seen.paused)

    @property
    def seq(self) -> int:
        """How far this process has read."""
        return self._seq

    @property
    def behind(self) -> int:
        """Messages of those that were in the log when this process began, and are not in the views yet."""
        return max(0, self._found - self._seq)

    async def begin(self) -> int:
        """Find where to go on.

        Raises:
            RuntimeError: the views come from another log.
        """
        async with self._engine.begin() as connection:
            await connection.execute(insert(tables.checkpoint).values(name=_NAME, seq=0).on_conflict_do_nothing())
            self._seq, _ = await _checkpoint(connection)
        self._found = await self._log.last_seq()
        if self._found < self._seq:
            raise RuntimeError(
                f"the views hold message {self._seq} but the log ends at {self._found}: this database belongs to "
                "another log. Use the log it was made from, or an empty database: the views are made again from it."
            )
        await self._heal()
        return self._seq

    async def _heal(self) -> None:
        """Fold again what an earlier release could not read, and this one can."""
        at = tables.checkpoint
        async with self._engine.begin() as connection:  # holds other folders back: nobody folds what comes next of it
            held = update(at).where(at.c.name == _NAME).values(seq=at.c.seq).returning(at.c.seq, _HOME)
            self._seq, home = (await connection.execute(held)).one()
            paused = await heal(connection, self._log, self._subjects, self._seq)
        self._seen = _Seen(int(home), {aggregate: row["seq"] for aggregate, row in paused.items()})

    async def run(self) -> None:
        """Follow the log for ever."""
        async for records in gathered(self._log.follow(after=self._seq)):
            await self._take(records)

    async def _take(self, records: list[Record]) -> None:
        failures = 0
        while True:
            try:
                events = await self.fold(records)
            except (SQLAlchemyError, *ASYNCPG, OSError, TimeoutError) as error:
                self._memory = Batch()
                self.trouble = f"the database does not take the views: {type(error).__name__}"
                if failures == 0:
                    log.warning("folding cannot go on yet", extra={"after": self._seq, "error": str(error)[:300]})
                await asyncio.sleep(_BACKOFF_S[min(failures, len(_BACKOFF_S) - 1)])
                failures += 1
                continue
            self.trouble = None
            self._publish(self._seq, events)
            self._noted(records, events)
            return

    async def fold(self, records: list[Record]) -> list[EventRow]:
        """Put these into the views, unless someone has, and give what watchers are to hear of them."""
        told: list[EventRow] = []
        while records:
            try:
                told += await self._commit(records)
            except _Overtaken:
                self._memory = Batch()
                done, news = await self._done_by_others(records)
                told += news
                records = records[len(done) :]
                self._seq = done[-1].seq
                continue
            self._seq = records[-1].seq
            break
        return told

    async def _done_by_others(self, records: list[Record]) -> tuple[list[Record], list[EventRow]]:
        async with self._engine.connect() as connection:
            there, home = await _checkpoint(connection)
            done = [record for record in records if record.seq <= there]
            if not done:
                raise RuntimeError(f"the views went back from {self._seq} to {there}")
            seen = await self._look(connection, home)
            last = position(done[-1].seq, MAX_EVENTS_PER_DECISION - 1)
            news = await store.events_between(connection, position(done[0].seq), last)
        self._seen = seen
        return done, [*seen.healed, *news]

    async def _commit(self, records: list[Record]) -> list[EventRow]:
        memory, self._memory = self._memory, Batch()
        told: list[EventRow] = []
        batch = None if self._seen.paused else await self._in_one_step(memory, records)
        if batch is None:
            told, batch = await self._in_many_steps(memory if self._seen.paused else Batch(), records)
        paused = self._seen.paused | {aggregate: row["seq"] for aggregate, row in batch.paused.items()}
        self._seen = replace(self._seen, paused=paused, healed=())
        self.folded += len(records)
        self.told += len(batch.events)
        self._memory = batch if len(batch.nodes) + len(batch.sheets) < _REMEMBERED else Batch()
        return [*told, *batch.events]

    async def _in_one_step(self, memory: Batch, records: list[Record]) -> Batch | None:
        """Fold, then write all of it in one statement. None: the views are not as this process left them."""
        batch = Batch(runs=memory.runs, nodes=memory.nodes, sheets=memory.sheets)
        async with line(self._engine) as connection:
            straight = Straight(connection)
            await _fold(straight, batch, entries(records, self._subjects), set())
            as_left = await straight.commit(batch, self._seq, records[-1].seq, self._seen.home)
        return batch if as_left else None

    async def _in_many_steps(self, memory: Batch, records: list[Record]) -> tuple[list[EventRow], Batch]:
        """Take the checkpoint first, look what others have done, then fold and write.

        Raises:
            _Overtaken: another gateway has folded this.
        """
        async with self._engine.begin() as connection:
            home = await _move(connection, self._seq, records[-1].seq)
            seen = await self._look(connection, home)
            # nobody has changed these rows if the checkpoint is still ours, unless the tables are others by now
            batch = Batch(runs=memory.runs, nodes=memory.nodes, sheets=memory.sheets) if seen.as_before else Batch()
            await _fold(Straight(await line_of(connection)), batch, entries(records, self._subjects), set(seen.paused))
            await store.write(connection, batch)
        self._seen = seen
        return list(seen.healed), batch

    async def _look(self, connection: AsyncConnection, home: int) -> "_Seen":
        """What others have done to the views beside folding: rebuilt them, or refolded what was paused."""
        paused = {aggregate: row["seq"] for aggregate, row in (await store.paused(connection)).items()}
        before = self._seen
        gone = {aggregate: seq for aggregate, seq in before.paused.items() if aggregate not in paused}
        if before.home == home and not gone:
            return _Seen(home, paused)
        last = position(self._seq, MAX_EVENTS_PER_DECISION - 1)
        healed = [
            event
            for aggregate, seq in sorted(gone.items(), key=lambda one: one[1])
            if aggregate.startswith("run:")
            for event in await store.events_of_run(connection, aggregate.removeprefix("run:"), position(seq), last)
        ]
        return _Seen(home, paused, tuple(healed), as_before=False)


@dataclass(frozen=True)
class _Seen:
    """The views as this process last saw them."""

    home: int
    """Which table the checkpoint is in: another one since a rebuild."""
    paused: dict[str, int]
    """Where each paused aggregate stopped."""
    healed: tuple[EventRow, ...] = ()
    """What could not be told when it happened, because its run was paused."""
    as_before: bool = True


_HOME = literal_column("tableoid", BigInteger)


async def _checkpoint(connection: AsyncConnection) -> tuple[int, int]:
    """How far the views are, and which table says so."""
    query = select(tables.checkpoint.c.seq, _HOME).where(tables.checkpoint.c.name == _NAME)
    seq, home = (await connection.execute(query)).one()
    return int(seq), int(home)


async def _move(connection: AsyncConnection, seq: int, to: int) -> int:
    """Take the checkpoint on, and give the table that it is in.

    Raises:
        _Overtaken: it was not at `seq`.
    """
    at = tables.checkpoint
    moved = update(at).where(at.c.name == _NAME, at.c.seq == seq).values(seq=to).returning(_HOME)
    home = (await connection.execute(moved)).scalar_one_or_none()
    if home is None:
        raise _Overtaken
    return int(home)


async def _fold(straight: Straight, batch: Batch, all_: list[Entry], pausing: set[str]) -> None:
    readable = open_all(batch, all_, pausing)
    await straight.fetch_runs(batch, runs_of(readable))
    await straight.fetch_nodes(batch, {(one.entry.address.id, node) for one in readable for node in one.nodes})
    await straight.fetch_sheets(batch, graphs_of(readable))
    await straight.fetch_assets(batch, assets_of(readable))
    await straight.fetch_characters(batch, characters_of(readable))
    fold_all(batch, readable, pausing)
