"""A very small HTTP server that can also behave badly: hang up, stall, lie about what it sends."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

MAX_BODY = 64 * 1024 * 1024
"""Bytes of a request."""


class HangUp(Exception):
    """Raised by a handler: close the connection and answer nothing."""


@dataclass(frozen=True)
class Call:
    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    """Names in lower case."""
    body: bytes = b""

    def json(self) -> Any:
        return json.loads(self.body) if self.body else {}


@dataclass(frozen=True)
class Reply:
    status: int = 200
    body: bytes = b""
    content_type: str = "application/json; charset=UTF-8"
    headers: Mapping[str, str] = field(default_factory=dict)
    cut_after: int | None = None
    """Bytes of the body after which the connection breaks."""


def answer(body: object, status: int = 200, **headers: str) -> Reply:
    """Give a reply with a JSON body."""
    return Reply(status, json.dumps(body).encode(), headers={k.replace("_", "-"): v for k, v in headers.items()})


Handler = Callable[[Call], Awaitable[Reply]]


class Server:
    """Serves one handler on a port of this machine (0: any free one), one request per connection."""

    def __init__(self, handler: Handler, port: int = 0, host: str = "127.0.0.1") -> None:
        self._handler = handler
        self._host, self._port = host, port
        self._server: asyncio.Server | None = None
        self._guests: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        return f"http://{self._host}:{self._port}"

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._welcome, self._host, self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        if self._server is None:
            return
        self._server.close()
        for guest in self._guests:
            guest.cancel()
        await asyncio.gather(*self._guests, return_exceptions=True)
        await self._server.wait_closed()

    async def _answer(self, call: Call) -> Reply:
        try:
            return await self._handler(call)
        except (ValueError, TypeError, KeyError) as error:
            return answer({"error": {"kind": "invalid_request", "message": f"{type(error).__name__}: {error}"}}, 400)

    async def _welcome(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        guest = asyncio.current_task()
        assert guest is not None  # noqa: S101  asyncio runs every connection in a task
        self._guests.add(guest)
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError, ValueError, HangUp):
                call = await _read(reader)
                await _write(writer, await self._answer(call))
        finally:
            self._guests.discard(guest)
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()


async def _read(reader: asyncio.StreamReader) -> Call:
    method, target, _ = (await reader.readline()).decode("latin-1").split(" ", 2)
    headers: dict[str, str] = {}
    while line := (await reader.readline()).decode("latin-1").strip():
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    length = int(headers.get("content-length") or 0)
    if length > MAX_BODY:
        raise HangUp
    url = urlsplit(target)
    body = await reader.readexactly(length)
    return Call(method, url.path, dict(parse_qsl(url.query)), headers, body)


async def _write(writer: asyncio.StreamWriter, reply: Reply) -> None:
    head = {
        "Content-Type": reply.content_type,
        "Content-Length": str(len(reply.body)),
        "Connection": "close",
        **reply.headers,
    }
    lines = [f"HTTP/1.1 {reply.status} -", *(f"{k}: {v}" for k, v in head.items())]
    writer.write("\r\n".join([*lines, "", ""]).encode("latin-1") + reply.body[: reply.cut_after])
    await writer.drain()
