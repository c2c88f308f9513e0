"""Whether this process can do its work now: each thing it needs, asked, with a time limit."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from nats.aio.client import Client

from kit.errors import NotFound, Unavailable
from kit.pull import Puller
from kit.wire import ApiError, Wire

Check = Callable[[], Awaitable[None]]
"""Returns when all is well, raises with a reason when not."""
_STALE_PULL_S = 15.0


@dataclass(frozen=True, slots=True)
class Report:
    ready: bool
    checks: Mapping[str, str]
    """"ok", or what is wrong, by name."""


class Readiness:
    def __init__(self, checks: Mapping[str, Check], timeout_s: float = 2) -> None:
        self._checks = dict(checks)
        self._timeout_s = timeout_s

    async def report(self) -> Report:
        answers = await asyncio.gather(*(self._ask(check) for check in self._checks.values()))
        checks = dict(zip(self._checks, answers, strict=True))
        return Report(all(answer == "ok" for answer in answers), checks)

    async def _ask(self, check: Check) -> str:
        try:
            async with asyncio.timeout(self._timeout_s):
                await check()
        except TimeoutError:
            return f"no answer within {self._timeout_s:g} s"
        except Exception as error:  # noqa: BLE001  whatever it is, it is the answer
            return str(error) or type(error).__name__
        return "ok"


def nats_connected(nc: Client) -> Check:
    async def check() -> None:
        if not nc.is_connected:
            raise Unavailable("not connected to NATS")

    return check


def stream_exists(nc: Client, stream: str) -> Check:
    wire = Wire(nc)

    async def check() -> None:
        try:
            await wire.api(f"STREAM.INFO.{stream}", timeout_s=2)
        except ApiError as error:
            raise NotFound(f"stream {stream}: {error}") from error

    return check


def pulling(nc: Client, puller: Puller | Callable[[], Puller | None], oldest_s: float = _STALE_PULL_S) -> Check:
    """The consumer exists and answered a pull lately: a deleted one leaves a process that looks healthy and is deaf.

    Given a function, it asks about the puller of the moment; without one all is well.
    """
    wire, now = Wire(nc), (lambda: puller) if isinstance(puller, Puller) else puller

    async def check() -> None:
        puller = now()
        if puller is None:
            return
        try:
            await wire.api(f"CONSUMER.INFO.{puller.stream}.{puller.durable}", timeout_s=2)
        except ApiError as error:
            raise NotFound(f"consumer {puller.stream}/{puller.durable}: {error}") from error
        age = puller.last_pull_age()
        if age is not None and age > oldest_s and puller.waiting:
            raise Unavailable(f"consumer {puller.stream}/{puller.durable}: no answer to a pull for {age:.0f} s")

    return check
