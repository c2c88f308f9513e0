"""One pull inbox on a JetStream consumer: how many messages are wanted, asked for, and here.

The server forgets an open request when it restarts, when the consumer goes and when the connection is lost, so what was
asked for is forgotten here too on each of these and on silence, and asked for again.
"""

import asyncio
import contextlib
import json
import time
from collections import deque

import nats.errors
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription

from kit.fast import subscribe
from kit.nats import Connection

HEARTBEAT_S = 1.0
_SILENCE_S = 2.5
EXPIRES_S = 20.0
_NS = 1_000_000_000
_HEARTBEAT = "100"
_EXPIRED = {"404", "408"}


class ConsumerGone(Exception):
    """Nothing answers for the consumer: it is deleted, or its server is away."""


class PullInbox:
    """Feeds `here`. Any number of tasks may read it; one at a time may wait in `receive`."""

    def __init__(self, nc: Client, stream: str, consumer: str) -> None:
        self._nc = nc
        self._next = f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{consumer}"
        self._inbox = nc.new_inbox()
        self._sub: Subscription | None = None
        self.open = 0
        """Messages asked for and not yet here."""
        self._reconnects = -1
        self._heard = time.monotonic()
        self._gone: str | None = None
        self._wake = asyncio.Event()
        self.answered: float | None = None
        """When the server last answered a request, on the monotonic clock."""
        self.here: deque[Msg] = deque()
        if isinstance(nc, Connection):
            nc.watchers.add(self)

    def connection_lost(self) -> None:
        """Nothing to do: `want` sees it by the count of reconnections."""

    def connection_back(self) -> None:
        """Ask again now, not when the wait is over."""
        self._wake.set()

    async def want(self, messages: int, *, at_once: bool = False) -> None:
        """Ask for what is missing to `messages`, counting what is open and what is here.

        Unless `at_once`, wait until half is missing: one request ahead of the messages, not one request per message.
        """
        if self._sub is None:
            self._sub = await subscribe(self._nc, self._inbox, self._came)
        reconnects = self._nc.stats["reconnects"]
        if self._reconnects != reconnects:
            self._reconnects, self.open, self._gone = reconnects, 0, None
        missing = messages - self.open - len(self.here)
        if missing > 0 and (at_once or missing >= messages // 2):
            body = {"batch": missing, "expires": int(EXPIRES_S * _NS), "idle_heartbeat": int(HEARTBEAT_S * _NS)}
            if self.open == 0:
                self._heard = time.monotonic()
            self.open += missing
            await self._nc.publish(self._next, json.dumps(body).encode(), reply=self._inbox)

    async def receive(self, wait_s: float) -> bool:
        """Wait until something has come. Give whether there are messages.

        Raises:
            ConsumerGone: and everything asked for is forgotten.
        """
        if not self.here and self._gone is None:
            self._wake.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait_s):
                    await self._wake.wait()
        if not self.here and self.open and time.monotonic() - self._heard > _SILENCE_S:
            self._gone = "no heartbeat"
        if self._gone is not None and not self.here:
            why, self._gone, self.open = self._gone, None, 0
            raise ConsumerGone(why)
        return bool(self.here)

    def _came(self, msg: Msg) -> None:
        self._heard = time.monotonic()
        if msg.reply.startswith("$JS.ACK."):
            self.open = max(0, self.open - 1)
            self.answered = self._heard
            self.here.append(msg)
            self._wake.set()
            return
        headers = msg.headers or {}
        status = headers.get("Status")
        if status == _HEARTBEAT:
            self.answered = self._heard
            return
        if status in _EXPIRED:
            self.answered = self._heard
            self.open = max(0, self.open - int(headers.get("Nats-Pending-Messages", "0")))
        elif status is not None:
            self._gone = headers.get("Description") or status
        self._wake.set()

    async def close(self) -> None:
        """Ask for no more. What the server had sent already is in `here` afterwards."""
        sub, self._sub = self._sub, None
        self._wake.set()
        if sub is None or self._nc.is_closed:
            return
        if self._nc.is_connected:
            with contextlib.suppress(nats.errors.Error, TimeoutError):
                await sub.drain()  # type: ignore[no-untyped-call]  # the library left it untyped
        else:
            await sub.unsubscribe()
