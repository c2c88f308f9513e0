"""How far a task is: core NATS, a few times a second at most, shown and forgotten."""

import logging
import time
from collections.abc import Awaitable, Callable

import nats.errors

from contracts.envelope import seal
from contracts.subjects import Subjects
from contracts.work import Progress, Task
from providers.interface import OnProgress

Publish = Callable[[str, bytes], Awaitable[None]]
_EVERY_S = 0.2
_LONGEST_WORD = 200
log = logging.getLogger(__name__)


class Voice:
    def __init__(
        self,
        publish: Publish,
        subjects: Subjects,
        *,
        every_s: float = _EVERY_S,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._publish = publish
        self._subjects = subjects
        self._every_s = every_s
        self._now = now

    def about(self, task: Task) -> OnProgress:
        """Give what a provider calls: too soon after the last, and it is dropped; it never goes back."""
        subject = self._subjects.live(task.project_id, task.run_id)
        last_at, furthest = float("-inf"), 0.0

        async def tell(fraction: float, message: str) -> None:
            nonlocal last_at, furthest
            now = self._now()
            if now - last_at < self._every_s:
                return
            last_at, furthest = now, min(1.0, max(furthest, fraction))
            said = Progress(
                run_id=task.run_id,
                project_id=task.project_id,
                node_id=task.node_id,
                attempt=task.attempt,
                progress=furthest,
                message=message[:_LONGEST_WORD],
            )
            try:
                await self._publish(subject, seal(said))
            except (nats.errors.Error, OSError) as error:
                log.debug("progress was lost: %s", error)

        return tell
