"""Servers as nobody wants them."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from groove_local.ports import free_port
from groove_local.servers.nats import find_binary
from laws.own_server import answers


@asynccontextmanager
async def old_nats(version: str) -> AsyncIterator[str]:
    """Its greeting is all that it has."""

    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        info = {"server_id": "x", "version": version, "max_payload": 1024, "headers": True}
        writer.write(b"INFO " + json.dumps(info).encode() + b"\r\n")
        while line := await reader.readline():
            if line.startswith(b"PING"):
                writer.write(b"PONG\r\n")
        writer.close()

    server = await asyncio.start_server(greet, "127.0.0.1", 0)
    try:
        yield f"nats://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


@asynccontextmanager
async def small_nats(folder: Path, kept_bytes: int) -> AsyncIterator[str]:
    """It keeps so much and no more."""
    port = free_port()
    config = folder / "small.conf"
    store = json.dumps(str(folder / "store"))
    config.write_text(f"listen: 127.0.0.1:{port}\njetstream {{ store_dir: {store}, max_file_store: {kept_bytes} }}\n")
    process = await asyncio.create_subprocess_exec(find_binary(), "-c", str(config), stderr=asyncio.subprocess.DEVNULL)
    try:
        async with asyncio.timeout(20):
            while not await answers(port):  # noqa: ASYNC110  another process sets no event of ours
                await asyncio.sleep(0.01)
        yield f"nats://127.0.0.1:{port}"
    finally:
        process.kill()
        await process.wait()
