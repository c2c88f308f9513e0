"""GET /health, GET /ready and, where there are any, GET /metrics, for processes that serve nothing else."""

import asyncio
import json
import logging
import os
from collections.abc import Awaitable, Callable, Mapping

from kit.readiness import Readiness

_REASONS = {200: "OK", 404: "Not Found", 405: "Method Not Allowed", 503: "Service Unavailable"}
_HEAD_BYTES = 16 * 1024
_PATIENCE_S = 5
_PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8"
log = logging.getLogger(__name__)


class HealthServer:
    def __init__(
        self,
        readiness: Readiness,
        metrics: Callable[[], str | Awaitable[str]] | None = None,
        more: Callable[[], Mapping[str, object]] = dict,
    ) -> None:
        """`more` is told by /ready beside the checks."""
        self._more = more
        self._readiness = readiness
        self._metrics = metrics
        self._server: asyncio.Server | None = None
        self.port = 0
        """The port in use, once started."""

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        self._server = await asyncio.start_server(self._serve, host, port, limit=_HEAD_BYTES)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(_PATIENCE_S):
                head = await reader.readuntil(b"\r\n\r\n")
                status, body = await self._answer(head)
                payload = (body if isinstance(body, str) else json.dumps(body)).encode()
                kind = _PROMETHEUS if isinstance(body, str) else "application/json"
                writer.write(
                    f"HTTP/1.1 {status} {_REASONS[status]}\r\nContent-Type: {kind}\r\n"
                    f"Content-Length: {len(payload)}\r\nConnection: close\r\n\r\n".encode()
                )
                writer.write(payload)
                await writer.drain()
        except (TimeoutError, OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
            log.debug("a health request went wrong: %s", error)
        finally:
            writer.close()

    async def _answer(self, head: bytes) -> tuple[int, dict[str, object] | str]:
        method, _, rest = head.partition(b" ")
        path = rest.split(b" ", 1)[0].split(b"?", 1)[0]
        if method != b"GET":
            return 405, {"status": "only GET"}
        if path == b"/health":
            return 200, {"status": "ok"}
        if path == b"/ready":
            report = await self._readiness.report()
            return (200 if report.ready else 503), {
                "status": "ready" if report.ready else "not ready",
                "pid": os.getpid(),
                "checks": dict(report.checks),
                **self._more(),
            }
        if path == b"/metrics" and self._metrics is not None:
            told = self._metrics()
            return 200, told if isinstance(told, str) else await told
        return 404, {"status": "not found"}
