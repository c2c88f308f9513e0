"""What a service stands on, looked at once, before it serves: a sentence now is worth more than a queue that waits."""

import asyncio
import logging
import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from kit.clock import Clock, utc_now
from kit.errors import NotConfigured, NotFound, Unavailable
from kit.nats import Connection
from kit.wire import ApiError, Wire

APART_S = 5.0
"""So far a clock may be from the server's without a word."""
TOO_FAR_S = 300.0
"""Addresses that are signed for the object store, leases and retries would be wrong."""
_NO_STREAM, _NO_CONSUMER = 10059, 10014
_NOT_THERE = {_NO_STREAM, _NO_CONSUMER}
_PATIENCE_S = 5.0
log = logging.getLogger(__name__)


async def look(
    nc: Connection, streams: Iterable[str], durables: Iterable[tuple[str, str]] = (), clock: Clock = utc_now
) -> None:
    """See that streams and consumers are there, that one may ask for them, and that clocks agree.

    Raises:
        NotFound: something was not provisioned.
        NotConfigured: the server's user may not ask.
        Unavailable: NATS does not answer, or this machine's clock is wrong.
    """
    wire = Wire(nc, _PATIENCE_S)
    calls = [f"STREAM.INFO.{stream}" for stream in streams]
    calls += [f"CONSUMER.INFO.{stream}.{durable}" for stream, durable in durables]
    try:
        told = await asyncio.gather(*(_ask(nc, wire, call) for call in calls))
    finally:
        await wire.close()
    if told and "ts" in told[0]:
        _agree(clock(), datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", told[0]["ts"])))


async def _ask(nc: Connection, wire: Wire, call: str) -> dict[str, Any]:
    asking, forbidden = asyncio.ensure_future(wire.api(call)), asyncio.ensure_future(nc.forbidden.wait())
    try:
        await asyncio.wait({asking, forbidden}, return_when=asyncio.FIRST_COMPLETED)
        if not asking.done():
            raise NotConfigured(
                "NATS does not let this user ask about what the service needs: GROOVE_NATS_USER is of another service, "
                "or the server's rules are of an older release (`groove nats-users` writes them)"
            )
        return asking.result()
    except ApiError as error:
        if error.code not in _NOT_THERE:
            raise
        kind, _, name = call.partition(".INFO.")
        raise NotFound(
            f"{kind.lower()} {name.replace('.', '/')} is not there: provision streams and consumers first "
            "(python -m kit.provision deploy/jetstream.toml)"
        ) from error
    finally:
        for task in (asking, forbidden):
            task.cancel()
        await asyncio.gather(asking, forbidden, return_exceptions=True)


def _agree(here: datetime, there: datetime) -> None:
    apart = (here - there).total_seconds()
    if abs(apart) <= APART_S:
        return
    said = f"the clock of this machine is {abs(apart):.0f} s {'ahead of' if apart > 0 else 'behind'} the NATS server's"
    if abs(apart) > TOO_FAR_S:
        raise Unavailable(f"{said}: set it by NTP")
    log.warning(said)
