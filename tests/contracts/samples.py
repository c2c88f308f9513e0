"""One example of every message that travels. Written once to goldens/v1; from then on the goldens are the law."""

from datetime import UTC, datetime

from contracts import asset, character, credit, graph, recipe, run, work
from contracts.envelope import (
    Answer,
    AssetDecision,
    CharacterDecision,
    CreditDecision,
    CreditLetter,
    GraphDecision,
    GraphLetter,
    RecipeDecision,
    ReportLetter,
    RunDecision,
    RunLetter,
)
from contracts.faces import Candidate, Face, FaceAnswer, FaceAsk, WhoIs
from contracts.failures import Failure, FailureKind
from contracts.nodes import OutputPort, PortType
from contracts.problems import Flaw, Reason, Rejection
from contracts.storyboard import Scene, StoryboardValue
from contracts.values import CharacterValue, Identity, Likeness, MediaValue, TextValue

AT = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
PICTURE = MediaValue(
    type="image", asset_id="a1", sha256="ab" * 32, mime="image/png", bytes=1234, width=1024, height=576
)
LIKE_ANN = PICTURE.model_copy(
    update={
        "identity": Identity(
            score=0.31,
            threshold=0.4,
            match=False,
            engine="insightface/tiny",
            characters=(Likeness(character_id="c1", name="Ann", score=0.31),),
        )
    }
)
ANN = CharacterValue(character_id="c1", name="Ann", references=(PICTURE,), engine="insightface/tiny")
FACE = Face(x=1.5, y=2, width=90, height=110, score=0.98, quality=0.7, landmarks=((3.5, 4),), age=31, sex="female")
REFERENCE = character.Reference(asset=PICTURE, face=FACE, engine="insightface/tiny")
BOARD = StoryboardValue(
    title="A storm", style="ink", scenes=(Scene(start="calm sea", end="a wave", motion="slow pan"),), characters=("c1",)
)
TEXT = TextValue(text="a lighthouse")
FAILURE = Failure(kind=FailureKind.TRANSIENT, message="The provider is overloaded.", provider="google", retryable=True)
NODE = graph.Node(
    id="paint",
    type="text_to_image",
    title="Paint",
    params={"prompt": "a lighthouse", "count": 2},
    outputs=(OutputPort(name="image", type=PortType.IMAGE),),
)
EDGE = graph.Edge(id="e1", source_node_id="words", source_port="text", target_node_id="paint", target_port="prompt")
FLAW = Flaw(reason=Reason.CYCLE, message="a → b → a is a cycle.", loc=("ops", 0))
ORIGIN = run.Origin(run_id="r1", node_id="paint")
PLANNED = run.PlannedNode(
    id="paint",
    type="text_to_image",
    params={"prompt": "a lighthouse"},
    provider="local",
    model="local-painter",
    seed=7,
    inputs=(run.PlannedInput(port="prompt", many=False, sources=(run.Source(node_id="words", port="text"),)),),
    queue="image",
)

OPS = (
    graph.AddNode(node_id="paint", node_type="text_to_image", params={"seed": 1}),
    graph.ChangeNode(node_id="paint", params={"seed": None}, title="Painter"),
    graph.VaryNode(node_id="paint"),
    graph.RemoveNode(node_id="paint"),
    graph.AddEdge(
        edge_id="e1", source_node_id="words", source_port="text", target_node_id="paint", target_port="prompt"
    ),
    graph.RemoveEdge(edge_id="e1"),
    graph.Describe(name="Lighthouse", notes=({"text": "hello", "colour": None},)),
)
GRAPH_COMMANDS = (
    graph.CreateGraph(name="Lighthouse", ops=OPS[:1], body_digest="d"),
    graph.EditGraph(ops=OPS, if_version=3),
    graph.RestoreGraph(version=2),
    graph.DeleteGraph(if_version=4),
)
RUN_COMMANDS = (
    run.StartRun(
        graph_id="g1", graph_version=3, output_node_ids=("out",), variables={"who": "a fox"}, assets={"a1": PICTURE}
    ),
    run.CancelRun(),
    run.ResumeRun(),
    run.SettleNode(node_id="paint", action="adopt", handle="job-9"),
)
GRAPH_EVENTS = (
    graph.GraphCreated(at=AT, graph_id="g1", project_id="default", user_id="local", name="Lighthouse"),
    graph.NodeAdded(at=AT, node=NODE),
    graph.NodeChanged(at=AT, node=NODE),
    graph.NodeRemoved(at=AT, node_id="paint"),
    graph.EdgeAdded(at=AT, edge=EDGE),
    graph.EdgeRemoved(at=AT, edge_id="e1"),
    graph.GraphDescribed(at=AT, name="Cliff"),
    graph.GraphDeleted(at=AT),
)
RUN_EVENTS = (
    run.RunStarted(
        at=AT,
        run_id="r1",
        project_id="default",
        user_id="local",
        graph_id="g1",
        graph_version=3,
        graph_name="Lighthouse",
        plan=run.Plan(nodes=(PLANNED,), outputs=("paint",)),
        budget=1_000_000,
    ),
    run.RunRefused(
        at=AT, run_id="r1", user_id="local", rejection=Rejection(reason=Reason.CYCLE, message="no", errors=(FLAW,))
    ),
    run.NodeScheduled(at=AT, node_id="paint", attempt=1, recipe="ef" * 32),
    run.NodeAwaiting(at=AT, node_id="paint", recipe="ef" * 32, maker=ORIGIN),
    run.NodeSucceeded(at=AT, node_id="paint", attempt=1, outputs={"image": (PICTURE,)}, started_at=AT, notes=("n",)),
    run.NodeMade(at=AT, node_id="paint", attempt=1, recipe="ab", outputs={"image": (PICTURE,)}, cost=4, started_at=AT),
    run.NodeJudged(at=AT, node_id="paint", attempt=2, made=1, outputs={"image": (LIKE_ANN,)}, again=True, note="n"),
    run.NodeCached(at=AT, node_id="paint", recipe="ef" * 32, outputs={"image": (PICTURE,)}, origin=ORIGIN),
    run.NodeInherited(at=AT, node_id="paint", recipe="ef" * 32, outputs={"image": (PICTURE,)}, origin=ORIGIN),
    run.NodeInDoubt(at=AT, node_id="paint", attempt=1, failure=FAILURE),
    run.NodeFailed(at=AT, node_id="paint", attempt=1, failure=FAILURE),
    run.NodeRetryScheduled(at=AT, node_id="paint", attempt=2, retry_at=AT, failure=FAILURE, counted=True),
    run.NodeCancelled(at=AT, node_id="paint"),
    run.NodeSkipped(at=AT, node_id="out", because="paint"),
    run.NodeReset(at=AT, node_id="paint"),
    run.LateResult(at=AT, node_id="paint", attempt=1, outputs={"text": (TEXT,)}, cost=5, cost_basis="computed"),
    run.RunCompleted(at=AT),
    run.RunFailed(at=AT, failure=FAILURE, node_id="paint"),
    run.RunCancelled(at=AT),
    run.RunResumed(at=AT),
    run.RunFunded(at=AT, reserved=9_000_000),
)
_BOOKED = {"at": AT, "balance": 50_000_000, "reserved": 4_000_000}
_RUN = {"run_id": "r1", "project_id": "default"}
CREDIT_COMMANDS = (
    credit.Grant(amount=5_000_000, key="welcome", reason="Welcome."),
    credit.TopUp(amount=5_000_000, key="cs_1", reason="checkout c1"),
    credit.Adjust(amount=-5, key="k", reason="counted twice"),
    credit.TakeBack(key="pi_1", total=5_000_000, reason="refund"),
    credit.SetBudget(daily=9_000_000, admin=True),
)
CREDIT_EVENTS = (
    credit.Granted(**_BOOKED, amount=5_000_000, key="welcome", reason="Welcome.", by="root"),
    credit.ToppedUp(**_BOOKED, amount=5_000_000, source="stripe", key="cs_1", reason="checkout c1"),
    credit.Adjusted(**_BOOKED, amount=-5, source="stripe", key="pi_1", reason="refund", by="local", total=5),
    credit.Reserved(**_BOOKED, **_RUN, amount=4_000_000),
    credit.ReservationEnlarged(**_BOOKED, **_RUN, amount=1_000_000, life=1),
    credit.Captured(
        **_BOOKED,
        **_RUN,
        amount=3_000_000,
        cost=3_000_000,
        basis="computed",
        charges=(credit.Charge(node_id="paint", provider="google", model="gemini", cost=3_000_000),),
    ),
    credit.Released(**_BOOKED, **_RUN, amount=1_000_000),
    credit.BudgetSet(**_BOOKED, daily=None, by="local"),
)
RECIPE_EVENTS = (
    recipe.Making(at=AT, by=ORIGIN),
    recipe.Waiting(at=AT, by=ORIGIN),
    recipe.Made(at=AT, by=ORIGIN, outputs={"image": (PICTURE,)}),
    recipe.Abandoned(at=AT, by=ORIGIN),
    recipe.Voided(at=AT),
)
ASSET_EVENTS = (
    asset.AssetAdded(at=AT, asset=PICTURE, user_id="local", project_id="default", name="cliff.png"),
    asset.AssetRenamed(at=AT, name="Cliff at dusk"),
    asset.AssetTagged(at=AT, tags=("keep", "sea cliff")),
    asset.AssetDeleted(at=AT),
    asset.AssetRestored(at=AT),
)
CHARACTER_EVENTS = (
    character.CharacterCreated(
        at=AT, character_id="c1", user_id="local", project_id="default", name="Ann", references=(REFERENCE,)
    ),
    character.CharacterChanged(at=AT, name="Anna", tags=("hero",)),
    character.ReferenceAdded(at=AT, reference=REFERENCE),
    character.ReferenceRemoved(at=AT, asset_id="a1"),
    character.CharacterMerged(at=AT, into="c2"),
    character.CharacterDeleted(at=AT),
)
REPORTS = (
    work.Claimed(at=AT, attempt=1, epoch=1, basis=9, worker="w1"),
    work.Submitting(at=AT, attempt=1, epoch=1, basis=9, key="r1.paint.1", request_digest="d", send_by=AT),
    work.Submitted(at=AT, attempt=1, epoch=1, basis=9, handle={"id": "job-9"}),
    work.Succeeded(
        at=AT, attempt=1, epoch=1, basis=9, outputs={"image": (PICTURE,)}, usage={"images": 1}, started_at=AT
    ),
    work.Failed(at=AT, attempt=1, epoch=1, basis=9, failure=FAILURE, retry_after_s=2.5),
    work.InDoubt(at=AT, attempt=1, epoch=1, basis=9, failure=FAILURE),
    work.Stopped(at=AT, attempt=1, epoch=1, basis=9),
    work.Revoked(at=AT, attempt=1),
)


def _letter(kind, command):
    return kind(
        id="m1",
        at=AT,
        user_id="local",
        project_id="default",
        aggregate_id="x1",
        reply_to="groove.answer.g",
        command=command,
    )


def _decision(kind, event):
    return kind(id="m2", at=AT, cause="m1", actor="local", answers="m1", events=(event,))


def _named(prefix, kind, make, contents):
    return {f"{prefix}.{content.type}": (kind, make(kind, content)) for content in contents}


SAMPLES = {
    **_named("GraphLetter", GraphLetter, _letter, GRAPH_COMMANDS),
    **_named("RunLetter", RunLetter, _letter, RUN_COMMANDS),
    **_named("GraphDecision", GraphDecision, _decision, GRAPH_EVENTS),
    **_named("RunDecision", RunDecision, _decision, RUN_EVENTS),
    **_named("RecipeDecision", RecipeDecision, _decision, RECIPE_EVENTS),
    **_named("AssetDecision", AssetDecision, _decision, ASSET_EVENTS),
    **_named("CharacterDecision", CharacterDecision, _decision, CHARACTER_EVENTS),
    **_named("CreditLetter", CreditLetter, _letter, CREDIT_COMMANDS),
    **_named("CreditDecision", CreditDecision, _decision, CREDIT_EVENTS),
    **_named("ReportLetter", ReportLetter, lambda kind, r: kind(id="m3", worker="w1", report=r), REPORTS),
    "Task": (
        work.Task,
        work.Task(
            id="m4",
            basis=9,
            run_id="r1",
            node_id="paint",
            project_id="default",
            user_id="local",
            attempt=1,
            operation="image_to_image",
            provider="local",
            model="local-painter",
            params={"prompt": "night"},
            inputs={"image": (PICTURE,), "prompt": (TEXT,)},
        ),
    ),
    "Task.identity": (
        work.Task,
        work.Task(
            id="m5",
            basis=9,
            run_id="r1",
            node_id="paint",
            project_id="default",
            user_id="local",
            attempt=2,
            operation="identity",
            inputs={"made": (PICTURE,), "character": (ANN,), "storyboard": (BOARD,)},
        ),
    ),
    "FaceAsk": (FaceAsk, FaceAsk(ask=WhoIs(user_id="local", sha256="ab" * 32))),
    "FaceAnswer": (
        FaceAnswer,
        FaceAnswer(
            engine="insightface/tiny",
            threshold=0.4,
            width=64,
            height=48,
            faces=(FACE,),
            candidates=(Candidate(character_id="c1", score=0.8, match=True, source_asset_id="a1"),),
        ),
    ),
    "Progress": (
        work.Progress,
        work.Progress(run_id="r1", project_id="default", node_id="paint", attempt=1, progress=0.5),
    ),
    "Control": (work.Control, work.Control(run_id="r1")),
    "Answer": (Answer, Answer(command_id="m1", outcome="done", seq=12, version=3)),
}
