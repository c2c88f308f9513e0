"""At the door: one spelling of every path, and no page of another site gets through to this machine."""

from collections.abc import Collection
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.http.problems import Problem
from gateway.metrics import Metrics

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_POLICY_VIOLATION = 1008


class Guard:
    def __init__(self, app: ASGIApp, *, origins: Collection[str], metrics: Metrics) -> None:
        self._app = app
        self._origins = frozenset(origins)
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        scope = {**scope, "path": plain(scope["path"])}
        problem = self._refusal(Headers(scope=scope))
        if problem is None:
            await self._app(scope, receive, self._counting(scope, send))
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": _POLICY_VIOLATION, "reason": problem.detail})
        else:
            await problem.response()(scope, receive, self._counting(scope, send))

    def _refusal(self, headers: Headers) -> Problem | None:
        """A name that leads here is no proof of belonging here: DNS can be made to say anything."""
        host = headers.get("host", "")
        if _name(f"//{host}") not in LOOPBACK:
            detail = "This server answers only to localhost: open it as http://127.0.0.1 or http://localhost."
            return Problem(421, "wrong-host", detail)
        origin = headers.get("origin")
        if origin is None or origin in self._origins or origin == f"http://{host}":
            return None
        detail = (
            f"Pages of {origin[:200]} may not use this server. Add the origin to GROOVE_CORS_ORIGINS if they should."
        )
        return Problem(403, "wrong-origin", detail)

    def _counting(self, scope: Scope, send: Send) -> Send:
        async def counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._metrics.count("groove_http_requests_total", method=_method(scope), status=message["status"])
            await send(message)

        return counted


def plain(path: str) -> str:
    """Without version and trailing slash: `/api/v1/graphs/` and `/api/graphs` are the same resource."""
    if path == "/api/v1" or path.startswith("/api/v1/"):
        path = "/api" + path.removeprefix("/api/v1")
    return path.rstrip("/") or "/"


def _name(address: str) -> str | None:
    try:
        return urlsplit(address).hostname
    except ValueError:
        return None


def _method(scope: Scope) -> str:
    method: str = scope.get("method", "")
    return method if method in {"GET", "HEAD", "POST", "PATCH", "PUT", "DELETE", "OPTIONS"} else "other"
