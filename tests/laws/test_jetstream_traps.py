"""What JetStream really does where it matters to us, and what our plumbing makes of it. All on real servers."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import nats.errors
import pytest
from nats.aio.client import Client

from groove_local.stack import JETSTREAM
from kit.clock import utc_now
from kit.errors import Conflict, ServerTooOld, Unavailable
from kit.log_jetstream import EXPECTED, JetStreamLog
from kit.nats import check_version, connect
from kit.provision import provision
from kit.pull import Delivery, Puller
from kit.queue import AlreadyQueued, Published, Timers, WorkQueue
from kit.readiness import Readiness, nats_connected, pulling, stream_exists
from kit.wire import ApiError, Wire, answer_of
from laws.own_server import Line, OwnServer, greet_as

SECOND = 1_000_000_000


@pytest.fixture
async def nc(nats_url: str) -> AsyncIterator[Client]:
    client = await connect(nats_url, "laws")
    yield client
    await client.close()


@pytest.fixture
async def streams(nc: Client, prefix: str) -> AsyncIterator[str]:
    """The prefix of streams as deploy/jetstream.toml makes them."""
    done = await provision(nc, JETSTREAM, prefix)
    yield prefix
    for label in done.created:
        kind, _, name = label.partition(" ")
        if kind == "stream":
            await Wire(nc).api(f"STREAM.DELETE.{name}")


@pytest.fixture
async def own(tmp_path: Path) -> AsyncIterator[OwnServer]:
    server = OwnServer(tmp_path)
    await server.start()
    yield server
    await server.kill()


async def stream(nc: Client, name: str, subjects: list[str], **settings: object) -> None:
    await Wire(nc).api(f"STREAM.CREATE.{name}", {"name": name, "subjects": subjects, **settings})


async def consumer(nc: Client, stream_name: str, name: str, **settings: object) -> None:
    config = {"name": name, "durable_name": name, "ack_policy": "explicit", **settings}
    await Wire(nc).api(f"CONSUMER.CREATE.{stream_name}.{name}", {"stream_name": stream_name, "config": config})


async def one(puller: Puller, within_s: float = 10) -> Delivery:
    async with asyncio.timeout(within_s):
        delivery = await puller.take()
    assert delivery is not None
    return delivery


async def none(puller: Puller, within_s: float) -> bool:
    try:
        await one(puller, within_s)
    except TimeoutError:
        return True
    return False


# --- appending


async def test_only_the_expected_sequence_lets_one_of_two_writers_through(nc: Client, streams: str):
    log, subject = JetStreamLog(nc, f"{streams.upper()}_LOG"), f"{streams}.rpt.0._.run.node"
    claimed = await log.append(subject, b"first holder", expected=0, event_id="a")
    taken = await log.append(subject, b"second holder", expected=claimed, event_id="b")
    with pytest.raises(Conflict):
        await log.append(subject, b"first holder's result", expected=claimed, event_id="c")
    assert await log.append(subject, b"second holder's result", expected=taken, event_id="d") > taken


async def test_an_append_whose_answer_is_lost_is_found_and_not_stored_twice(own: OwnServer):
    line = Line(own.port)
    await line.open()
    nc = await connect(line.url, "laws")
    await stream(nc, "L", ["l.>"], allow_direct=True)
    log = JetStreamLog(nc, "L", timeout_s=0.5)
    for expected, number in ((0, 1), (None, 2)):
        line.eat_answer_to(b"the body of %d" % number)
        seq = await log.append("l.a", b"the body of %d" % number, expected=expected, event_id=f"e{number}")
        assert seq == number
    assert line.cuts == 2
    assert [record.id for record in await log.read("l.a")] == ["e1", "e2"]
    await nc.close()
    await line.close()


async def test_an_append_that_lost_the_race_while_its_answer_was_lost_is_a_conflict(own: OwnServer):
    line = Line(own.port)
    await line.open()
    nc, direct = await connect(line.url, "laws"), await connect(own.url, "laws")
    await stream(direct, "L", ["l.>"], allow_direct=True)
    await JetStreamLog(direct, "L").append("l.a", b"", expected=0, event_id="theirs")
    log = JetStreamLog(nc, "L", timeout_s=0.5)
    line.eat_answer_to(b"ours, too late")
    with pytest.raises(Conflict):
        await log.append("l.a", b"ours, too late", expected=0, event_id="ours")
    await nc.close()
    await direct.close()
    await line.close()


async def test_an_append_to_a_server_that_is_away_says_so_in_bounded_time(own: OwnServer):
    nc = await connect(own.url, "laws")
    await stream(nc, "L", ["l.>"])
    log = JetStreamLog(nc, "L", timeout_s=0.05, patience_s=0.3)
    await own.kill()
    with pytest.raises(Unavailable):
        await log.append("l.a", b"", expected=0, event_id="e1")
    await nc.close()


async def test_a_message_id_is_remembered_for_the_whole_stream_so_it_proves_nothing(nc: Client, streams: str):
    """The second message is on another subject, is never stored, and is acknowledged all the same."""
    wire = Wire(nc)
    headers = {"Nats-Msg-Id": "one id"}
    answer_of(await wire.request(f"{streams}.rpt.0._.run.a", b"", headers))
    second = answer_of(await wire.request(f"{streams}.rpt.0._.run.b", b"", headers))
    assert second["duplicate"]
    assert await JetStreamLog(nc, f"{streams.upper()}_LOG").last(f"{streams}.rpt.0._.run.b") is None


async def test_the_log_cannot_be_deleted_from_or_purged(nc: Client, streams: str):
    log = f"{streams.upper()}_LOG"
    await JetStreamLog(nc, log).append(f"{streams}.evt.0.run._.r", b"", expected=0, event_id="e")
    for call, body in ((f"STREAM.PURGE.{log}", {}), (f"STREAM.MSG.DELETE.{log}", {"seq": 1})):
        with pytest.raises(ApiError):
            await Wire(nc).api(call, body)


# --- work


async def test_a_second_task_on_a_subject_is_refused_while_the_first_is_queued_or_in_flight(nc: Client, streams: str):
    queue, subject = WorkQueue(nc, f"{streams.upper()}_TASKS"), f"{streams}.task.image._.run.node"
    assert isinstance(await queue.publish_once(subject, b"1"), Published)
    with pytest.raises(ApiError, match="10077"):
        answer_of(await Wire(nc).request(subject, b"2"))
    puller = Puller(nc, f"{streams.upper()}_TASKS", "image")
    delivery = await one(puller)
    assert await queue.publish_once(subject, b"2") == AlreadyQueued()
    await delivery.ack(confirmed=True)
    assert isinstance(await queue.publish_once(subject, b"2"), Published)
    await puller.close()


async def test_an_acknowledgement_does_not_fence(nc: Client, prefix: str):
    """The first holder's time is up and a second holds the message; the first one's late ack is taken all the same."""
    await stream(nc, prefix, [f"{prefix}.>"], retention="workqueue")
    await consumer(nc, prefix, "w", ack_wait=SECOND // 5)
    await Wire(nc).request(f"{prefix}.task", b"")
    first_worker, second_worker = Puller(nc, prefix, "w"), Puller(nc, prefix, "w")
    first = await one(first_worker)
    second = await one(second_worker)
    assert (first.deliveries, second.deliveries) == (1, 2)
    await first.ack(confirmed=True)
    info = await Wire(nc).api(f"STREAM.INFO.{prefix}")
    assert info["state"]["messages"] == 0
    await asyncio.gather(first_worker.close(), second_worker.close())
    await Wire(nc).api(f"STREAM.DELETE.{prefix}")


async def test_progress_keeps_a_message_and_a_negative_ack_brings_it_back_after_its_delay(nc: Client, prefix: str):
    await stream(nc, prefix, [f"{prefix}.>"], retention="workqueue")
    await consumer(nc, prefix, "w", ack_wait=SECOND // 5)
    await Wire(nc).request(f"{prefix}.task", b"")
    puller, other = Puller(nc, prefix, "w"), Puller(nc, prefix, "w")
    held = await one(puller)
    other_takes = asyncio.create_task(other.take())
    for _ in range(8):
        await asyncio.sleep(0.05)
        await held.in_progress()
    assert not other_takes.done()
    await held.nak(0.1)
    async with asyncio.timeout(5):
        again = await other_takes
    assert again is not None
    assert again.deliveries == 2
    await again.ack(confirmed=True)
    await asyncio.gather(puller.close(), other.close())
    await Wire(nc).api(f"STREAM.DELETE.{prefix}")


async def test_a_puller_gives_back_at_once_what_nobody_looked_at(nc: Client, streams: str):
    queue = WorkQueue(nc, f"{streams.upper()}_TASKS")
    for number in range(3):
        await queue.publish_once(f"{streams}.task.video._.run.n{number}", b"")
    stopped = Puller(nc, f"{streams.upper()}_TASKS", "video")
    async for batch in stopped.batches(1):
        await batch[0].ack(confirmed=True)
        break
    await stopped.close()
    successor = Puller(nc, f"{streams.upper()}_TASKS", "video")
    left = {(await one(successor)).record.subject.rpartition(".")[2] for _ in range(2)}
    assert len(left) == 2
    await successor.close()


async def test_what_comes_for_a_taker_that_is_gone_goes_to_another_worker_at_once(nc: Client, streams: str):
    tasks = f"{streams.upper()}_TASKS"
    left, other = Puller(nc, tasks, "text"), Puller(nc, tasks, "text")
    assert await none(left, 0.1)
    await WorkQueue(nc, tasks).publish_once(f"{streams}.task.text._.run.node", b"")
    delivery = await one(other, within_s=5)
    assert delivery.deliveries == 2
    await delivery.ack(confirmed=True)
    await asyncio.gather(left.close(), other.close())


# --- timers


async def test_a_timer_fires_once_across_a_killed_server_and_stays_until_acknowledged(own: OwnServer):
    nc = await connect(own.url, "laws")
    await provision(nc, JETSTREAM, "p")
    timers = Timers(nc, "P_TIMERS")
    when = utc_now() + timedelta(seconds=0.8)
    await timers.schedule("p.at.0.run.node", "p.due.0.run.node", utc_now() + timedelta(hours=1), b"replaced")
    await timers.schedule("p.at.0.run.node", "p.due.0.run.node", when, b"retry", {"Attempt": "2"})
    await timers.schedule("p.at.0.run.gone", "p.due.0.run.gone", when, b"cancelled")
    await timers.cancel_schedule("p.at.0.run.gone")
    await own.kill()
    await own.start()
    puller = Puller(nc, "P_TIMERS", "due-0")
    due = await one(puller)
    assert utc_now() >= when
    assert (due.record.subject, due.record.data, due.record.headers["Attempt"]) == ("p.due.0.run.node", b"retry", "2")
    await due.nak()
    again = await one(puller)
    assert (again.record.seq, again.deliveries) == (due.record.seq, 2)
    await again.ack(confirmed=True)
    assert await none(puller, 0.3)
    assert (await Wire(nc).api("STREAM.INFO.P_TIMERS"))["state"]["messages"] == 0
    await puller.close()
    await nc.close()


async def test_a_timer_in_the_past_fires_at_once(nc: Client, streams: str):
    timers = Timers(nc, f"{streams.upper()}_TIMERS")
    past = utc_now() - timedelta(minutes=1)
    await timers.schedule(f"{streams}.at.1.run.node", f"{streams}.due.1.run.node", past, b"late")
    puller = Puller(nc, f"{streams.upper()}_TIMERS", "due-1")
    assert (await one(puller)).record.data == b"late"
    await puller.close()


async def test_schedules_are_refused_where_new_messages_are_discarded(nc: Client, prefix: str):
    with pytest.raises(ApiError):
        await stream(nc, prefix, [f"{prefix}.>"], discard="new", allow_msg_schedules=True, max_msgs=10)


async def test_a_schedule_under_a_workers_filter_is_delivered_at_once(nc: Client, prefix: str):
    await stream(nc, prefix, [f"{prefix}.>"], retention="workqueue", allow_msg_schedules=True)
    await consumer(nc, prefix, "w", filter_subject=f"{prefix}.>")
    await Timers(nc, prefix).schedule(f"{prefix}.at", f"{prefix}.due", utc_now() + timedelta(hours=1), b"early")
    puller = Puller(nc, prefix, "w")
    assert (await one(puller)).record.subject == f"{prefix}.at"
    await puller.close()
    await Wire(nc).api(f"STREAM.DELETE.{prefix}")


# --- surviving the server


async def test_following_goes_on_across_a_killed_server_without_gap_or_duplicate(own: OwnServer):
    nc = await connect(own.url, "laws")
    await stream(nc, "L", ["l.>"], allow_direct=True)
    log = JetStreamLog(nc, "L", timeout_s=1)
    seen: list[int] = []
    total = 60

    async def follow() -> None:
        async for batch in log.follow("l.*", after=0):
            seen.extend(record.seq for record in batch)
            if len(seen) >= total:
                return

    following = asyncio.create_task(follow())
    for number in range(total):
        if number in {20, 40}:
            await own.kill()
            await own.start()
        await log.append("l.a", b"", expected=None, event_id=str(number))
    async with asyncio.timeout(20):
        await following
    assert seen == list(range(1, total + 1))
    await nc.close()


async def test_following_goes_on_when_its_consumer_is_deleted(nc: Client, streams: str):
    name, subject = f"{streams.upper()}_LOG", f"{streams}.evt.0.run._.r"
    log = JetStreamLog(nc, name)
    batches = log.follow(subject, after=0)
    await log.append(subject, b"", expected=None, event_id="e1")
    assert [record.id for record in await anext(batches)] == ["e1"]
    for found in (await Wire(nc).api(f"CONSUMER.NAMES.{name}"))["consumers"]:
        if found.startswith("follow-"):
            await Wire(nc).api(f"CONSUMER.DELETE.{name}.{found}")
    await log.append(subject, b"", expected=None, event_id="e2")
    async with asyncio.timeout(10):
        assert [record.id for record in await anext(batches)] == ["e2"]


async def test_pulling_goes_on_across_a_killed_server(own: OwnServer):
    nc = await connect(own.url, "laws")
    await provision(nc, JETSTREAM, "p")
    queue, puller = WorkQueue(nc, "P_TASKS", timeout_s=1), Puller(nc, "P_TASKS", "text")
    taking = asyncio.create_task(puller.take())
    await asyncio.sleep(0.05)
    await own.kill()
    await own.start()
    await queue.publish_once("p.task.text._.run.node", b"after")
    async with asyncio.timeout(15):
        delivery = await taking
    assert delivery is not None
    assert delivery.record.data == b"after"
    await puller.close()
    await nc.close()


async def test_a_deaf_puller_is_not_ready_and_hears_again_when_its_consumer_is_back(nc: Client, streams: str):
    """FastStream's subscriber spins on a deleted consumer and its ping stays green; ours backs off and says so."""
    tasks = f"{streams.upper()}_TASKS"
    puller = Puller(nc, tasks, "face")
    checks = {"nats": nats_connected(nc), "tasks": stream_exists(nc, tasks), "face": pulling(nc, puller)}
    readiness = Readiness(checks)
    assert (await readiness.report()).ready
    taking = asyncio.create_task(puller.take())
    await Wire(nc).api(f"CONSUMER.DELETE.{tasks}.face")
    report = await readiness.report()
    assert not report.ready
    assert "consumer not found" in report.checks["face"]
    assert report.checks["tasks"] == "ok"
    assert (await provision(nc, JETSTREAM, streams)).created == (f"consumer {tasks}/face",)
    await WorkQueue(nc, tasks).publish_once(f"{streams}.task.face._.run.node", b"heard")
    async with asyncio.timeout(10):
        delivery = await taking
    assert delivery is not None
    assert delivery.record.data == b"heard"
    assert (await readiness.report()).ready
    age = puller.last_pull_age()
    assert age is not None
    assert age < 10
    await puller.close()


# --- provisioning and versions


async def test_provisioning_again_changes_nothing(nc: Client, streams: str):
    again = await provision(nc, JETSTREAM, streams)
    assert (again.created, again.updated, again.drift) == ((), (), ())


async def test_provisioning_mends_what_can_be_changed_and_reports_what_cannot(nc: Client, prefix: str, tmp_path: Path):
    def file(age_s: int, storage: str) -> Path:
        text = f'[[stream]]\nname = "{{PREFIX}}_X"\nsubjects = ["{{prefix}}.x"]\nmax_age_s = {age_s}\n'
        (tmp_path / "streams.toml").write_text(f'{text}storage = "{storage}"\n')
        return tmp_path / "streams.toml"

    label = f"stream {prefix.upper()}_X"
    assert (await provision(nc, file(60, "file"), prefix)).created == (label,)
    assert (await provision(nc, file(90, "file"), prefix)).updated == (f"{label}: max_age",)
    (drift,) = (await provision(nc, file(90, "memory"), prefix)).drift
    assert drift.startswith(f"{label}: storage: ")
    await Wire(nc).api(f"STREAM.DELETE.{prefix.upper()}_X")


@pytest.mark.parametrize("version", ["2.9.10", "2.11.12", "2.12.2", "", "unknown"])
def test_an_old_server_is_refused(version: str):
    with pytest.raises(ServerTooOld, match=r"2\.12\.3 or newer"):
        check_version(version)


@pytest.mark.parametrize("version", ["2.12.3", "2.15.1", "2.16.0-preview.1", "3.0.0"])
def test_a_new_enough_server_is_taken(version: str):
    check_version(version)


async def test_connecting_to_an_old_server_fails_with_the_version_needed():
    server, url = await greet_as("2.9.10")
    with pytest.raises(ServerTooOld, match=r"nats-server 2\.9\.10 is too old"):
        await connect(url, "laws")
    server.close()
    await server.wait_closed()


async def test_connecting_to_nothing_fails_at_once_and_shows_no_password():
    with pytest.raises(Unavailable, match=r"no NATS server answers at nats://127\.0\.0\.1:1") as caught:
        await connect("nats://user:secret@127.0.0.1:1", "laws")
    assert "secret" not in str(caught.value)


async def test_a_publish_nobody_stores_is_not_taken_for_stored(nc: Client, prefix: str):
    with pytest.raises(Unavailable, match="nothing listens"):
        await Wire(nc).request(f"{prefix}.nowhere", b"", {EXPECTED: "0"})
    with pytest.raises(nats.errors.NoRespondersError):
        await nc.request(f"{prefix}.nowhere", b"")
