"""Many aggregates at once; within one, in order, and what has piled up meanwhile is handled together."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")
_log = logging.getLogger(__name__)


class Mailboxes(Generic[K, T]):
    def __init__(self, handle: Callable[[K, list[T]], Awaitable[None]], most: int = 20_000) -> None:
        self._handle = handle
        self._most = most
        self._boxes: dict[K, list[T]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._by_key: dict[K, asyncio.Task[None]] = {}
        self._count = 0
        self._dropped: list[T] = []
        self._room = asyncio.Event()
        self._room.set()

    async def post(self, key: K, item: T) -> None:
        """Waits only while far too much is on hand."""
        await self._room.wait()
        self.put(key, item)

    def put(self, key: K, item: T) -> None:
        """Without waiting: for what comes of what is on hand."""
        self._count += 1
        if self._count >= self._most:
            self._room.clear()
        box = self._boxes.get(key)
        if box is not None:
            box.append(item)
            return
        self._boxes[key] = [item]
        task = asyncio.create_task(self._empty(key))
        self._tasks.add(task)
        self._by_key[key] = task
        task.add_done_callback(self._tasks.discard)

    async def _empty(self, key: K) -> None:
        try:
            while items := self._boxes[key]:
                self._boxes[key] = []
                try:
                    await self._handle(key, items)
                except Exception:  # noqa: BLE001  one aggregate must not stop the others
                    _log.exception("a handler failed that should have settled its own failure")
                finally:
                    self._count -= len(items)
                    self._room.set()
        finally:
            self._dropped += self._boxes.pop(key)
            self._by_key.pop(key, None)

    async def quiet(self, of: Callable[[K], bool], timeout_s: float) -> None:
        """Wait until nothing that is on hand now is left of these, at most so long."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                for task in [task for key, task in self._by_key.items() if of(key)]:
                    await asyncio.wait({task})

    async def drain(self, timeout_s: float) -> list[T]:
        """Let what is on hand come to its end. Past the timeout it is dropped; give what had not been begun."""
        if self._tasks:
            _, late = await asyncio.wait(set(self._tasks), timeout=timeout_s)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        dropped, self._dropped = self._dropped, []
        return dropped
