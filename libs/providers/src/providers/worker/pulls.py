"""What FastStream's pull subscriptions lack: a pause after an error, a memory of the last answer, and an orderly end.

Left alone, a subscriber whose consumer was deleted asks 864 times a second and looks healthy, and what arrives while
it stops is dropped until `ack_wait` is over.
"""

import asyncio
import contextlib
import time
from typing import Any

import nats.errors
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js.client import JetStreamContext
from nats.js.errors import FetchTimeoutError

from kit.errors import NotFound, Unavailable
from kit.readiness import Check
from kit.wire import ApiError, Wire

PULL_S = 2.0
"""How long one request stays open: a restarted server has forgotten it, and is asked again when it ends."""
_HEARTBEAT_S = 0.8
_AFTER_ERROR_S = 0.5
_DEAF_S = 15.0


class Pull:
    """Stands in for the subscription of one FastStream subscriber."""

    def __init__(self, inner: JetStreamContext.PullSubscription) -> None:
        self._inner = inner
        self._stopping = False
        self._open = False
        self._answered = time.monotonic()

    def silent_s(self) -> float:
        """Seconds for which an open request has had no answer; 0 while none is open."""
        return time.monotonic() - self._answered if self._open else 0.0

    async def fetch(self, batch: int = 1, timeout: float | None = PULL_S) -> list[Msg]:  # noqa: ASYNC109  its interface
        if self._stopping:
            await asyncio.Event().wait()  # until FastStream cancels its loop
        if not self._open:
            self._open, self._answered = True, time.monotonic()
        try:
            messages: list[Msg] = await self._inner.fetch(batch, timeout=timeout, heartbeat=_HEARTBEAT_S)
        except FetchTimeoutError:  # nothing came, and the server said so
            self._answered = time.monotonic()
            raise
        except TimeoutError:
            raise
        except nats.errors.Error as error:
            await asyncio.sleep(_AFTER_ERROR_S)
            raise nats.errors.TimeoutError from error
        if self._stopping:
            await _give_back(messages)
            return []
        self._open = False
        return messages

    async def close(self) -> None:
        """Ask for no more, and give back at once what was on its way."""
        if self._stopping:
            return
        self._stopping = True
        sub = self._inner._sub  # noqa: SLF001  the library has no way to end a pull without losing what it brings
        try:
            async with asyncio.timeout(1):
                await sub._conn._send_unsubscribe(sub._id)  # noqa: SLF001
                await sub._conn.flush()  # noqa: SLF001
        except (nats.errors.Error, TimeoutError, OSError):
            return
        while not sub._pending_queue.empty():  # noqa: SLF001
            msg = sub._pending_queue.get_nowait()  # noqa: SLF001
            await _give_back([msg])

    async def unsubscribe(self) -> None:
        with contextlib.suppress(nats.errors.Error):
            await self._inner.unsubscribe()


async def _give_back(messages: list[Msg]) -> None:
    for msg in messages:
        if msg.reply.startswith("$JS.ACK."):
            with contextlib.suppress(nats.errors.Error):
                await msg.nak()


async def consumer(wire: Wire, stream: str, durable: str) -> dict[str, Any]:
    """Give a consumer's configuration.

    Raises:
        NotFound: it is not there; only `kit.provision` creates it.
        Unavailable: no answer.
    """
    try:
        config: dict[str, Any] = (await wire.api(f"CONSUMER.INFO.{stream}.{durable}", timeout_s=2))["config"]
    except ApiError as error:
        raise NotFound(f"consumer {stream}/{durable}: {error}") from error
    return config


def hearing(nc: Client, stream: str, durable: str, pulls: list[Pull], deaf_s: float = _DEAF_S) -> Check:
    """The consumer exists, and open requests are answered."""
    wire = Wire(nc)

    async def check() -> None:
        await consumer(wire, stream, durable)
        if not pulls:
            raise Unavailable("not pulling yet")
        silent_s = max(pull.silent_s() for pull in pulls)
        if silent_s > deaf_s:
            raise Unavailable(f"consumer {stream}/{durable}: no answer to a pull for {silent_s:.0f} s")

    return check
