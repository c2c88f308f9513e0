"""HTTP as thin as it gets, so that what is measured is the server: one connection, one request at a time."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from typing import Any, Self

Event = tuple[str, str, bytes, float]
"""Id, name, data, and when it was here (monotonic)."""


class Refused(Exception):
    """The API said no."""


IDLE_S = 3.0
"""The server closes a connection that has been idle for five seconds."""


class Connection:
    def __init__(self, port: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._port = port
        self._reader = reader
        self._writer = writer
        self._used = time.monotonic()

    @classmethod
    async def open(cls, port: int) -> Self:
        return cls(port, *await _opened(port))

    async def fresh(self) -> None:
        """Open it again if the server may have closed it."""
        if time.monotonic() - self._used > IDLE_S:
            self._writer.close()
            self._reader, self._writer = await _opened(self._port)
            self._used = time.monotonic()

    async def ask(self, method: str, path: str, body: object = None, **headers: str) -> Any:
        """Give the JSON that is answered.

        Raises:
            Refused: it was not a success.
        """
        answer = await self.fetch(method, path, body, **headers)
        return json.loads(answer) if answer else None

    async def fetch(self, method: str, path: str, body: object = None, **headers: str) -> bytes:
        """As `ask`, the bytes: a megabyte takes ten milliseconds to read in here, which are not the server's."""
        await self.fresh()
        payload = b"" if body is None else json.dumps(body, separators=(",", ":")).encode()
        status, head = await self._send(method, path, payload, headers)
        answer = await self._reader.readexactly(int(head.get("content-length", "0")))
        self._used = time.monotonic()
        if not 200 <= status < 300:
            raise Refused(f"{method} {path}: {status} {answer.decode()[:500]}")
        return answer

    async def _send(
        self, method: str, path: str, payload: bytes, headers: dict[str, str]
    ) -> tuple[int, dict[str, str]]:
        lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(payload)}"]
        lines += ["Content-Type: application/json"] if payload else []
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        self._writer.write("\r\n".join([*lines, "", ""]).encode() + payload)
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        fields = dict(line.lower().split(": ", 1) for line in head[1:] if line)
        return int(head[0].split(" ", 2)[1]), fields

    async def stream(self, path: str, after: str = "") -> AsyncIterator[Event]:
        """The events of a Server-Sent-Events stream. The first, named `open`, says that its headers are here."""
        headers = {"Accept": "text/event-stream", **({"Last-Event-ID": after} if after else {})}
        status, _ = await self._send("GET", path, b"", headers)
        if status != 200:
            raise Refused(f"GET {path}: {status}")
        yield "", "open", b"", time.monotonic()
        rest = b""
        while size := int(await self._reader.readline() or b"0", 16):
            chunk = await self._reader.readexactly(size + 2)
            *whole, rest = (rest + chunk[:-2]).split(b"\n\n")
            now = time.monotonic()
            for block in whole:
                event = _event(block, now)
                if event is not None:
                    yield event

    async def close(self) -> None:
        self._writer.close()


async def _opened(port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_connection("127.0.0.1", port, limit=8 * 1024 * 1024)


def _event(block: bytes, now: float) -> Event | None:
    """None for what is no event: a heartbeat, or how soon to come back."""
    fields = dict(line.split(b": ", 1) for line in block.split(b"\n") if b": " in line)
    name = fields.get(b"event", b"").decode()
    return (fields.get(b"id", b"").decode(), name, fields.get(b"data", b""), now) if name else None
