"""Real worker processes, killed, frozen, stopped and called off in the middle of their work."""

import asyncio
import random
import signal
import subprocess
import time
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from contracts.envelope import unseal
from contracts.work import Claimed, Failed, Progress, Stopped, Submitted, Submitting, Succeeded
from groove_local.addresses import S3
from kit.provision import provision
from support.vendor import Vendor
from workers.bench import Bench, bench

QUICK = {"GROOVE_SEND_WITHIN_S": "5", "GROOVE_CONNECT_S": "1"}


async def asked(vendor: Vendor, run: str) -> int:
    return len(await asyncio.to_thread(vendor.submissions, run))


async def until_asked(vendor: Vendor, run: str) -> None:
    async with asyncio.timeout(10):
        while not await asked(vendor, run):  # noqa: ASYNC110  the vendor is another process
            await asyncio.sleep(0.02)


@pytest.fixture
async def two(workshop: Bench, vendor: Vendor) -> AsyncIterator[tuple[Bench, Vendor]]:
    vendor.takes(0)
    yield workshop, vendor
    vendor.takes(0)
    vendor.forget_faults()


async def pair(workshop: Bench, vendor: Vendor) -> list:
    return list(await asyncio.gather(*(workshop.worker(**told(vendor)) for _ in range(2))))


def told(vendor: Vendor) -> dict[str, str]:
    return {"GROOVE_PROVIDERS": "local,fake", "GROOVE_FAKE_URL": vendor.url, **QUICK}


async def holder(workshop: Bench, workers: list, node: str = "n1"):
    """Which of the processes holds the attempt: its name is in its log, and in its claim."""
    claimed = await workshop.until(node, Claimed)
    assert isinstance(claimed, Claimed)
    (one,) = [worker for worker in workers if worker.name == claimed.worker]
    return one


async def test_a_worker_killed_with_a_job_at_work_is_taken_over_and_nothing_is_asked_again(two) -> None:
    workshop, vendor = two
    vendor.takes(1.0)
    workers = await pair(workshop, vendor)
    await workshop.put(workshop.paid())
    await workshop.until("n1", Submitted)
    (await holder(workshop, workers)).kill()
    ending = await workshop.until("n1")
    assert isinstance(ending, Succeeded), ending
    assert ending.epoch == 2
    assert ending.cost == 4_000_000
    await workshop.settled()
    assert [type(report) for report in await workshop.reports()] == [Claimed, Submitting, Submitted, Claimed, Succeeded]
    assert await asked(vendor, workshop.run) == 1


async def test_a_worker_killed_while_it_asks_is_looked_up_and_nothing_is_asked_again(two) -> None:
    workshop, vendor = two
    vendor.will("slow", seconds=3, match=workshop.run)
    workers = await pair(workshop, vendor)
    await workshop.put(workshop.paid())
    await until_asked(vendor, workshop.run)
    (await holder(workshop, workers)).kill()
    ending = await workshop.until("n1")
    assert isinstance(ending, Succeeded), ending
    assert (ending.epoch, await asked(vendor, workshop.run)) == (2, 1)
    assert sum(isinstance(report, Submitting) for report in await workshop.reports()) == 1


async def test_a_worker_frozen_past_its_lease_wakes_up_fenced(two) -> None:
    workshop, vendor = two
    vendor.takes(2.0)
    workers = await pair(workshop, vendor)
    await workshop.put(workshop.paid())
    await workshop.until("n1", Submitted)
    frozen = await holder(workshop, workers)
    frozen.kill(signal.SIGSTOP)
    ending = await workshop.until("n1")
    frozen.kill(signal.SIGCONT)
    assert isinstance(ending, Succeeded)
    assert ending.epoch == 2
    await workshop.settled()
    assert await asyncio.to_thread(frozen.end) == 0, "it let go by itself"
    assert len(await workshop.endings()) == 1
    assert await asked(vendor, workshop.run) == 1


async def test_a_storm_of_kills_asks_once_for_each_task(two) -> None:
    workshop, vendor = two
    vendor.takes(0.4)
    chance = random.Random(7)
    workers = await pair(workshop, vendor)
    nodes = [f"n{n}" for n in range(8)]
    for node in nodes:
        await workshop.put(workshop.paid(node))
    for _ in range(3):
        await asyncio.sleep(chance.uniform(0.2, 0.5))
        victim = chance.randrange(2)
        workers[victim].kill()
        workers[victim] = await workshop.worker(**told(vendor))
    await workshop.settled(limit_s=30)
    for node in nodes:
        (ending,) = await workshop.endings(node)
        assert isinstance(ending, Succeeded), ending
    asked = Counter(entry["key"] for entry in await asyncio.to_thread(vendor.submissions, workshop.run))
    assert asked == {f"{workshop.run}.{node}.1": 1 for node in nodes}


async def test_work_longer_than_the_lease_is_kept_by_heartbeats_and_tells_how_far_it_is(workshop: Bench) -> None:
    heard: list[float] = []

    async def hear(msg) -> None:
        heard.append(unseal(Progress, msg.data).progress)

    await workshop.nc.subscribe(workshop.subjects.all_live, cb=hear)
    await workshop.worker()
    await workshop.put(
        workshop.painting(side="1K", params={"prompt": "a city at night", "resolution": "1K", "count": 3})
    )
    assert isinstance(await workshop.until("n1"), Succeeded)
    assert [type(report) for report in await workshop.reports()] == [Claimed, Succeeded]
    took = (await workshop.reports())[1].at - (await workshop.reports())[0].at
    assert took.total_seconds() > workshop.lease_s
    assert len(heard) > 2
    assert heard == sorted(heard)
    assert (await workshop.consumer()).num_redelivered == 0


async def test_told_to_stop_it_finishes_what_it_has_and_leaves_the_rest(workshop: Bench) -> None:
    worker = await workshop.worker(GROOVE_GRACE_S="20")
    await workshop.put(workshop.painting("n1"))
    await workshop.put(workshop.painting("n2"))
    await workshop.until("n1", Claimed)
    assert await asyncio.to_thread(worker.end) == 0
    assert len(await workshop.endings("n1")) == 1
    assert await workshop.reports("n2") == []
    left = await workshop.consumer()
    assert (left.num_ack_pending, left.num_pending) == (0, 1)


async def test_told_to_stop_at_once_it_hands_back_and_another_goes_on_without_waiting_for_the_lease(
    nats_url: str, s3: S3, prefix: str, tmp_path: Path, vendor: Vendor
) -> None:
    async with bench(nats_url, s3, prefix, tmp_path, lease_s=60) as workshop:
        vendor.takes(2.0)
        env = {"GROOVE_PROVIDERS": "fake", "GROOVE_FAKE_URL": vendor.url, "GROOVE_GRACE_S": "0"}
        worker = await workshop.worker(**env)
        await workshop.put(workshop.paid())
        await workshop.until("n1", Submitted)
        began = time.monotonic()
        assert await asyncio.to_thread(worker.end) == 0
        assert time.monotonic() - began < 10
        await workshop.worker(**env)
        ending = await workshop.until("n1")
        vendor.takes(0)
        assert isinstance(ending, Succeeded)
        assert (ending.epoch, await asked(vendor, workshop.run)) == (2, 1)


async def test_local_work_is_dropped_within_a_moment_of_a_cancel(workshop: Bench) -> None:
    worker = await workshop.worker(GROOVE_GRACE_S="0")
    long = workshop.painting(side="4K", params={"prompt": "a forest", "resolution": "4K", "count": 8})
    await workshop.put(long)
    await workshop.until("n1", Claimed)
    began = time.monotonic()
    await workshop.revoke(long)
    assert isinstance(await workshop.until("n1"), Stopped)
    assert time.monotonic() - began < 5, "heard, not found at the next look ten seconds later"
    await workshop.settled()
    began = time.monotonic()
    assert await asyncio.to_thread(worker.end) == 0
    assert time.monotonic() - began < 8, "nor does the picture that is still being painted hold up the end"


async def test_a_job_is_cancelled_at_the_vendor(two) -> None:
    workshop, vendor = two
    vendor.takes(60)
    await pair(workshop, vendor)
    await workshop.put(workshop.paid())
    await workshop.until("n1", Submitted)
    await workshop.revoke(workshop.paid())
    assert isinstance(await workshop.until("n1"), Stopped)
    (job,) = await asyncio.to_thread(vendor.jobs, workshop.run)
    assert (await asyncio.to_thread(vendor.job, job["job_id"]))["state"] == "cancelled"


async def test_a_task_that_cannot_be_read_is_parked_and_its_node_fails(workshop: Bench) -> None:
    await workshop.worker()
    subject = workshop.subjects.task("image", workshop.paid().project_id, workshop.run, "n1")
    await workshop.queue.publish_once(subject, b'{"v": 99, "attempt": 1}')
    ending = await workshop.until("n1")
    assert isinstance(ending, Failed)
    assert ending.failure.kind == "internal"
    await workshop.settled()
    parked = (await workshop.nc.jetstream().stream_info(workshop.subjects.parked)).state.messages
    assert parked == 1


async def test_readiness_says_so_when_the_consumer_is_gone_and_work_goes_on_when_it_is_back(workshop: Bench) -> None:
    worker = await workshop.worker("text")
    assert (await asyncio.to_thread(worker.ready))["status"] == "ready"
    await workshop.nc.jetstream().delete_consumer(workshop.subjects.tasks, "text")
    told = await asyncio.to_thread(worker.ready)
    assert told["status"] == "not ready"
    assert "consumer not found" in told["checks"]["tasks"]
    await provision(workshop.nc, workshop.toml, workshop.subjects.prefix)
    await workshop.put(workshop.task(), "text")
    assert isinstance(await workshop.until("n1"), Succeeded)
    assert (await asyncio.to_thread(worker.ready))["status"] == "ready"


async def test_it_does_not_start_on_streams_that_are_not_there_nor_create_them(workshop: Bench) -> None:
    with pytest.raises(AssertionError, match="stream OTHER_LOG is not there") as caught:
        await workshop.worker(GROOVE_PREFIX="other")
    assert "the image worker cannot start" in str(caught.value)
    assert workshop.processes[-1].wait(timeout=5) == 69


def test_what_is_not_configured_is_named() -> None:
    import sys

    ended = subprocess.run(
        [sys.executable, "-m", "text_worker.main"], env={}, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 78
    assert "GROOVE_S3_ENDPOINT: is not set" in ended.stderr
