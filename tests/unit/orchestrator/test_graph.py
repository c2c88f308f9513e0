from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.base import EdgeId, NodeId
from contracts.graph import (
    MAX_GRAPH_BYTES,
    MAX_NODES,
    CreateGraph,
    DeleteGraph,
    Describe,
    Edge,
    EdgeRemoved,
    EditGraph,
    Node,
    NodeRemoved,
    Op,
    Point,
    RemoveEdge,
    RemoveNode,
    RestoreGraph,
    VaryNode,
)
from contracts.problems import Reason, Rejected, Rejection
from orchestrator.domain.connect import Wiring
from orchestrator.domain.drawing import weight
from orchestrator.domain.graph import REMEMBERED, UNBORN, Graph, apply, decide, fold
from unit.orchestrator.drawn import (
    BOOK,
    NOON,
    WALK,
    change,
    decision,
    drawn,
    edge,
    edited,
    letter,
    node,
    refused,
    refused_ops,
    told,
)


def events_of(graph: Graph, *ops: Op) -> tuple[Any, ...]:
    return decide(letter(EditGraph(ops=ops)), graph, BOOK, NOON)


def test_a_graph_is_created_with_everything_in_it() -> None:
    graph = drawn(*WALK)
    assert (graph.version, graph.seq, graph.name, len(graph.nodes), len(graph.edges)) == (1, 1, "Lighthouse", 5, 5)
    assert (graph.id, graph.user_id, graph.body_digest, graph.deleted) == ("g1", "local", "one", False)


def test_creating_it_again_is_silence_and_with_another_body_a_refusal() -> None:
    graph = drawn(*WALK)
    assert decide(letter(CreateGraph(name="x", body_digest="one")), graph, BOOK, NOON) == ()
    assert refused(graph, CreateGraph(name="x", body_digest="two"))[0].reason is Reason.DIFFERENT_BODY


@pytest.mark.parametrize("command", [EditGraph(ops=()), RestoreGraph(version=1), DeleteGraph()])
def test_nothing_can_be_asked_of_a_graph_that_never_was(command: Any) -> None:
    assert refused(UNBORN, command)[0].reason is Reason.UNKNOWN_GRAPH


def test_a_deleted_graph_is_unknown_but_may_be_deleted_again() -> None:
    graph = told(drawn(*WALK), DeleteGraph())
    assert graph.deleted
    assert not graph.live
    assert decide(letter(DeleteGraph()), graph, BOOK, NOON) == ()
    for command in (EditGraph(ops=()), RestoreGraph(version=1), CreateGraph(name="x", body_digest="one")):
        assert refused(graph, command, graph)[0].reason is Reason.UNKNOWN_GRAPH


def test_somebody_elses_graph_is_unknown() -> None:
    with pytest.raises(Rejected) as no:
        decide(letter(DeleteGraph(), user="other"), drawn(*WALK), BOOK, NOON)
    assert no.value.rejection.reason is Reason.UNKNOWN_GRAPH


def test_a_change_to_another_version_is_stale() -> None:
    flaw = refused(drawn(*WALK), EditGraph(ops=(), if_version=7))[0]
    assert flaw.reason is Reason.STALE_VERSION
    assert "version 1" in flaw.message
    assert "version 7" in flaw.message


@pytest.mark.parametrize(
    ("op", "reason", "loc", "words"),
    [
        (node("n", "text_to_imag"), Reason.UNKNOWN_NODE_TYPE, ("node_type",), "text_to_image"),
        (node("n", "text_to_image", count=99), Reason.INVALID_PARAM, ("params", "count"), "at most 8"),
        (node("n", "text_to_image", colour="red"), Reason.UNKNOWN_PARAM, ("params", "colour"), "It takes: prompt"),
        (node("n", "text_to_image", provider="moon"), Reason.UNKNOWN_PROVIDER, ("params", "provider"), "local, cloud"),
        (node("n", "text_to_image", model="moon"), Reason.UNKNOWN_MODEL, ("params", "model"), "painter"),
        (node("n", "text_to_image", model="old"), Reason.MODEL_RETIRED, ("params", "model"), "2026-01-02"),
        (node("n", "text_to_image", model="eye"), Reason.MODEL_CANNOT, ("params", "model"), "image_to_text"),
        (node("n", "text"), Reason.INVALID_PARAM, ("params", "text"), "required"),
        (node("paint", "upscale"), Reason.DUPLICATE_ID, ("node_id",), "'paint'"),
        (node("n", "asset", asset_id="a").model_copy(update={"media": None}), Reason.UNKNOWN_ASSET,
         ("params", "asset_id"), "no such asset"),
        (change("gone", title="x"), Reason.UNKNOWN_NODE, ("node_id",), "'gone'"),
        (change("paint", params={"count": 0}), Reason.INVALID_PARAM, ("params", "count"), "at least 1"),
        (change("idea", params={"text": None}), Reason.INVALID_PARAM, ("params", "text"), "required"),
        (VaryNode(node_id=NodeId("idea")), Reason.INVALID_PARAM, ("node_id",), "no variations"),
        (VaryNode(node_id=NodeId("gone")), Reason.UNKNOWN_NODE, ("node_id",), "'gone'"),
        (RemoveNode(node_id=NodeId("gone")), Reason.UNKNOWN_NODE, ("node_id",), "'gone'"),
        (RemoveEdge(edge_id=EdgeId("gone")), Reason.UNKNOWN_EDGE, ("edge_id",), "'gone'"),
    ],
)  # fmt: skip
def test_a_bad_op_is_refused_by_name_and_place(op: Op, reason: Reason, loc: tuple[str, ...], words: str) -> None:
    flaw = refused_ops(drawn(*WALK), change("idea", title="Idea"), op)
    assert (flaw.reason, flaw.loc) == (reason, ("ops", 1, *loc))
    assert words in flaw.message


def test_every_bad_param_of_an_op_is_named() -> None:
    flaws = refused(drawn(), EditGraph(ops=(node("n", "text_to_image", count=0, colour="red"),)))
    assert [flaw.loc for flaw in flaws] == [("ops", 0, "params", "count"), ("ops", 0, "params", "colour")]


def test_what_is_repeated_or_changes_nothing_is_silence() -> None:
    graph = drawn(*WALK)
    assert events_of(graph, *WALK) == ()
    assert events_of(graph, change("paint"), change("paint", bypassed=False, params={"seed": None})) == ()
    assert events_of(graph, Describe(name="Lighthouse", notes=())) == ()
    assert events_of(graph, change("paint", title="x"), change("paint", title="")) == ()
    assert events_of(graph, edge("x", "idea.text", "final.value"), RemoveEdge(edge_id=EdgeId("x"))) == ()


def test_a_change_merges_params_and_takes_none_away() -> None:
    graph = edited(
        drawn(node("n", "text_to_image", prompt="a", count=2)), change("n", params={"seed": 3.0, "count": None})
    )
    assert graph.nodes[NodeId("n")].params == {"prompt": "a", "seed": 3}
    assert isinstance(graph.nodes[NodeId("n")].params["seed"], int)


def test_a_change_moves_titles_and_bypasses() -> None:
    graph = edited(drawn(*WALK), change("paint", title="Dawn", position=Point(x=3, y=4), bypassed=True))
    paint = graph.nodes[NodeId("paint")]
    assert (paint.title, paint.position, paint.bypassed, graph.version) == ("Dawn", Point(x=3, y=4), True, 2)


def test_a_variation_is_one_more() -> None:
    graph = edited(drawn(*WALK), VaryNode(node_id=NodeId("paint")), VaryNode(node_id=NodeId("paint")))
    assert graph.nodes[NodeId("paint")].variation == 2


def test_a_node_takes_its_edges_with_it() -> None:
    events = events_of(drawn(*WALK), RemoveNode(node_id=NodeId("paint")))
    assert [event.type for event in events] == ["EdgeRemoved"] * 3 + ["NodeRemoved"]
    assert {event.edge_id for event in events if isinstance(event, EdgeRemoved)} == {"e1", "e2", "e4"}
    assert isinstance(events[-1], NodeRemoved)


def test_an_asset_gives_what_it_is_and_cannot_become_another_kind_while_it_is_used() -> None:
    graph = drawn(
        node("photo", "asset", asset_id="a1"), node("look", "image_to_text"), edge("e", "photo.image", "look.image")
    )
    flaw = refused_ops(graph, change("photo", params={"asset_id": "a2"}, media="audio"))
    assert (flaw.reason, flaw.loc) == (Reason.TYPE_MISMATCH, ("ops", 0, "params", "asset_id"))
    free = edited(graph, RemoveEdge(edge_id=EdgeId("e")), change("photo", params={"asset_id": "a2"}, media="audio"))
    assert [port.name for port in free.nodes[NodeId("photo")].outputs] == ["audio"]


def test_an_edit_is_all_or_nothing() -> None:
    graph = drawn(*WALK)
    before = dict(graph.nodes)
    refused_ops(graph, change("paint", title="x"), RemoveNode(node_id=NodeId("idea")), change("gone", title="y"))
    assert graph.nodes == before


def test_limits_are_kept() -> None:
    many = tuple(node(f"n{i}", "output") for i in range(MAX_NODES))
    graph = drawn(*many)
    assert refused_ops(graph, node("more", "output")).reason is Reason.GRAPH_TOO_LARGE
    words = "x" * 16_000
    heavy = tuple(node(f"t{i}", "text", text=words) for i in range(MAX_GRAPH_BYTES // 16_000 + 1))
    flaw = refused(UNBORN, CreateGraph(name="x", ops=heavy))[0]
    assert flaw.reason is Reason.GRAPH_TOO_LARGE
    frames = tuple({"text": words} for _ in heavy)
    assert refused_ops(graph, Describe(frames=frames)).reason is Reason.GRAPH_TOO_LARGE


def test_a_decision_has_no_more_events_than_have_numbers() -> None:
    graph = drawn(*WALK)
    flip = [op for i in range(5_001) for op in (change("paint", title=str(i)), change("look", title=str(i)))]
    assert refused(graph, EditGraph(ops=tuple(flip)))[0].reason is Reason.GRAPH_TOO_LARGE


def test_a_large_import_is_one_decision() -> None:
    chain = [node(f"n{i}", "text_to_text") for i in range(2_000)]
    links = [edge(f"e{i}", f"n{i}.text", f"n{i + 1}.context") for i in range(1_999)]
    graph = drawn(*chain, *reversed(links))
    assert (len(graph.nodes), len(graph.edges), graph.version) == (2_000, 1_999, 1)


def dense() -> list[Op]:
    ends = [(i, i + k) for i in range(396) for k in (4, 3, 2, 1)]
    ends.sort(key=lambda end: (end[0] * 7919 + end[1]) % 1_009)
    return [edge(f"e{i}_{j}", f"n{i}.text", f"n{j}.context") for i, j in ends]


def test_a_dense_import_in_any_order_is_taken_and_one_with_a_cycle_is_not() -> None:
    nodes = [node(f"n{i}", "text_to_text") for i in range(400)]
    assert len(drawn(*nodes, *dense()).edges) == 396 * 4
    back = edge("back", "n390.text", "n2.context")
    flaw = refused(UNBORN, CreateGraph(name="x", ops=(*nodes, *dense(), back, edge("more", "n0.text", "n9.context"))))[
        0
    ]
    assert (flaw.reason, flaw.loc) == (Reason.CYCLE, ("ops", 400 + 396 * 4, "target_node_id"))


def test_a_cycle_among_many_edges_may_be_cut_on_the_way() -> None:
    graph = drawn(node("a", "text_to_text"), node("b", "text_to_text"), edge("1", "a.text", "b.context"))
    more = [node(f"n{i}", "text") for i in range(20)]
    more = [op.model_copy(update={"params": {"text": "x"}}) for op in more]
    links = [edge(f"e{i}", f"n{i}.text", "a.context") for i in range(20)]
    after = edited(graph, *more, RemoveEdge(edge_id=EdgeId("1")), edge("2", "b.text", "a.context"), *links)
    assert len(after.edges) == 21
    assert refused_ops(after, *more, *links, edge("3", "a.text", "b.context")).reason is Reason.CYCLE


def test_restoring_makes_it_again_as_it_was() -> None:
    old = edited(drawn(*WALK), Describe(notes=({"text": "hello"},)))
    new = edited(
        old,
        RemoveNode(node_id=NodeId("paint")),
        node("paint", "upscale"),
        node("more", "text", text="x"),
        edge("m", "more.text", "final.value"),
        Describe(name="Other", notes=(), frames=({"x": 1},)),
        change("look", title="Look"),
    )
    back = told(new, RestoreGraph(version=2), old)
    assert (back.nodes, back.edges, back.name, back.notes, back.frames) == (
        old.nodes,
        old.edges,
        old.name,
        old.notes,
        old.frames,
    )
    assert back.version == 4
    assert decide(letter(RestoreGraph(version=2)), back, BOOK, NOON, old) == ()
    assert decide(letter(RestoreGraph(version=4)), back, BOOK, NOON) == ()


def test_a_version_that_never_was_cannot_be_restored() -> None:
    graph = drawn(*WALK)
    flaw = refused(graph, RestoreGraph(version=9))[0]
    assert (flaw.reason, flaw.loc) == (Reason.UNKNOWN_VERSION, ("version",))


def test_answers_are_remembered_refusals_too_and_the_oldest_are_forgotten() -> None:
    graph = drawn(*WALK)
    no = Rejection(reason=Reason.CYCLE, message="no")
    for i in range(REMEMBERED):
        said = decision((), f"c{i}").model_copy(update={"refused": no})
        graph = apply(graph, said, graph.seq + 1)
    assert len(graph.answered) == REMEMBERED
    assert "m1" not in graph.answered
    assert graph.answered[said.answers] == (REMEMBERED + 1, 1, no)  # type: ignore[index]


NAMES = st.sampled_from("abcdef")
ENDS = st.builds(lambda n, p: f"{n}.{p}", NAMES, st.sampled_from(["text", "image", "prompt", "context", "value"]))
OPS = st.one_of(
    st.builds(node, NAMES, st.sampled_from(["text_to_text", "text_to_image", "image_to_text", "output", "nothing"])),
    st.builds(lambda i, a, b: edge(f"e{i}", a, b), st.integers(0, 9), ENDS, ENDS),
    st.builds(lambda n, c: change(n, params={"count": c}), NAMES, st.integers(-1, 3)),
    st.builds(lambda n: VaryNode(node_id=NodeId(n)), NAMES),
    st.builds(lambda n: RemoveNode(node_id=NodeId(n)), NAMES),
    st.builds(lambda i: RemoveEdge(edge_id=EdgeId(f"e{i}")), st.integers(0, 9)),
    st.builds(lambda name: Describe(name=name), st.sampled_from(["x", "y"])),
)


def acyclic(graph: Graph) -> bool:
    wiring = Wiring(graph.edges.values())
    return all(wiring.path(e.target_node_id, e.source_node_id) is None for e in graph.edges.values())


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(OPS, max_size=4), max_size=25))
def test_whatever_is_asked_the_graph_stays_sound_and_its_fold_is_its_state(edits: list[list[Op]]) -> None:
    graph = drawn(*(node(name, "text_to_text") for name in "abc"), *(node(name, "text_to_image") for name in "de"))
    first, log = graph, []
    for ops in edits:
        try:
            events = decide(letter(EditGraph(ops=tuple(ops))), graph, BOOK, NOON)
        except Rejected:
            continue
        log.append((graph.seq + 1, decision(events, f"m{graph.seq + 1}")))
        graph = apply(graph, log[-1][1], log[-1][0])
    assert acyclic(graph)
    assert all({e.source_node_id, e.target_node_id} <= set(graph.nodes) for e in graph.edges.values())
    assert fold(log, first) == graph
    parts: list[Node | Edge] = [*graph.nodes.values(), *graph.edges.values()]
    assert graph.size == sum(map(weight, parts))
    back = decide(letter(RestoreGraph(version=1)), graph, BOOK, NOON, first)
    restored = apply(graph, decision(back, "back"), graph.seq + 1)
    assert (restored.nodes, restored.edges, restored.name) == (first.nodes, first.edges, first.name)
