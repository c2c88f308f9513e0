import asyncio
from dataclasses import dataclass, field

import pytest

from kit.clock import utc_now
from kit.errors import Conflict, Unavailable, Unreadable
from kit.record import Record
from kit.settle import delay_s, heartbeat, settle


@dataclass
class FakeDelivery:
    deliveries: int = 1
    record: Record = field(default_factory=lambda: Record(7, "p.cmd.0.x", "e", {}, b"body", utc_now()))
    said: list[object] = field(default_factory=list)
    thrice: asyncio.Event = field(default_factory=asyncio.Event)

    async def ack(self) -> None:
        self.said.append("ack")

    async def nak(self, delay_s: float = 0) -> None:
        self.said.append(("nak", delay_s))

    async def term(self) -> None:
        self.said.append("term")

    async def in_progress(self) -> None:
        self.said.append("progress")
        if len(self.said) == 3:
            self.thrice.set()


@dataclass
class FakeParking:
    fails: bool = False
    parked: list[tuple[int, str, str]] = field(default_factory=list)

    async def park(self, record: Record, stream: str, reason: str, deliveries: int = 0) -> int:
        if self.fails:
            raise Unavailable("no")
        assert deliveries > 0
        self.parked.append((record.seq, stream, reason))
        return 1


def ends(error: BaseException | None = None):
    async def handler() -> None:
        if error:
            raise error

    return handler


async def test_a_handler_that_returns_is_acknowledged():
    delivery = FakeDelivery()
    assert await settle(delivery, ends(), FakeParking(), "LOG") == "acked"
    assert delivery.said == ["ack"]


async def test_what_cannot_be_read_is_parked_and_never_delivered_again():
    delivery, parking = FakeDelivery(), FakeParking()
    assert await settle(delivery, ends(Unreadable("no such type")), parking, "LOG") == "parked"
    assert parking.parked == [(7, "LOG", "no such type")]
    assert delivery.said == ["term"]


async def test_what_could_not_be_parked_is_kept():
    delivery = FakeDelivery()
    assert await settle(delivery, ends(Unreadable("x")), FakeParking(fails=True), "LOG") == "delayed"
    assert delivery.said == [("nak", 0.25)]


@pytest.mark.parametrize("error", [Conflict("c"), Unavailable("u"), ValueError("bug")])
async def test_everything_else_comes_again_ever_later(error: Exception):
    delays = []
    for deliveries in (1, 2, 3, 50):
        delivery = FakeDelivery(deliveries)
        assert await settle(delivery, ends(error), FakeParking(), "LOG") == "delayed"
        delays.append(delivery.said)
    assert delays == [[("nak", 0.25)], [("nak", 0.5)], [("nak", 1.0)], [("nak", 30.0)]]


async def test_only_our_bugs_are_logged_as_errors(caplog):
    await settle(FakeDelivery(), ends(Conflict("c")), FakeParking(), "LOG")
    assert not [record for record in caplog.records if record.levelname == "ERROR"]
    await settle(FakeDelivery(), ends(ValueError("bug")), FakeParking(), "LOG")
    assert [record.levelname for record in caplog.records if record.levelname == "ERROR"] == ["ERROR"]


async def test_a_cancelled_handler_gives_its_message_back_at_once():
    delivery = FakeDelivery()
    task = asyncio.create_task(settle(delivery, asyncio.Event().wait, FakeParking(), "LOG"))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert delivery.said == [("nak", 0)]


async def test_a_heartbeat_beats_until_the_work_is_over():
    delivery = FakeDelivery()
    async with heartbeat(delivery, 0.005):
        await delivery.thrice.wait()
    beats = len(delivery.said)
    await asyncio.sleep(0.02)
    assert len(delivery.said) == beats


def test_delays_grow_and_end():
    assert [delay_s(n) for n in (1, 2, 3, 8, 1000)] == [0.25, 0.5, 1.0, 30.0, 30.0]
