"""A run made from an earlier one: what is taken over, what is planned anew, and what may not be."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from contracts.base import MessageId, NodeId, RunId, UserId
from contracts.envelope import RunDecision
from contracts.graph import Op, RemoveEdge, RemoveNode, VaryNode
from contracts.plan import Frozen, InlineGraph
from contracts.problems import Reason, Rejected, Rejection
from contracts.run import NodeCached, NodeInherited, NodeScheduled, NodeSucceeded, RunRefused, RunStarted, StartRun
from contracts.values import TextValue
from orchestrator.domain.draft import FULL
from orchestrator.domain.effects import QueueTask
from orchestrator.domain.evolve import apply
from orchestrator.domain.fork import Fork, born, fork
from orchestrator.domain.plan import plan
from orchestrator.domain.run import look, start, taking_over
from orchestrator.domain.run_state import Run, sources_of
from unit.orchestrator.drawn import BOOK, PHOTO, WALK, change, drawn, edge, node
from unit.orchestrator.running import NOON, USER, Running, folded, image, letter, mine, words

HOUR = {"hour": "dawn"}
SNAPSHOT = TypeAdapter(Run)
FORK = RunId("fork")


def frozen(*ops: Op, outputs: tuple[str, ...] = (), **more: Any) -> Frozen:
    graph = drawn(*ops)
    inline = InlineGraph(name=graph.name, nodes=tuple(graph.nodes.values()), edges=tuple(graph.edges.values()))
    return Frozen(graph=inline, output_node_ids=tuple(map(NodeId, outputs)), **more)


def begun(made_from: Frozen, **request: Any) -> Running:
    """A run of it, with nothing done yet."""
    command = StartRun(
        output_node_ids=made_from.output_node_ids, assets=made_from.assets, variables=HOUR, body_digest="one", **request
    )
    made = plan(command, made_from.graph.nodes, made_from.graph.edges, BOOK)
    return Running(Run()).told(start(letter(command), command, made, (3, "Lighthouse")), letter="m1")


def finished(running: Running, *but: str) -> Running:
    """Everything that comes up is done, all but these."""
    while work := [str(n) for n, step in running.run.steps.items() if step.state == "queued" and n not in but]:
        for name in work:
            one = words(f"seen {name}") if running.run.plan[NodeId(name)].type == "image_to_text" else image(name)
            running.succeeds(name, one, cost=5)
    return running


def forked(source: Running, made_from: Frozen, *edits: Op, **request: Any) -> Fork:
    return fork(StartRun(fork_of=source.run.id, edits=edits, **request), source.run, made_from, BOOK, NOON)


def refused(do: Callable[[], object]) -> tuple[Reason, tuple[str | int, ...]]:
    with pytest.raises(Rejected) as no:
        do()
    (flaw, *_) = no.value.rejection.errors
    return flaw.reason, flaw.loc


def running_fork(made: Fork, **more: Any) -> Running:
    """Started, as the log has it."""
    command = StartRun(fork_of=made.source.id, body_digest="two", **more)
    sent = letter(command, "m2").model_copy(update={"aggregate_id": FORK})
    return Running(Run()).told(start(sent, command, made.plan, (made.version, "Lighthouse"), made), letter="m2")


MADE_FROM = frozen(*WALK)


@pytest.fixture
def source() -> Running:
    return finished(begun(MADE_FROM))


def test_without_edits_everything_is_inherited_and_the_run_is_over_at_once(source: Running) -> None:
    fork_ = running_fork(forked(source, MADE_FROM))
    fork_.then(
        "RunStarted",
        *(f"NodeInherited {name}" for name in ("idea", "paint", "look", "again", "final")),
        "RunCompleted",
    )
    assert fork_.run.spent == 0
    assert fork_.effects() == []
    started = fork_.said[0]
    assert isinstance(started, RunStarted)
    assert (started.forked_from, started.graph_version, started.variables) == (source.run.id, 3, HOUR)
    inherited = fork_.said[2]
    assert isinstance(inherited, NodeInherited)
    assert (inherited.origin.run_id, inherited.origin.node_id) == (source.run.id, "paint")
    assert inherited.outputs == source.step("paint").outputs


@pytest.mark.parametrize(
    ("edits", "anew"),
    [
        ((change("paint", params={"seed": 7}),), {"paint", "look", "again", "final"}),
        ((change("look", params={"prompt": "briefly"}),), {"look", "again", "final"}),
        ((change("again", params={"prompt": "in winter"}),), {"again", "final"}),
        ((change("paint", params={"model": "second-painter"}),), {"paint", "look", "again", "final"}),
        ((VaryNode(node_id=NodeId("again")),), {"again", "final"}),
        ((RemoveEdge(edge_id="e3"), change("again", params={"prompt": "x"})), {"again", "final"}),
        ((node("more", "text", text="more"), edge("e9", "more.text", "final.value")), {"more", "final"}),
        ((change("paint", title="Painter"), change("look", position={"x": 9, "y": 9})), set()),
        ((change("paint", params={"seed": 7}), change("paint", params={"seed": None})), set()),
        ((change("look", bypassed=True),), None),
    ],
)
def test_what_an_edit_touches_and_what_hangs_on_it_is_made_anew(
    source: Running, edits: tuple[Op, ...], anew: set[str] | None
) -> None:
    if anew is None:
        assert refused(lambda: forked(source, MADE_FROM, *edits))[0] == Reason.MISSING_INPUT
        return
    made = forked(source, MADE_FROM, *edits)
    assert {one.id for one in made.plan.nodes} - set(made.heirs) == anew


def test_a_variable_changes_what_uses_it_and_what_hangs_on_that(source: Running) -> None:
    assert forked(source, MADE_FROM, variables={"hour": "dawn", "other": "x"}).heirs == tuple(source.run.steps)
    assert forked(source, MADE_FROM, variables={"hour": "noon"}).heirs == ()
    assert forked(source, MADE_FROM, variables={"hour": "noon"}).plan.nodes[0].params == {
        "text": "a lighthouse at noon"
    }


def test_what_has_no_result_is_made_and_what_is_being_made_is_waited_for(source: Running) -> None:
    stopped = finished(begun(MADE_FROM), "again")
    assert forked(stopped, MADE_FROM).heirs == ("idea", "paint", "look")
    stopped.fails("again")
    assert stopped.run.state == "failed"
    fork_ = running_fork(forked(stopped, MADE_FROM))
    assert fork_.states() == {
        "idea": "inherited",
        "paint": "inherited",
        "look": "inherited",
        "again": "queued",
        "final": "waiting",
    }
    (task,) = fork_.effects()
    assert isinstance(task, QueueTask)
    assert [value.digest for value in task.task.inputs["image"]] == [image("paint").digest]
    assert finished(fork_).run.state == "completed"
    assert source.run.state == "completed"


def test_an_unchanged_result_stays_even_if_its_model_is_gone(source: Running) -> None:
    gone = source.run.copy()
    of_old = {
        name: one.model_copy(update={"model": "old"}) if one.model == "painter" else one
        for name, one in gone.plan.items()
    }
    gone.plan = of_old
    made = fork(StartRun(fork_of=gone.id), gone, MADE_FROM, BOOK, NOON)
    assert [one.model for one in made.plan.nodes] == [None, "old", "eye", "old", None]
    edited = fork(StartRun(edits=(change("again", params={"prompt": "x"}),)), gone, MADE_FROM, BOOK, NOON)
    assert [one.model for one in edited.plan.nodes][3] == "painter", "what is made again is made by what there is"


def test_what_is_made_again_is_made_by_what_made_it_before() -> None:
    made_from = frozen(*WALK[:2], WALK[5], preferred_models=("second-painter",))
    first = begun(made_from, preferred_models=("second-painter",))
    assert first.run.plan[NodeId("paint")].model == "second-painter"
    made = forked(first, made_from.model_copy(update={"preferred_models": ()}), change("paint", params={"seed": 2}))
    assert made.plan.nodes[1].model == "second-painter"


def test_the_outputs_that_were_asked_for_are_asked_for_again_unless_they_are_gone_or_others_are_named() -> None:
    made_from = frozen(*WALK, outputs=("look",))
    first = finished(begun(made_from))
    assert [one.id for one in forked(first, made_from).plan.nodes] == ["idea", "paint", "look"]
    named = forked(first, made_from, output_node_ids=(NodeId("paint"),))
    assert (named.plan.outputs, named.frozen.output_node_ids) == (("paint",), ("paint",))
    rest = (RemoveNode(node_id=NodeId("look")), change("again", params={"prompt": "x"}))
    assert forked(first, made_from, *rest).plan.outputs == ("final",)


def test_a_fork_can_be_forked_from_what_its_own_log_says(source: Running) -> None:
    first = finished(running_fork(forked(source, MADE_FROM, change("again", params={"prompt": "in winter"}))))
    kept = born(first.run, USER).frozen
    assert kept is not None
    second = forked(first, kept, change("look", params={"prompt": "briefly"}))
    assert second.heirs == ("idea", "paint")
    assert next(one for one in second.plan.nodes if one.id == "again").params["prompt"] == "in winter"


def test_an_inline_graph_is_read_as_it_was_found_good_then() -> None:
    made_from = frozen(
        node("photo", "asset", asset_id="photo1"),
        node("look", "image_to_text"),
        edge("e1", "photo.image", "look.image"),
    )
    sent = [one.model_copy(update={"outputs": (), "params": {**one.params}}) for one in made_from.graph.nodes]
    as_sent = Frozen(graph=made_from.graph.model_copy(update={"nodes": tuple(sent)}), assets={"photo1": PHOTO})
    first = finished(begun(made_from.model_copy(update={"assets": {"photo1": PHOTO}})))
    made = forked(first, as_sent, node("big", "image_to_image", prompt="x"), edge("e2", "photo.image", "big.image"))
    assert made.heirs == ("photo", "look")


@pytest.mark.parametrize(
    ("edits", "reason", "loc"),
    [
        ((change("nobody", params={"seed": 1}),), Reason.UNKNOWN_NODE, ("edits", 0, "node_id")),
        ((change("idea"), change("paint", params={"sead": 1})), Reason.UNKNOWN_PARAM, ("edits", 1, "params", "sead")),
        ((edge("e9", "again.image", "paint.character"),), Reason.TYPE_MISMATCH, ("edits", 0)),
        ((change("paint", params={"model": "old"}),), Reason.MODEL_RETIRED, ("edits", 0, "params", "model")),
        ((change("idea", params={"text": "{{who}}"}),), Reason.UNKNOWN_VARIABLE, ("nodes", "idea", "params", "text")),
        (tuple(RemoveNode(node_id=one.node_id) for one in WALK[:5]), Reason.EMPTY_GRAPH, ()),
    ],
)
def test_edits_that_do_not_fit_are_refused_where_they_are(
    source: Running, edits: tuple[Op, ...], reason: Reason, loc: tuple[str | int, ...]
) -> None:
    said, where = refused(lambda: forked(source, MADE_FROM, *edits))
    assert (said, where[: len(loc)]) == (reason, loc)


def test_only_ones_own_run_that_began_can_be_forked(source: Running) -> None:
    assert born(source.run, USER) is source.run.started
    assert refused(lambda: born(source.run, UserId("another"))) == (Reason.UNKNOWN_RUN, ("fork_of",))
    assert refused(lambda: born(Run(), USER)) == (Reason.UNKNOWN_RUN, ("fork_of",))
    never = Run()
    no = RunRefused(
        at=NOON, run_id=RunId("r"), user_id=USER, rejection=Rejection(reason=Reason.CYCLE, message="a → a is a cycle.")
    )
    apply(never, RunDecision(id=MessageId("d"), at=NOON, actor="o", events=(no,)), 1)
    assert refused(lambda: born(never, USER)) == (Reason.NOT_FORKABLE, ("fork_of",))
    assert refused(lambda: born(never, UserId("another")))[0] == Reason.UNKNOWN_RUN


# more than a message holds


def wide(number: int) -> Frozen:
    return frozen(*(node(f"n{index}", "text_to_text", prompt=f"p{index}") for index in range(number)))


@pytest.fixture(scope="module")
def heavy() -> tuple[Running, Frozen]:
    """Forty long texts: more than a message should hold."""
    made_from = wide(40)
    running = begun(made_from)
    for name in list(running.run.steps):
        running.succeeds(name, TextValue(text=f"{name} {'long ' * 3_000}"))
    return running, made_from


def test_what_does_not_fit_one_message_is_taken_over_in_the_next(heavy: tuple[Running, Frozen]) -> None:
    running, made_from = heavy
    made = forked(running, made_from)
    fork_ = running_fork(made)
    assert 0 < len(fork_.run.heirs_left()) < 40
    assert fork_.run.state == "running"
    assert fork_.told().said == (), "without the source nothing is decided: nothing is made that is to be taken over"
    assert fork_.woken("n39").said == ()
    while fork_.run.heirs_left():
        fork_.told(taking_over(made.source, None))
        assert sum(len(str(event)) for event in fork_.said) < 3 * FULL
    assert fork_.run.state == "completed"
    assert set(fork_.states().values()) == {"inherited"}
    assert {name: step.outputs for name, step in fork_.run.steps.items()} == {
        name: step.outputs for name, step in running.run.steps.items()
    }


def test_cancelled_in_between_it_takes_over_the_rest_when_it_is_resumed(heavy: tuple[Running, Frozen]) -> None:
    made = forked(*heavy)
    fork_ = running_fork(made).cancelled()
    assert fork_.run.state == "cancelled"
    fork_.resumed()
    while fork_.run.heirs_left():
        fork_.told(taking_over(made.source, None))
    assert set(fork_.states().values()) == {"inherited"}


# whatever is edited, and whenever


@st.composite
def edits(draw: st.DrawFn) -> tuple[Op, ...]:
    may = [
        change("idea", params={"text": "another"}),
        change("paint", params={"seed": 7}),
        change("paint", title="New"),
        change("look", params={"prompt": "briefly"}),
        change("again", params={"prompt": "in winter"}),
        VaryNode(node_id=NodeId("paint")),
        RemoveEdge(edge_id="e3"),
        node("more", "text_to_text", prompt="more"),
        node("sky", "image_to_image", prompt="sky"),
        edge("e9", "paint.image", "sky.image"),
        edge("e10", "sky.image", "final.value"),
    ]
    return tuple(may[index] for index in sorted(draw(st.sets(st.integers(0, len(may) - 1), max_size=5))))


@settings(max_examples=60, deadline=None)
@given(edits(), st.integers(0, 4), st.booleans())
def test_what_is_inherited_is_what_would_have_been_made(changes: tuple[Op, ...], done: int, fails: bool) -> None:
    """From any state of the source: heirs come first, have sources that are heirs, and recipes that did not change."""
    running = begun(MADE_FROM)
    for name in ("paint", "look", "again")[:done]:
        if fails and name == "again":
            running.fails(name)
        else:
            running.succeeds(name, words(f"seen {name}") if name == "look" else image(name))
    try:
        made = forked(running, MADE_FROM, *changes)
    except Rejected:
        return
    by_id = {one.id: one for one in made.plan.nodes}
    for heir in made.heirs:
        assert running.step(heir).state in {"completed", "cached", "inherited"}
        assert set(sources_of(by_id[heir])) <= set(made.heirs)
        again, before = by_id[heir], running.run.plan[heir]
        assert again == before.model_copy(update={"title": again.title})
    fork_ = running_fork(made)
    assert [e.node_id for e in fork_.said if isinstance(e, NodeInherited)] == list(made.heirs)
    touched = {e.node_id for e in fork_.said if isinstance(e, NodeScheduled | NodeSucceeded | NodeCached)}
    assert touched.isdisjoint(made.heirs)
    finished(fork_)
    assert fork_.run.state == "completed"
    assert fork_.run.spent == 5 * sum(by_id[n].queue is not None and n not in made.heirs for n in by_id)
    for upto in range(len(fork_.log) + 1):  # any prefix folds, survives a snapshot, and decides nothing twice
        prefix = Running(Run(), log=fork_.log[:upto])
        run = folded(prefix)
        assert SNAPSHOT.validate_json(SNAPSHOT.dump_json(run)) == run
        kept = {(n, key): mine(n, key) for n, key in look(run, NOON, {}).needs.items()}
        assert not any(isinstance(e, NodeInherited) for e in look(run, NOON, kept).events)
    assert folded(fork_) == fork_.run
