"""Many keys at once, one thing at a time per key."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Hashable

Job = Callable[[], Awaitable[None]]
log = logging.getLogger(__name__)


class Lanes:
    """At most `limit` jobs are queued or running, so that a slow lane holds up `put` only when all room is taken."""

    def __init__(self, limit: int) -> None:
        self._room = asyncio.Semaphore(limit)
        self._queues: dict[Hashable, deque[Job]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def put(self, key: Hashable, job: Job) -> None:
        """Queue a job behind the others of its key; wait while there is no room."""
        await self._room.acquire()
        queue = self._queues.get(key)
        if queue is not None:
            queue.append(job)
            return
        self._queues[key] = deque((job,))
        task = asyncio.create_task(self._run(key))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run(self, key: Hashable) -> None:
        queue = self._queues[key]
        try:
            while queue:
                try:
                    await queue[0]()
                except Exception:
                    log.exception("a job failed that should have settled its own failure")
                finally:
                    queue.popleft()
                    self._room.release()
        finally:
            for _ in queue:  # cancelled: what waits behind is dropped, and its room is free again
                self._room.release()
            del self._queues[key]

    async def drain(self, timeout_s: float | None = None) -> bool:
        """Wait for all that was put; past the timeout cancel the rest. Give whether all of it ended by itself."""
        tasks = set(self._tasks)
        if not tasks:
            return True
        _, late = await asyncio.wait(tasks, timeout=timeout_s)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        return not late

    def __len__(self) -> int:
        return sum(map(len, self._queues.values()))
