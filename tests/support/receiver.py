"""A server that webhooks are sent to: it answers as it is told, and keeps what it was sent."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Got:
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    url: str = ""
    got: list[Got] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    """Whole heads and bodies, one for each request; then 200s. `hang` answers nothing."""
    at_once: int = 0
    most_at_once: int = 0
    held: asyncio.Event | None = None
    """While it is there and not set, nothing is answered."""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.at_once += 1
        self.most_at_once = max(self.at_once, self.most_at_once)
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            lines = head.split("\r\n")
            headers = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in lines[1:] if line)}
            body = await reader.readexactly(int(headers.get("content-length", 0)))
            self.got.append(Got(lines[0].split()[1], headers, body))
            answer = self.answers.pop(0) if self.answers else said(200)
            if self.held is not None:
                await self.held.wait()
            if answer == "hang":
                await reader.read()  # until the other side has had enough
            else:
                writer.write(answer.encode())
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self.at_once -= 1
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    async def heard(self, count: int) -> list[Got]:
        async with asyncio.timeout(30):
            while len(self.got) < count:  # noqa: ASYNC110  it is told by requests
                await asyncio.sleep(0.01)
        return self.got


def said(status: int, body: str = "", **headers: str) -> str:
    lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(body.encode())}", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", body])


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0)
    receiver.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook"
    try:
        yield receiver
    finally:
        server.close()
