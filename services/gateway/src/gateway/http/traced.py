"""At the door: every request is the beginning of a trace, or goes on in the one that it names (W3C Trace Context)."""

import time
from collections.abc import Mapping
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from contracts.telemetry import HTTP_METHOD, HTTP_ROUTE, HTTP_STATUS, URL_PATH
from kit import tracing
from kit.metrics import Histogram

_UNTRACED = frozenset({"/health", "/ready", "/metrics"})
"""Asked all day long, by machines."""
_METHODS = frozenset({"GET", "HEAD", "POST", "PATCH", "PUT", "DELETE", "OPTIONS"})
_BROKEN = 500
_STREAM = b"text/event-stream"


class Traced:
    """A stream is over, for its trace, as soon as it begins: it may be open for days."""

    def __init__(self, app: ASGIApp, took: Histogram) -> None:
        self._app = app
        self._took = took

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in _UNTRACED:
            await self._app(scope, receive, send)
            return
        begun, method = time.perf_counter(), scope["method"] if scope["method"] in _METHODS else "other"
        parent = tracing.accepted(Headers(scope=scope).get(tracing.HEADER))
        attributes = {HTTP_METHOD: method, URL_PATH: scope["path"][:300]} if tracing.recording() else None
        with tracing.begun(parent, method, "asked", attributes) as span:
            begun_in = tracing.traceparent()

            async def answering(message: Message) -> None:
                if message["type"] == "http.response.start":
                    self._took.observe(time.perf_counter() - begun, method)
                    if message["status"] >= _BROKEN and (trace := tracing.trace_id(begun_in)) is not None:
                        MutableHeaders(scope=message)["X-Trace-Id"] = trace  # for who complains of it
                    if tracing.recording():
                        _tell(span, scope, message)
                await send(message)

            await self._app(scope, receive, answering)


def _tell(span: tracing.Span, scope: Scope, answer: Mapping[str, Any]) -> None:
    route, status = getattr(scope.get("route"), "path", None), answer["status"]
    if route is not None:
        span.rename(f"{scope['method']} {route}")
        span.set(HTTP_ROUTE, route)
    span.set(HTTP_STATUS, status)
    if status >= _BROKEN:
        span.fail(str(status))
    if any(name == b"content-type" and kind.startswith(_STREAM) for name, kind in answer.get("headers", ())):
        span.over()
