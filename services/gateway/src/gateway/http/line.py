"""The line to a client: uvicorn's own, which waits neither for ever nor for a head without end."""

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_END = b"\r\n\r\n"


class Bounded(HttpToolsProtocol):
    """Hangs up on a request whose head is too long, or too long in coming."""

    head_bytes = 64_000
    head_s = 15.0
    _in_head = True
    _seen = 0
    _tail = b""
    _timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._in_head:
            if self._timer is None:
                self._wait()
            seen = self._seen + len(data)
            if seen > self.head_bytes and (self._tail + data).find(_END, 0, self.head_bytes - self._seen + 3) < 0:
                self._hang_up(b"431 Request Header Fields Too Large")
                return
            self._seen, self._tail = seen, data[-3:]
        super().data_received(data)

    def on_headers_complete(self) -> None:
        self._stop_waiting()
        self._in_head = False
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._in_head, self._seen, self._tail = True, 0, b""
        super().on_message_complete()

    def _wait(self) -> None:
        self._timer = self.loop.call_later(self.head_s, self._hang_up, b"408 Request Timeout")

    def _stop_waiting(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _hang_up(self, status: bytes) -> None:
        self._stop_waiting()
        if not self.transport.is_closing():
            self.transport.write(b"HTTP/1.1 %b\r\nconnection: close\r\ncontent-length: 0\r\n\r\n" % status)
            self.transport.close()


def bounded(head_bytes: int, head_s: float) -> type[asyncio.Protocol]:
    return type("Configured", (Bounded,), {"head_bytes": head_bytes, "head_s": head_s})
