"""Characters that stay themselves: what was made with them is compared, made again if need be, and the best kept."""

from typing import Any

import pytest
from running import Running, a_run, asset, image, output, paint, port, repaint, success

from contracts.base import CharacterId, NodeId
from contracts.catalogue import JUDGE
from contracts.plan import PlannedNode
from contracts.values import CharacterValue, Identity, Likeness, MediaValue
from contracts.work import Failed, Succeeded, Task
from orchestrator.domain import judging
from orchestrator.domain.effects import QueueTask, Revoke, TellMade
from orchestrator.domain.evolve import apply
from orchestrator.domain.hearing import hear
from orchestrator.domain.run_state import Run

ANN = CharacterValue(character_id=CharacterId("ann"), name="Ann", references=(image("ann"),))
NODE = NodeId("paint")


def ann() -> PlannedNode:
    return PlannedNode(id=NodeId("ann"), type="character", params={"character_id": "ann"}, character=ANN)


def portrait(**params: Any) -> PlannedNode:
    inputs = (port("character", "ann.character", many=True),)
    given = {"prompt": "Ann at sea", **params}
    return paint("paint", inputs=inputs, judged=True, seed=7, paid=True, estimate=4).model_copy(
        update={"params": given}
    )


def painting(budget: int | None = None, **params: Any) -> Running:
    return a_run(ann(), portrait(**params), output("out", "paint.image"), budget=budget)


def tasks(running: Running) -> list[QueueTask]:
    return [effect for effect in running.effects() if isinstance(effect, QueueTask)]


def task(running: Running) -> Task:
    (only,) = tasks(running)
    return only.task


def likeness(score: float | None) -> Identity:
    each = Likeness(character_id=ANN.character_id, name="Ann", score=score)
    return Identity(
        score=score, threshold=0.4, match=(score or 0) >= 0.4, engine="insightface/tiny", characters=(each,)
    )


def verdict(running: Running, *scores: float | None, notes: tuple[str, ...] = ()) -> Running:
    identities = tuple(likeness(score) for score in scores)
    report = Succeeded(
        at=running.now,
        attempt=running.attempt("paint"),
        outputs={},
        identities=identities,
        notes=notes,
        started_at=running.now,
    )
    return running.reports("paint", report)


def result(running: Running) -> MediaValue:
    (value,) = running.step("paint").outputs["image"]
    assert isinstance(value, MediaValue)
    return value


def test_what_is_made_with_a_character_is_looked_at_before_it_is_the_result() -> None:
    running = painting().succeeds("paint", cost=4).then("NodeMade paint")
    assert running.step("paint").state == "running"
    assert running.run.spent == 4
    (asked,) = tasks(running)
    assert (asked.queue, asked.task.operation, asked.task.attempt) == ("face", JUDGE, 2)
    assert asked.task.inputs == {"made": (image("paint1"),), "character": (ANN,)}
    assert not asked.task.paid
    verdict(running, 0.6).then("NodeJudged paint", "NodeSucceeded paint", "NodeSucceeded out", "RunCompleted")
    assert result(running).identity == likeness(0.6)
    assert running.run.spent == 4


def test_below_the_threshold_of_the_engine_is_shown_and_made_again_only_if_that_was_asked_for() -> None:
    running = verdict(painting().succeeds("paint"), 0.1)
    assert running.states() == {"ann": "completed", "paint": "completed", "out": "completed"}
    identity = result(running).identity
    assert identity is not None
    assert not identity.match


def test_too_little_likeness_is_made_again_with_another_seed_and_the_best_is_kept() -> None:
    running = painting(min_identity=0.5, identity_retries=2).succeeds("paint", cost=4)
    verdict(running, 0.2).then("NodeJudged paint", "NodeScheduled paint")
    second = task(running)
    assert (second.operation, second.attempt) == ("text_to_image", 3)
    assert second.seed not in {7, 0}
    running.succeeds("paint", cost=4)
    verdict(running, 0.45).then("NodeJudged paint", "NodeScheduled paint")
    third = task(running)
    assert third.seed not in {7, second.seed}
    running.succeeds("paint", cost=4)
    verdict(running, 0.3).then("NodeJudged paint", "NodeSucceeded paint", "NodeSucceeded out", "RunCompleted")
    assert result(running) == image("paint3").model_copy(update={"identity": likeness(0.45)})
    (succeeded,) = (e for e in running.said if e.type == "NodeSucceeded" and e.node_id == NODE)
    assert succeeded.notes == ("The best of 3 scores 0.45; 0.50 was wanted.",)
    assert (running.run.spent, running.step("paint").cost) == (12, 12)


def test_enough_likeness_ends_it_at_once() -> None:
    running = verdict(painting(min_identity=0.5, identity_retries=3).succeeds("paint"), 0.5)
    assert running.run.state == "completed"


def test_of_several_results_each_is_to_show_the_character() -> None:
    running = painting(min_identity=0.5, identity_retries=1, count=2).succeeds("paint", image("a"), image("b"))
    verdict(running, 0.9, 0.3).then("NodeJudged paint", "NodeScheduled paint")
    running.succeeds("paint", image("c"), image("d"))
    verdict(running, 0.7, 0.6)
    assert [value.asset_id for value in running.step("paint").outputs["image"]] == ["c", "d"]


def test_a_result_without_a_face_is_worse_than_any_other() -> None:
    running = painting(min_identity=0.5, identity_retries=1).succeeds("paint")
    verdict(running, -0.1).then("NodeJudged paint", "NodeScheduled paint")
    verdict(running.succeeds("paint"), None)
    assert result(running).asset_id == "paint1"


def test_where_nothing_can_be_compared_nothing_is_made_again() -> None:
    running = painting(min_identity=0.5, identity_retries=5).succeeds("paint")
    verdict(running, notes=("No face of Ann is known.",)).then(
        "NodeJudged paint", "NodeSucceeded paint", "NodeSucceeded out", "RunCompleted"
    )
    assert result(running).identity is None
    (succeeded,) = (e for e in running.said if e.type == "NodeSucceeded" and e.node_id == NODE)
    assert succeeded.notes == ("No face of Ann is known.",)


def test_a_judgement_that_fails_for_now_is_tried_again_and_one_that_fails_for_good_loses_nothing() -> None:
    running = painting().succeeds("paint", cost=4).fails("paint", "transient").then("NodeRetryScheduled paint")
    running.later(60).then("NodeScheduled paint")
    assert task(running).operation == JUDGE
    running.fails("paint", "gave_up").then(
        "NodeJudged paint", "NodeSucceeded paint", "NodeSucceeded out", "RunCompleted"
    )
    assert result(running) == image("paint1")
    assert running.run.spent == 4


def test_another_try_that_fails_leaves_the_best_of_those_before() -> None:
    running = painting(min_identity=0.5, identity_retries=2).succeeds("paint", cost=4)
    verdict(running, 0.2)
    running.fails("paint", "content_policy", cost=1)
    running.then("NodeSucceeded paint", "NodeSucceeded out", "RunCompleted")
    assert result(running).identity == likeness(0.2)
    assert running.run.spent == 5
    assert "Another try failed: It was content_policy." in running.said[0].notes


def test_another_try_that_the_budget_does_not_hold_is_not_made() -> None:
    running = painting(budget=6, min_identity=0.5, identity_retries=2).succeeds("paint", cost=4)
    verdict(running, 0.2).then("NodeJudged paint", "NodeSucceeded paint", "NodeSucceeded out", "RunCompleted")
    assert any("not made again" in note for note in running.said[1].notes)


def test_cancelled_while_it_is_compared_the_result_is_kept_for_the_cache() -> None:
    running = painting().succeeds("paint", cost=4).cancelled()
    assert running.run.state == "cancelled"
    effects = running.effects()
    assert any(isinstance(effect, Revoke) and effect.attempt == 2 for effect in effects)
    assert any(isinstance(effect, TellMade) and effect.outputs["image"] == (image("paint1"),) for effect in effects)
    running.revoked("paint")
    assert running.run.settled


def test_a_verdict_that_comes_after_a_cancel_changes_nothing() -> None:
    running = painting().succeeds("paint", cost=4).cancelled()
    verdict(running, 0.9).then_nothing()
    assert running.step("paint").state == "cancelled"


def test_after_a_cancel_a_resume_begins_anew() -> None:
    running = painting().succeeds("paint", cost=4).cancelled().revoked("paint").resumed()
    assert running.step("paint").attempt == 3
    assert task(running).operation == "text_to_image"
    assert task(running).seed == 7


def test_a_doubtful_second_try_that_is_settled_as_failed_leaves_the_first() -> None:
    running = painting(min_identity=0.5, identity_retries=2).succeeds("paint", cost=4)
    verdict(running, 0.2)
    running.doubts("paint")
    assert running.run.state == "failed"
    running.settled("paint", "fail")
    assert result(running).identity == likeness(0.2)
    running.resumed()
    assert running.run.state == "completed"


def test_what_takes_a_picture_from_it_waits_for_the_verdict() -> None:
    running = a_run(ann(), portrait(), repaint("again", "paint"), output("out", "again.image")).succeeds("paint")
    assert running.step("again").state == "waiting"
    verdict(running, 0.6)
    assert running.step("again").state == "queued"


def test_without_a_character_nobody_looks() -> None:
    running = a_run(asset("a"), repaint("paint", "a", judged=False)).succeeds("paint")
    assert running.run.state == "completed"


def test_a_repeated_report_is_silence() -> None:
    running = painting().succeeds("paint")
    made = success("paint", attempt=1)
    running.reports("paint", made).then_nothing()
    verdict(running, 0.6)
    before = running.states()
    report = Failed.model_validate({"at": running.now, "attempt": 2, "failure": {"kind": "gave_up", "message": "late"}})
    running.reports("paint", report).then_nothing()
    assert running.states() == before


@pytest.mark.parametrize("lives", [1, 2])
def test_the_log_told_again_gives_the_same_run(lives: int) -> None:
    running = painting(min_identity=0.5, identity_retries=lives).succeeds("paint", cost=4)
    for _ in range(lives):
        verdict(running, 0.2)
        running.succeeds("paint", cost=4)
    verdict(running, 0.3)
    told = Run()
    for seq, node, what in running.log:
        if node is None:
            apply(told, what, seq)
        else:
            hear(told, node, what)
    assert told == running.run


def test_an_estimate_counts_every_try_that_may_be_made() -> None:
    assert judging.most_tries(portrait(min_identity=0.5, identity_retries=2)) == 3
    assert judging.most_tries(portrait(identity_retries=2)) == 1, "without a threshold nothing is made again"
    assert judging.most_tries(portrait(min_identity=0.5)) == 1
    assert judging.most_tries(paint("plain")) == 1
