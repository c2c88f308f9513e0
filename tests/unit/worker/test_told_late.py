"""A worker was cut off for longer than its lease while a paid call was under way: what it then has in hand is kept."""

import pytest

from contracts.work import InDoubt, Submitted, Succeeded
from providers.worker.claim import Fenced
from unit.worker.test_crash_points import LEASE_S
from unit.worker.world import World, painting, task


async def fenced_while_it_asked(here: World, one, point: str = "after submit"):
    """The first worker, frozen with the answer in hand, and what the second one made of the task."""
    first, second = here.worker(), here.worker()
    first.line.frozen_at = point
    frozen = here.start(first, one)
    await first.line.frozen.wait()
    here.time.on(LEASE_S + 5)
    assert await here.deliver(second, one, 2) == "acked"
    assert isinstance(await here.ending(), InDoubt)
    return first, frozen


@pytest.mark.parametrize("one", [task(), painting()])
async def test_a_result_is_told_after_another_left_the_attempt_in_doubt(world, one):
    here: World = world(lag_s=None, sync=True)
    first, frozen = await fenced_while_it_asked(here, one)
    first.line.thaw.set()
    assert await frozen == "acked"
    doubt, made = await here.endings()
    assert isinstance(doubt, InDoubt)
    assert isinstance(made, Succeeded)
    assert (made.epoch, made.cost) == (1, 100)
    assert here.vendor.taken == ["r1.n1.1"]
    assert await here.deliver(here.worker(), one, 3) == "acked"
    assert len(await here.endings()) == 2


async def test_a_job_that_nobody_else_knows_is_told_and_looked_after_to_its_end(world):
    here: World = world(lag_s=None)
    first, frozen = await fenced_while_it_asked(here, task())
    first.line.thaw.set()
    assert await frozen == "acked"
    after = (await here.reports())[-2:]
    assert [type(report) for report in after] == [Submitted, Succeeded]
    assert here.vendor.taken == ["r1.n1.1"]


async def test_it_is_told_though_storage_and_the_log_are_away_for_a_while(world):
    here: World = world(lag_s=None, sync=True)
    first, frozen = await fenced_while_it_asked(here, painting())
    first.objects.away = 3
    first.log.lost.extend(["Succeeded stored"])
    first.line.thaw.set()
    assert await frozen == "acked"
    assert [type(one) for one in await here.endings()] == [InDoubt, Succeeded]


async def test_told_while_the_next_attempt_is_at_work_it_does_not_fence_that_one(world):
    here: World = world(lag_s=None, sync=True)
    first, frozen = await fenced_while_it_asked(here, task())
    resubmitted = task(attempt=2, id="m2")
    other = here.worker()

    async def it_is_back() -> None:
        first.line.thaw.set()
        assert await frozen == "acked"

    other.line.on_step["after submit"] = it_is_back
    assert await here.deliver(other, resubmitted) == "acked"
    assert [type(one) for one in await here.endings(1)] == [InDoubt, Succeeded]
    assert isinstance(await here.ending(2), Succeeded)


async def test_a_second_success_is_never_told(world):
    here: World = world(lag_s=None, sync=True)
    first, frozen = await fenced_while_it_asked(here, task())
    first.line.thaw.set()
    await frozen
    made = (await here.endings())[-1]
    pen = here.worker().desk.pen
    late = await pen.claim(task(), await pen.past(task()))
    await late.insist(made)
    with pytest.raises(Fenced):
        await late.insist(made.model_copy(update={"cost": 1}))
    assert len(await here.endings()) == 2


async def test_free_work_that_was_taken_over_is_left_to_the_other(world):
    here: World = world()
    one = task(provider="local", model="local-writer", paid=False)
    first, second = here.worker(), here.worker()
    first.line.frozen_at = "before Succeeded"
    frozen = here.start(first, one)
    await first.line.frozen.wait()
    assert await here.deliver(second, one, 2) == "acked"
    first.line.thaw.set()
    assert await frozen == "left"
    assert len(await here.endings()) == 1
