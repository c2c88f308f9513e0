"""One connection per process, kept for ever, and a runner that stops when told."""

import asyncio
import gc
import logging
import re
import signal
from collections.abc import Coroutine
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol
from urllib.parse import urlsplit
from weakref import WeakSet

import uvloop
from nats.errors import Error as NatsError

from kit import telemetry
from kit.errors import ServerTooOld, Unavailable
from kit.fast import FastClient
from kit.nkeys import public_key, sign

__all__ = ["MINIMUM", "Connection", "Login", "ServerTooOld", "Watcher", "check_version", "connect", "on_stop", "run"]

MINIMUM = (2, 12, 3)
_PENDING_BYTES = 32 * 1024 * 1024
_GC = (20_000, 20, 20)
"""Messages live for milliseconds and hold no cycles: Python's own thresholds look for them every few messages."""
log = logging.getLogger(__name__)


def check_version(text: str) -> None:
    """Refuse a server that would silently drop settings or lose guarded appends.

    Raises:
        ServerTooOld: below 2.12.3.
    """
    numbers = re.match(r"(\d+)\.(\d+)\.(\d+)", text)
    if not numbers or tuple(map(int, numbers.groups())) < MINIMUM:
        wanted = ".".join(map(str, MINIMUM))
        raise ServerTooOld(f"nats-server {text or 'of unknown version'} is too old: {wanted} or newer is needed")


@dataclass(frozen=True)
class Login:
    """Which user a process is, where the server asks. What the user may do: `contracts.permissions`."""

    user: str
    """Nobody but this user may listen at inboxes that begin with its name."""
    seed: str = field(repr=False)


class Watcher(Protocol):
    def connection_lost(self) -> None: ...
    def connection_back(self) -> None: ...


class Connection(FastClient):
    """nats-py's client, except that it can be closed while its server is away, and tells who watches how it fares."""

    def __init__(self) -> None:
        super().__init__()
        self.watchers: WeakSet[Watcher] = WeakSet()
        self.forbidden = asyncio.Event()
        """Something was said or asked that the server does not let this user."""

    def sign_in(self, login: Login) -> None:
        """Before it connects. The library needs a package of its own to sign, unless it finds all this prepared."""
        self._public_nkey = public_key(login.seed)
        self._auth_configured = True

    async def close(self) -> None:
        if not self.is_connected:
            # the library would write what waits to a broken socket, raise, and leave its tasks behind
            self._pending: list[bytes] = []
            self._pending_data_size = 0
        await super().close()


async def connect(url: str, name: str, login: Login | None = None, *, first_try_s: float = 5) -> Connection:
    """Connect, and reconnect for ever after.

    Raises:
        Unavailable: nothing answers at `url` now, or it does not let us in.
        ServerTooOld: below 2.12.3.
    """
    try:
        async with asyncio.timeout(first_try_s):
            await _reachable(url)
    except (OSError, TimeoutError) as error:
        raise Unavailable(f"no NATS server answers at {_without_secret(url)}: {error or 'timeout'}") from error
    nc = Connection()
    if login is not None:
        nc.sign_in(login)
    voice = _Voice(name, nc)
    try:
        async with asyncio.timeout(first_try_s):
            await nc.connect(**_options(url, name, voice), **_signing(login))
    except (OSError, TimeoutError, NatsError) as error:
        await nc.close()
        why = voice.refusal or str(error) or type(error).__name__
        raise Unavailable(f"no NATS server answers at {_without_secret(url)}: {why}") from error
    try:
        check_version(str(nc._server_info.get("version", "")))  # noqa: SLF001  the public property drops parts
    except ServerTooOld:
        await nc.close()
        raise
    voice.started = True
    return nc


def _options(url: str, name: str, voice: "_Voice") -> dict[str, Any]:
    return {
        "servers": url.split(","),
        "name": name,
        "error_cb": voice.error,
        "reconnected_cb": voice.reconnected,
        "disconnected_cb": voice.disconnected,
        "connect_timeout": 2,
        "reconnect_time_wait": 0.1,
        "max_reconnect_attempts": -1,
        "pending_size": _PENDING_BYTES,
        "ping_interval": 10,
        "max_outstanding_pings": 2,
    }


def _signing(login: Login | None) -> dict[str, Any]:
    if login is None:
        return {}
    return {"signature_cb": partial(sign, login.seed), "inbox_prefix": f"_INBOX_{login.user}"}


async def _reachable(url: str) -> None:
    """Try each address once: the client itself would retry for ever, and the caller would not know why it waits."""
    failure: OSError | None = None
    for one in url.split(","):
        parts = urlsplit(one if "://" in one else f"nats://{one}")
        try:
            _, writer = await asyncio.open_connection(parts.hostname, parts.port or 4222)
        except OSError as error:
            failure = error
            continue
        writer.close()
        return
    if failure:
        raise failure


def _without_secret(url: str) -> str:
    return re.sub(r"//[^@/]*@", "//", url)


class _Voice:
    """Says each kind of trouble once, until the connection is back."""

    def __init__(self, name: str, nc: Connection) -> None:
        self._nc = nc
        self._name = name
        self._said: set[str] = set()
        self.started = False
        self.refusal = ""
        """Why the server did not let us in."""

    async def error(self, error: Exception) -> None:
        if not self.started and "authorization" in str(error).lower():
            self.refusal = "it does not let us in: GROOVE_NATS_USER and GROOVE_NATS_SEED name no user of it"
        if "permissions violation" in str(error).lower():
            self._nc.forbidden.set()
        kind = type(error).__name__
        if not self.started or kind in self._said:
            return
        self._said.add(kind)
        log.warning("NATS trouble", extra={"connection": self._name, "error": f"{kind}: {error}"[:300]})

    async def disconnected(self) -> None:
        for watcher in list(self._nc.watchers):
            watcher.connection_lost()
        if self.started and not self._nc.is_closed and "disconnected" not in self._said:
            self._said.add("disconnected")
            log.warning("NATS connection lost", extra={"connection": self._name})

    async def reconnected(self) -> None:
        for watcher in list(self._nc.watchers):
            watcher.connection_back()
        self._said.clear()
        log.info("NATS connection is back", extra={"connection": self._name})


def on_stop() -> asyncio.Event:
    """Give an event that SIGTERM and SIGINT set. A second signal ends the process the hard way."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    def told(number: signal.Signals) -> None:
        stop.set()
        loop.remove_signal_handler(number)

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told, number)
    return stop


def run(main: Coroutine[Any, Any, None]) -> None:
    """Run a service on uvloop to its end: `run(main())`. Inside, `on_stop()` gives the event that asks it to stop."""
    gc.set_threshold(*_GC)
    gc.freeze()
    try:
        uvloop.run(main)
    finally:
        telemetry.end()
