"""The worker's door: FastStream subscribers on one durable, each with at most one task, acknowledged last.

N subscribers with one pull each, because `max_workers` runs messages twice (tests/laws/test_faststream_traps.py).
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import nats.errors
from faststream.middlewares import AckPolicy
from faststream.nats import JStream, NatsBroker, NatsMessage, PullSub
from faststream.nats.subscriber.usecases.stream_pull_subscriber import PullStreamSubscriber
from nats.aio.client import Client
from nats.aio.msg import Msg

from contracts.base import NodeId, ProjectId, RunId
from contracts.envelope import Unreadable, unseal
from contracts.subjects import Queue, Subjects
from contracts.work import Task
from kit.clock import utc_now
from kit.errors import Conflict, NotFound, Unavailable
from kit.follow import positions
from kit.logs import bind
from kit.metrics import Histogram, Tally, Timing
from kit.pull import Delivery
from kit.record import decode, time_from_ns
from kit.sealed import opened
from kit.settle import Park, delay_s, heartbeat
from kit.wire import Wire
from providers.worker.accounts import InLine
from providers.worker.claim import Fenced
from providers.worker.pulls import PULL_S, Pull, consumer
from providers.worker.traces import traced
from providers.worker.unreadable import Refuse

Handle = Callable[[Task, int], Awaitable[None]]
"""Carries a task out. The number is how often it was delivered."""
_NS = 1_000_000_000
log = logging.getLogger(__name__)


class _Broker(NatsBroker):
    """On the process's one connection, which is not FastStream's to open or close."""

    def __init__(self, nc: Client) -> None:
        super().__init__(logger=None, apply_types=False, graceful_timeout=None)
        self._nc = nc

    async def _connect(self) -> Client:
        self.config.connect(self._nc)
        return self._nc

    async def stop(self, *_: object) -> None:
        self._connection = None  # else it would be drained
        await super().stop()


async def _raw(message: NatsMessage) -> Msg:
    return message.raw_message


@dataclass(frozen=True)
class Door:
    """What an inbox needs from its process."""

    nc: Client
    subjects: Subjects
    queue: Queue
    parking: Park
    refuse: Refuse
    tally: Tally = field(default_factory=Tally)
    working: Timing = field(default_factory=Timing)
    age: Histogram = field(default_factory=Histogram)
    """How long tasks had lain in the queue."""


class Inbox:
    def __init__(self, door: Door, slots: int, handle: Handle) -> None:
        self.pulls: list[Pull] = []
        self._door = door
        self._slots = slots
        self._handle = handle
        self._busy: set[asyncio.Task[None]] = set()
        self._stopping = False
        self._beat_s = 10.0
        self._broker = _Broker(door.nc)

    @property
    def busy(self) -> int:
        """Tasks at hand."""
        return len(self._busy)

    async def start(self) -> None:
        """Begin to pull.

        Raises:
            NotFound: the stream or the consumer is not provisioned.
        """
        stream, durable = self._door.subjects.tasks, self._door.queue
        # FastStream would create a consumer that is not there, with settings of its own
        self._beat_s = (await consumer(Wire(self._door.nc), stream, durable))["ack_wait"] / _NS / 3
        subscribers = [self._subscriber() for _ in range(self._slots)]
        for subscriber in subscribers:
            subscriber(self._receive)
        await self._broker.start()
        for subscriber in subscribers:
            if subscriber.subscription is None:
                raise Unavailable("FastStream started without a subscription")
            pull = Pull(subscriber.subscription)
            subscriber.subscription = pull  # type: ignore[assignment]  # it stands in, with the methods that are used
            self.pulls.append(pull)

    def _subscriber(self) -> PullStreamSubscriber:
        subjects, durable = self._door.subjects, self._door.queue
        return self._broker.subscriber(
            subjects.task(durable, ProjectId("*"), RunId("*"), NodeId("*")),
            stream=JStream(subjects.tasks, declare=False),
            durable=durable,
            pull_sub=PullSub(1, timeout=PULL_S),
            ack_policy=AckPolicy.MANUAL,
            decoder=_raw,
            inbox_prefix=self._door.nc.new_inbox().encode() + b".",  # only there may this user listen
        )

    async def stop(self, grace_s: float) -> None:
        """Pull no more, let what is at work finish for a while, and hand back the rest."""
        self._stopping = True
        await asyncio.gather(*(pull.close() for pull in self.pulls))
        if self._busy:
            await asyncio.wait(self._busy, timeout=grace_s)
        for work in list(self._busy):
            work.cancel()
        if self._busy:
            await asyncio.wait(self._busy, timeout=1)
        await self._broker.stop()

    async def _receive(self, msg: Msg) -> None:
        """In a task of its own: so it can be cancelled without FastStream taking its loop down with it."""
        work = asyncio.create_task(self._settle(msg))
        self._busy.add(work)
        work.add_done_callback(self._busy.discard)
        await asyncio.wait({work})

    async def _settle(self, msg: Msg) -> None:
        seq, _, time_ns, deliveries = positions(msg)
        found = decode(seq, msg.subject, msg.headers, msg.data, time_from_ns(time_ns))
        record = await opened(self._door.nc, found)
        tally = self._door.tally
        tally.pulled += 1
        tally.redelivered += deliveries > 1
        delivery = Delivery(record, deliveries, msg.reply, self._door.nc, tally)
        with bind(subject=msg.subject, deliveries=deliveries), contextlib.suppress(nats.errors.Error):
            if record.erased:
                await delivery.ack()
                return
            if self._stopping:
                await delivery.nak()
                return
            if deliveries == 1:
                waited = utc_now() - record.time
                self._door.age.observe(max(0.0, waited.total_seconds()))
            with self._door.working.taken():
                async with heartbeat(delivery, self._beat_s):
                    await self._obey(delivery)

    async def _obey(self, delivery: Delivery) -> None:
        try:
            task = unseal(Task, delivery.record.data)
            with traced(task, self._door.queue, delivery):
                await self._handle(task, delivery.deliveries)
        except asyncio.CancelledError:
            await delivery.nak()
            raise
        except Fenced:
            log.info("taken over by another, or over: left alone")
        except Unreadable as error:
            await self._park(delivery, str(error))
        except InLine as error:
            await delivery.nak(error.delay_s)
        except (Conflict, Unavailable) as error:
            log.info("not now: %s", error)
            await delivery.nak(delay_s(delivery.deliveries))
        except Exception:
            log.exception("a task ended unexpectedly")
            await delivery.nak(delay_s(delivery.deliveries))
        else:
            await delivery.ack()

    async def _park(self, delivery: Delivery, reason: str) -> None:
        tasks = self._door.subjects.tasks
        try:
            await self._door.parking.park(delivery.record, tasks, reason, delivery.deliveries)
            await self._door.refuse(delivery.record)
        except (Conflict, Unavailable, NotFound) as error:
            log.info("not parked yet: %s", error)
            await delivery.nak(delay_s(delivery.deliveries))
        else:
            await delivery.term()
