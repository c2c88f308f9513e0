"""What a worker does with what it is told, and with what the provider answers."""

import asyncio
from typing import Any

import pytest

from contracts.failures import FailureKind
from contracts.values import TextValue
from contracts.work import Claimed, Failed, InDoubt, Stopped, Submitted, Submitting, Succeeded
from providers.fakes.picture import png
from providers.interface import Done, Job, OnProgress, OutOfSight, Prepared, ProviderError, SubmitInDoubt
from providers.worker.timing import Timing
from unit.worker.asking import failure_of, stored
from unit.worker.vendor import Asked, NotTaken, Time
from unit.worker.world import World, painting, task

FREE = {"provider": "local", "model": "local-writer", "paid": False}


async def test_a_job_is_announced_then_kept_then_watched_to_its_end(world) -> None:
    here: World = world()
    assert await here.deliver(here.worker(), task()) == "acked"
    claimed, submitting, submitted, succeeded = await here.reports()
    assert isinstance(claimed, Claimed)
    assert isinstance(submitting, Submitting)
    assert isinstance(submitted, Submitted)
    assert isinstance(succeeded, Succeeded)
    assert (claimed.worker, submitting.key, submitted.handle["job"]) == ("w0", "r1.n1.1", "r1.n1.1")
    assert (submitting.send_by - submitting.at).total_seconds() == 30
    assert {report.basis for report in (claimed, submitting, submitted, succeeded)} == {3}
    assert (succeeded.cost, succeeded.cost_basis, succeeded.prompt_sent) == (100, "reported", "a poem")
    assert succeeded.notes == ("a note",)
    assert succeeded.started_at == claimed.at
    assert succeeded.outputs == {"text": (TextValue(text="words"),)}


async def test_free_work_announces_nothing(world) -> None:
    here: World = world()
    assert await here.deliver(here.worker(), task(**FREE)) == "acked"
    assert await here.kinds() == ["Claimed", "Succeeded"]


async def test_a_task_that_is_over_is_dropped(world) -> None:
    here: World = world()
    await here.deliver(here.worker(), task())
    for deliveries in (1, 2):
        assert await here.deliver(here.worker(), task(), deliveries) == "acked"
    assert len(await here.reports()) == 4


async def test_an_old_attempt_is_dropped_and_a_new_one_begun_behind_it(world) -> None:
    here: World = world()
    here.vendor.script.append(ProviderError(FailureKind.TRANSIENT, "not now", provider="fake"))
    await here.deliver(here.worker(), task())
    assert await here.deliver(here.worker(), task(attempt=2)) == "acked"
    assert await here.deliver(here.worker(), task(), 2) == "acked"
    assert isinstance(await here.ending(2), Succeeded)
    assert here.vendor.taken == ["r1.n1.2"]


async def test_two_workers_with_the_same_task_do_it_once(world) -> None:
    here: World = world()
    ends = await asyncio.gather(here.deliver(here.worker(), task()), here.deliver(here.worker(), task()))
    assert set(ends) <= {"acked", "left"}
    assert here.vendor.taken == ["r1.n1.1"]
    assert isinstance(await here.ending(), Succeeded)


@pytest.mark.parametrize("kind", [FailureKind.RATE_LIMITED, FailureKind.CONTENT_POLICY, FailureKind.TRANSIENT])
async def test_what_the_provider_says_no_to_is_reported_and_not_tried_again(world, kind: FailureKind) -> None:
    here: World = world()
    here.vendor.script.append(ProviderError(kind, "No.", provider="fake", retry_after_s=12, cost=5))
    await here.deliver(here.worker(), task())
    ending = await here.ending()
    assert isinstance(ending, Failed)
    assert (ending.failure.kind, ending.failure.message, ending.retry_after_s, ending.cost) == (kind, "No.", 12, 5)
    assert ending.failure.retryable is (kind is not FailureKind.CONTENT_POLICY)
    assert len(here.vendor.requests) == 1


async def test_a_broken_connection_is_looked_up_and_the_job_found(world) -> None:
    here: World = world()
    here.vendor.script.append(SubmitInDoubt("cut", provider="fake"))
    await here.deliver(here.worker(), task())
    assert isinstance(await here.ending(), Succeeded)
    assert here.vendor.taken == ["r1.n1.1"]
    assert await here.announced() == 1


async def test_a_broken_connection_to_one_who_never_got_it_is_a_failure_to_retry(world) -> None:
    here: World = world()
    here.vendor.script.append(NotTaken())
    start = here.time()
    kind, message = await failure_of(here, task())
    assert (kind, here.vendor.taken) == (FailureKind.TRANSIENT, [])
    assert "does not know the request" in message
    assert (here.time() - start).total_seconds() >= 35, "absence counts only after send_by and the vendor's lag"


async def test_a_broken_connection_without_lookup_is_in_doubt(world) -> None:
    here: World = world(lag_s=None)
    here.vendor.script.append(SubmitInDoubt("It was cut.", provider="fake"))
    await here.deliver(here.worker(), task())
    ending = await here.ending()
    assert isinstance(ending, InDoubt)
    assert (ending.failure.kind, ending.failure.provider, ending.failure.retryable) == ("in_doubt", "fake", False)
    assert here.vendor.taken == ["r1.n1.1"]


async def test_an_unexpected_end_of_a_paid_call_is_followed_up_not_repeated(world) -> None:
    here: World = world()
    here.vendor.script.append(KeyError("id"))
    assert await here.deliver(here.worker(), task()) == "handed back: KeyError"
    assert await here.deliver(here.worker(), task(), 2) == "acked"
    assert isinstance(await here.ending(), Succeeded)
    assert here.vendor.taken == ["r1.n1.1"]


async def test_a_job_out_of_sight_is_looked_at_again_and_nothing_is_submitted(world) -> None:
    here: World = world()
    here.vendor.unseen.extend(OutOfSight("503", provider="fake") for _ in range(8))
    await here.deliver(here.worker(), task())
    assert isinstance(await here.ending(), Succeeded)
    assert here.vendor.taken == ["r1.n1.1"]


async def test_a_job_that_takes_too_long_is_left_to_a_person_with_its_handle_and_can_be_adopted(world) -> None:
    here: World = world(polls=60)
    await here.deliver(here.worker(timing=Timing(longest_job_s=20)), task())
    ending = await here.ending()
    assert isinstance(ending, InDoubt)
    assert ending.failure.kind is FailureKind.TIMED_OUT
    handle = ending.failure.message.partition("Its job is ")[2].partition(". Nothing was sent again")[0]
    again = task(attempt=2, adopt=handle)
    await here.deliver(here.worker(timing=Timing(longest_job_s=600)), again)
    assert isinstance(await here.ending(2), Succeeded)
    assert here.vendor.taken == ["r1.n1.1"]


async def test_a_job_that_nobody_looked_at_for_too_long_is_looked_at_before_it_is_given_up(world) -> None:
    for polls, ending in ((0, Succeeded), (1, InDoubt)):
        here: World = world(polls=polls)
        worker = here.worker()
        worker.line.cut_at = "after Submitted"
        assert await here.deliver(worker, task()) == "dead"
        here.time.on(3_600)
        await here.deliver(here.worker(), task(), 2)
        assert isinstance(await here.ending(), ending)
        assert here.vendor.taken == ["r1.n1.1"]


async def test_a_settled_handle_is_begun_with_and_nothing_submitted(world) -> None:
    here: World = world()
    await here.deliver(here.worker(), task(attempt=2, adopt='{"job": "theirs", "op": "text_to_text"}'))
    assert await here.kinds() == ["Claimed", "Submitted", "Succeeded"]
    assert here.vendor.taken == []


async def test_a_job_that_can_be_cancelled_is_and_its_cost_told(world) -> None:
    here: World = world()
    worker = here.worker()
    worker.line.on_step["before poll"] = lambda: here.revoke(task())
    await here.deliver(worker, task())
    ending = await here.ending()
    assert isinstance(ending, Stopped)
    assert ending.cost == 7
    assert here.vendor.cancelled == {"r1.n1.1"}


@pytest.mark.parametrize("outcome", ["too_late", "unsupported"])
async def test_a_job_that_cannot_be_cancelled_still_reports_its_result_and_cost(world, outcome: str) -> None:
    here: World = world(cancels=outcome)
    worker = here.worker()
    worker.line.on_step["before poll"] = lambda: here.revoke(task())
    await here.deliver(worker, task())
    ending = await here.ending()
    assert isinstance(ending, Succeeded)
    assert ending.cost == 100
    assert (await here.kinds())[-2:] == ["Revoked", "Succeeded"]


class Endless(Asked):
    """Free work that takes for ever."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.begun, self.dropped = asyncio.Event(), asyncio.Event()

    async def submit(self, prepared: Prepared, on_progress: OnProgress) -> Done | Job:
        await on_progress(0, f"for {prepared.request.key}")
        self.begun.set()
        try:
            return await asyncio.Event().wait()  # type: ignore[return-value]  # it never returns
        finally:
            self.dropped.set()


async def test_local_work_is_dropped_when_it_is_called_off(world) -> None:
    here: World = world()
    worker = here.worker()
    endless = Endless(worker.line, here.vendor)
    worker.desk.providers["local"] = endless  # type: ignore[index]  # a dict, here
    at_work = here.start(worker, task(**FREE))
    await endless.begun.wait()
    await here.revoke(task())
    assert await at_work == "acked"
    assert endless.dropped.is_set()
    assert isinstance(await here.ending(), Stopped)


async def test_local_work_is_dropped_when_another_took_over(world) -> None:
    here: World = world()
    worker = here.worker()
    endless = Endless(worker.line, here.vendor)
    worker.desk.providers["local"] = endless  # type: ignore[index]  # a dict, here
    at_work = here.start(worker, task(**FREE))
    await endless.begun.wait()
    assert await here.deliver(here.worker(), task(**FREE), 2) == "acked"
    worker.desk.calls.ring(task().run_id)  # or at the next glance
    assert await at_work == "left"
    assert endless.dropped.is_set()
    assert isinstance(await here.ending(), Succeeded)


class Broken(Asked):
    async def submit(self, prepared: Prepared, on_progress: OnProgress) -> Done | Job:
        await on_progress(0, f"for {prepared.request.key}")
        raise ZeroDivisionError


async def test_a_bug_is_handed_back_and_after_five_deliveries_given_up(world) -> None:
    here: World = world()
    worker = here.worker()
    worker.desk.providers["local"] = Broken(worker.line, here.vendor)  # type: ignore[index]  # a dict, here
    for deliveries in range(1, 5):
        assert await here.deliver(worker, task(**FREE), deliveries) == "handed back: ZeroDivisionError"
    assert await here.deliver(worker, task(**FREE), 5) == "acked"
    ending = await here.ending()
    assert isinstance(ending, Failed)
    assert ending.failure.kind == "gave_up"
    assert "ZeroDivision" not in ending.failure.message


async def test_a_bug_with_an_answer_that_was_paid_for_is_left_to_a_person(world) -> None:
    here: World = world()
    here.vendor.unseen.extend(KeyError("state") for _ in range(9))
    for deliveries in range(1, 6):
        await here.deliver(here.worker(), task(), deliveries)
    assert isinstance(await here.ending(), InDoubt)


async def test_storage_away_before_the_claim_hands_the_task_back(world) -> None:
    here: World = world()
    worker = here.worker()
    value = await stored(here, png("x", 8, 8))
    worker.objects.away = 1
    one = painting(operation="image_to_image", inputs={"image": (value,)})
    assert await here.deliver(worker, one) == "not now"
    assert await here.reports() == []
    assert await here.deliver(worker, one, 2) == "acked"


async def test_storage_away_with_a_result_in_hand_is_waited_for(world) -> None:
    here: World = world(lag_s=None, sync=True)
    worker = here.worker()
    worker.objects.away = 5
    assert await here.deliver(worker, painting()) == "acked"
    assert isinstance(await here.ending(), Succeeded)
    assert len(here.vendor.taken) == 1


@pytest.mark.parametrize("kind", ["Submitting", "Submitted", "Succeeded"])
@pytest.mark.parametrize("how", ["unsaid", "stored"])
@pytest.mark.parametrize("lag_s", [5.0, None])
async def test_a_report_without_an_answer_is_written_once_and_nothing_is_sent_twice(
    world, kind: str, how: str, lag_s: float | None
) -> None:
    here: World = world(lag_s=lag_s)
    worker = here.worker()
    worker.log.lost.extend([f"{kind} {how}"] * 3)
    assert await here.deliver(worker, task()) == "acked"
    assert await here.kinds() == ["Claimed", "Submitting", "Submitted", "Succeeded"]
    assert here.vendor.taken == ["r1.n1.1"]


async def test_a_claim_without_an_answer_hands_the_task_back(world) -> None:
    here: World = world()
    worker = here.worker()
    worker.log.lost.append("Claimed stored")
    assert await here.deliver(worker, task()) == "not now"
    assert await here.deliver(worker, task(), 2) == "acked"
    assert isinstance(await here.ending(), Succeeded)


async def test_a_provider_without_its_key_says_which_setting(world) -> None:
    here: World = world()
    kind, message = await failure_of(here, task(provider="google", model="gemini-x"))
    assert kind is FailureKind.NOT_CONFIGURED
    assert "GOOGLE_API_KEY" in message


async def test_what_was_sent_through_a_provider_that_is_gone_is_in_doubt(world) -> None:
    here: World = world()
    first = here.worker()
    first.line.cut_at = "after Submitted"
    await here.deliver(first, task())
    await here.deliver(here.worker(providers={}), task(), 2)
    assert isinstance(await here.ending(), InDoubt)


async def test_a_model_this_worker_does_not_know_fails_the_node(world) -> None:
    here: World = world()
    kind, message = await failure_of(here, task(model="fake-novelist"))
    assert (kind, "fake-novelist" in message) == (FailureKind.MODEL_NOT_FOUND, True)


async def test_an_operation_of_another_queue_fails_the_node(world) -> None:
    here: World = world()
    kind, _ = await failure_of(here, task(), here.worker(operations=frozenset({"upscale"})))
    assert kind is FailureKind.UNSUPPORTED


async def test_a_clock_that_is_asked_is_the_only_one(world) -> None:
    here: World = world()
    await here.deliver(here.worker(), task())
    first, last = (await here.reports())[0], (await here.reports())[-1]
    assert first.at == Time().now
    assert last.at > first.at
