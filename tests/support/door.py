"""A door before a server: shut, it takes no connection and cuts those that went through it."""

import asyncio
import contextlib
from urllib.parse import urlsplit

from groove_local.ports import LOOPBACK


class Door:
    """In the loop that opened it first."""

    def __init__(self, url: str) -> None:
        self._url = urlsplit(url)
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._port = 0

    @property
    def url(self) -> str:
        """Of the server, through the door."""
        login = self._url.netloc.rpartition("@")[0]
        place = f"{LOOPBACK}:{self._port}"
        return self._url._replace(netloc=f"{login}@{place}" if login else place).geturl()

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._let_in, LOOPBACK, self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    async def shut(self) -> None:
        if self._server is not None:
            self._server.close()
        for writer in list(self._writers):
            writer.transport.abort()

    async def _let_in(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection(self._url.hostname, self._url.port)
        mine = {writer, back}
        self._writers |= mine
        try:
            await asyncio.gather(_carry(reader, back), _carry(there, writer))
        finally:
            self._writers -= mine
            for one in mine:
                one.transport.abort()


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    writer.close()
