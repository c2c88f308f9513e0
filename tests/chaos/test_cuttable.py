"""The wire itself: what is cut off is really cut off, and comes back."""

import asyncio

import pytest

from groove_local.ports import LOOPBACK
from support.cuttable import Wire, wires

LIMIT_S = 30


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(1000):
            writer.write(data)
    except OSError:
        pass
    finally:
        writer.transport.abort()


@pytest.fixture
async def wire():
    async with await asyncio.start_server(echo, LOOPBACK, 0) as server:
        with wires() as laid:
            port = server.sockets[0].getsockname()[1]
            url = await asyncio.to_thread(laid.lay, "here", "there", f"tcp://me:secret@{LOOPBACK}:{port}/db")
            assert url.startswith("tcp://me:secret@")
            assert url.endswith("/db")
            yield laid.between("here", "there")


async def spoken(wire: Wire) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection(LOOPBACK, int(wire.url.rpartition(":")[2].partition("/")[0]))
    writer.write(b"hello")
    async with asyncio.timeout(LIMIT_S):
        assert await reader.readexactly(5) == b"hello"
    return reader, writer


async def test_cut_it_resets_who_is_connected_and_refuses_others_until_it_is_mended(wire):
    reader, _ = await spoken(wire)
    await asyncio.to_thread(wire.cut)
    async with asyncio.timeout(LIMIT_S):
        with pytest.raises(ConnectionResetError):
            await reader.readexactly(1)
    with pytest.raises(ConnectionRefusedError):
        await spoken(wire)
    await asyncio.to_thread(wire.mend)
    _, writer = await spoken(wire)
    writer.transport.abort()


async def test_stalled_it_says_nothing_and_then_tells_all_of_it(wire):
    reader, writer = await spoken(wire)
    await asyncio.to_thread(wire.stall)
    writer.write(b"again")
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            await reader.readexactly(1)
    await asyncio.to_thread(wire.mend)
    async with asyncio.timeout(LIMIT_S):
        assert await reader.readexactly(5) == b"again"
    writer.transport.abort()


async def test_stalled_and_lost_it_resets_and_nothing_of_it_arrives(wire):
    reader, writer = await spoken(wire)
    await asyncio.to_thread(wire.stall)
    writer.write(b"again")
    await asyncio.to_thread(wire.mend, lost=True)
    async with asyncio.timeout(LIMIT_S):
        with pytest.raises(ConnectionResetError):
            await reader.readexactly(1)
    _, other = await spoken(wire)
    other.transport.abort()
