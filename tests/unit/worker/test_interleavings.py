"""Any order of steps, any duplicate delivery, any death: one submission per announcement, one terminal report."""

import asyncio
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.work import Failed, InDoubt, Stopped, Submitting, Succeeded
from unit.worker.world import Worker, World, task

MOVE = st.one_of(
    *[st.tuples(st.just("step"), st.integers(0, 5))] * 12,
    *[st.tuples(st.just("deliver"), st.integers(0, 1))] * 2,
    st.tuples(st.just("kill"), st.integers(0, 1)),
    st.tuples(st.just("wait"), st.sampled_from([1, 20, 40])),
    st.tuples(st.just("revoke"), st.just(0)),
)
MOVES = st.lists(MOVE, min_size=5, max_size=50)
_HOPS = 30


class Table:
    """Two workers, each held at every step until it is let go."""

    def __init__(self, world: World, one: Any) -> None:
        self.world = world
        self.one = one
        self.held: list[tuple[Worker, asyncio.Future[None]]] = []
        self.workers = [self._hire(), self._hire()]
        self.deliveries = 0

    def _hire(self) -> Worker:
        worker = self.world.worker()

        async def turn(_: str) -> None:
            leave: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self.held.append((worker, leave))
            await leave

        worker.line.turn = turn
        return worker

    async def move(self, what: str, which: int) -> None:
        match what:
            case "step" if self.held:
                self._let_go(which % len(self.held))
            case "deliver":
                self.deliveries += 1
                self.world.start(self.workers[which], self.one, self.deliveries)
            case "kill":
                dead = self.workers[which]
                dead.line.dead.set()
                self.held = [(worker, leave) for worker, leave in self.held if worker is not dead]
                self.workers[which] = self._hire()
            case "wait":
                self.world.time.on(which)
            case "revoke":
                await self.world.revoke(self.one)
        await self._quiet()

    def _let_go(self, index: int) -> None:
        _, leave = self.held.pop(index)
        if not leave.done():
            leave.set_result(None)

    async def _quiet(self) -> None:
        for _ in range(_HOPS):
            await asyncio.sleep(0)

    async def finish(self) -> None:
        """Everyone goes on; who never got to an end has it delivered again, as the server would."""
        for _ in range(400):
            if not self.held:
                if await self.world.endings():
                    return
                await self.move("deliver", 0)
            else:
                await self.move("step", 0)
        raise AssertionError(f"it never ends: {await self.world.kinds()}")


async def play(moves: list[tuple[str, int]], one: Any, **vendor: Any) -> World:
    world = World(polls=1, **vendor)
    table = Table(world, one)
    try:
        await table.move("deliver", 0)
        for what, which in moves:
            await table.move(what, which)
        await table.finish()
    finally:
        await world.close()
    return world


async def check(world: World) -> None:
    reports = await world.reports()
    await ended(world)
    epochs = [report.epoch for report in reports if report.type == "Claimed"]
    assert epochs == sorted(set(epochs)), "each claim is one up"
    announced = sum(isinstance(report, Submitting) for report in reports)
    assert len(world.vendor.taken) <= announced
    assert len(world.vendor.taken) <= 1, "nobody is asked twice for one task"
    kinds = [report.type for report in reports]
    if "Revoked" in kinds:
        assert "Submitting" not in kinds[kinds.index("Revoked") :], "nothing is announced after a cancel"


async def ended(world: World) -> None:
    """Once; or in doubt, and then with what was made all the same."""
    ends = [type(ending) for ending in await world.endings()]
    assert len(ends) == 1 or ends == [InDoubt, Succeeded], ends


many = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)


@many
@given(moves=MOVES)
def test_with_a_provider_that_can_look_up(moves: list[tuple[str, int]]) -> None:
    async def one() -> None:
        world = await play(moves, task())
        await check(world)
        if not any(what == "revoke" for what, _ in moves) and isinstance(await world.ending(), Succeeded):
            assert world.vendor.taken == ["r1.n1.1"]

    asyncio.run(one())


@many
@given(moves=MOVES, sync=st.booleans())
def test_with_a_provider_that_cannot(moves: list[tuple[str, int]], sync: bool) -> None:
    async def one() -> None:
        world = await play(moves, task(), lag_s=None, sync=sync)
        await check(world)
        assert all(isinstance(one, Succeeded | InDoubt | Stopped | Failed) for one in await world.endings())

    asyncio.run(one())


@many
@given(moves=MOVES)
def test_with_free_work(moves: list[tuple[str, int]]) -> None:
    async def one() -> None:
        world = await play(moves, task(provider="local", model="local-writer", paid=False))
        assert len(await world.endings()) == 1
        assert not any(isinstance(report, Submitting) for report in await world.reports())

    asyncio.run(one())
