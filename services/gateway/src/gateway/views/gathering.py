"""Gathers what comes in while the last batch is written: one transaction for many facts, and none waits long."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator

from kit.record import Record

AT_ONCE = 500
"""Records per transaction: few enough that other work of this process is not held up."""
PAUSE_S = 0.015
"""From the end of one transaction to the next, unless something comes that somebody waits for."""
_AWAITED = (b'"type":"Run', b'"type":"Graph', b'"type":"Asset', b'"refused":{')
"""In facts that end a wait: a run that begins or ends, a graph that is created, an upload, a refusal."""

_NOBODY = b'"answers":null'


def awaited(record: Record) -> bool:
    """Whether a request or a watcher is likely to wait for it. Read from the bytes: a mistake costs 15 ms."""
    _, family, _, kind, *_ = record.subject.split(".", 4)
    if family != "evt" or kind == "recipe" or (kind == "credit" and _NOBODY in record.data):
        return False
    return kind != "run" or any(word in record.data for word in _AWAITED)


async def gathered(source: AsyncIterator[list[Record]]) -> AsyncIterator[list[Record]]:
    """Give what came, in order, never nothing. The first after a silence at once."""
    room: deque[Record] = deque()
    news, loop = _News(), asyncio.get_running_loop()
    reader = asyncio.create_task(_read(source, room, news))
    try:
        ready_at = 0.0
        while True:
            await news.some.wait()
            if reader.done() and not room:
                await reader  # raises what ended it
                return
            left = ready_at - loop.time()
            if left > 0 and len(room) < AT_ONCE and not news.urgent.is_set():
                await _within(news.urgent, left)
            news.urgent.clear()
            here = len(room)  # what comes meanwhile waits for the next transaction
            for start in range(0, here, AT_ONCE):
                yield [room.popleft() for _ in range(min(here - start, AT_ONCE))]
                news.space.set()
            ready_at = loop.time() + PAUSE_S
            if not room:
                news.some.clear()
            if reader.done():
                news.some.set()
    finally:
        reader.cancel()
        await asyncio.gather(reader, return_exceptions=True)


class _News:
    def __init__(self) -> None:
        self.some = asyncio.Event()
        self.urgent = asyncio.Event()
        self.space = asyncio.Event()


async def _read(source: AsyncIterator[list[Record]], room: deque[Record], news: _News) -> None:
    try:
        async for records in source:
            room.extend(records)
            news.some.set()
            if any(map(awaited, records)) or len(room) >= AT_ONCE:
                news.urgent.set()
            if len(room) > 4 * AT_ONCE:  # the log is faster than the views: let it wait
                news.space.clear()
                await news.space.wait()
    finally:
        news.some.set()
        news.urgent.set()


async def _within(event: asyncio.Event, seconds: float) -> None:
    timer = asyncio.get_running_loop().call_later(seconds, event.set)
    try:
        await event.wait()
    finally:
        timer.cancel()
