"""Waiting until the views hold what was just written."""

import asyncio
import heapq
import itertools


class Tide:
    """How far the views have come, and who waits for them to come further."""

    def __init__(self) -> None:
        self._seq = 0
        self._waiting: list[tuple[int, int, asyncio.Future[None]]] = []
        self._tickets = itertools.count()

    @property
    def seq(self) -> int:
        return self._seq

    def rise(self, seq: int) -> None:
        self._seq = max(self._seq, seq)
        while self._waiting and self._waiting[0][0] <= self._seq:
            _, _, future = heapq.heappop(self._waiting)
            if not future.done():
                future.set_result(None)

    async def reach(self, seq: int, timeout_s: float) -> bool:
        """Give whether the views hold this message in time."""
        if seq <= self._seq:
            return True
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (seq, next(self._tickets), future))
        try:
            async with asyncio.timeout(timeout_s):
                await future
        except TimeoutError:
            return False
        return True
