"""A nats-server of one test's own, to be killed and started again, and a line to it that can be cut."""

import asyncio
import contextlib
from pathlib import Path

from groove_local.ports import free_port
from groove_local.servers.nats import find_binary


class OwnServer:
    def __init__(self, store: Path) -> None:
        self._store = store
        self._port = free_port()
        self._process: asyncio.subprocess.Process | None = None
        self.url = f"nats://127.0.0.1:{self._port}"

    @property
    def port(self) -> int:
        return self._port

    async def start(self) -> None:
        command = (find_binary(), "-a", "127.0.0.1", "-p", str(self._port), "-js", "-sd", str(self._store))
        quiet = asyncio.subprocess.DEVNULL
        self._process = await asyncio.create_subprocess_exec(*command, stdout=quiet, stderr=quiet)
        async with asyncio.timeout(20):
            while not await answers(self._port):  # noqa: ASYNC110  another process sets no event of ours
                await asyncio.sleep(0.01)

    async def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            await self._process.wait()
            self._process = None


async def answers(port: int) -> bool:
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    greeting = await reader.readline()
    writer.close()
    return b'"jetstream":true' in greeting


class Line:
    """Forwards to a server. Told to, it lets one message through and cuts the connection before its answer returns."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._eat_answer_to: bytes | None = None
        self._eating = False
        self.cuts = 0
        self.url = ""

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.url = f"nats://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def close(self) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()

    def eat_answer_to(self, marker: bytes) -> None:
        """Cut once the server has answered the next message that carries `marker`."""
        self._eat_answer_to = marker

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        there_reader, there_writer = await asyncio.open_connection("127.0.0.1", self._target)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._forward(reader, there_writer))
                group.create_task(self._return(there_reader, writer))
        except* (OSError, EOFError):
            pass
        finally:
            for one in (writer, there_writer):
                one.close()
                with contextlib.suppress(OSError):
                    await one.wait_closed()

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            if self._eat_answer_to is not None and self._eat_answer_to in data:
                self._eat_answer_to, self._eating = None, True
            writer.write(data)
            await writer.drain()
        raise EOFError

    async def _return(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            if self._eating and b'"seq":' in data:
                self._eating = False
                self.cuts += 1
                raise EOFError
            if not self._eating:
                writer.write(data)
                await writer.drain()
        raise EOFError


async def greet_as(version: str) -> tuple[asyncio.Server, str]:
    """A server that says it is of some version, and no more than a client needs to believe it is connected."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        info = f'INFO {{"server_id":"x","version":"{version}","max_payload":1048576,"headers":true}}\r\n'
        writer.write(info.encode())
        while line := await reader.readline():
            if line.startswith(b"PING"):
                writer.write(b"PONG\r\n")
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    return server, f"nats://127.0.0.1:{server.sockets[0].getsockname()[1]}"
