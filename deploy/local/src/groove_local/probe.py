"""The smallest questions that tell whether something answers. No client library, so that asking costs nothing."""

import asyncio
import contextlib
from typing import NamedTuple

from groove_local.ports import LOOPBACK

ANSWER_S = 2.0
"""How long an answer may take."""
_SILENT = (OSError, TimeoutError, asyncio.IncompleteReadError, ValueError, IndexError)


class Answer(NamedTuple):
    status: int
    """0: nobody answered."""
    body: bytes


async def http_get(port: int, path: str) -> Answer:
    """GET from a server on this machine."""
    request = f"GET {path} HTTP/1.1\r\nHost: {LOOPBACK}:{port}\r\nConnection: close\r\n\r\n".encode()
    try:
        async with asyncio.timeout(ANSWER_S):
            raw = await _ask(port, request)
        head, _, body = raw.partition(b"\r\n\r\n")
        return Answer(int(head.split(b" ", 2)[1]), body)
    except _SILENT:
        return Answer(0, b"")


async def _ask(port: int, request: bytes) -> bytes:
    reader, writer = await asyncio.open_connection(LOOPBACK, port)
    try:
        writer.write(request)
        return await reader.read()
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
