"""What becomes of a delivery, by how its handler ends.

Redelivery is for infrastructure; that work is tried again is somebody's decision, not the broker's.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Literal, Protocol

import nats.errors

from kit.errors import Conflict, Unavailable, Unreadable
from kit.record import Record

Outcome = Literal["acked", "delayed", "parked"]
_FIRST_DELAY_S = 0.25
_LONGEST_DELAY_S = 30.0
log = logging.getLogger(__name__)


class Settled(Protocol):
    """The part of `kit.pull.Delivery` that is needed here."""

    @property
    def record(self) -> Record: ...
    @property
    def deliveries(self) -> int: ...
    async def ack(self) -> None: ...
    async def nak(self, delay_s: float = 0) -> None: ...
    async def term(self) -> None: ...
    async def in_progress(self) -> None: ...


class Park(Protocol):
    async def park(self, record: Record, stream: str, reason: str, deliveries: int = 0) -> int: ...


def delay_s(deliveries: int) -> float:
    """Give the pause before delivery number `deliveries + 1`: a quarter second, doubling, thirty seconds at most."""
    return float(min(_LONGEST_DELAY_S, _FIRST_DELAY_S * 2 ** min(deliveries - 1, 16)))


async def settle(delivery: Settled, handler: Callable[[], Awaitable[None]], park: Park, stream: str) -> Outcome:
    """Run the handler and settle: return → ack, `Unreadable` → park a copy and term, the rest → nak, ever later.

    Cancelled, it gives the message back at once. Never raises for what the handler did.
    """
    try:
        await handler()
    except asyncio.CancelledError:
        await _give_back(delivery, 0)
        raise
    except Unreadable as error:
        return await _park(delivery, park, stream, str(error))
    except (Conflict, Unavailable) as error:
        log.info("not now: %s", error, extra=_where(delivery))
    except Exception:
        log.exception("a handler failed", extra=_where(delivery))
    else:
        with contextlib.suppress(nats.errors.Error):  # lost, it comes again, and handlers may run twice
            await delivery.ack()
        return "acked"
    await _give_back(delivery, delay_s(delivery.deliveries))
    return "delayed"


async def _park(delivery: Settled, park: Park, stream: str, reason: str) -> Outcome:
    try:
        await park.park(delivery.record, stream, reason, delivery.deliveries)
        await delivery.term()
    except (Unavailable, nats.errors.Error):
        await _give_back(delivery, delay_s(delivery.deliveries))
        return "delayed"
    log.warning("parked: %s", reason, extra=_where(delivery))
    return "parked"


async def _give_back(delivery: Settled, after_s: float) -> None:
    with contextlib.suppress(nats.errors.Error):  # without a connection `ack_wait` does it
        await delivery.nak(after_s)


def _where(delivery: Settled) -> dict[str, object]:
    return {"subject": delivery.record.subject, "seq": delivery.record.seq, "deliveries": delivery.deliveries}


@asynccontextmanager
async def heartbeat(delivery: Settled, every_s: float) -> AsyncIterator[None]:
    """Keep the delivery ours while inside; `every_s` is a third of `ack_wait`."""

    async def beat() -> None:
        while True:
            await asyncio.sleep(every_s)
            with contextlib.suppress(nats.errors.Error):
                await delivery.in_progress()

    task = asyncio.create_task(beat())
    try:
        yield
    finally:
        task.cancel()
