"""`groove rebuild`: the views made again from the log, compared with those that serve, and put in their place."""

import gc
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass

import asyncpg

from contracts.subjects import Subjects
from gateway.rebuild import schemas
from gateway.rebuild.comparing import Compared, compare
from gateway.rebuild.making import Maker, Progress, Rate
from gateway.rebuild.schemas import Refused
from kit.log import Log

_SELDOM = (100_000, 50, 1_000)
"""Objects between collections, as `gc` counts: rows are many and make no cycles, to look for some halves the rate."""
_NEAR = 500
"""Messages behind: so few are folded while folders are held back."""


@dataclass(frozen=True)
class Rebuilt:
    compared: Compared
    rate: Rate
    swapped: bool
    paused: tuple[str, ...] = ()
    """Aggregates that are shown only up to something which this release cannot read."""


def _silent(_: Rate) -> None:
    """Nobody watches."""


async def check(postgres_url: str, log: Log, subjects: Subjects, progress: Progress = _silent) -> Rebuilt:
    """Make the views again beside those that serve, and tell what differs. Nothing is changed.

    Raises:
        Refused: it cannot be done now, and why.
    """
    async with _making(postgres_url, log, subjects, progress) as at:
        compared = await _compared(at)
        return Rebuilt(compared, at.maker.rate, swapped=False, paused=at.maker.paused)


async def rebuild(
    postgres_url: str, log: Log, subjects: Subjects, progress: Progress = _silent, *, keep_old: bool = False
) -> Rebuilt:
    """As `check`; then put the new views in the place of the old ones, between two messages of every gateway.

    Schema `library` is not touched. Killed at any moment, it leaves the old views or the new ones, whole.

    Raises:
        Refused: it cannot be done now, and why. Nothing was changed.
    """
    async with _making(postgres_url, log, subjects, progress) as at:
        compared = await _compared(at)
        await schemas.finish(at.ruling)
        await _near(at)
        async with schemas.standstill(at.ruling, "ACCESS EXCLUSIVE") as seq:
            await at.maker.reach(seq)
            await schemas.swap(at.ruling, keep_old=keep_old)
        return Rebuilt(compared, at.maker.rate, swapped=True, paused=at.maker.paused)


@dataclass(frozen=True)
class _Site:
    ruling: asyncpg.Connection
    """Holds the lock of the rebuild, and the folders back."""
    reading: asyncpg.Connection
    maker: Maker


@asynccontextmanager
async def _making(postgres_url: str, log: Log, subjects: Subjects, progress: Progress) -> AsyncIterator[_Site]:
    async with AsyncExitStack() as stack:
        stack.enter_context(_collecting_seldom())
        ruling, reading, writing = [await _connected(stack, postgres_url) for _ in range(3)]
        await stack.enter_async_context(schemas.alone(ruling))
        live, newest = await schemas.checkpoint(ruling), await log.last_seq()
        if live > newest:
            raise Refused(
                f"The views hold message {live} but the log ends at {newest}: this database belongs to another log."
            )
        maker = Maker(writing, log, subjects, progress)
        await schemas.create(ruling)
        try:
            await maker.begin()
            yield _Site(ruling, reading, maker)
        finally:
            await maker.close()
            await writing.close()
            await schemas.clear(ruling)


@contextmanager
def _collecting_seldom() -> Iterator[None]:
    before = gc.get_threshold()
    gc.set_threshold(*_SELDOM)
    try:
        yield
    finally:
        gc.set_threshold(*before)


async def _connected(stack: AsyncExitStack, url: str) -> asyncpg.Connection:
    connection = await schemas.connect(url)
    stack.push_async_callback(connection.close)
    return connection


async def _near(at: _Site) -> None:
    """Nearly to where the live views are, while they go on."""
    await at.maker.reach(await schemas.checkpoint(at.ruling))
    while (seq := await schemas.checkpoint(at.ruling)) > at.maker.seq + _NEAR:
        await at.maker.reach(seq)


async def _compared(at: _Site) -> Compared:
    """At one message of the log, in one snapshot. Folders wait only until it is taken."""
    await _near(at)
    async with at.reading.transaction(isolation="repeatable_read", readonly=True):
        async with schemas.standstill(at.ruling, "SHARE ROW EXCLUSIVE") as seq:
            await at.maker.reach(seq)
            await at.reading.execute("SELECT 1")  # the snapshot is taken here
        return await compare(at.reading, seq)
