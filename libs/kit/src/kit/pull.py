"""Messages of a durable consumer, pulled with nats-py: a batch costs one request, a message no task of its own."""

import asyncio
import contextlib
import json
import logging
import time
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace

import nats.errors
from nats.aio.client import Client
from nats.aio.msg import Msg

from kit.follow import positions
from kit.metrics import Tally
from kit.pulling import ConsumerGone, PullInbox
from kit.record import Record, decode, time_from_ns
from kit.sealed import of, opening
from kit.wire import Wire

_BACKOFF_S = (0.05, 0.1, 0.2, 0.5, 1.0)
_NS = 1_000_000_000
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message in our hands until `ack_wait` ends. Acknowledging is no fence: only an expected sequence is."""

    record: Record
    deliveries: int
    """How often it was handed out, this time included."""
    reply: str
    nc: Client = field(repr=False)
    tally: Tally = field(default_factory=Tally, repr=False, compare=False)

    async def ack(self, *, confirmed: bool = False) -> None:
        """Finish it. `confirmed` waits until the server has noted it."""
        if confirmed:
            await self.nc.request(self.reply, b"+ACK", timeout=5)
        else:
            await self.nc.publish(self.reply, b"+ACK")
        self.tally.acked += 1

    async def nak(self, delay_s: float = 0) -> None:
        """Have it delivered again after a delay."""
        delay = b" " + json.dumps({"delay": int(delay_s * _NS)}).encode() if delay_s > 0 else b""
        await self.nc.publish(self.reply, b"-NAK" + delay)
        self.tally.handed_back += 1

    async def in_progress(self) -> None:
        """Start `ack_wait` anew."""
        await self.nc.publish(self.reply, b"+WPI")

    async def term(self) -> None:
        """Never deliver it again."""
        await self.nc.publish(self.reply, b"+TERM")
        self.tally.ended += 1


class Puller:
    """Reads one durable consumer, by `batches()` or by `take()`, through server restarts and loss of the consumer.

    Trouble raises nothing: it backs off, tries again, and `last_pull_age()` grows.
    """

    def __init__(self, nc: Client, stream: str, durable: str, tally: Tally | None = None) -> None:
        """`tally` counts over several pullers."""
        self._tally = Tally() if tally is None else tally
        self.stream = stream
        self.durable = durable
        self._nc = nc
        self._inbox = PullInbox(nc, stream, durable)
        self._failures = 0
        self._closed = False
        self._takers: deque[asyncio.Future[Delivery]] = deque()
        self._called = asyncio.Event()
        self._pump: asyncio.Task[None] | None = None

    def last_pull_age(self) -> float | None:
        """Give the seconds since the server last answered a pull; None before the first answer."""
        answered = self._inbox.answered
        return None if answered is None else time.monotonic() - answered

    @property
    def waiting(self) -> bool:
        """Say whether a pull is open now: without one, silence means nothing."""
        return self._inbox.open > 0 or self._failures > 0

    async def batches(self, max_messages: int = 500, wait_s: float = 0.5) -> AsyncIterator[list[Delivery]]:
        """Give what has come, never nothing, until `close()`. The next request is out before the batch is given.

        `wait_s` bounds how long a close or a reconnect goes unnoticed while nothing comes.
        """
        while not self._closed:
            if not await self._receive(max_messages, wait_s, at_once=False):
                continue
            here = self._inbox.here
            batch = [self._delivery(here.popleft()) for _ in range(min(len(here), max_messages))]
            await self._ask(max_messages, at_once=False)
            yield await self._opened(batch)

    async def take(self) -> Delivery | None:
        """Wait for one message; None once closed. Many tasks may take at once, and no more is pulled than they take."""
        if self._closed:
            return None
        taker: asyncio.Future[Delivery] = asyncio.get_running_loop().create_future()
        self._takers.append(taker)
        self._called.set()
        if self._pump is None:
            self._pump = asyncio.create_task(self._serve())
        try:
            return (await self._opened([await taker]))[0]
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if taker.cancelled() and self._closed and not (task and task.cancelling()):
                return None
            if taker.done() and not taker.cancelled():  # it came in the same moment: give it back
                await taker.result().nak()
            raise

    async def handed_out(self) -> tuple[int, int]:
        """Give two sequences of the stream: all is acknowledged up to the first, and handed out up to the second.

        Raises:
            Unavailable: nothing answers for the consumer.
        """
        wire = Wire(self._nc)
        try:
            info = await wire.api(f"CONSUMER.INFO.{self.stream}.{self.durable}")
        finally:
            await wire.close()
        return int(info["ack_floor"]["stream_seq"]), int(info["delivered"]["stream_seq"])

    async def close(self) -> None:
        """Stop pulling and give back at once what nobody has looked at."""
        self._closed = True
        if self._pump is not None:
            self._pump.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._pump
        for taker in self._takers:
            taker.cancel()
        await self._inbox.close()
        here = self._inbox.here
        while here and not self._nc.is_closed:
            await self._delivery(here.popleft()).nak()

    async def _serve(self) -> None:
        inbox = self._inbox
        while True:
            waiting = self._forget_cancelled()
            if not waiting and not inbox.open and not inbox.here:
                self._called.clear()
                await self._called.wait()
                continue
            if not await self._receive(waiting, 0.5, at_once=True):
                continue
            self._forget_cancelled()
            while inbox.here and self._takers:
                self._takers.popleft().set_result(self._delivery(inbox.here.popleft()))
            while inbox.here:  # asked for by a taker that is gone: another worker shall have it now, not in `ack_wait`
                await self._delivery(inbox.here.popleft()).nak()

    def _forget_cancelled(self) -> int:
        self._takers = deque(taker for taker in self._takers if not taker.done())
        return len(self._takers)

    async def _ask(self, messages: int, *, at_once: bool) -> None:
        if self._closed:  # what came for it would lie with nobody until `ack_wait` ends
            return
        with contextlib.suppress(nats.errors.Error):  # the next round meets it again and backs off
            await self._inbox.want(messages, at_once=at_once)

    async def _receive(self, messages: int, wait_s: float, *, at_once: bool) -> bool:
        try:
            await self._inbox.want(messages, at_once=at_once)
            came = await self._inbox.receive(wait_s)
        except (ConsumerGone, nats.errors.Error) as error:
            if self._failures == len(_BACKOFF_S):
                extra = {"stream": self.stream, "durable": self.durable, "error": str(error)}
                log.warning("pulling cannot go on yet", extra=extra)
            await asyncio.sleep(_BACKOFF_S[min(self._failures, len(_BACKOFF_S) - 1)])
            self._failures += 1
            return False
        self._failures = 0 if came else self._failures
        return came

    async def _opened(self, batch: list[Delivery]) -> list[Delivery]:
        if of(self._nc) is None:
            return batch
        records = [delivery.record for delivery in batch]
        opened = await opening(self._nc, records)
        if opened is records:
            return batch
        return [replace(delivery, record=record) for delivery, record in zip(batch, opened, strict=True)]

    def _delivery(self, msg: Msg) -> Delivery:
        seq, _, time_ns, deliveries = positions(msg)
        record = decode(seq, msg.subject, msg.headers, msg.data, time_from_ns(time_ns))
        self._tally.pulled += 1
        if deliveries > 1:
            self._tally.redelivered += 1
        return Delivery(record, deliveries, msg.reply, self._nc, self._tally)
