"""Takes part in the sharing of partitions: says what this process holds, hears of the others, takes and lets go."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Collection, Coroutine
from typing import Any

import nats.errors
from nats.aio.client import Client
from nats.aio.msg import Msg

from contracts.envelope import Unreadable, seal, unseal
from contracts.scaling import ALIVE_EVERY_S, Alive
from contracts.subjects import PARTITIONS, Subjects, partition
from kit.errors import Unavailable
from kit.ids import new_id
from kit.metrics import Tally
from kit.pull import Puller
from kit.pulling import EXPIRES_S
from kit.readiness import Check, pulling
from orchestrator.capacity import Capacity
from orchestrator.inbox import Inbox
from orchestrator.items import Parcel, open_record
from orchestrator.orchestra import Orchestra
from orchestrator.shares import Roster
from orchestrator.sweep import sweep

_HELLO_S = 0.2
"""How long to wait for who is there already."""
_QUIET_S = 1.0
"""What was begun in a partition may take so long before it is given away."""
_MOST_LOOKED_THROUGH = 100_000
"""Messages of the log. More has been piling up behind one that cannot be handled: the lease brings back the rest."""
_log = logging.getLogger(__name__)


class Membership:
    def __init__(self, nc: Client, desk: Orchestra, inbox: Inbox) -> None:
        self.roster = Roster(new_id())
        self._nc = nc
        self._desk = desk
        self._inbox = inbox
        self._pullers: dict[int, tuple[Puller, Puller]] = {}
        self._counted: set[int] = set()
        self.tally = Tally()
        """Of what was pulled from every partition that was ever held."""
        self.capacity = Capacity(desk.outside)
        self._moving: dict[int, asyncio.Task[None]] = {}
        self._recovering: dict[int, asyncio.Task[None]] = {}
        self._wake = asyncio.Event()
        self._beating: asyncio.Task[None] | None = None
        self.gap: frozenset[int] = frozenset()
        self.moves = 0
        """Partitions taken so far."""
        desk.outside.admission.serves = self._counted

    @property
    def held(self) -> Collection[int]:
        return frozenset(self.roster.held)

    async def join(self) -> None:
        """Take a share. Returns when it is being pulled."""
        subjects = self._subjects
        await self._nc.subscribe(subjects.alive, cb=self._hear)
        await self.capacity.listen(self._nc, subjects)
        await self._say()
        await asyncio.sleep(_HELLO_S)
        self._step()
        await asyncio.gather(*self._moving.values())
        self._beating = asyncio.create_task(self._beat())

    async def leave(self, grace_s: float) -> None:
        """Finish what is on hand, then have the others take over at once."""
        for task in (self._beating, *self._moving.values(), *self._recovering.values()):
            if task is not None:
                task.cancel()
        await self._inbox.stop(grace_s)
        self.roster.held.clear()
        await self._say(leaving=True)

    def checks(self) -> dict[str, Check]:
        """Of every durable that this process pulls now, and that each has somebody who pulls it."""

        def of(number: int, which: int) -> Check:
            return pulling(self._nc, lambda: self._pullers[number][which] if number in self._pullers else None)

        async def covered() -> None:
            if self.gap:
                raise Unavailable(f"nobody pulls the partitions {sorted(self.gap)}")

        names = {Subjects.decider: 0, Subjects.alarm: 1}
        durables = {name(p): of(p, which) for name, which in names.items() for p in range(PARTITIONS)}
        return {"shares": covered, **durables}

    # saying and hearing

    async def _say(self, *, leaving: bool = False) -> None:
        demand = self._desk.outside.admission.demand()
        alive = Alive(id=self.roster.me, held=tuple(sorted(self.roster.held)), leaving=leaving, demand=demand)
        with contextlib.suppress(nats.errors.Error):  # it is said again
            await self._nc.publish(self._subjects.alive, seal(alive))

    async def _hear(self, message: Msg) -> None:
        with contextlib.suppress(Unreadable):
            alive = unseal(Alive, message.data)
            if alive.id == self.roster.me:
                return
            if alive.leaving:
                self.roster.forget(alive.id)
                self.capacity.left(alive.id)
                self._wake.set()
                return
            self.capacity.wanted(alive.id, alive.demand)
            if self.roster.hear(alive.id, alive.held, time.monotonic()):
                self._wake.set()

    # taking and letting go

    async def _beat(self) -> None:
        while True:
            self._wake.clear()
            if self._nc.is_connected:  # else nobody can be heard: that says nothing of them
                self._step()
                self.capacity.divide()
                await self._say()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(ALIVE_EVERY_S):
                    await self._wake.wait()

    def _step(self) -> None:
        moves = self.roster.step(time.monotonic())
        if moves.gap - self.gap:
            _log.error("nobody pulls some partitions", extra={"partitions": sorted(moves.gap)})
        self.gap = moves.gap
        for number in moves.take:
            self._move(number, self._take)
        for number in moves.drop:
            self._move(number, self._drop)
        for number in moves.left:
            self._recover_later(number)

    def _move(self, number: int, how: Callable[[int], Coroutine[Any, Any, None]]) -> None:
        if number not in self._moving:
            self._moving[number] = task = asyncio.create_task(how(number))
            task.add_done_callback(lambda _: self._moved(number))

    def _moved(self, number: int) -> None:
        del self._moving[number]
        self._wake.set()

    async def _take(self, number: int) -> None:
        """What a dead holder had on hand comes before what nobody has looked at."""
        self._counted.add(number)
        pullers = self._pullers[number] = (
            Puller(self._nc, self._subjects.log, Subjects.decider(number), self.tally),
            Puller(self._nc, self._subjects.timers, Subjects.alarm(number), self.tally),
        )
        self._inbox.unanswered.begin(number)
        if number not in self.roster.elsewhere():
            with contextlib.suppress(Unavailable):  # it is tried again
                await self._recover(number)
            self._recover_later(number)
        self._inbox.pull(pullers)
        self.roster.held.add(number)
        self.moves += 1
        _log.info("partition taken", extra={"partition": number})

    async def _drop(self, number: int) -> None:
        """Its new holder has begun. Until all is done that was begun here, it is still ours too."""
        self._inbox.unanswered.end(number)
        await self._inbox.let_go(number, self._pullers.pop(number), _QUIET_S)
        self._counted.discard(number)
        admission = self._desk.outside.admission
        admission.forget([run for run in admission.runs() if partition(run) == number])
        self._desk.outside.call_turns()
        self._desk.world.paused.forget(number)
        self.roster.held.discard(number)
        _log.info("partition let go", extra={"partition": number})

    def _recover_later(self, number: int) -> None:
        if (begun := self._recovering.get(number)) is not None:
            begun.cancel()
        self._recovering[number] = asyncio.create_task(self._until_recovered(number))

    async def _until_recovered(self, number: int) -> None:
        """More than once: what is asleep, and not dead, is still given messages until its last request has expired."""
        for wait_s in (0.0, 2.0, 6.0, EXPIRES_S - 6.0):
            await asyncio.sleep(wait_s)
            recovered = False
            while number in self._pullers and not recovered:
                with contextlib.suppress(Unavailable):
                    await self._recover(number)
                    recovered = True
                if not recovered:
                    await asyncio.sleep(ALIVE_EVERY_S)

    async def _recover(self, number: int) -> None:
        """Look at the commands that were handed out and not acknowledged, then at every open run. Safe to repeat.

        Reports and timers of the dead are found by looking at their runs.

        Raises:
            Unavailable: the log or the register cannot be read now.
        """
        done, given = await self._pullers[number][0].handed_out()
        if 0 < given - done <= _MOST_LOOKED_THROUGH:
            world = self._desk.world
            for record in await world.log.read(world.subjects.commands_of(number), after=done):
                if record.seq <= given:
                    with contextlib.suppress(Unreadable):  # it is parked when it is delivered
                        key, item = open_record(world.subjects, record)
                        parcel = Parcel(item, _nothing, _nothing_later, deliveries=2, record=record)
                        await self._inbox.post(key, parcel)
        if self._beating is not None:  # else the first sweep of the process follows
            await sweep(self._desk, self._inbox, [number])

    @property
    def _subjects(self) -> Subjects:
        return self._desk.world.subjects


async def _nothing() -> None: ...


async def _nothing_later(_delay_s: float) -> None: ...
