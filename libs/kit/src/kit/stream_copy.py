"""A stream in a file and back: all messages with their sequences and times, as JetStream's own snapshots have them.

Consumers are not in it: theirs is read at another moment than the messages, and one that is ahead of its stream would
never be given what is appended next. Who restores makes them anew, from a position that was read before the copy.
"""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nats.aio.client import Client
from nats.aio.msg import Msg

from kit.errors import Unavailable
from kit.wire import ApiError, Wire, answer_of

CHUNK_BYTES = 128 * 1024
_SILENCE_S = 30.0
_LOADED_S = 600.0
"""For the server to check and index a restored stream."""
_NAME_IN_USE = 10130


class AlreadyThere(Exception):
    """A stream of this name exists. Nothing was changed."""


@dataclass(frozen=True)
class StreamCopy:
    config: dict[str, Any]
    state: dict[str, Any]
    """As the server told it: `messages`, `first_seq`, `last_seq` and more. It must be given back as it is."""
    bytes: int
    sha256: str

    @property
    def last_seq(self) -> int:
        return int(self.state["last_seq"])


async def save_stream(nc: Client, stream: str, file: Path) -> StreamCopy:
    """Copy a stream as it is at one moment, while others append.

    Raises:
        ApiError: the server refused; with code 10059 there is no such stream.
        Unavailable: it fell silent, or broke off.
    """
    wire, digest, size = Wire(nc), hashlib.sha256(), 0
    try:
        async with _hearing(nc) as (inbox, heard):
            asked = {"deliver_subject": inbox, "no_consumers": True, "chunk_size": CHUNK_BYTES, "jsck": True}
            told = await wire.api(f"STREAM.SNAPSHOT.{stream}", asked, timeout_s=_SILENCE_S)
            out = await asyncio.to_thread(file.open, "wb")
            try:
                while (msg := await _next(heard, stream)).data:
                    await asyncio.to_thread(out.write, msg.data)
                    digest.update(msg.data)
                    size += len(msg.data)
                    if msg.reply:  # the server sends so many ahead of what was taken, and no more
                        await nc.publish(msg.reply)
            finally:
                await asyncio.to_thread(out.close)
            _ended_well(msg, stream)
    finally:
        await wire.close()
    return StreamCopy(told["config"], told["state"], size, digest.hexdigest())


async def load_stream(nc: Client, copy: StreamCopy, file: Path, replicas: int | None = None) -> None:
    """Make the stream anew from a copy. `replicas`: other than it had.

    Raises:
        AlreadyThere: there is a stream of its name.
        Unavailable: the server refused it, or fell silent. The stream is not there then.
    """
    wire = Wire(nc, _SILENCE_S)
    name, config = str(copy.config["name"]), dict(copy.config)
    if replicas is not None:
        config["num_replicas"] = replicas
    try:
        place = (await wire.api(f"STREAM.RESTORE.{name}", {"config": config, "state": copy.state}))["deliver_subject"]
        async for chunk in _chunks(file):
            refused = (await wire.request(place, chunk)).data
            if refused:
                raise Unavailable(f"restoring {name}: {json.loads(refused)}")
        made = answer_of(await wire.request(place, b"", timeout_s=_LOADED_S))
    except ApiError as error:
        if error.code == _NAME_IN_USE:
            raise AlreadyThere(f"stream {name} is there already") from error
        raise Unavailable(f"restoring {name}: {error}") from error
    finally:
        await wire.close()
    if int(made["state"]["last_seq"]) != copy.last_seq:
        raise Unavailable(f"restoring {name}: it ends at {made['state']['last_seq']} instead of {copy.last_seq}")


@asynccontextmanager
async def _hearing(nc: Client) -> AsyncIterator[tuple[str, "asyncio.Queue[Msg]"]]:
    heard: asyncio.Queue[Msg] = asyncio.Queue()
    inbox = nc.new_inbox()
    subscription = await nc.subscribe(inbox, cb=heard.put)
    try:
        yield inbox, heard
    finally:
        await subscription.unsubscribe()


async def _next(heard: "asyncio.Queue[Msg]", stream: str) -> Msg:
    try:
        async with asyncio.timeout(_SILENCE_S):
            return await heard.get()
    except TimeoutError as error:
        raise Unavailable(f"the copy of {stream} stopped: nothing came for {_SILENCE_S:g} s") from error


def _ended_well(last: Msg, stream: str) -> None:
    status = (last.headers or {}).get("Status", "204")
    if status != "204":
        raise Unavailable(f"the copy of {stream} broke off: {(last.headers or {}).get('Description', status)}")


async def _chunks(file: Path) -> AsyncIterator[bytes]:
    source = await asyncio.to_thread(file.open, "rb")
    try:
        while chunk := await asyncio.to_thread(source.read, CHUNK_BYTES):
            yield chunk
    finally:
        await asyncio.to_thread(source.close)
