"""A worker dies, is frozen or is called off at every step; another one gets the task. Nothing is paid twice."""

import pytest

from contracts.work import Failed, InDoubt, Stopped, Succeeded
from providers.worker.past import MOST_CLAIMS
from unit.worker.world import World, task

LEASE_S = 30
JOB = [
    "before Claimed",
    "after Claimed",
    "before Submitting",
    "after Submitting",
    "after submit",
    "before Submitted",
    "after Submitted",
    "before poll",
    "after poll",
    "before Succeeded",
    "after Succeeded",
]
SYNC = [step for step in JOB if "Submitted" not in step and "poll" not in step]
UNKNOWN = {"after Submitting", "after submit", "before Submitted"}
"""Announced, and its handle not in the log."""


@pytest.mark.parametrize("point", JOB)
async def test_a_worker_dies_and_the_next_one_finishes_with_one_submission(world, point: str) -> None:
    here: World = world()
    first, second = here.worker(), here.worker()
    first.line.cut_at = point
    assert await here.deliver(first, task()) == "dead"
    here.time.on(LEASE_S)
    assert await here.deliver(second, task(), 2) == "acked"
    assert here.vendor.taken == ["r1.n1.1"]
    ending = await here.ending()
    assert isinstance(ending, Succeeded)
    assert ending.cost == 100


@pytest.mark.parametrize(("point", "sync"), [*((step, True) for step in SYNC), *((step, False) for step in JOB)])
async def test_without_lookup_what_is_unknown_is_in_doubt_and_never_sent_again(world, point: str, sync: bool) -> None:
    here: World = world(lag_s=None, sync=sync)
    first, second = here.worker(), here.worker()
    first.line.cut_at = point
    assert await here.deliver(first, task()) == "dead"
    here.time.on(LEASE_S)
    assert await here.deliver(second, task(), 2) == "acked"
    assert len(here.vendor.taken) <= 1
    ending = await here.ending()
    unknown = UNKNOWN | ({"before Succeeded"} if sync else set())
    assert isinstance(ending, InDoubt if point in unknown else Succeeded)


@pytest.mark.parametrize("point", ["before Claimed", "after Claimed", "before work", "before Succeeded"])
async def test_free_work_is_simply_done_again(world, point: str) -> None:
    here: World = world()
    one = task(provider="local", model="local-writer", paid=False)
    first, second = here.worker(), here.worker()
    first.line.cut_at = point
    assert await here.deliver(first, one) == "dead"
    assert await here.deliver(second, one, 2) == "acked"
    ending = await here.ending()
    assert isinstance(ending, Succeeded)
    assert ending.epoch == (1 if point == "before Claimed" else 2)
    assert await here.announced() == 0


@pytest.mark.parametrize("point", [*JOB, "read"])
@pytest.mark.parametrize("lag_s", [5.0, None])
async def test_a_frozen_worker_wakes_up_fenced(world, point: str, lag_s: float | None) -> None:
    here: World = world(lag_s=lag_s)
    first, second = here.worker(), here.worker()
    first.line.frozen_at = point
    frozen = here.start(first, task(), 2)  # as a redelivery, so that it reads first
    await first.line.frozen.wait()
    here.time.on(LEASE_S + 5)
    assert await here.deliver(second, task(), 3) == "acked"
    first.line.thaw.set()
    woken = await frozen
    assert woken in {"left", "acked"}
    assert len(here.vendor.taken) <= 1
    ends = [type(ending) for ending in await here.endings()]
    if lag_s is None and point in {"after submit", "before Submitted"}:  # nobody else could know of its job
        assert ends == [InDoubt, Succeeded]
    else:
        assert len(ends) == 1


@pytest.mark.parametrize("point", ["after Submitting"])
async def test_frozen_between_announcing_and_sending_it_does_not_send_any_more(world, point: str) -> None:
    here: World = world()
    first, second = here.worker(), here.worker()
    first.line.frozen_at = point
    frozen = here.start(first, task())
    await first.line.frozen.wait()
    here.time.on(LEASE_S + LEASE_S)
    assert await here.deliver(second, task(), 2) == "acked"
    first.line.thaw.set()
    assert await frozen == "left"
    assert here.vendor.taken == ["r1.n1.1"]
    assert await here.announced() == 2


@pytest.mark.parametrize("point", [step for step in JOB if step != "after Succeeded"])
async def test_called_off_at_any_step_it_ends_once_and_sends_nothing_after(world, point: str) -> None:
    here: World = world()
    one, worker = task(), here.worker()
    worker.line.on_step[point] = lambda: here.revoke(one)
    assert await here.deliver(worker, one) == "acked"
    ending, kinds = await here.ending(), await here.kinds()
    if JOB.index(point) > JOB.index("after Submitting"):
        assert here.vendor.taken == ["r1.n1.1"]
    else:  # also when it was announced already: it looks once more before it asks
        assert here.vendor.taken == []
        assert isinstance(ending, Stopped)
        assert ("Submitting" in kinds) is (point == "after Submitting")


@pytest.mark.parametrize("point", [step for step in JOB if step != "after Succeeded"])
@pytest.mark.parametrize("lag_s", [5.0, None])
async def test_it_dies_and_is_called_off_before_the_next_one_has_it(world, point: str, lag_s: float | None) -> None:
    here: World = world(lag_s=lag_s, cancels="unsupported")
    first, second = here.worker(), here.worker()
    first.line.cut_at = point
    await here.deliver(first, task())
    here.time.on(LEASE_S)
    sent = list(here.vendor.taken)
    await here.revoke(task())
    assert await here.deliver(second, task(), 2) == "acked"
    assert here.vendor.taken == sent, "nothing begins after a cancel"
    ending = await here.ending()
    if not await here.announced():
        assert isinstance(ending, Stopped)
        kinds = await here.kinds()
        assert "Claimed" not in kinds[kinds.index("Revoked") :], "nor is it shown as started"
    elif lag_s is None and point in UNKNOWN:
        assert isinstance(ending, InDoubt)
    else:  # what was sent is followed to its end, and its cost is told
        assert isinstance(ending, Succeeded if sent else Stopped)


async def test_what_keeps_killing_its_worker_is_given_up(world) -> None:
    here: World = world()
    one = task(provider="local", model="local-writer", paid=False)
    for deliveries in range(MOST_CLAIMS):
        victim = here.worker()
        victim.line.cut_at = "before work"
        assert await here.deliver(victim, one, deliveries + 1) == "dead"
    assert await here.deliver(here.worker(), one, MOST_CLAIMS + 1) == "acked"
    ending = await here.ending()
    assert isinstance(ending, Failed)
    assert (ending.failure.kind, ending.failure.retryable) == ("gave_up", False)
