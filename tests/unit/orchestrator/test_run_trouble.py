"""Retries, doubt, cancelling, resuming, and what comes too late."""

from datetime import timedelta

import pytest

from contracts.failures import FailureKind
from contracts.problems import Reason, Rejected
from contracts.run import CancelRun, ResumeRun, SettleNode
from orchestrator.domain.effects import QueueTask, Revoke, TellAbandoned, TellMade
from orchestrator.domain.retries import LONGEST_WAIT_S, MAX_TRIES
from unit.orchestrator.story import (
    NOON,
    Story,
    claimed,
    doubtful,
    failed,
    revoked,
    stopped,
    succeeded,
    text,
    theirs,
    write,
)

TRANSIENT, LIMITED = FailureKind.TRANSIENT, FailureKind.RATE_LIMITED


def chain() -> Story:
    story = Story(text("words"), write("a", "words"), write("b", "a"))
    story.begins()
    return story


def settle(action: str, handle: str | None = None) -> SettleNode:
    return SettleNode(node_id="a", action=action, handle=handle)


def kinds(story: Story, *nodes: str) -> list[str]:
    return [type(effect).__name__ for effect in story.effects(*nodes)]


# retries


def test_a_transient_failure_is_tried_again_when_its_time_has_come():
    story = chain()
    assert story.told(("a", failed(kind=TRANSIENT))) == ["a retries as 2"]
    assert story.states["a"] == "waiting"
    assert story.after(0.1) == []
    assert story.after(2) == ["a queued 2"]


def test_tries_are_counted_and_end():
    story, attempt = chain(), 1
    while story.told(("a", failed(attempt, kind=TRANSIENT))) == [f"a retries as {attempt + 1}"]:
        attempt += 1
        assert story.after(1000) == [f"a queued {attempt}"]
    assert attempt == MAX_TRIES
    assert story.run.state == "failed"


def test_waiting_for_a_rate_limit_is_no_try():
    story = chain()
    for attempt in range(1, 20):
        assert story.told(("a", failed(attempt, kind=LIMITED, retry_after_s=5))) == [f"a retries as {attempt + 1}"]
        assert story.after(10) == [f"a queued {attempt + 1}"]
    assert story.run.steps["a"].tries == 0


def test_what_the_provider_asks_for_is_honoured():
    story = chain()
    story.told(("a", failed(kind=TRANSIENT, retry_after_s=90)))
    assert story.run.steps["a"].retry_at >= NOON + timedelta(seconds=90)


def test_a_provider_that_asks_for_too_long_is_not_waited_for():
    story = chain()
    assert "a failed: rate_limited" in story.told(("a", failed(kind=LIMITED, retry_after_s=LONGEST_WAIT_S + 60)))


def test_retries_wait_ever_longer_and_not_all_at_once():
    waits = []
    for node in ("a", "other"):
        story = Story(write(node))
        story.begins()
        for attempt in (1, 2, 3, 4):
            story.told((node, failed(attempt, kind=TRANSIENT)))
            waits.append((story.run.steps[node].retry_at - story.now).total_seconds())
            story.after(500)
    assert 0.5 <= waits[0] <= 1
    assert 4 <= waits[3] <= 8
    assert waits[:4] != waits[4:], "jitter"


@pytest.mark.parametrize("kind", [FailureKind.CONTENT_POLICY, FailureKind.INVALID_REQUEST, FailureKind.GAVE_UP])
def test_a_refusal_is_not_tried_again(kind):
    assert f"a failed: {kind}" in chain().told(("a", failed(kind=kind)))


def test_a_late_report_of_an_earlier_attempt_decides_nothing():
    story = chain()
    story.told(("a", failed(kind=TRANSIENT)))
    story.after(10)
    assert story.told(("a", failed(1, kind=TRANSIENT))) == []
    assert story.told(("a", succeeded(2))) == ["a completed", "b queued 1"]


# doubt


def test_doubt_ends_a_run_that_cannot_go_on_and_skips_nothing():
    story = chain()
    assert story.told(("a", doubtful())) == ["a in doubt", "run failed: in_doubt at a"]
    assert story.states["b"] == "waiting"
    assert kinds(story, "a") == [], "its recipe is kept: nobody else shall pay for it meanwhile"


def test_while_something_is_in_doubt_the_rest_goes_on():
    story = Story(write("a"), write("c"), write("d", "c"))
    story.begins()
    assert story.told(("a", doubtful())) == ["a in doubt"]
    assert story.told(("c", succeeded())) == ["c completed", "d queued 1"]
    assert story.told(("d", succeeded())) == ["d completed", "run failed: in_doubt at a"]


def test_doubt_cannot_be_resumed_before_it_is_settled():
    story = chain()
    story.told(("a", doubtful()))
    with pytest.raises(Rejected) as no:
        story.asked(ResumeRun())
    assert no.value.rejection.reason == Reason.NOT_RESUMABLE
    assert "a is in doubt" in no.value.rejection.message


def test_settled_to_be_sent_again_it_is_a_new_attempt():
    story = chain()
    story.told(("a", doubtful()))
    assert story.asked(settle("resubmit")) == ["a reset"]
    assert story.asked(ResumeRun()) == ["run resumed", "a queued 2"]
    assert story.told(("a", succeeded(2))) == ["a completed", "b queued 1"]


def test_settled_to_be_taken_over_the_task_has_the_handle_and_keeps_the_recipe():
    story = chain()
    before = story.run.steps["a"].recipe
    story.told(("a", doubtful()))
    story.asked(settle("adopt", "job-7"))
    assert story.asked(ResumeRun()) == ["run resumed", "a queued 2"]
    (queued,) = [effect for effect in story.effects("a") if isinstance(effect, QueueTask)]
    assert (queued.task.adopt, queued.task.recipe) == ("job-7", before)
    story.told(("a", succeeded(2)))
    assert kinds(story, "a") == ["TellMade"]


def test_settled_as_failed_it_skips_what_hangs_on_it_and_gives_its_recipe_away():
    story = chain()
    story.told(("a", doubtful()))
    assert story.asked(settle("fail")) == ["a failed: in_doubt", "b skipped after a"]
    assert kinds(story, "a") == ["TellAbandoned"]


def test_only_what_is_in_doubt_can_be_settled():
    story = chain()
    for command, reason in (
        (settle("fail"), Reason.NOT_IN_DOUBT),
        (SettleNode(node_id="nobody", action="fail"), Reason.UNKNOWN_NODE),
    ):
        with pytest.raises(Rejected) as no:
            story.asked(command)
        assert no.value.rejection.reason == reason
    story.told(("a", doubtful()))
    with pytest.raises(Rejected) as no:
        story.asked(settle("adopt"))
    assert no.value.rejection.errors[0].loc == ("handle",)


# cancel


def test_cancel_ends_everything_that_has_not_ended():
    story = Story(write("done"), write("a", "done"), write("b", "a"))
    story.begins()
    story.told(("done", succeeded()))
    assert story.asked(CancelRun()) == ["a cancelled", "b cancelled", "run cancelled"]
    assert story.states == {"done": "completed", "a": "cancelled", "b": "cancelled"}


def test_cancel_revokes_what_a_worker_may_hold():
    story = chain()
    story.asked(CancelRun())
    assert [effect for effect in story.effects() if isinstance(effect, Revoke)] == [Revoke("a", 1)]
    story.hears(("a", claimed()), ("a", revoked(epoch=1)))
    assert kinds(story) == [], "revoked, and its holder has still to say how it ended"
    assert not story.run.settled
    story.hears(("a", stopped()))
    assert story.run.settled
    assert kinds(story) == ["TellAbandoned"]


def test_an_attempt_that_nobody_had_begun_ends_with_its_revocation():
    story = chain()
    story.asked(CancelRun())
    story.hears(("a", revoked(epoch=0)))
    assert story.run.settled
    assert story.asked(ResumeRun()) == ["run resumed", "a reset", "b reset", "a queued 2"]


def test_what_was_finished_before_the_cancel_stays():
    story = chain()
    story.hears(("a", succeeded()))
    assert story.asked(CancelRun()) == ["a completed", "b cancelled", "run cancelled"]


def test_a_run_whose_last_report_came_before_the_cancel_is_complete():
    story = Story(write("a"))
    story.begins()
    story.hears(("a", succeeded()))
    assert story.asked(CancelRun()) == ["a completed", "run completed"]


def test_cancelling_twice_is_cancelling_once():
    story = chain()
    story.asked(CancelRun())
    assert story.asked(CancelRun()) == []


def test_a_late_success_changes_no_node_but_is_kept_and_cached():
    story = chain()
    story.asked(CancelRun())
    assert story.told(("a", succeeded(cost=5))) == ["a late"]
    assert story.states["a"] == "cancelled"
    assert story.run.spent == 5
    assert isinstance(story.effects("a")[0], TellMade)
    assert story.told(("a", succeeded(cost=5))) == []


def test_who_waits_for_a_recipe_is_simply_cancelled():
    story = Story(write("a"))
    story.answers["a"] = theirs()
    story.begins()
    assert story.asked(CancelRun()) == ["a cancelled", "run cancelled"]
    assert story.run.settled
    assert story.woken("a") == []


# resume


def test_resume_runs_what_failed_and_what_was_skipped_and_nothing_else():
    story = Story(write("good"), write("bad"), write("child", "good", "bad"))
    story.begins()
    story.told(("good", succeeded()), ("bad", failed()))
    assert story.asked(ResumeRun()) == ["run resumed", "bad reset", "child reset", "bad queued 2"]
    assert story.told(("bad", succeeded(2))) == ["bad completed", "child queued 1"]
    assert story.told(("child", succeeded())) == ["child completed", "run completed"]


def test_a_resumed_attempt_waits_for_the_report_of_the_last():
    story = chain()
    story.hears(("a", claimed()))
    story.asked(CancelRun())
    story.hears(("a", revoked(epoch=1)))
    assert story.asked(ResumeRun()) == ["run resumed", "a reset", "b reset"]
    assert story.told(("a", stopped())) == ["a queued 2"]


def test_a_success_that_arrives_after_the_resume_is_taken():
    story = chain()
    story.hears(("a", claimed()))
    story.asked(CancelRun())
    story.asked(ResumeRun())
    assert story.told(("a", succeeded())) == ["a completed", "b queued 1"]


def test_doubt_that_arrives_after_the_resume_stays_doubt():
    story = chain()
    story.hears(("a", claimed()))
    story.asked(CancelRun())
    story.asked(ResumeRun())
    assert story.told(("a", doubtful())) == ["a in doubt", "run failed: in_doubt at a"]


def test_doubt_about_a_cancelled_node_is_remembered_when_it_is_resumed():
    story = chain()
    story.hears(("a", claimed()))
    story.asked(CancelRun())
    assert story.told(("a", doubtful())) == []
    assert story.asked(ResumeRun())[-2:] == ["a in doubt", "run failed: in_doubt at a"]


@pytest.mark.parametrize("finished", [True, False])
def test_what_runs_or_is_complete_cannot_be_resumed(finished):
    story = Story(text("words"), *([] if finished else [write("a")]))
    story.begins()
    with pytest.raises(Rejected) as no:
        story.asked(ResumeRun())
    assert no.value.rejection.reason == Reason.NOT_RESUMABLE


def test_what_never_was_cannot_be_cancelled():
    with pytest.raises(Rejected) as no:
        Story().asked(CancelRun())
    assert no.value.rejection.reason == Reason.UNKNOWN_RUN


# what recipes hear


def test_a_failed_node_gives_its_recipe_away_and_a_completed_one_tells_it():
    story = Story(write("good"), write("bad"))
    story.begins()
    story.told(("good", succeeded()), ("bad", failed()))
    assert kinds(story) == ["TellMade", "TellAbandoned"]


def test_a_node_refused_its_budget_gives_away_the_recipe_it_had_asked_for():
    story = Story(write("a", estimate=60), budget=10)
    story.begins()
    (given,) = story.effects("a")
    assert isinstance(given, TellAbandoned)
