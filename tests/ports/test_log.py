import asyncio
import os
import random
from itertools import pairwise

import pytest

from kit.log import Conflict, Log, Record, TooLarge


async def fill(log: Log, subject: str, count: int) -> list[int]:
    last, seqs = 0, []
    for number in range(count):
        last = await log.append(subject, b"%d" % number, expected=last, event_id=f"{subject}/{number}")
        seqs.append(last)
    return seqs


async def until(log: Log, subject: str, after: int, count: int) -> list[Record]:
    got: list[Record] = []
    async with asyncio.timeout(10):
        async for batch in log.follow(subject, after=after):
            got += batch
            if len(got) >= count:
                return got
    raise AssertionError("unreachable")


async def test_what_is_appended_is_read_back_whole(log: Log, at: str, name: str):
    subject = f"{at}.evt.0.run._.{name}"
    seq = await log.append(subject, b"body", expected=0, event_id="e1", headers={"Schema": "3"})
    (record,) = await log.read(subject)
    assert (record.seq, record.subject, record.id, record.data) == (seq, subject, "e1", b"body")
    assert record.headers["Schema"] == "3"
    assert record.time.tzinfo is not None
    assert await log.last(subject) == record


async def test_a_stale_expectation_is_a_conflict(log: Log, at: str, name: str):
    subject = f"{at}.evt.0.run._.{name}"
    first = await log.append(subject, b"", expected=0, event_id="e1")
    with pytest.raises(Conflict):
        await log.append(subject, b"", expected=0, event_id="e2")
    with pytest.raises(Conflict):
        await log.append(subject, b"", expected=first + 1, event_id="e2")
    assert await log.append(subject, b"", expected=first, event_id="e2") > first


async def test_appending_the_same_event_again_gives_its_sequence(log: Log, at: str, name: str):
    subject = f"{at}.evt.0.run._.{name}"
    first = await log.append(subject, b"", expected=0, event_id="e1")
    second = await log.append(subject, b"", expected=first, event_id="e2")
    assert await log.append(subject, b"", expected=0, event_id="e1") == first
    assert await log.append(subject, b"", expected=first, event_id="e2") == second
    assert len(await log.read(subject)) == 2


async def test_an_unguarded_append_is_always_taken(log: Log, at: str, name: str):
    subject = f"{at}.cmd.0.run._.{name}"
    seqs = [await log.append(subject, b"", expected=None, event_id=f"c{n}") for n in range(3)]
    assert [record.seq for record in await log.read(subject)] == seqs


async def test_of_many_racing_writers_one_wins_each_place(log: Log, at: str, name: str):
    subject = f"{at}.evt.0.run._.{name}"
    won = 0

    async def writer(who: int) -> None:
        nonlocal won
        for turn in range(5):
            past = await log.read(subject)
            try:
                expected = past[-1].seq if past else 0
                await log.append(subject, b"%d" % len(past), expected=expected, event_id=f"{who}.{turn}")
            except Conflict:
                continue
            won += 1

    await asyncio.gather(*(writer(who) for who in range(8)))
    stored = await log.read(subject)
    assert [int(record.data) for record in stored] == list(range(won))


async def test_several_filters_are_merged_in_order(log: Log, at: str, name: str):
    decided, reported = f"{at}.evt.0.run._.{name}", f"{at}.rpt.0._.{name}"
    for number in range(3):
        await log.append(f"{reported}.n{number}", b"r", expected=0, event_id=f"r{number}")
        await log.append(decided, b"d", expected=None, event_id=f"d{number}")
    await log.append(f"{at}.rpt.0._.other{name}.n", b"not ours", expected=0, event_id="x")
    records = await log.read(decided, f"{reported}.*")
    assert [record.id for record in records] == ["r0", "d0", "r1", "d1", "r2", "d2"]
    assert [record.id for record in await log.read(decided, f"{reported}.*", after=records[3].seq)] == ["r2", "d2"]


async def test_a_read_beside_writers_has_no_holes(log: Log, at: str, name: str):
    left, right = f"{at}.evt.1.run._.{name}", f"{at}.rpt.1._.{name}.n"
    written: list[int] = []

    async def writer() -> None:
        for number in range(60):
            subject = (left, right)[number % 2]
            written.append(await log.append(subject, b"", expected=None, event_id=str(number)))

    async def reader() -> None:
        while len(written) < 60:
            seen = [record.seq for record in await log.read(left, right)]
            assert seen == written[: len(seen)]
            await asyncio.sleep(0)

    await asyncio.gather(writer(), reader(), reader())


async def test_nothing_there_is_nothing(log: Log, at: str, name: str):
    assert await log.read(f"{at}.evt.0.run._.{name}") == []
    assert await log.read(f"{at}.evt.0.run._.{name}", f"{at}.rpt.0._.{name}.*") == []
    assert await log.last(f"{at}.evt.0.run._.{name}") is None


async def test_a_long_history_is_read_in_more_than_one_batch(log: Log, at: str, name: str):
    subject = f"{at}.cmd.2.run._.{name}"
    await asyncio.gather(*(log.append(subject, b"", expected=None, event_id=str(n)) for n in range(2300)))
    seqs = [record.seq for record in await log.read(subject)]
    assert len(seqs) == 2300
    assert all(earlier < later for earlier, later in pairwise(seqs))


async def test_a_heavy_history_is_read_whole(log: Log, at: str, name: str):
    """More bytes than one batch may hold."""
    subject, body = f"{at}.cmd.2.run._.{name}", os.urandom(450_000)
    for number in range(30):
        await log.append(subject, body, expected=None, event_id=str(number))
    assert [record.id for record in await log.read(subject)] == [str(number) for number in range(30)]


async def test_a_long_body_travels_compressed_and_arrives_as_it_was(log: Log, at: str, name: str):
    body = b"a long story " * 20_000
    await log.append(f"{at}.evt.0.run._.{name}", body, expected=0, event_id="e1")
    record = await log.last(f"{at}.evt.0.run._.{name}")
    assert record is not None
    assert record.data == body


async def test_a_body_over_the_limit_is_refused(log: Log, at: str, name: str):
    with pytest.raises(TooLarge, match="does not fit"):
        await log.append(f"{at}.evt.0.run._.{name}", random.randbytes(512 * 1024 + 1), expected=0, event_id="e1")
    assert await log.last(f"{at}.evt.0.run._.{name}") is None


async def test_following_gives_the_past_and_then_what_comes(log: Log, at: str, name: str):
    subject = f"{at}.evt.3.run._.{name}"
    seqs = await fill(log, subject, 3)
    following = asyncio.create_task(until(log, subject, seqs[0], 4))
    last = seqs[-1]
    for number in range(2):
        last = await log.append(subject, b"", expected=last, event_id=f"new{number}")
        seqs.append(last)
    assert [record.seq for record in await following] == seqs[1:]


async def test_following_wakes_at_once_for_a_new_record(log: Log, at: str, name: str):
    subject = f"{at}.evt.4.run._.{name}"
    start = await log.last_seq()
    following = asyncio.create_task(until(log, subject, start, 50))
    last, seqs = 0, []
    for number in range(50):
        last = await log.append(subject, b"", expected=last, event_id=str(number))
        seqs.append(last)
        await asyncio.sleep(0.001)
    assert [record.seq for record in await following] == seqs


async def test_the_last_sequence_is_that_of_the_newest_record(log: Log, at: str, name: str):
    seq = await log.append(f"{at}.evt.5.run._.{name}", b"", expected=0, event_id="e1")
    assert await log.last_seq() == seq
