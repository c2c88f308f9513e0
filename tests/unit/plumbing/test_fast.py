"""The client that reads faster reads the same."""

import asyncio

import pytest
from nats.errors import ProtocolError

from kit.fast import FastClient
from support.bus import arrived

WIRE = (
    b"MSG a.b 1 5\r\nhello\r\n"
    b"PONG\r\n"
    b"MSG a.b 1 back.to 0\r\n\r\n"
    b"+OK\r\n"
    b"HMSG a.c 2 $JS.ACK.x 35 40\r\nNATS/1.0\r\nGroove-Id: e1\r\nk:  v \r\n\r\nthere\r\n"
    b"HMSG a.d 1 28 28\r\nNATS/1.0 404 No Messages\r\n\r\n\r\n"
)


class Ear(FastClient):
    """Hears what the parser found, and passes on what is attended."""

    def __init__(self) -> None:
        super().__init__()
        self.heard = []

    async def _process_msg(self, sid, subject, reply, data, headers):
        told = await self._process_headers(headers)
        self.heard.append((sid, subject, reply, data, told))


@pytest.mark.parametrize("size", [1, 2, 3, 7, 20, 1000])
async def test_however_the_bytes_arrive_the_messages_are_the_same(size):
    ear = Ear()
    for at in range(0, len(WIRE), size):
        await ear._ps.parse(WIRE[at : at + size])
    assert ear.heard == [
        (1, b"a.b", b"", b"hello", None),
        (1, b"a.b", b"back.to", b"", None),
        (2, b"a.c", b"$JS.ACK.x", b"there", {"Groove-Id": "e1", "k": "v"}),
        (1, b"a.d", b"", b"", {"Status": "404", "Description": "No Messages"}),
    ]
    assert not ear._ps.buf


async def test_what_is_no_nats_is_an_error_as_before():
    with pytest.raises(ProtocolError):
        await Ear()._ps.parse(b"MSG a b c d e\r\n")
    with pytest.raises(ProtocolError):
        await Ear()._ps.parse(b"HTTP/1.1 400 Bad Request\r\n")


async def test_after_a_lost_connection_nothing_of_it_is_read():
    class Lost(Ear):
        async def _process_msg(self, sid, subject, reply, data, headers):
            await super()._process_msg(sid, subject, reply, data, headers)
            self._ps.reset()

    ear = Lost()
    await ear._ps.parse(WIRE + b"MSG half")
    assert len(ear.heard) == 1
    assert not ear._ps.buf


async def test_what_is_attended_is_noted_at_once_and_a_mistake_there_stops_nobody(bus):
    from kit.fast import subscribe
    from kit.nats import connect

    nc = await connect(bus.connected_url.geturl(), "fast")
    noted, subject = [], nc.new_inbox()
    came = asyncio.Event()

    def note(msg):
        noted.append((msg.data, msg.headers))
        if msg.data == b"last":
            came.set()
        if msg.data == b"bad":
            raise RuntimeError("a mistake of ours")

    await subscribe(nc, subject, note)
    for data in (b"first", b"bad", b"last"):
        await nc.publish(subject, data, headers={"k": "v"})
    await asyncio.wait_for(came.wait(), 20)
    assert [(data, told["k"]) for data, told in noted] == [(b"first", "v"), (b"bad", "v"), (b"last", "v")]
    await nc.close()


@pytest.mark.parametrize("headers", [None, {}, {"Groove-Id": "e1", "k": " v "}, {"k": "ü"}, {"k": "two\nlines"}])
@pytest.mark.parametrize("reply", ["", "_INBOX.a.1"])
async def test_what_is_published_says_the_same_as_the_library_would(bus, headers, reply):
    """Both sent to a real server: what arrives is equal."""
    from kit.nats import connect

    nc, subject = await connect(bus.connected_url.geturl(), "fast"), bus.new_inbox()
    heard = await bus.subscribe(subject)
    await arrived(bus)
    for client in (nc, bus):
        await client.publish(subject, b"body", reply=reply, headers=headers)
        await client.flush()
    ours, theirs = await heard.next_msg(20), await heard.next_msg(20)
    assert (ours.data, ours.reply, ours.headers) == (theirs.data, theirs.reply, theirs.headers)
    await nc.close()


async def test_after_a_flush_everything_has_arrived(bus):
    """Also a subscription: what another connection publishes afterwards is heard."""
    from kit.nats import connect

    url = bus.connected_url.geturl()
    ear, mouth = await connect(url, "ear"), await connect(url, "mouth")
    for _ in range(200):
        subject, came = ear.new_inbox(), asyncio.Event()

        async def hear(_, came=came):
            came.set()

        heard = await ear.subscribe(subject, cb=hear)
        await ear.flush()
        await mouth.publish(subject, b"")
        await asyncio.wait_for(came.wait(), 20)
        await heard.unsubscribe()
    await ear.close()
    await mouth.close()


async def test_what_the_library_refuses_is_refused(bus):
    from nats.errors import BadSubjectError, Error, MaxPayloadError

    from kit.nats import connect

    nc = await connect(bus.connected_url.geturl(), "fast")
    for subject in ("", "two words", "a\r\nPUB b 0"):
        with pytest.raises(BadSubjectError):
            await nc.publish(subject, b"")
    with pytest.raises(MaxPayloadError):
        await nc.publish("a", b"x" * (nc.max_payload + 1))
    await nc.close()
    with pytest.raises(Error):
        await nc.publish("a", b"")
