"""A run's events as they happen, over as many connections as it takes."""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import aclosing

import httpx2

from groove.problem import Unreachable
from groove.shapes import FINISHED, Event
from groove.sse import read_events
from groove.wire import NOT_NOW, Ask, Wire, checked, in_words, path

SILENCE_S = 45.0
"""The server sends a comment every 15 s: three missed ones are a dead connection."""
AFTERMATH_S = 2.0
"""After the last event: a run that was resumed later goes on at once, any other stream is closed by the server."""


class _NotNow(Exception):
    """A server that is starting or overloaded."""


class Stream:
    """Each event once and in order: a new connection asks for what comes after the last one seen."""

    def __init__(self, wire: Wire, run_id: str, after: int | None) -> None:
        self._wire = wire
        self._run_id = run_id
        self._position = after
        self._ended = False
        """The last event seen ends the run."""
        self._over = False
        """The server says that the run is finished: one more empty answer and nothing was missed."""

    async def events(self) -> AsyncGenerator[Event, None]:
        """Ends behind the event that ends the run.

        Raises:
            Problem: there is no such run.
            Unreachable: the server stays away longer than our patience.
        """
        pauses, silent_since = self._wire.patience.pauses(), time.monotonic()
        while True:
            trouble, heard = "", False
            try:
                async with aclosing(self._connection()) as connection:
                    async for event in connection:
                        heard = True
                        yield event
            except httpx2.TransportError as error:
                trouble = in_words(error) or "no connection"
            except _NotNow as error:
                trouble = str(error)
            if self._ended or not (heard or trouble or await self._something_left()):
                return
            if heard:
                pauses, silent_since = self._wire.patience.pauses(), time.monotonic()
            await self._pause(pauses, silent_since, trouble)

    async def _connection(self) -> AsyncGenerator[Event, None]:
        headers = {"Accept": "text/event-stream"}
        if self._position is not None:
            headers["Last-Event-ID"] = str(self._position)
        timeout = httpx2.Timeout(10, read=SILENCE_S)
        where = path("executions", self._run_id, "stream")
        async with self._wire.http.stream("GET", where, headers=headers, timeout=timeout) as answer:
            if answer.is_error:
                await answer.aread()
                if answer.status_code in NOT_NOW:
                    raise _NotNow(f"it answers {answer.status_code}")
                checked(answer)
            async with aclosing(read_events(answer.aiter_bytes())) as arriving:
                while (event := await self._next(arriving)) is not None:
                    if self._is_news(event):
                        yield event

    async def _next(self, arriving: AsyncIterator[Event]) -> Event | None:
        try:
            async with asyncio.timeout(AFTERMATH_S if self._ended else None):
                return await anext(arriving, None)
        except TimeoutError:
            return None
        except httpx2.TransportError:
            if self._ended:
                return None
            raise

    def _is_news(self, event: Event) -> bool:
        if event.id is None:
            return not self._ended
        if self._position is not None and event.id <= self._position:
            return False
        self._position, self._ended, self._over = event.id, event.last, False
        return True

    async def _something_left(self) -> bool:
        """False when we asked, twice, for what comes after a run's very end."""
        if self._over:
            return False
        try:
            execution = await self._wire.json(Ask("GET", path("executions", self._run_id)))
        except Unreachable:
            return True
        self._over = execution["state"] in FINISHED
        return True

    async def _pause(self, pauses: Iterator[float], silent_since: float, trouble: str) -> None:
        if time.monotonic() - silent_since > self._wire.patience.stream_s:
            raise Unreachable(self._wire.base_url, trouble)
        await asyncio.sleep(next(pauses))
