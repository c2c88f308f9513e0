"""Following a stream for ever, without gap or duplicate."""

import asyncio
import logging
from collections.abc import AsyncIterator
from typing import Any

import nats.errors
from nats.aio.msg import Msg

from kit.errors import Unavailable
from kit.ids import new_id
from kit.pulling import ConsumerGone, PullInbox
from kit.record import Record, decode, time_from_ns
from kit.sealed import opening
from kit.wire import ApiError, Wire

_BATCH = 1000
_FORGOTTEN_AFTER_S = 60
_NS = 1_000_000_000
_IDLE_WAIT_S = 0.5
_BACKOFF_S = (0.05, 0.1, 0.2, 0.5, 1.0)
_ACK_TOKENS = 9
log = logging.getLogger(__name__)


class _Gap(Exception):
    """A message went missing between the server and here."""


async def follow(wire: Wire, stream: str, filters: tuple[str, ...], after: int) -> AsyncIterator[list[Record]]:
    """Give what is stored after a sequence. A lost consumer is made again from the last record given.

    A pull consumer in memory, without acknowledgements: the position is the caller's. An ordered push consumer would
    be shorter, but one unreadable ack subject ends the client's read loop unseen.
    """
    nc = wire.nc
    failures = 0
    while True:
        name = f"follow-{new_id()}"
        inbox = PullInbox(nc, stream, name)
        try:
            await _create(wire, stream, name, filters, after)
            expected = 1
            while True:
                await inbox.want(_BATCH)
                if not await inbox.receive(_IDLE_WAIT_S):
                    continue
                batch, expected = _take(inbox, expected)
                failures = 0
                after = batch[-1].seq
                yield await opening(nc, batch)
        except (ConsumerGone, _Gap, ApiError, Unavailable, nats.errors.Error) as error:
            if nc.is_closed:
                raise Unavailable("the NATS connection is closed") from error
            if failures == len(_BACKOFF_S):
                log.warning("following cannot go on yet", extra={"stream": stream, "after": after, "error": str(error)})
            await asyncio.sleep(_BACKOFF_S[min(failures, len(_BACKOFF_S) - 1)])
            failures += 1
        finally:
            await _leave(wire, inbox, stream, name)


async def _create(wire: Wire, stream: str, name: str, filters: tuple[str, ...], after: int) -> None:
    config: dict[str, Any] = {
        "name": name,
        "deliver_policy": "by_start_sequence",
        "opt_start_seq": after + 1,
        "ack_policy": "none",
        "mem_storage": True,
        "num_replicas": 1,
        "inactive_threshold": _FORGOTTEN_AFTER_S * _NS,
    }
    if filters:
        config["filter_subjects"] = list(filters)
    await wire.api(f"CONSUMER.CREATE.{stream}.{name}", {"stream_name": stream, "config": config})


def _take(inbox: PullInbox, expected: int) -> tuple[list[Record], int]:
    """Empty the inbox. The consumer numbers what it delivers, so a number left out is a message lost on the way."""
    batch: list[Record] = []
    while inbox.here:
        msg = inbox.here.popleft()
        stream_seq, consumer_seq, time_ns, _ = positions(msg)
        if consumer_seq != expected:
            if batch:  # what came before the gap is good; the next call meets the gap first
                inbox.here.appendleft(msg)
                return batch, expected
            raise _Gap(f"delivery {consumer_seq} instead of {expected}")
        expected += 1
        batch.append(decode(stream_seq, msg.subject, msg.headers, msg.data, time_from_ns(time_ns)))
    return batch, expected


def positions(msg: Msg) -> tuple[int, int, int, int]:
    """Read stream sequence, consumer sequence, time (ns) and delivery count from an ack subject, old form or new."""
    tokens = msg.reply.split(".")
    at = 4 if len(tokens) == _ACK_TOKENS else 6
    return int(tokens[at + 1]), int(tokens[at + 2]), int(tokens[at + 3]), int(tokens[at])


async def _leave(wire: Wire, inbox: PullInbox, stream: str, name: str) -> None:
    """Unsubscribe and forget the consumer, without waiting: the server forgets it by itself in a minute."""
    if wire.nc.is_closed:
        return
    await inbox.close()
    if wire.nc.is_connected:
        await wire.nc.publish(f"$JS.API.CONSUMER.DELETE.{stream}.{name}")
