"""The pieces of a backup: a stream in a file, a consumer that begins where another was, runs that began meanwhile."""

import asyncio
import os
import stat
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from nats.aio.client import Client

from contracts.base import NodeId, ProjectId, RunId
from contracts.subjects import Subjects
from gateway.backup.restoring import _consumers, _empty
from gateway.backup.saving import _consumers as seen
from gateway.backup.saving import _heard, _media
from groove_local.stack import JETSTREAM
from kit.clock import utc_now
from kit.errors import Unavailable
from kit.log_jetstream import JetStreamLog
from kit.nats import connect
from kit.objects_copy import Damaged, save_objects
from kit.objects_memory import MemoryObjects
from kit.provision import Provisioned, provision
from kit.stream_copy import CHUNK_BYTES, AlreadyThere, load_stream, save_stream
from kit.wire import ApiError, Wire
from support.servers import RealServers

Append = Callable[[str], Awaitable[int]]


class Place:
    """As much of a backup's or a restore's place as these pieces ask for."""

    def __init__(self, nc: Client, subjects: Subjects) -> None:
        self.nc = nc
        self.subjects = subjects
        self.replicas = None


@pytest.fixture
def subjects(prefix: str) -> Subjects:
    return Subjects(prefix)


@pytest.fixture
def append(bus: Client, subjects: Subjects) -> Append:
    async def one(subject: str) -> int:
        log = JetStreamLog(bus, subjects.log)
        return await log.append(subject, os.urandom(1000), expected=None, event_id=str(utc_now()))

    return one


async def test_a_stream_comes_back_with_every_sequence_and_time_while_others_append(
    bus: Client, subjects: Subjects, append: Append, real_servers: RealServers, tmp_path: Path
):
    for n in range(500):
        await append(subjects.report(ProjectId("p"), RunId(f"r{n % 7}"), NodeId("n")))
    going = True

    async def go_on() -> None:
        while going:
            await append(subjects.command("run", "p", "more"))

    more = asyncio.create_task(go_on())
    copy = await save_stream(bus, subjects.log, tmp_path / "log")
    going = False
    await more
    assert copy.bytes == (tmp_path / "log").stat().st_size
    nc = await connect(real_servers.another_nats("copies"), "test")
    try:
        (tmp_path / "half").write_bytes((tmp_path / "log").read_bytes()[: CHUNK_BYTES // 2])
        with pytest.raises(Unavailable, match=subjects.log):
            await load_stream(nc, copy, tmp_path / "half")
        await load_stream(nc, copy, tmp_path / "log")
        told = [(one.seq, one.time, one.subject, one.data) for one in await JetStreamLog(nc, subjects.log).read()]
        before = [(one.seq, one.time, one.subject, one.data) for one in await JetStreamLog(bus, subjects.log).read()]
        assert told == before[: copy.last_seq]
        assert len(told) >= 500
        with pytest.raises(AlreadyThere):
            await load_stream(nc, copy, tmp_path / "log")
    finally:
        await nc.close()


async def test_a_consumer_begins_behind_what_was_done_with_and_provisioning_lets_it_be(
    bus: Client, subjects: Subjects, append: Append
):
    done, left = await append(subjects.command("run", "p", "r")), await append(subjects.command("run", "p", "r"))
    name = next(
        c for c in map(subjects.decider, range(8)) if c.endswith(subjects.command("run", "p", "r").split(".")[2])
    )
    jetstream = bus.jetstream()
    pulled = await jetstream.pull_subscribe_bind(name, subjects.log)
    await (await pulled.fetch(1))[0].ack_sync()
    place = Place(bus, subjects)
    consumers = await seen(place)  # type: ignore[arg-type]  # as much as it asks for
    assert {one.config["durable_name"]: one.start for one in consumers}[name] == done + 1
    for one in consumers:
        await jetstream.delete_consumer(subjects.log, one.config["durable_name"])
    await _consumers(place, consumers)  # type: ignore[arg-type]  # as above
    assert await provision(bus, JETSTREAM, subjects.prefix) == Provisioned((), (), ())
    (again,) = await (await jetstream.pull_subscribe_bind(name, subjects.log)).fetch(1)
    assert again.metadata.sequence.stream == left


async def test_runs_that_something_was_decided_of_while_the_log_was_copied_are_kept(
    bus: Client, subjects: Subjects, append: Append
):
    begun = await append(subjects.events("run", "p", "before"))
    await append(subjects.events("run", "p", "between"))
    await append(subjects.events("graph", "p", "graph"))
    upto = await append(subjects.events("run", "q", "also"))
    await append(subjects.events("run", "p", "after"))
    found = await _heard(Place(bus, subjects), begun, upto)  # type: ignore[arg-type]  # as above
    assert [(one.project_id, one.run_id) for one in found] == [("q", "also"), ("p", "between")]


async def test_media_are_copied_once_and_what_is_not_what_its_name_says_is_found_out(tmp_path: Path):
    digest = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"  # of "foo"
    objects = MemoryObjects()
    await objects.put(f"objects/{digest}", b"foo", "image/png")
    (first,) = [one async for one in save_objects(objects, tmp_path, {})]
    copied = tmp_path / "objects" / digest
    assert (copied.read_bytes(), first.content_type) == (b"foo", "image/png")
    born = copied.stat().st_mtime_ns
    assert [one async for one in save_objects(objects, tmp_path, {first.key: first})] == [first]
    assert copied.stat().st_mtime_ns == born
    await objects.put(f"objects/{digest}", b"bar", "image/png")
    with pytest.raises(Damaged, match=digest):
        _ = [one async for one in save_objects(objects, tmp_path, {})]


async def test_media_that_many_backups_share_are_for_their_owner_alone(tmp_path: Path):
    objects = MemoryObjects()
    (tmp_path / "monday").mkdir()
    place = SimpleNamespace(media=tmp_path / "media", folder=tmp_path / "monday", objects=objects)
    await _media(place)  # type: ignore[arg-type]  # as above
    assert stat.S_IMODE(place.media.stat().st_mode) == 0o700


async def test_servers_that_cannot_tell_what_they_have_are_not_taken_for_empty_ones(
    bus: Client, real_servers: RealServers, subjects: Subjects, monkeypatch: pytest.MonkeyPatch
):
    async def leaderless(*_: object) -> None:
        raise ApiError(10008, "JetStream system temporarily unavailable")

    place = SimpleNamespace(nc=bus, subjects=subjects, postgres_url=real_servers.new_database())
    told = SimpleNamespace(prefix=subjects.prefix, log=SimpleNamespace(config={"name": "NOT_THERE"}), others=())
    await _empty(place, told)  # type: ignore[arg-type]  # as above
    monkeypatch.setattr(Wire, "api", leaderless)
    with pytest.raises(Unavailable, match="10008"):
        await _empty(place, told)  # type: ignore[arg-type]  # as above
