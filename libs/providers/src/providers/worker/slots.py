"""Says every now and then how much this worker can do, so that no more is queued for it than keeps it busy."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

import nats.errors

from contracts.envelope import seal
from contracts.scaling import SLOTS_EVERY_S, Slots
from contracts.subjects import Queue, Subjects

Say = Callable[[str, bytes], Awaitable[None]]
"""Core NATS: subject and body. May be lost."""


class Announcing:
    """Until `stop`, which takes the slots back at once."""

    def __init__(
        self, say: Say, subjects: Subjects, queue: Queue, worker: str, *, every_s: float = SLOTS_EVERY_S
    ) -> None:
        self._say, self._subject, self._worker, self._every_s = say, subjects.slots(queue), worker, every_s
        self._task: asyncio.Task[None] | None = None

    def start(self, slots: int, running: Callable[[], int] = lambda: 0) -> None:
        self._task = asyncio.create_task(self._for_ever(slots, running))

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})
            await self._tell(0, 0)

    async def _for_ever(self, slots: int, running: Callable[[], int]) -> None:
        while True:
            await self._tell(slots, running())
            await asyncio.sleep(self._every_s)

    async def _tell(self, slots: int, running: int) -> None:
        with contextlib.suppress(nats.errors.Error):  # it is said again
            await self._say(self._subject, seal(Slots(worker=self._worker, slots=slots, running=running)))
