"""What belongs to somebody is stored sealed, opened for whoever reads it, and gone with its key."""

import asyncio
import base64
import secrets

import pytest
from pydantic import SecretStr

from contracts.subjects import Subjects
from kit import sealed
from kit.errors import Erased, NotConfigured
from kit.log_jetstream import JetStreamLog
from kit.nats import connect
from kit.parked import Parking, origin
from kit.queue import WorkQueue
from kit.record import KEY, OWNER
from kit.snapshots import JetStreamSnapshots

CANARY = b'{"v":1,"prompt":"canary"}'
KEYS = SecretStr("a:" + base64.b64encode(secrets.token_bytes(32)).decode())


@pytest.fixture
async def ring(bus, prefix):
    await sealed.begin(bus, Subjects(prefix), KEYS, erasable=True)
    return bus.keyring


@pytest.fixture
def log(bus, prefix):
    return JetStreamLog(bus, Subjects(prefix).log)


@pytest.fixture
async def plain(nats_url, prefix):
    """The log, as who has no keys sees it."""
    nc = await connect(nats_url, "thief")
    yield JetStreamLog(nc, Subjects(prefix).log)
    await nc.close()


def graph_of(prefix, id_="g1"):
    return Subjects(prefix).events("graph", "p", id_)


async def put(log, prefix, user, id_="g1", body=CANARY):
    return await log.append(graph_of(prefix, id_), body, expected=0, event_id=f"{user}-{id_}", headers={OWNER: user})


@pytest.mark.usefixtures("ring")
async def test_it_is_stored_sealed_and_read_open(log, plain, prefix):
    await put(log, prefix, "ann")
    stored = (await plain.read(graph_of(prefix)))[0]
    assert stored.headers[KEY] == "ann"
    assert b"canary" not in stored.data
    [opened] = await log.read(graph_of(prefix))
    assert (opened.data, opened.headers[OWNER], opened.id) == (CANARY, "ann", "ann-g1")


@pytest.mark.usefixtures("ring")
async def test_a_long_body_is_compressed_before_it_is_sealed(log, plain, prefix):
    body = b'{"v":1,"text":"' + b"canary " * 20_000 + b'"}'
    await put(log, prefix, "ann", body=body)
    assert len((await plain.read(graph_of(prefix)))[0].data) < 2_000
    assert (await log.read(graph_of(prefix)))[0].data == body


async def test_nothing_is_sealed_without_keys(log, prefix):
    await put(log, prefix, "ann")
    [record] = await log.read(graph_of(prefix))
    assert record.data == CANARY
    assert not {KEY, OWNER} & record.headers.keys()


async def test_what_was_written_before_stays_readable(bus, log, prefix):
    await put(log, prefix, "ann", "old")
    await sealed.begin(bus, Subjects(prefix), KEYS, erasable=True)
    await put(log, prefix, "ann", "new")
    assert [record.data for record in await log.read()] == [CANARY, CANARY]


async def test_without_its_key_it_never_was_for_who_folds_and_others_stay(ring, log, prefix):
    await put(log, prefix, "ann")
    await put(log, prefix, "ben", "g2")
    await ring.destroy("ann")
    assert [record.headers[OWNER] for record in await log.read()] == ["ben"]
    followed = await anext(log.follow(after=0))
    assert [(record.erased, record.data) for record in followed] == [(True, b""), (False, CANARY)]
    assert (await log.last(graph_of(prefix))).erased
    with pytest.raises(Erased):
        await put(log, prefix, "ann", "g3")


async def test_every_process_forgets_a_key_at_once(ring, log, nats_url, prefix):
    other = await connect(nats_url, "other")
    try:
        await sealed.begin(other, Subjects(prefix), KEYS, erasable=True)
        theirs = JetStreamLog(other, Subjects(prefix).log)
        await put(log, prefix, "ann")
        assert len(await theirs.read()) == 1
        await ring.destroy("ann")
        async with asyncio.timeout(20):
            while await theirs.read():  # noqa: ASYNC110  it hears of it in passing
                await asyncio.sleep(0.01)
    finally:
        await other.close()


@pytest.mark.usefixtures("ring")
async def test_a_key_is_made_once_whoever_is_first(log, nats_url, prefix):
    other = await connect(nats_url, "other")
    try:
        await sealed.begin(other, Subjects(prefix), KEYS, erasable=True)
        theirs = JetStreamLog(other, Subjects(prefix).log)
        await asyncio.gather(*(put(one, prefix, "ann", f"{n}") for n, one in enumerate([log, theirs] * 5)))
        assert [record.data for record in await log.read()] == [CANARY] * 10
    finally:
        await other.close()


async def test_copies_queued_tasks_and_snapshots_are_sealed_too(ring, bus, log, prefix):
    subjects = Subjects(prefix)
    await put(log, prefix, "ann")
    [record] = await log.read(graph_of(prefix))
    parking = Parking(bus, prefix)
    await parking.park(record, subjects.log, "for a test")
    tasks, snapshots = WorkQueue(bus, subjects.tasks), JetStreamSnapshots(bus, subjects.snapshots)
    await tasks.publish_once(subjects.task("text", "p", "r", "n"), CANARY, {OWNER: "ann"})
    await snapshots.save(subjects.snapshot("run", "p", "r"), 1, "code", CANARY, "ann")
    [copy] = await parking.list()
    assert (copy.data, origin(copy)[1][OWNER]) == (CANARY, "ann")
    assert (await tasks.peek(subjects.task("text", "p", "r", "n"))).data == CANARY
    assert await snapshots.load(subjects.snapshot("run", "p", "r"), "code") == (1, CANARY)
    await ring.destroy("ann")
    assert await parking.list() == []
    assert (await tasks.peek(subjects.task("text", "p", "r", "n"))).erased
    assert await snapshots.load(subjects.snapshot("run", "p", "r"), "code") is None


async def test_it_is_refused_without_keys_to_wrap_with(bus, prefix):
    with pytest.raises(NotConfigured, match="GROOVE_SECRET_KEYS"):
        await sealed.begin(bus, Subjects(prefix), None, erasable=True)
