"""What the folder is handed, and when."""

import asyncio
from datetime import UTC, datetime

import pytest

from gateway.views.gathering import AT_ONCE, awaited, gathered
from kit.record import Record

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def fact(
    seq: int, body: str = '{"events":[{"type":"NodeScheduled"}]}', family: str = "evt", kind: str = "run"
) -> Record:
    subject = f"g.{family}.0.{kind}.p.r" if family != "rpt" else "g.rpt.0.p.r.n"
    return Record(seq, subject, str(seq), {}, body.encode(), NOON)


class Source:
    """A log that gives what it is told to give."""

    def __init__(self) -> None:
        self._given: asyncio.Queue[list[Record] | None] = asyncio.Queue()

    def give(self, *records: Record) -> None:
        self._given.put_nowait([*records])

    def end(self) -> None:
        self._given.put_nowait(None)

    async def __aiter__(self):
        while records := await self._given.get():
            yield records


async def test_everything_comes_once_in_order_in_batches_that_are_not_too_large():
    source = Source()
    numbers = iter(range(1, 10_000))
    for size in (1, 3, AT_ONCE, 2 * AT_ONCE + 1, 7):
        source.give(*(fact(next(numbers)) for _ in range(size)))
    source.end()
    batches = [batch async for batch in gathered(aiter(source))]
    assert [record.seq for batch in batches for record in batch] == list(range(1, next(numbers)))
    assert max(map(len, batches)) <= AT_ONCE


async def test_what_comes_after_a_batch_is_gathered_until_something_is_awaited():
    source = Source()
    batches = aiter(gathered(aiter(source)))
    source.give(fact(1))
    assert [record.seq for record in await anext(batches)] == [1]
    following = asyncio.ensure_future(anext(batches))
    for seq in range(2, 6):
        source.give(fact(seq))
        await asyncio.sleep(0)
    source.give(fact(6, '{"events":[{"type":"RunCompleted"}]}'))
    assert [record.seq for record in await following] == [2, 3, 4, 5, 6]
    await batches.aclose()


async def test_trouble_of_the_source_is_raised_after_what_it_gave():
    async def failing():
        yield [fact(1)]
        raise ConnectionError("gone")

    batches = aiter(gathered(failing()))
    assert len(await anext(batches)) == 1
    with pytest.raises(ConnectionError, match="gone"):
        await anext(batches)


def test_somebody_waits_for_what_begins_and_ends_runs_and_for_drawing():
    assert awaited(fact(1, '{"events":[{"type":"RunStarted"}]}'))
    assert awaited(fact(1, '{"events":[],"refused":{"reason":"x"}}'))
    assert awaited(fact(1, "{}", kind="graph"))
    assert not awaited(fact(1))
    assert not awaited(fact(1, "{}", kind="recipe"))
    assert not awaited(fact(1, '{"type":"RunStarted"}', family="cmd"))
    assert not awaited(fact(1, family="rpt"))
