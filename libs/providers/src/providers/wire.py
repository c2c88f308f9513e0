"""HTTP to a vendor, watched: when it breaks, it is known whether the request had been sent.

That one bit is what paying twice hangs on. Before the first byte of a request has left, a failure is free to try
again; after it, nobody here can know what the vendor did.
"""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from typing import Any

import httpx2

CONNECT_S = 10.0


@dataclass
class Flight:
    """One request on its way."""

    sent: bool = False
    """Its head has begun to leave this machine."""


_flight: ContextVar[Flight | None] = ContextVar("flight", default=None)


@contextmanager
def watched() -> Iterator[Flight]:
    """Watch the request that is made inside, in this task."""
    flight = Flight()
    token = _flight.set(flight)
    try:
        yield flight
    finally:
        _flight.reset(token)


async def _watch(request: httpx2.Request) -> None:
    flight = _flight.get()

    async def trace(name: str, info: dict[str, Any]) -> None:
        # a CONNECT to a proxy is not yet the request
        if flight and name.endswith("send_request_headers.started") and info["request"].method != b"CONNECT":
            flight.sent = True

    request.extensions["trace"] = trace
    # an SDK that gives one timeout for everything would wait minutes for a host that is not there
    times = dict(request.extensions.get("timeout", {}))
    times["connect"] = min(times.get("connect") or CONNECT_S, CONNECT_S)
    request.extensions["timeout"] = times


@cache
def tls() -> ssl.SSLContext:
    """The one context of this process: reading the certificates takes longer than most requests."""
    return httpx2.create_ssl_context()


def client(timeout_s: float, *, headers: dict[str, str] | None = None) -> httpx2.AsyncClient:
    """Give a client for paid calls.

    It follows no redirect (that would send the key and the request to wherever it is told) and keeps no connection
    open: one that the other end has just closed breaks only after the request was sent, and an idle minute must not
    leave a node in doubt.
    """
    return httpx2.AsyncClient(
        verify=tls(),
        timeout=httpx2.Timeout(timeout_s, connect=min(CONNECT_S, timeout_s)),
        headers=headers,
        follow_redirects=False,
        limits=httpx2.Limits(max_connections=None, max_keepalive_connections=0),
        event_hooks={"request": [_watch]},
    )
