"""Resubmit, look up, ask: one submission per task whatever step its worker dies at, and a person is told what to do."""

from datetime import timedelta

import pytest

from contracts.failures import FailureKind
from contracts.work import InDoubt, Submitting, Succeeded
from providers.doubt import parse, tightened
from providers.interface import OutOfSight, ProviderError, SubmitInDoubt
from providers.worker.claim import Pen
from unit.worker.test_crash_points import JOB, LEASE_S
from unit.worker.vendor import NotTaken
from unit.worker.world import SUBJECTS, World, task

KEYS = {"lag_s": None, "key_window_s": 3600.0}


@pytest.mark.parametrize("point", JOB)
@pytest.mark.parametrize("sync", [False, True])
async def test_with_idempotency_keys_the_same_request_is_sent_again_and_taken_once(world, point: str, sync: bool):
    here: World = world(sync=sync, **KEYS)
    first, second = here.worker(), here.worker()
    first.line.cut_at = point
    died = await here.deliver(first, task()) == "dead"
    here.time.on(LEASE_S)
    if died:
        assert await here.deliver(second, task(), 2) == "acked"
    assert here.vendor.taken == ["r1.n1.1"]
    assert isinstance(await here.ending(), Succeeded)


@pytest.mark.parametrize("taken", [True, False])
async def test_a_broken_connection_is_followed_by_the_same_key(world, taken: bool):
    here: World = world(**KEYS)
    here.vendor.script.append(SubmitInDoubt("cut", provider="fake") if taken else NotTaken())
    assert await here.deliver(here.worker(), task()) == "acked"
    assert here.vendor.taken == ["r1.n1.1"]
    assert [request.key for request in here.vendor.requests] == ["r1.n1.1"] * 2
    assert isinstance(await here.ending(), Succeeded)


@pytest.mark.parametrize("lag_s", [5.0, None])
async def test_after_the_window_it_is_looked_up_or_asked_about_and_never_sent_again(world, lag_s: float | None):
    here: World = world(lag_s=lag_s, key_window_s=60.0)
    first, second = here.worker(), here.worker()
    first.line.cut_at = "after submit"
    assert await here.deliver(first, task()) == "dead"
    here.time.on(61)
    assert await here.deliver(second, task(), 2) == "acked"
    assert here.vendor.taken == ["r1.n1.1"]
    assert len(here.vendor.requests) == 1
    assert isinstance(await here.ending(), Succeeded if lag_s else InDoubt)


async def test_the_window_counts_from_the_first_announcement_and_not_from_the_last(world):
    here: World = world(lag_s=None, key_window_s=120.0)
    for deliveries in (1, 2):
        victim = here.worker()
        victim.line.cut_at = "after submit"
        assert await here.deliver(victim, task(), deliveries) == "dead"
        here.time.on(45)
    assert await here.deliver(here.worker(), task(), 3) == "acked"
    assert len(here.vendor.requests) == 2, "the third came after 90 s, too late to be sure"
    assert here.vendor.taken == ["r1.n1.1"]
    assert isinstance(await here.ending(), InDoubt)


async def test_revoked_it_is_not_sent_again_even_with_a_key(world):
    here: World = world(lag_s=None, key_window_s=3600.0)
    first = here.worker()
    first.line.cut_at = "after submit"
    assert await here.deliver(first, task()) == "dead"
    await here.revoke(task())
    assert await here.deliver(here.worker(), task(), 2) == "acked"
    assert len(here.vendor.requests) == 1
    assert isinstance(await here.ending(), InDoubt)


async def test_tightened_to_ask_nothing_is_looked_up(world):
    here: World = world()
    first, second = here.worker(), here.worker()
    second.desk.providers["fake"].doubt = "ask"
    first.line.cut_at = "after submit"
    assert await here.deliver(first, task()) == "dead"
    assert await here.deliver(second, task(), 2) == "acked"
    assert "before find" not in second.line.steps
    ending = await here.ending()
    assert isinstance(ending, InDoubt)
    for word in ("fake", "fake-writer", "r1.n1.1", "2026-11-21 00:00:00 UTC", "adopt", "resubmit", "fail"):
        assert word in ending.failure.message


def test_a_setting_may_tighten_a_policy_and_never_loosen_it():
    assert parse(" fake=ask, other=look_up ,") == {"fake": "ask", "other": "look_up"}
    assert tightened("fake", "resubmit", {"fake": "look_up"}, finds=True) == "look_up"
    assert tightened("fake", "look_up", {}, finds=True) == "look_up"
    with pytest.raises(ValueError, match="might pay twice"):
        tightened("google", "ask", {"google": "look_up"}, finds=False)
    with pytest.raises(ValueError, match="cannot look requests up"):
        tightened("keys", "resubmit", {"keys": "look_up"}, finds=False)
    for wrong in ("fake", "fake=often", "=ask"):
        with pytest.raises(ValueError, match="no doubt policy"):
            parse(wrong)


@pytest.mark.parametrize("ahead_s", [-3600, 3600])
async def test_the_clocks_of_two_workers_may_be_an_hour_apart(world, ahead_s: int):
    here: World = world()
    first, second = here.worker(), here.worker()
    skewed = Pen(second.log, SUBJECTS, "w1", lambda: here.time() + timedelta(seconds=ahead_s), second.desk.pen.sleep)
    second = here.worker(pen=skewed)
    first.line.frozen_at = "after submit"  # it was taken, and the vendor's lookup does not show it yet
    frozen = here.start(first, task())
    await first.line.frozen.wait()
    assert await here.deliver(second, task(), 2) == "acked"
    first.line.thaw.set()
    assert await frozen in {"left", "acked"}
    assert here.vendor.taken == ["r1.n1.1"]
    assert isinstance(await here.ending(), Succeeded)


async def test_what_was_sent_is_told_by_whoever_takes_over(world):
    here: World = world()
    first, second = here.worker(), here.worker()
    first.line.cut_at = "after Submitted"
    assert await here.deliver(first, task()) == "dead"
    assert await here.deliver(second, task(), 2) == "acked"
    ending = await here.ending()
    assert (ending.prompt_sent, ending.notes) == ("a poem", ("a note",))


async def test_a_novel_is_not_kept_in_the_log(world):
    here: World = world()
    worker = here.worker()
    worker.desk.providers["fake"].note = "a word " * 3000
    assert await here.deliver(worker, task()) == "acked"
    (announced,) = [report for report in await here.reports() if isinstance(report, Submitting)]
    assert announced.prompt_sent is None
    assert "too long" in announced.notes[0]
    assert (await here.ending()).notes == ("a word " * 3000,), "who made it tells it all"


async def test_the_senders_last_word_is_waited_for_before_a_person_is_asked(world):
    here: World = world(lag_s=None, sync=True)
    first, second = here.worker(), here.worker()
    first.line.frozen_at = "before Succeeded"
    sender = here.start(first, task())
    await first.line.frozen.wait()

    async def it_is_back() -> None:
        first.line.thaw.set()
        await sender

    second.line.on_step["sleep"] = it_is_back
    assert await here.deliver(second, task(), 2) == "acked"
    assert await sender == "acked"
    assert isinstance(await here.ending(), Succeeded)
    assert "Claimed" in await here.kinds()


async def test_a_paid_result_is_kept_while_storage_is_away_and_in_doubt_when_its_worker_dies(world):
    here: World = world(lag_s=None, sync=True)
    worker = here.worker()
    painting = task(operation="text_to_image", model="fake-painter")
    worker.objects.away = 7
    assert await here.deliver(worker, painting) == "acked"
    assert isinstance(await here.ending(), Succeeded)
    assert here.vendor.taken == ["r1.n1.1"]
    other: World = world(lag_s=None, sync=True)
    victim = other.worker()
    victim.objects.away = 1
    victim.line.cut_at = "sleep"
    assert await other.deliver(victim, painting) == "dead"
    assert await other.deliver(other.worker(), painting, 2) == "acked"
    assert isinstance(await other.ending(), InDoubt)
    assert other.vendor.taken == ["r1.n1.1"]


async def test_a_job_that_nobody_knows_cannot_be_adopted_and_the_doubt_remains(world):
    here: World = world()
    unknown = ProviderError(FailureKind.RESULT_EXPIRED, "no such job", provider="fake")
    here.vendor.unseen.extend([OutOfSight("away", provider="fake"), unknown])
    assert await here.deliver(here.worker(), task(adopt="job-17")) == "acked"
    ending = await here.ending()
    assert isinstance(ending, InDoubt)
    assert "does not know the job 'job-17'" in ending.failure.message
    assert here.vendor.requests == []
