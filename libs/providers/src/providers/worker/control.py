"""Who wants to know when a run is cancelled. Hearing of it only makes it fast: the log makes it sure."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription

from contracts.base import RunId
from contracts.subjects import Subjects


class Calls:
    """Holds an event per task at work; `ring` sets those of a run."""

    def __init__(self) -> None:
        self._waiting: defaultdict[RunId, set[asyncio.Event]] = defaultdict(set)

    @contextmanager
    def about(self, run: RunId) -> Iterator[asyncio.Event]:
        event = asyncio.Event()
        self._waiting[run].add(event)
        try:
            yield event
        finally:
            self._waiting[run].discard(event)
            if not self._waiting[run]:
                del self._waiting[run]

    def ring(self, run: RunId) -> None:
        for event in self._waiting.get(run, ()):
            event.set()


async def listen(nc: Client, subjects: Subjects, calls: Calls) -> Subscription:
    """Ring for every `Control` that passes by. Which run it is about stands in its subject."""

    async def heard(msg: Msg) -> None:
        calls.ring(RunId(msg.subject.rpartition(".")[2]))

    return await nc.subscribe(subjects.all_control, cb=heard)
