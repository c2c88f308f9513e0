"""What stands between the log and simulated orchestrators: pullers, deliveries, calls that take their time."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from kit.queue import Published
from kit.record import Record, decode, encode


class Jittery:
    """A port whose calls take their time."""

    def __init__(self, port: Any, simulation: Any) -> None:
        self._port = port
        self._simulation = simulation

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._port, name)

        async def call(*args: Any, **named: Any) -> Any:
            await self._simulation.pause()
            result = await method(*args, **named)
            await self._simulation.pause()
            return result

        return call


@dataclass(eq=False)
class Delivery:
    record: Record
    deliveries: int
    simulation: Any
    waiting: list[tuple[Record, int]]
    """Where it goes back to."""

    def __post_init__(self) -> None:
        self.simulation.in_flight.append(self)

    async def ack(self) -> None:
        await self.simulation.pause()
        self._end()

    async def nak(self, _delay_s: float = 0) -> None:
        self.give_back()

    async def term(self) -> None:
        self._end()
        self.simulation.flaws.append(f"parked: {self.record.subject}")

    def give_back(self) -> None:
        if self._end():
            self.waiting.append((self.record, self.deliveries))

    def _end(self) -> bool:
        if self not in self.simulation.in_flight:
            return False
        self.simulation.in_flight.remove(self)
        return True


class HandedOut:
    """What stands for a puller."""

    def __init__(self, stream: str) -> None:
        self.stream = stream
        self.durable = "one"
        self._batches: asyncio.Queue[list[Delivery] | None] = asyncio.Queue()
        self.given: list[Delivery] = []

    def put(self, batch: list[Delivery]) -> None:
        self.given += batch
        self._batches.put_nowait(batch)

    async def batches(self) -> AsyncIterator[list[Delivery]]:
        while batch := await self._batches.get():
            yield batch

    async def close(self) -> None:
        self._batches.put_nowait(None)


class Wakes:
    """The due subjects of the timers' stream: any number of messages each."""

    def __init__(self, simulation: Any) -> None:
        self._simulation = simulation

    async def publish_once(self, subject: str, data: bytes, headers: None = None, *, event_id: str = "") -> Published:
        payload, sent = encode(data, event_id, headers)
        self._simulation.due.append((decode(1, subject, sent, payload, self._simulation.now), 0))
        return Published(1)

    async def peek(self, _subject: str) -> None:
        return None
