"""A place at the provider first: in line is waiting, not a try."""

import json

import pytest

from contracts.failures import FailureKind
from contracts.work import Claimed, Failed, Stopped, Succeeded
from kit.slots import Slots
from providers.interface import ProviderError
from providers.worker.accounts import Accounts, Slot, parse_limits
from unit.worker.world import SUBJECTS, Worker, World, task

BASE = SUBJECTS.provider_slots("fake")


def limited(here: World, size: int = 1) -> Worker:
    slots = Slots(here.log, BASE, size, lease_s=15, now=lambda: here.time().timestamp())
    return here.worker(accounts=Accounts(here.log, SUBJECTS, {"fake": slots}, here.time))


async def free_places(here: World) -> int:
    last = {record.subject: json.loads(record.data)["holder"] for record in await here.log.read(f"{BASE}.*")}
    return sum(holder is None for holder in last.values())


async def test_with_no_place_free_the_task_is_handed_back_and_no_try_is_used(world):
    here: World = world()
    one, other = limited(here), limited(here)
    one.line.frozen_at = "before poll"
    busy = here.start(one, task())
    await one.line.frozen.wait()
    waiting = task(node_id="n2")
    # the one that waits is not frozen: its places are looked at while the other one's are kept
    assert await here.deliver(other, waiting) == "not now"
    assert any(b"waiting for a free slot at fake" in said for said in other.said)
    assert [report.type for report in await here.reports()].count("Claimed") == 1
    one.line.thaw.set()
    assert await busy == "acked"
    assert await free_places(here) == 1
    assert await here.deliver(other, waiting, 9) == "acked"
    assert sorted(here.vendor.taken) == ["r1.n1.1", "r1.n2.1"]


async def test_the_place_of_a_dead_worker_is_free_after_its_lease(world):
    here: World = world()
    dead = Slots(here.log, BASE, 1, lease_s=15, now=lambda: here.time().timestamp())
    lease = await dead.take("dead")
    assert lease is not None
    other = Slots(here.log, BASE, 1, lease_s=15, now=lambda: here.time().timestamp())
    assert await other.take("other") is None
    here.time.on(14)
    assert await other.take("other") is None
    assert lease.held()
    here.time.on(2)
    assert not lease.held(), "it knows that it was away for too long"
    taken = await other.take("other")
    assert taken is not None
    await lease.release()
    assert taken.held(), "what is another's is not given back"
    await taken.release()
    assert await free_places(here) == 1


async def test_called_off_in_line_it_stops_without_a_claim(world):
    here: World = world()
    holder = Slots(here.log, BASE, 1, now=lambda: here.time().timestamp())
    lease = await holder.take("somebody")
    assert lease is not None
    worker = limited(here)
    worker.line.on_step["sleep"] = lambda: here.revoke(task())
    assert await here.deliver(worker, task()) == "acked"
    assert isinstance(await here.ending(), Stopped)
    assert not any(isinstance(report, Claimed) for report in await here.reports())
    await lease.release()


async def test_a_place_that_was_lost_before_sending_is_taken_again_before_anything_is_sent(world):
    here: World = world()
    worker = limited(here)
    rival = Slots(here.log, BASE, 1, lease_s=15, now=lambda: here.time().timestamp())

    async def frozen() -> None:
        assert await rival.take("rival") is None
        here.time.on(16)
        lease = await rival.take("rival")
        assert lease is not None
        worker.line.on_step["sleep"] = lease.release

    worker.line.on_step["after Submitting"] = frozen
    assert await here.deliver(worker, task()) == "acked"
    assert await here.announced() == 2
    assert here.vendor.taken == ["r1.n1.1"]
    assert isinstance(await here.ending(), Succeeded)


async def test_a_rate_limit_holds_all_workers_off_and_costs_one_try(world):
    here: World = world()
    here.vendor.script.append(ProviderError(FailureKind.RATE_LIMITED, "slow down", provider="fake", retry_after_s=20))
    first, second = limited(here, 9), limited(here, 9)
    assert await here.deliver(first, task()) == "acked"
    ending = await here.ending()
    assert isinstance(ending, Failed)
    assert ending.retry_after_s == 20
    for n in range(50):
        assert await here.deliver(second, task(node_id=f"n{n + 2}")) == "not now"
    assert len(here.vendor.requests) == 1
    here.time.on(20)
    assert await here.deliver(second, task(node_id="n2"), 2) == "acked"
    assert here.vendor.taken == ["r1.n2.1"]


async def test_without_a_limit_there_is_always_a_place():
    slot = Slot()
    assert slot.held()
    assert await slot.taken()
    await slot.release()


def test_limits_are_read_from_a_setting_and_what_is_none_is_told():
    assert parse_limits("google=8, fake=2,") == {"google": 8, "fake": 2}
    for wrong in ("google", "google=0", "google=many", "=3"):
        with pytest.raises(ValueError, match="no limit"):
            parse_limits(wrong)
