"""A result that is told after its attempt was left in doubt ends the doubt, and is never lost or paid for again."""

import pytest

from orchestrator.domain.effects import TellMade
from unit.orchestrator.running import Running, a_run, folded, image, output, paint, repaint, success


def in_doubt(*more) -> Running:
    return a_run(paint("a"), *more).doubts("a")


def test_while_the_run_goes_on_the_node_is_completed_and_what_hangs_on_it_begins():
    running = a_run(paint("a"), paint("b", prompt="b"), repaint("c", "a")).doubts("a")
    running.succeeds("a", attempt=1, cost=7).then("NodeSucceeded a", "NodeScheduled c")
    assert (running.run.state, running.run.spent) == ("running", 7)


def test_in_a_run_that_failed_for_it_the_node_is_completed_and_a_resume_goes_on_from_there():
    running = in_doubt(repaint("c", "a"))
    assert running.run.state == "failed"
    running.succeeds("a", attempt=1).then("NodeSucceeded a")
    assert any(isinstance(effect, TellMade) for effect in running.effects())
    running.resumed().then("RunResumed", "NodeScheduled c")


def test_when_nothing_else_is_left_a_resume_completes_the_run():
    running = in_doubt(output("out", "a.image")).succeeds("a", attempt=1)
    running.resumed()
    assert running.names()[-1] == "RunCompleted"
    alone = in_doubt().succeeds("a", attempt=1)
    assert alone.resumed().names() == ["RunResumed", "RunCompleted"]


def test_settled_and_sent_again_meanwhile_it_is_kept_and_charged_and_changes_no_node():
    running = in_doubt().settled("a", "resubmit").resumed()
    assert running.attempt("a") == 2
    running.succeeds("a", image("late"), attempt=1, cost=5).then("LateResult a")
    assert running.states() == {"a": "queued"}
    running.succeeds("a", attempt=2, cost=5)
    assert (running.run.state, running.run.spent) == ("completed", 10)


def test_told_after_the_next_attempt_was_done_it_is_kept_all_the_same():
    running = in_doubt().settled("a", "resubmit").resumed().succeeds("a", attempt=2)
    running.succeeds("a", image("late"), attempt=1, cost=5).then("LateResult a")
    running.succeeds("a", image("late"), attempt=1, cost=5).then_nothing()


def test_settled_but_not_yet_begun_again_it_need_not_be_begun():
    running = in_doubt().settled("a", "resubmit")
    running.succeeds("a", attempt=1).then("NodeSucceeded a")


def test_settled_as_failed_it_is_kept_for_the_cache():
    running = in_doubt().settled("a", "fail")
    running.succeeds("a", image("late"), attempt=1, cost=5).then("LateResult a")
    assert any(isinstance(effect, TellMade) for effect in running.effects())


@pytest.mark.parametrize("action", ["resubmit", "fail"])
def test_a_settlement_in_the_very_same_moment_finds_nothing_left_to_settle(action: str):
    running = in_doubt()
    running.heard("a", success("a", attempt=1)).settled("a", action).then("NodeSucceeded a")


def test_in_a_run_that_was_cancelled_it_is_kept_and_there_is_no_doubt_any_more():
    running = a_run(paint("a")).claims("a").cancelled().doubts("a")
    running.succeeds("a", attempt=1, cost=5).then("LateResult a")
    assert not running.step("a").doubt


def test_heard_before_the_doubt_that_another_has_decided_it_is_not_forgotten():
    """An orchestrator has heard of the result, and then finds that another one decided before it was told."""
    running, other = a_run(paint("a")), a_run(paint("a"))
    other.doubts("a")
    running.heard("a", success("a", attempt=1))
    _, _, decision = other.log[-1]
    running._decided(decision.events, None)
    running.told().then("NodeSucceeded a")
    assert folded(running) == running.run
