"""Ways that runs have gone wrong, or might: waiting for ever, for too little, for the wrong thing."""

from datetime import timedelta

import pytest

from contracts.base import NodeId, RunId
from contracts.failures import WAITING, Failure, FailureKind
from contracts.problems import Reason
from contracts.run import NodeFailed, NodeRetryScheduled, Origin
from contracts.work import Claimed, Failed
from orchestrator.domain.draft import Mine, RecipeAnswer, Theirs
from orchestrator.domain.effects import Effect, QueueTask, Revoke, SetTimer, TellAbandoned, TellMade
from orchestrator.domain.retries import LONGEST_WAIT_S, MAX_TRIES, after_failure
from orchestrator.domain.run_state import Step
from unit.orchestrator.running import (
    ELSEWHERE,
    NOON,
    PROJECT,
    RUN,
    Running,
    a_run,
    image,
    made,
    output,
    paint,
    refused,
    repaint,
    theirs,
    words,
)

FIRST = Origin(run_id=RUN, node_id=NodeId("a"), project_id=PROJECT)


def a_makes_it(node: NodeId, _key: str) -> RecipeAnswer:
    return Mine() if node == "a" else Theirs(FIRST)


def kinds(running: Running) -> list[type[Effect]]:
    return [type(effect) for effect in running.effects()]


# Resuming


def test_a_resume_that_comes_before_the_revocation_still_has_it_revoked() -> None:
    """The task may never have been queued: then nobody else would ever say that the attempt has ended."""
    running = a_run(paint("a")).cancelled().resumed().then("RunResumed", "NodeReset a")
    assert running.effects() == [Revoke(NodeId("a"), 1)]
    running.revoked("a").then("NodeScheduled a")


def test_the_next_attempt_waits_for_the_end_of_the_last() -> None:
    running = a_run(paint("a")).claims("a").cancelled().revoked("a", epoch=1)
    running.resumed().then("RunResumed", "NodeReset a")
    running.stops("a").then("NodeScheduled a")


def test_a_success_that_comes_after_the_resume_is_taken() -> None:
    running = a_run(paint("a")).claims("a").cancelled().resumed()
    running.succeeds("a").then("NodeSucceeded a", "RunCompleted")


def test_a_resumed_node_may_find_its_own_late_result() -> None:
    running = a_run(paint("a")).claims("a").cancelled().succeeds("a", image("late"), cost=9).then("LateResult a")
    assert kinds(running) == [TellMade]
    assert running.run.spent == 9
    running.finding(made(image("late"))).resumed().then("RunResumed", "NodeReset a", "NodeCached a", "RunCompleted")


def test_a_resume_gives_all_tries_again() -> None:
    running = a_run(paint("p"))
    for _ in range(MAX_TRIES):
        running.fails("p", "transient").later(200)
    assert running.run.state == "failed"
    running.resumed()
    assert running.attempt("p") == MAX_TRIES + 1
    running.fails("p", "transient").then("NodeRetryScheduled p")


# Waiting for a recipe


def test_a_twin_that_waits_for_a_node_in_doubt_does_not_keep_the_run_up() -> None:
    running = a_run(paint("a"), paint("b"), library=a_makes_it)
    running.doubts("a").then("NodeInDoubt a", "RunFailed a")
    assert running.effects() == []  # woken, it could not move, and would ask to be woken over and over
    assert refused(running.resumed).reason == Reason.NOT_RESUMABLE
    running.settled("a", "resubmit").resumed().then("RunResumed", "NodeScheduled a")
    assert kinds(running) == [QueueTask]
    running.succeeds("a", image("a2")).then("NodeSucceeded a", "NodeCached b", "RunCompleted")


def test_two_nodes_alike_in_one_run_are_made_once() -> None:
    running = a_run(paint("a"), paint("b"), output("final", "a.image", "b.image"), library=a_makes_it)
    running.then("RunStarted", "NodeScheduled a", "NodeAwaiting b").succeeds("a")
    running.then("NodeSucceeded a", "NodeCached b", "NodeSucceeded final", "RunCompleted")


def test_a_twin_goes_on_by_itself_when_the_other_one_fails() -> None:
    running = a_run(paint("a"), paint("b"), library=a_makes_it).fails("a", "content_policy")
    assert running.step("b").maker is not None
    running.finding(lambda _n, _k: Mine()).woken("b").then("NodeScheduled b")


def test_handed_on_it_waits_for_the_new_maker_and_is_woken_only_by_a_wake() -> None:
    heir = Origin(run_id=RunId("heir"), node_id=NodeId("p"), project_id=PROJECT)
    running = a_run(paint("p"), library=theirs).finding(lambda _n, _k: Theirs(heir))
    assert running.step("p").maker == ELSEWHERE
    running.told().then_nothing().woken("nobody").then_nothing().woken("p").then("NodeAwaiting p")
    assert running.step("p").maker == heir
    running.woken("p").then_nothing().finding(lambda _n, _k: Mine()).woken("p").then("NodeScheduled p")


def test_a_recipe_that_may_have_been_asked_for_meanwhile_is_given_back_as_well() -> None:
    """Resumed with another input it asked for another recipe; cancelled before that was written down."""
    running = a_run(paint("p", estimate=6), budget=5).then("RunStarted", "NodeFailed p", "RunFailed p")
    assert kinds(running) == [TellAbandoned]
    running = a_run(paint("a")).claims("a").cancelled().revoked("a", epoch=1)
    assert TellAbandoned not in kinds(running)
    assert kinds(running.stops("a")) == [TellAbandoned]


# Trying again


def failed(kind: str, after_s: float | None = None, attempt: int = 1) -> Failed:
    failure = Failure(kind=FailureKind(kind), message="no")
    return Failed(at=NOON, attempt=attempt, failure=failure, retry_after_s=after_s)


def wait_s(step: Step, report: Failed, run: str = "r1") -> float:
    event = after_failure(RunId(run), NodeId("p"), step, report, NOON)
    assert isinstance(event, NodeRetryScheduled)
    return (event.retry_at - NOON).total_seconds()


@pytest.mark.parametrize("tries", range(MAX_TRIES - 1))
def test_each_wait_may_be_twice_the_last_and_jitters_over_its_upper_half(tries: int) -> None:
    waits = [wait_s(Step(tries=tries), failed("transient", attempt=n)) for n in range(1, 50)]
    assert all(2**tries / 2 <= wait <= 2**tries for wait in waits)
    assert len(set(waits)) == len(waits)


def test_the_jitter_is_the_same_whoever_decides_and_another_for_another_run() -> None:
    assert wait_s(Step(), failed("transient")) == wait_s(Step(), failed("transient"))
    assert wait_s(Step(), failed("transient")) != wait_s(Step(), failed("transient"), run="r2")


def test_who_is_turned_away_again_and_again_asks_ever_less_often() -> None:
    """It asked twice a second, for ever."""
    assert wait_s(Step(), failed("rate_limited", attempt=1)) <= 1
    assert 8 <= wait_s(Step(), failed("rate_limited", attempt=5)) <= 16
    assert 60 <= wait_s(Step(), failed("capacity", attempt=5000)) <= 120


@pytest.mark.parametrize("kind", ["transient", "rate_limited"])
def test_what_the_provider_asks_for_is_honoured_up_to_an_hour(kind: str) -> None:
    assert 40 <= wait_s(Step(), failed(kind, 40)) <= 41
    assert isinstance(after_failure(RUN, NodeId("p"), Step(), failed(kind, LONGEST_WAIT_S + 2), NOON), NodeFailed)


@pytest.mark.parametrize("kind", sorted(set(FailureKind) - WAITING))
def test_only_what_may_pass_is_tried_again(kind: str) -> None:
    event = after_failure(RUN, NodeId("p"), Step(), failed(kind), NOON)
    assert isinstance(event, NodeRetryScheduled) == (kind in {"transient", "provider_failed", "result_expired"})


def test_a_timer_of_a_clock_that_is_a_little_ahead_counts() -> None:
    running = a_run(paint("p")).fails("p", "transient")
    retry_at = running.step("p").retry_at
    assert retry_at is not None
    assert running.effects() == [SetTimer(NodeId("p"), retry_at)]
    running.now = retry_at - timedelta(seconds=0.5)
    running.told().then_nothing()
    running.woken("p").then("NodeScheduled p")


def test_a_timer_that_is_far_too_early_does_not() -> None:
    running = a_run(paint("p")).fails("p", "transient", after_s=60)
    running.woken("p").then_nothing()
    assert kinds(running) == [SetTimer]


def test_a_claim_that_is_heard_before_its_decision_counts() -> None:
    running = a_run(paint("p")).fails("p", "transient")
    running.heard("p", Claimed(at=NOON, attempt=2, epoch=1, worker="w")).later(10)
    assert running.states() == {"p": "running"}


# Doubt


def test_a_doubt_that_comes_after_the_cancel_shows_when_the_run_goes_on() -> None:
    running = a_run(paint("a")).claims("a").cancelled().doubts("a").then_nothing()
    assert TellAbandoned not in kinds(running)
    running.resumed().then("RunResumed", "NodeReset a", "NodeInDoubt a", "RunFailed a")


def test_a_settled_doubt_that_is_heard_again_is_settled_still() -> None:
    running = a_run(paint("a"), paint("b", prompt="b")).doubts("a").settled("a", "resubmit").and_then()
    running.doubts("a", attempt=1).then_nothing()
    assert not running.step("a").doubt


def test_settled_as_failed_in_a_run_that_has_ended_it_gives_its_recipe_back() -> None:
    running = (
        a_run(paint("a"), repaint("b", "a")).doubts("a").settled("a", "fail").then("NodeFailed a", "NodeSkipped b")
    )
    assert kinds(running) == [TellAbandoned]
    running.resumed().then("RunResumed", "NodeReset a", "NodeReset b", "NodeScheduled a")


# Inputs


def test_a_prompt_that_lies_in_object_storage_stays_an_input() -> None:
    long = words("only the beginning").model_copy(update={"sha256": "f" * 64})
    running = a_run(paint("write", type="text_to_text"), paint("p", "write.text")).succeeds("write", long)
    (task,) = [e.task for e in running.effects() if isinstance(e, QueueTask)]
    assert (task.params, task.inputs) == ({"prompt": "in a storm"}, {"prompt": (long,)})


def test_a_single_port_takes_the_picked_element() -> None:
    running = a_run(paint("a"), repaint("b", "a", pick=1)).succeeds("a", image("x"), image("y"))
    (task,) = [e.task for e in running.effects() if isinstance(e, QueueTask)]
    assert task.inputs == {"image": (image("y"),)}
