"""Folding facts into rows: pure, so that it can be said in one line each."""

import json
from datetime import UTC, datetime

import pytest

from contracts import graph as g
from contracts import run as r
from contracts.envelope import GraphDecision, ReportLetter, RunDecision
from contracts.failures import Failure, FailureKind
from contracts.values import Identity, MediaValue, TextValue
from contracts.work import Claimed, Failed, Succeeded
from gateway.views.fold_graph import fold_graph
from gateway.views.fold_run import fold_report, fold_run
from gateway.views.rows import Batch, Place

AT = datetime(2026, 11, 21, tzinfo=UTC)
PICTURE = MediaValue(type="image", asset_id="a1", sha256="ab" * 32, mime="image/png", bytes=9, width=4, height=3)
TRANSIENT = Failure(kind=FailureKind.TRANSIENT, message="Overloaded.", retryable=True)
PLAN = r.Plan(
    nodes=(
        r.PlannedNode(id="paint", type="text_to_image", params={}),
        r.PlannedNode(id="out", type="output", params={}),
    ),
    outputs=("out",),
)
STARTED = r.RunStarted(at=AT, run_id="r1", project_id="p", user_id="local", graph_id="g1", plan=PLAN)
QUEUED = r.NodeScheduled(at=AT, node_id="paint", attempt=1, recipe="cd" * 32)


class Story:
    """What happens, one message after the other."""

    def __init__(self):
        self.batch = Batch()
        self.seq = 0

    def decided(self, *events):
        self.seq += 1
        decision = RunDecision(id=str(self.seq), at=AT, actor="orchestrator", events=events)
        fold_run(self.batch, decision, Place(self.seq, "p", "r1"))
        return self

    def reported(self, report):
        self.seq += 1
        letter = ReportLetter(id=str(self.seq), worker="w1", report=report)
        fold_report(self.batch, letter, Place(self.seq, "p", "r1", "paint"))
        return self

    @property
    def run(self):
        return self.batch.runs["r1"]

    @property
    def paint(self):
        return self.batch.nodes["r1", "paint"]

    @property
    def told(self):
        return [event.type for event in self.batch.events]


@pytest.fixture
def story():
    return Story().decided(STARTED, QUEUED)


def claimed(attempt=1, epoch=1):
    return Claimed(at=AT, attempt=attempt, epoch=epoch, worker="w1")


def test_the_current_attempts_claim_is_its_start(story):
    story.reported(claimed())
    assert story.paint.state == "running"
    assert story.told == ["execution_started", "node_queued", "node_started"]


def test_a_second_holder_and_an_old_attempt_start_nothing(story):
    story.reported(claimed()).reported(claimed(epoch=2)).decided(r.NodeScheduled(at=AT, node_id="paint", attempt=2))
    story.reported(claimed(attempt=1))
    assert story.told.count("node_started") == 1
    assert story.paint.state == "queued"


def test_work_so_quick_that_nobody_claimed_it_starts_with_its_end(story):
    story.reported(Succeeded(at=AT, attempt=1, outputs={}, started_at=AT))
    assert story.told[-1] == "node_started"
    story.reported(Failed(at=AT, attempt=1, epoch=1, failure=TRANSIENT))
    assert story.told.count("node_started") == 1


def test_positions_are_sequence_and_index(story):
    assert [event.position for event in story.batch.events] == [10_000, 10_001]


def test_costs_add_up_over_attempts_and_late_results(story):
    story.decided(r.NodeFailed(at=AT, node_id="paint", attempt=1, failure=TRANSIENT, cost=3))
    story.decided(r.NodeSucceeded(at=AT, node_id="paint", attempt=2, outputs={}, cost=5))
    story.decided(r.LateResult(at=AT, node_id="paint", attempt=1, outputs={"image": (PICTURE,)}, cost=7))
    assert (story.run.cost, story.paint.cost) == (15, 15)
    assert story.paint.outputs == {}
    assert "a1" in story.batch.assets


def test_a_retry_waits_and_keeps_its_error_until_it_is_queued_again(story):
    retry = r.NodeRetryScheduled(at=AT, node_id="paint", attempt=2, retry_at=AT, failure=TRANSIENT, counted=True)
    story.decided(retry)
    assert (story.paint.state, story.paint.error["kind"]) == ("waiting", "transient")
    story.decided(r.NodeScheduled(at=AT, node_id="paint", attempt=2))
    assert (story.paint.state, story.paint.error, story.paint.attempt) == ("queued", None, 2)
    assert story.told[-2:] == ["node_retrying", "node_queued"]


def test_what_is_no_named_event_is_not_told(story):
    before = list(story.told)
    origin = r.Origin(run_id="r0", node_id="paint")
    story.decided(r.NodeAwaiting(at=AT, node_id="paint", recipe="cd" * 32, maker=origin))
    story.decided(r.NodeReset(at=AT, node_id="paint"))
    assert story.told == before
    assert story.paint.state == "waiting"


def test_a_cached_node_says_where_it_was_made(story):
    origin = r.Origin(run_id="r0", node_id="old")
    story.decided(r.NodeCached(at=AT, node_id="paint", recipe="cd" * 32, outputs={"image": (PICTURE,)}, origin=origin))
    assert story.paint.cached_from == {"execution_id": "r0", "node_id": "old"}
    assert story.batch.assets == {}


def test_a_long_text_is_an_asset_of_its_own(story):
    text = TextValue(text="Once", sha256="ef" * 32)
    story.decided(r.NodeSucceeded(at=AT, node_id="paint", attempt=1, outputs={"text": (text,)}))
    assert story.batch.assets["ef" * 32]["type"] == "text"
    assert story.paint.outputs["text"][0]["url"].endswith("original.txt")


def test_a_refused_run_is_told_and_not_listed():
    from contracts.problems import Reason, Rejection

    rejection = Rejection(reason=Reason.CYCLE, message="a → b → a is a cycle.")
    story = Story().decided(r.RunRefused(at=AT, run_id="r1", user_id="local", rejection=rejection))
    assert story.run.refused
    assert story.run.error["message"] == "a → b → a is a cycle."
    assert story.told == ["execution_failed"]


def test_each_decision_about_a_graph_is_one_version_and_one_event():
    batch = Batch()
    node = g.Node(id="a", type="text")
    edge = g.Edge(id="e", source_node_id="a", source_port="text", target_node_id="b", target_port="value")
    created = g.GraphCreated(at=AT, graph_id="g1", project_id="p", user_id="local", name="One")
    for seq, events in enumerate(
        [
            (created, g.NodeAdded(at=AT, node=node), g.EdgeAdded(at=AT, edge=edge)),
            (),
            (g.NodeRemoved(at=AT, node_id="a"), g.GraphDescribed(at=AT, name="Two")),
        ],
        1,
    ):
        decision = GraphDecision(id=str(seq), at=AT, actor="local", events=events)
        fold_graph(batch, decision, Place(seq, "p", "g1"))
    sheet = batch.sheets["g1"]
    assert (sheet.version, sheet.name, sheet.nodes, sheet.edges) == (2, "Two", {}, {})
    assert [version["version"] for version in batch.versions] == [1, 2]
    assert [event.type for event in batch.events] == ["graph_changed"] * 2


def test_what_is_judged_is_paid_told_and_kept_once(story):
    other = PICTURE.model_copy(update={"asset_id": "a2"})
    like = {"identity": Identity(score=0.2, threshold=0.4, match=False, engine="e")}
    first, second = {"image": (PICTURE.model_copy(update=like),)}, {"image": (other,)}
    story.decided(r.NodeMade(at=AT, node_id="paint", attempt=1, outputs={"image": (PICTURE,)}, cost=4))
    assert (story.paint.state, story.paint.outputs, story.run.cost) == ("queued", {}, 4)
    assert "a1" in story.batch.assets
    story.reported(claimed(attempt=2)).decided(
        r.NodeJudged(at=AT, node_id="paint", attempt=2, made=1, outputs=first, again=True),
        r.NodeScheduled(at=AT, node_id="paint", attempt=3),
    )
    assert story.told[-2:] == ["node_retrying", "node_queued"]
    story.decided(r.NodeMade(at=AT, node_id="paint", attempt=3, outputs=second, cost=5))
    story.decided(
        r.NodeJudged(at=AT, node_id="paint", attempt=4, made=3, outputs=second),
        r.NodeSucceeded(at=AT, node_id="paint", attempt=1, outputs=first, judged=True),
    )
    assert (story.paint.state, story.paint.cost, story.run.cost) == ("completed", 9, 9)
    assert story.paint.outputs["image"][0]["identity"]["score"] == 0.2
    assert [(one["attempt"], one["cost"]) for one in story.batch.generations] == [(1, 4), (3, 5)]
    assert [(one["attempt"], one["again"]) for one in story.batch.judgements] == [(1, True), (3, False)]
    completed = json.loads(story.batch.events[-1].payload)
    assert (completed["cost"], completed["attempt"]) == (9, 1)
    retrying = json.loads(next(e for e in story.batch.events if e.type == "node_retrying").payload)
    assert (retrying["reason"], retrying["outputs"]["image"][0]["identity"]["match"]) == ("identity", False)
