"""What was tried for a node, told from its log."""

from datetime import UTC, datetime, timedelta

import pytest

from contracts import run as r
from contracts.envelope import ReportLetter, RunDecision, RunLetter
from contracts.failures import Failure, FailureKind
from contracts.work import Claimed, Failed, InDoubt, Revoked, Stopped, Submitted, Submitting, Succeeded
from gateway.views.attempts import Attempts

AT = datetime(2026, 11, 21, tzinfo=UTC)
PLAN = r.Plan(nodes=(r.PlannedNode(id="paint", type="text_to_image", params={}),), outputs=())
STARTED = r.RunStarted(at=AT, run_id="r", project_id="p", user_id="local", plan=PLAN)
BUSY = Failure(kind=FailureKind.RATE_LIMITED, message="Too many requests.", retryable=True)
LOST = Failure(kind=FailureKind.IN_DOUBT, message="The answer was lost.")


class Story:
    def __init__(self):
        self.attempts = Attempts("paint", ["words"])
        self.at = AT

    def asked(self, id_, command):
        letter = RunLetter(id=id_, at=AT, user_id="ada", project_id="p", aggregate_id="r", command=command)
        self.attempts.asked(letter)
        return self

    def decided(self, *events, cause=None):
        self.attempts.decided(RunDecision(id="d", at=AT, actor="orchestrator", cause=cause, events=events))
        return self

    def reported(self, kind, worker="w1", **fields):
        self.at += timedelta(seconds=1)
        if kind is Claimed:
            fields["worker"] = worker
        self.attempts.reported(ReportLetter(id="x", worker=worker, report=kind(at=self.at, **fields)))
        return self

    @property
    def shown(self):
        return self.attempts.shown()


def queued(attempt):
    return r.NodeScheduled(at=AT, node_id="paint", attempt=attempt)


@pytest.fixture
def story():
    return Story().asked("c1", r.StartRun()).decided(STARTED, queued(1), cause="c1")


def test_the_first_attempt_was_caused_by_who_started_the_run(story):
    assert story.shown[0]["because"] == "The execution was started by ada."
    assert story.shown[0]["state"] == "queued"


def test_a_retry_tells_what_failed_before_and_how_long_it_was_to_wait(story):
    story.reported(Claimed, attempt=1, epoch=1)
    story.reported(Failed, attempt=1, epoch=1, failure=BUSY, retry_after_s=4)
    story.decided(
        r.NodeRetryScheduled(at=AT, node_id="paint", attempt=2, retry_at=AT, failure=BUSY, counted=False, cost=3)
    )
    story.decided(queued(2))
    first, second = story.shown
    assert (first["state"], first["retry_after_s"], first["counted"], first["cost"]) == ("failed", 4, False, 3)
    assert first["error"]["kind"] == "rate_limited"
    assert first["ended_at"] - first["started_at"] == timedelta(seconds=1)
    assert second["because"] == "Attempt 1 failed (rate_limited, which counts as waiting)."


def test_a_paid_attempt_tells_key_job_and_cost_and_who_took_it_over(story):
    story.reported(Claimed, attempt=1, epoch=1)
    story.reported(Submitting, attempt=1, epoch=1, key="r.paint.1", request_digest="", send_by=AT)
    story.reported(Submitted, attempt=1, epoch=1, handle={"id": "job-1"})
    story.reported(Claimed, "w2", attempt=1, epoch=2)
    story.reported(Succeeded, "w2", attempt=1, epoch=2, outputs={}, started_at=AT, cost=7)
    done = r.NodeSucceeded(at=AT, node_id="paint", attempt=1, outputs={}, cost=7, cost_basis="reported", notes=("n",))
    (only,) = story.decided(done).shown
    assert (only["state"], only["worker"], only["holders"]) == ("succeeded", "w2", 2)
    assert (only["request_key"], only["handle"], only["cost"]) == ("r.paint.1", {"id": "job-1"}, 7)
    assert (only["cost_basis"], only["notes"]) == ("reported", ["n"])


def test_a_doubt_that_was_settled_causes_the_next_attempt(story):
    story.reported(InDoubt, attempt=1, failure=LOST).decided(
        r.NodeInDoubt(at=AT, node_id="paint", attempt=1, failure=LOST)
    )
    assert story.shown[0]["state"] == "in_doubt"
    story.asked("c2", r.SettleNode(node_id="paint", action="adopt", handle="job-9"))
    story.decided(r.NodeReset(at=AT, node_id="paint", settled=True, adopt="job-9"), cause="c2")
    story.decided(r.RunResumed(at=AT), queued(2))
    assert story.shown[1]["because"] == "It was in doubt and was settled, to take over job job-9, by ada."


def test_a_doubt_that_ended_by_itself_is_a_success_without_an_error(story):
    story.reported(InDoubt, attempt=1, failure=LOST).decided(
        r.NodeInDoubt(at=AT, node_id="paint", attempt=1, failure=LOST)
    )
    story.reported(Succeeded, attempt=1, outputs={}, cost=7, started_at=AT)
    assert (story.shown[0]["state"], story.shown[0]["error"], story.shown[0]["cost"]) == ("succeeded", None, 7)


def test_a_resume_and_an_input_cause_attempts_too(story):
    story.reported(Revoked, attempt=1).reported(Stopped, attempt=1)
    story.asked("c3", r.ResumeRun()).decided(r.RunResumed(at=AT), queued(2), cause="c3")
    story.decided(r.NodeSucceeded(at=AT, node_id="words", attempt=1, outputs={}), queued(3))
    stopped, resumed, fed = story.shown
    assert stopped["state"] == "stopped"
    assert stopped["revoked_at"]
    assert resumed["because"] == "The execution was resumed by ada."
    assert fed["because"] == "Its input words was there."


def test_what_came_too_late_says_so(story):
    story.decided(r.NodeCancelled(at=AT, node_id="paint"))
    story.reported(Succeeded, attempt=1, outputs={}, started_at=AT, cost=5)
    (only,) = story.decided(r.LateResult(at=AT, node_id="paint", attempt=1, outputs={}, cost=5)).shown
    assert only["late"]
    assert only["cost"] == 5


def test_an_attempt_that_only_looks_says_what_it_is_for_and_the_best_keeps_its_notes(story):
    story.decided(r.NodeMade(at=AT, node_id="paint", attempt=1, outputs={}, cost=4, cost_basis="computed"))
    assert story.shown[0]["state"] == "succeeded"
    assert story.shown[1]["because"] == "What attempt 1 made is compared with its characters."
    judged = r.NodeJudged(at=AT, node_id="paint", attempt=2, made=1, outputs={}, again=True)
    story.decided(judged, queued(3))
    assert story.shown[2]["because"] == "Attempt 1 did not show its characters well enough."
    said = "The best of 2 scores 0.45; 0.50 was wanted."
    story.decided(r.NodeSucceeded(at=AT, node_id="paint", attempt=1, outputs={}, judged=True, notes=(said,)))
    assert story.shown[0]["notes"] == [said]
    assert story.shown[0]["cost"] == 4
