"""How much the workers can do, and what other orchestrators want of them: how wide the door of each queue is."""

import time
from contextlib import suppress

from nats.aio.client import Client
from nats.aio.msg import Msg

from contracts.envelope import Unreadable, unseal
from contracts.scaling import SLOTS_EVERY_S, Slots
from contracts.subjects import Queue, Subjects
from orchestrator.admission import WIDTH, width
from orchestrator.outside import Outside
from orchestrator.shares import LIVE_S

_SLOTS_LIVE_S = 5 * SLOTS_EVERY_S


class Capacity:
    def __init__(self, outside: Outside) -> None:
        self._outside = outside
        self._demand: dict[str, tuple[float, dict[str, int]]] = {}
        """Of other orchestrators, by queue, and when it was said."""
        self._slots: dict[Queue, dict[str, tuple[float, int]]] = {}

    async def listen(self, nc: Client, subjects: Subjects) -> None:
        await nc.subscribe(subjects.slots("*"), cb=self._hear)

    async def _hear(self, message: Msg) -> None:
        with suppress(Unreadable):
            said = unseal(Slots, message.data)
            queue: Queue = message.subject.rpartition(".")[2]  # type: ignore[assignment]  # as `slots` spells it
            self._slots.setdefault(queue, {})[said.worker] = (time.monotonic(), said.slots)
            self._widen(queue)
            self._outside.call_turns()

    def wanted(self, orchestrator: str, demand: dict[str, int]) -> None:
        self._demand[orchestrator] = (time.monotonic(), demand)

    def left(self, orchestrator: str) -> None:
        self._demand.pop(orchestrator, None)

    def slots(self) -> dict[Queue, int]:
        return {queue: sum(count for _, count in said.values()) for queue, said in self._slots.items()}

    def divide(self) -> None:
        """Once a second: what was not said again is not so any more."""
        now = time.monotonic()
        self._demand = {who: said for who, said in self._demand.items() if now - said[0] <= LIVE_S}
        for queue in self._outside.admission.counts():
            elsewhere = sum(demand.get(queue, 0) for _, demand in self._demand.values())
            self._outside.admission.share(queue, elsewhere)
        for queue in self._slots:
            self._widen(queue)
        self._outside.call_turns()

    def _widen(self, queue: Queue) -> None:
        now, said = time.monotonic(), self._slots[queue]
        for worker in [worker for worker, (at, _) in said.items() if now - at > _SLOTS_LIVE_S]:
            del said[worker]
        slots = sum(count for _, count in said.values())
        self._outside.admission.widen(queue, width(slots) if slots else WIDTH)
