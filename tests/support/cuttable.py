"""A wire between a service and its server that can be cut: a TCP proxy, in a thread with a loop of its own."""

import asyncio
import contextlib
import socket
import struct
import threading
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import uvloop

from groove_local.ports import LOOPBACK

_CHUNK = 262_144
_AGAIN_S = 0.05
_AT_ONCE = struct.pack("ii", 1, 0)
"""Closed so, a connection is reset."""
_LISTEN_WITHIN_S = 20.0


class Wire:
    """To one server, for one service. Its methods may be called from any thread."""

    def __init__(self, url: str, loop: asyncio.AbstractEventLoop) -> None:
        self._url = urlsplit(url)
        self._loop = loop
        self._server: asyncio.Server | None = None
        self._port = 0
        self._flows = asyncio.Event()
        self._ends: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        """Of the server, along this wire."""
        login, at, _ = self._url.netloc.rpartition("@")
        return self._url._replace(netloc=f"{login}{at}{LOOPBACK}:{self._port}").geturl()

    def cut(self) -> None:
        """Reset its connections, and refuse new ones until `mend`."""
        self._run(self._cut())

    def stall(self) -> None:
        """Carry nothing, either way, and say nothing. New connections are taken, and hear nothing."""
        self._run(self._stall())

    def mend(self, *, lost: bool = False) -> None:
        """As it was. With `lost`, what was under way never arrives: the connections that were stalled are reset."""
        self._run(self._mend(lost=lost))

    def _run(self, work: Any) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(_LISTEN_WITHIN_S + 10)

    async def _cut(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        self._reset()

    async def _stall(self) -> None:
        self._flows.clear()

    async def _mend(self, *, lost: bool = False) -> None:
        if lost:
            self._reset()
        self._flows.set()
        async with asyncio.timeout(_LISTEN_WITHIN_S):
            while self._server is None:
                try:
                    self._server = await asyncio.start_server(self._accepted, LOOPBACK, self._port, limit=_CHUNK)
                except OSError:  # somebody's outgoing connection has our port just now
                    await asyncio.sleep(_AGAIN_S)
        self._port = self._server.sockets[0].getsockname()[1]

    async def _close(self) -> None:
        await self._cut()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _reset(self) -> None:
        for end in self._ends:
            if (connection := end.get_extra_info("socket")) is not None and not end.is_closing():
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
            end.transport.abort()

    def _accepted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._carry_both(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _carry_both(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        mine = {writer}
        self._ends.add(writer)
        try:
            there, back = await asyncio.open_connection(self._url.hostname, self._url.port, limit=_CHUNK)
            mine.add(back)
            self._ends.add(back)
            async with asyncio.TaskGroup() as both:
                both.create_task(self._carry(reader, back))
                both.create_task(self._carry(there, writer))
        except* OSError:
            pass  # the server is away, or one of the two hung up: the other is told by our hanging up
        finally:
            self._ends -= mine
            for end in mine:
                end.transport.abort()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(_CHUNK):
            await self._flows.wait()
            _open(writer).write(data)
            await writer.drain()
        await self._flows.wait()
        _open(writer).write_eof()


def _open(writer: asyncio.StreamWriter) -> asyncio.StreamWriter:
    if writer.is_closing():  # uvloop's answer to a write would be a RuntimeError
        raise ConnectionResetError
    return writer


class Wires:
    """All wires of an installation."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._wires: dict[tuple[str, str], Wire] = {}

    def lay(self, service: str, server: str, url: str) -> str:
        """Join them; give the URL that the service is to use."""
        wire = self._wires[service, server] = Wire(url, self._loop)
        wire.mend()
        return wire.url

    def between(self, service: str, server: str) -> Wire:
        return self._wires[service, server]

    def close(self) -> None:
        for wire in self._wires.values():
            asyncio.run_coroutine_threadsafe(wire._close(), self._loop).result(10)


@contextlib.contextmanager
def wires() -> Iterator[Wires]:
    loop = uvloop.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="wires")
    thread.start()
    laid = Wires(loop)
    try:
        yield laid
    finally:
        laid.close()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
