"""What FastStream does if it is used as its first page shows, and how the workers use it instead."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable

import nats
import pytest
from faststream.middlewares import AckPolicy
from faststream.nats import JStream, NatsBroker, NatsMessage, PullSub
from nats.aio.client import Client
from nats.js.api import ConsumerConfig, RetentionPolicy

from kit.errors import NotFound, Unavailable
from providers.worker.pulls import PULL_S, Pull, hearing
from support.bus import arrived

LEASE_S = 0.4
WORK_S = 0.6
"""Longer than the lease."""


class Bench:
    """A work queue of this test's own, with a durable `w`."""

    def __init__(self, url: str, nc: Client, name: str) -> None:
        self.nc, self.js = nc, nc.jetstream()
        self.stream, self.subject = name.upper(), f"{name}.a"
        self.broker = NatsBroker(url, logger=None, graceful_timeout=2)
        self.seen: Counter[int] = Counter()

    async def start(self) -> None:
        await self.js.add_stream(name=self.stream, subjects=[f"{self.subject}.>"], retention=RetentionPolicy.WORK_QUEUE)
        await self.add_consumer()

    async def add_consumer(self) -> None:
        await self.js.add_consumer(self.stream, ConsumerConfig(durable_name="w", ack_wait=LEASE_S))

    def subscriber(self, **how):
        subject, stream = f"{self.subject}.*", JStream(self.stream, declare=False)
        return self.broker.subscriber(
            subject, stream=stream, durable="w", **{"pull_sub": PullSub(1, timeout=PULL_S)} | how
        )

    async def put(self, count: int) -> None:
        for n in range(count):
            await self.js.publish(f"{self.subject}.{n}", b"%d" % n)

    async def left(self) -> int:
        return (await self.js.stream_info(self.stream)).state.messages

    async def until(self, told: Callable[[], Awaitable[bool]], limit_s: float = 10) -> None:
        async with asyncio.timeout(limit_s):
            while not await told():  # noqa: ASYNC110  the server's state
                await asyncio.sleep(0.02)

    async def empty(self) -> bool:
        return await self.left() == 0


@pytest.fixture
async def trap(nats_url: str, prefix: str) -> AsyncIterator[Bench]:
    nc = await nats.connect(nats_url)
    made = Bench(nats_url, nc, prefix)
    await made.start()
    try:
        yield made
    finally:
        await made.broker.stop()
        await made.js.delete_stream(made.stream)
        await nc.close()


async def slow(trap: Bench, message: NatsMessage, at_once: list[int]) -> None:
    """Longer than the lease, with heartbeats, acknowledged at the end: as it should be done."""
    trap.seen[int(message.body)] += 1
    at_once.append(at_once[-1] + 1)

    async def beat() -> None:
        while True:
            await asyncio.sleep(LEASE_S / 3)
            await message.in_progress()

    beating = asyncio.create_task(beat())
    await asyncio.sleep(WORK_S)
    beating.cancel()
    at_once.append(at_once[-1] - 1)
    await message.ack()


async def test_the_default_policy_loses_a_task_whose_handler_fails(trap: Bench) -> None:
    @trap.subscriber()
    async def handle(number: int) -> None:
        trap.seen[number] += 1
        raise RuntimeError

    await trap.broker.start()
    await trap.put(1)
    await trap.until(trap.empty)
    assert trap.seen == {0: 1}, "called once, and gone"


async def test_the_default_policy_loses_a_body_that_does_not_fit(trap: Bench) -> None:
    @trap.subscriber()
    async def handle(number: int) -> None:
        trap.seen[number] += 1

    await trap.broker.start()
    await trap.js.publish(f"{trap.subject}.x", b"not a number")
    await trap.until(trap.empty)
    assert not trap.seen


async def test_nacking_on_error_spins(trap: Bench) -> None:
    @trap.subscriber(ack_policy=AckPolicy.NACK_ON_ERROR)
    async def handle(number: int) -> None:
        trap.seen[number] += 1
        raise RuntimeError

    await trap.broker.start()
    await trap.put(1)

    async def spun() -> bool:
        return trap.seen[0] > 50

    await trap.until(spun, LEASE_S * 25)  # a lease that ends hands it out once


async def test_max_workers_runs_a_task_twice(trap: Bench) -> None:
    at_once = [0]

    @trap.subscriber(ack_policy=AckPolicy.MANUAL, max_workers=2)
    async def handle(message: NatsMessage) -> None:
        await slow(trap, message, at_once)

    await trap.broker.start()
    await trap.put(6)
    await trap.until(trap.empty)
    assert max(trap.seen.values()) > 1, "what waits for a free worker has no heartbeat"


async def test_several_subscribers_on_one_durable_run_each_task_once_and_side_by_side(trap: Bench) -> None:
    at_once = [0]

    async def handle(message: NatsMessage) -> None:
        await slow(trap, message, at_once)

    for _ in range(3):
        trap.subscriber(ack_policy=AckPolicy.MANUAL)(handle)
    await trap.broker.start()
    await trap.put(6)
    await trap.until(trap.empty)
    assert trap.seen == dict.fromkeys(range(6), 1)
    assert max(at_once) == 3


async def test_publishing_without_a_stream_says_nothing_about_being_stored(trap: Bench) -> None:
    await trap.broker.start()
    assert await trap.broker.publish(b"x", "nobody.listens") is None
    assert (await trap.broker.publish(b"x", f"{trap.subject}.1", stream=trap.stream)).seq == 1


async def counted(subscriber) -> Callable[[], int]:
    fetch, calls = subscriber.subscription.fetch, Counter()

    async def count(*args, **how):
        calls["fetch"] += 1
        return await fetch(*args, **how)

    subscriber.subscription.fetch = count
    return lambda: calls["fetch"]


async def test_without_its_consumer_a_subscriber_spins_and_its_ping_is_fine(trap: Bench) -> None:
    subscriber = trap.subscriber(ack_policy=AckPolicy.MANUAL)

    @subscriber
    async def handle(number: int) -> None:
        trap.seen[number] += 1

    await trap.broker.start()
    calls = await counted(subscriber)
    await trap.js.delete_consumer(trap.stream, "w")
    await trap.put(1)
    await trap.until(lambda: answered(calls() > 100))
    assert await trap.broker.ping(1)
    assert not trap.seen


async def answered(value: bool) -> bool:
    return value


async def test_ours_pauses_says_so_and_works_again_when_the_consumer_is_back(trap: Bench) -> None:
    subscriber = trap.subscriber(ack_policy=AckPolicy.MANUAL)

    @subscriber
    async def handle(message: NatsMessage) -> None:
        trap.seen[int(message.body)] += 1
        await message.ack()

    await trap.broker.start()
    calls = await counted(subscriber)
    pull = subscriber.subscription = Pull(subscriber.subscription)
    check = hearing(trap.nc, trap.stream, "w", [pull])
    await check()
    await trap.js.delete_consumer(trap.stream, "w")
    with pytest.raises(NotFound, match="consumer not found"):
        await check()
    await trap.put(1)
    before = calls()
    await asyncio.sleep(1)
    assert calls() - before <= 4
    await trap.add_consumer()
    await trap.until(trap.empty)
    assert trap.seen == {0: 1}
    await check()


async def test_ours_is_not_ready_while_an_open_pull_has_no_answer(trap: Bench) -> None:
    subscriber = trap.subscriber(ack_policy=AckPolicy.MANUAL)

    @subscriber
    async def handle(number: int) -> None:
        trap.seen[number] += 1

    await trap.broker.start()
    pull = subscriber.subscription = Pull(subscriber.subscription)
    await asyncio.wait_for(_asking(pull), 10)
    with pytest.raises(Unavailable, match="no answer to a pull"):
        await hearing(trap.nc, trap.stream, "w", [pull], deaf_s=0)()
    with pytest.raises(Unavailable, match="not pulling yet"):
        await hearing(trap.nc, trap.stream, "w", [])()


async def _asking(pull: Pull) -> None:
    while not pull.silent_s():  # noqa: ASYNC110  FastStream's loop is elsewhere
        await asyncio.sleep(0.02)


async def test_a_stopping_subscriber_drops_what_comes(trap: Bench) -> None:
    async def handle(number: int) -> None:
        trap.seen[number] += 1

    subscriber = trap.subscriber(ack_policy=AckPolicy.MANUAL)
    subscriber(handle)
    await trap.broker.start()
    await trap.until(lambda: is_open(trap))
    subscriber.running = False  # as `stop` leaves it while it waits for work to end, its last pull still open
    await trap.put(1)
    await asyncio.sleep(0.1)
    assert not trap.seen
    assert (await trap.js.consumer_info(trap.stream, "w")).num_ack_pending == 1, "nobody has it, until the lease ends"


async def test_ours_gives_back_what_comes_while_it_stops(trap: Bench) -> None:
    await trap.js.add_consumer(trap.stream, ConsumerConfig(durable_name="w", ack_wait=60))
    inner = await trap.js.pull_subscribe_bind(durable="w", stream=trap.stream)
    await trap.nc.publish(inner._nms, b'{"batch": 2}', inner._deliver)
    pull = Pull(inner)
    await trap.put(2)
    await arrived(trap.nc)
    await pull.close()
    again = await trap.js.pull_subscribe_bind(durable="w", stream=trap.stream)
    for _ in range(2):
        (message,) = await again.fetch(1, timeout=2)
        assert message.metadata.num_delivered == 2
        await message.ack()


async def is_open(trap: Bench) -> bool:
    return (await trap.js.consumer_info(trap.stream, "w")).num_waiting == 1
