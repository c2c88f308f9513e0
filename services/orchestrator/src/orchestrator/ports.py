"""What the orchestrator needs from the world. Most of it is the kit's."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from contracts.envelope import Answer
from contracts.models import ModelBook
from contracts.subjects import Subjects
from kit.clock import Clock
from kit.log import Log
from kit.queue import AlreadyQueued, Published
from kit.queue import Timers as KitTimers
from kit.record import Record
from kit.register import Register
from kit.snapshots import Snapshots
from orchestrator.paused import Paused


class Stale(Exception):
    """What was read is older than what must be there (a lagging replica). Nothing was decided; try again."""


class Overtaken(Exception):
    """Another decision came first: whether and how to obey must be looked at again."""


class Tasks(Protocol):
    async def publish_once(
        self, subject: str, data: bytes, headers: Mapping[str, str] | None = None, *, event_id: str | None = None
    ) -> Published | AlreadyQueued: ...

    async def peek(self, subject: str) -> Record | None: ...

    async def cancel(self, subject: str, *, seen: int | None = None) -> None: ...

    async def free_stranded(self, consumer: str) -> list[str]: ...


Say = Callable[[str, bytes], Awaitable[None]]
"""Core NATS: subject and body. May be lost."""


@dataclass(frozen=True)
class World:
    subjects: Subjects
    log: Log
    tasks: Tasks
    timers: KitTimers
    wakes: Tasks
    """The stream of the timers, for messages that are due at once."""
    open_runs: Register
    snapshots: Snapshots
    say: Say
    clock: Clock
    book: ModelBook
    paused: Paused = field(default_factory=Paused)


@dataclass(frozen=True)
class Reply:
    """An answer, and where its asker waits."""

    to: str | None
    answer: Answer
