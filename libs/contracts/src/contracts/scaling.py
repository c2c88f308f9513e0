"""What processes tell each other of themselves, on core NATS, every second or two. Lost, it is said again."""

from contracts.base import Message

ALIVE_EVERY_S = 1.0
SLOTS_EVERY_S = 2.0


class Alive(Message):
    """An orchestrator is here."""

    id: str
    """Of the process."""
    held: tuple[int, ...] = ()
    """Partitions that it pulls."""
    leaving: bool = False
    demand: dict[str, int] = {}
    """By queue: tasks of its runs that workers have or should get."""


class Slots(Message):
    """A worker is here."""

    worker: str
    slots: int
    """Tasks that it does at once. 0: it is leaving."""
    running: int = 0
