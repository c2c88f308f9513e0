"""At the door: one spelling of every path, and no page of another site gets through to this machine."""

import ipaddress
from collections.abc import Collection
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.http.problems import Problem
from gateway.metrics import Metrics

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_POLICY_VIOLATION = 1008
_SERVICES = "/internal/"
_PROBES = frozenset({"/health", "/ready", "/metrics"})


class Guard:
    def __init__(
        self, app: ASGIApp, *, origins: Collection[str], metrics: Metrics, public_url: str | None, signed_in: bool
    ) -> None:
        self._app = app
        public = urlsplit(public_url or "")
        self._origins = frozenset(origins) | ({f"{public.scheme}://{public.netloc}"} if public.netloc else frozenset())
        self._signed_in = signed_in
        self._any_name = signed_in and not public.netloc
        self._names = LOOPBACK | ({public.hostname} if public.hostname else frozenset())
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        scope = {**scope, "path": plain(scope["path"])}
        problem = self._refusal(Headers(scope=scope), scope["path"])
        if problem is None:
            await self._app(scope, receive, self._counting(scope, send))
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": _POLICY_VIOLATION, "reason": problem.detail})
        else:
            await problem.response()(scope, receive, self._counting(scope, send))

    def _refusal(self, headers: Headers, path: str) -> Problem | None:
        """A name that leads here is no proof of belonging here: DNS can be made to say anything.

        Of an address it cannot: by that, machines that watch over this one ask how it is (kubelet, Prometheus). And who
        shows a key has it of its own: programs and workers call this machine as their network does.
        Where everyone signs in, a page under a made-up name has nothing to show: no cookie of ours goes there.
        """
        host = headers.get("host", "")
        name = _name(f"//{host}")
        watched = path in _PROBES and _is_address(name)
        shows_a_key = "authorization" in headers and (self._signed_in or path.startswith(_SERVICES))
        if not self._any_name and name not in self._names and not watched and not shows_a_key:
            detail = "This server answers only to localhost: open it as http://127.0.0.1 or http://localhost."
            if self._names != LOOPBACK:
                detail = "This server does not answer to that name. GROOVE_PUBLIC_URL says to which it does."
            return Problem(421, "wrong-host", detail)
        origin = headers.get("origin")
        if origin is None or origin in self._origins or origin in {f"http://{host}", f"https://{host}"}:
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


def _is_address(name: str | None) -> bool:
    try:
        return name is not None and bool(ipaddress.ip_address(name))
    except ValueError:
        return False


def _name(address: str) -> str | None:
    try:
        return urlsplit(address).hostname
    except ValueError:
        return None


def _method(scope: Scope) -> str:
    method: str = scope.get("method", "")
    return method if method in {"GET", "HEAD", "POST", "PATCH", "PUT", "DELETE", "OPTIONS"} else "other"
