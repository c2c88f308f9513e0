from typing import Any

import pytest

from contracts.base import NodeId
from contracts.graph import Edge, Node, Op
from contracts.problems import Flaw, Reason, Rejected
from contracts.recipe import effective_seed
from contracts.run import InlineGraph, Plan, PlannedNode, Source, StartRun
from orchestrator.domain.plan import cost, plan
from unit.orchestrator.drawn import BOOK, PHOTO, WALK, drawn, edge, inline_edge, inline_node, node, start

HOUR = {"hour": "dawn"}
PROMPTED = {"prompt": "a lighthouse"}


def planned(*ops: Op, **request: Any) -> Plan:
    graph = drawn(*ops)
    return plan(start(**request), list(graph.nodes.values()), list(graph.edges.values()), BOOK)


def refused(*ops: Op, **request: Any) -> tuple[Flaw, ...]:
    with pytest.raises(Rejected) as no:
        planned(*ops, **request)
    return no.value.rejection.errors


def only(*ops: Op, **request: Any) -> PlannedNode:
    return planned(*ops, **request).nodes[-1]


def bypassed(op: Any) -> Any:
    return op.model_copy(update={"bypassed": True})


def test_the_walk_is_planned_in_an_order_in_which_sources_come_first() -> None:
    given = planned(*WALK, variables=HOUR)
    order = [one.id for one in given.nodes]
    assert order == ["idea", "paint", "look", "again", "final"]
    assert given.outputs == ("final",)
    again = given.nodes[3]
    assert {one.port: one.sources for one in again.inputs} == {
        "image": (Source(node_id=NodeId("paint"), port="image"),),
        "prompt": (Source(node_id=NodeId("look"), port="text"),),
    }
    assert given.nodes[0].params == {"text": "a lighthouse at dawn"}
    assert [one.queue for one in given.nodes] == [None, "image", "text", "image", None]
    assert [one.cacheable for one in given.nodes] == [False, True, True, True, False]


def test_only_what_is_needed_for_the_named_outputs_runs() -> None:
    given = planned(*WALK, variables=HOUR, output_node_ids=("look",))
    assert [one.id for one in given.nodes] == ["idea", "paint", "look"]
    assert given.outputs == ("look",)


def test_without_output_nodes_every_sink_is_an_output() -> None:
    given = planned(node("a", "text", text="x"), node("b", "text_to_image", **PROMPTED), node("c", "text", text="y"))
    assert given.outputs == ("a", "b", "c")


def test_an_empty_graph_cannot_run() -> None:
    assert refused()[0].reason is Reason.EMPTY_GRAPH


def test_unknown_outputs_are_all_named() -> None:
    flaws = refused(*WALK, output_node_ids=("gone", "look", "lost"))
    assert [(f.reason, f.loc) for f in flaws] == [
        (Reason.UNKNOWN_OUTPUT, ("output_node_ids", 0)),
        (Reason.UNKNOWN_OUTPUT, ("output_node_ids", 2)),
    ]


def test_params_get_their_defaults_and_lose_what_has_a_field_of_its_own() -> None:
    one = only(node("n", "text_to_image", prompt="x", count=2, seed=5, pick=1, provider="local"))
    assert one.params == {
        "prompt": "x",
        "negative_prompt": "",
        "aspect_ratio": "1:1",
        "resolution": "1K",
        "count": 2,
    }
    assert (one.seed, one.pick, one.provider, one.model, one.paid) == (5, 1, "local", "painter", False)


def test_a_variation_changes_the_seed() -> None:
    one = only(node("n", "text_to_image", seed=5, **PROMPTED).model_copy(update={"variation": 2}))
    assert (one.seed, one.variation) == (effective_seed(5, 2), 2)


def test_a_preferred_model_is_taken_its_limits_bend_the_defaults_and_it_costs_by_count() -> None:
    given = planned(node("n", "text_to_image", count=3, **PROMPTED), preferred_models=("second-painter",))
    one = given.nodes[0]
    assert (one.model, one.params["resolution"], one.paid, one.estimate) == ("second-painter", "2K", True, 900)
    assert cost(given) == {"n": 900}


def test_cost_names_only_what_a_worker_does() -> None:
    assert cost(planned(*WALK, variables=HOUR)) == {"paint": 0, "look": 0, "again": 0}


def test_a_named_model_is_taken_whatever_is_preferred() -> None:
    op = node("n", "text_to_image", model="painter", **PROMPTED)
    assert only(op, preferred_models=("second-painter",)).model == "painter"


@pytest.mark.parametrize(
    ("ops", "reason", "loc", "words"),
    [
        ((node("n", "text_to_video", **PROMPTED),), Reason.NOT_AVAILABLE, ("nodes", "n", "type"),
         "No model does Generate video in this release"),
        ((node("n", "text_to_image", "Dawn", prompt="{{who}} at {{hour}}"),), Reason.UNKNOWN_VARIABLE,
         ("nodes", "n", "params", "prompt"), "Dawn (n) uses the variable 'who'"),
        ((node("n", "text_to_image", negative_prompt="{{who}}", **PROMPTED),), Reason.UNKNOWN_VARIABLE,
         ("nodes", "n", "params", "negative_prompt"), "'who'"),
        ((node("n", "text", text="{{ who }}"),), Reason.UNKNOWN_VARIABLE, ("nodes", "n", "params", "text"), "'who'"),
        ((node("n", "text_to_image", provider="cloud", **PROMPTED),), Reason.PROVIDER_NOT_CONFIGURED,
         ("nodes", "n", "params", "provider"), "Cloud is not configured in this installation: set CLOUD_KEY or"),
        ((node("n", "text_to_image", model="cloud-painter", **PROMPTED),), Reason.PROVIDER_NOT_CONFIGURED,
         ("nodes", "n", "params", "model"), "CLOUD_KEY"),
        ((node("a", "asset", asset_id="photo1"), node("n", "upscale"), edge("e", "a.image", "n.image")),
         Reason.PROVIDER_NOT_CONFIGURED, ("nodes", "n", "params", "provider"), "CLOUD_KEY"),
        ((node("n", "text_to_text", provider="cloud", **PROMPTED),), Reason.MODEL_CANNOT,
         ("nodes", "n", "params", "provider"), "no model that does text_to_text"),
        ((node("n", "prompt_enhance", **PROMPTED),), Reason.NOT_AVAILABLE, ("nodes", "n", "type"), "No model does"),
        ((node("n", "text_to_image", prompt="x" * 101),), Reason.PROMPT_TOO_LONG,
         ("nodes", "n", "params", "prompt"), "at most 100"),
        ((node("n", "text_to_image", prompt="  "),), Reason.MISSING_INPUT, ("nodes", "n", "params", "prompt"),
         "n needs a prompt"),
        ((node("n", "image_to_text", "Look"),), Reason.MISSING_INPUT, ("nodes", "n", "inputs", "image"),
         "Look (n) needs something connected to its image input"),
        ((node("n", "output"),), Reason.MISSING_INPUT, ("nodes", "n", "inputs", "value"), "value"),
        ((node("n", "asset", asset_id="other"),), Reason.UNKNOWN_ASSET, ("nodes", "n", "params", "asset_id"),
         "n names"),
        ((node("n", "character", character_id="nobody"),), Reason.UNKNOWN_CHARACTER,
         ("nodes", "n", "params", "character_id"), "n names a character that is not there"),
    ],
)  # fmt: skip
def test_what_cannot_run_is_refused_by_node_and_place(
    ops: tuple[Op, ...], reason: Reason, loc: tuple[str, ...], words: str
) -> None:
    flaws = refused(*ops, variables=HOUR, assets={"photo1": PHOTO})
    assert [(flaw.reason, flaw.loc) for flaw in flaws] == [(reason, loc)]
    assert words in flaws[0].message


def test_a_long_prompt_is_measured_after_its_variables_are_filled_in() -> None:
    flaws = refused(node("n", "text_to_image", prompt="{{hour}}"), variables={"hour": "x" * 101})
    assert flaws[0].reason is Reason.PROMPT_TOO_LONG


def test_a_model_that_was_retired_since_the_node_was_drawn_is_refused() -> None:
    stale = Node(id=NodeId("n"), type="text_to_image", params={"model": "old", **PROMPTED})
    with pytest.raises(Rejected) as no:
        plan(start(), [stale], [], BOOK)
    assert no.value.rejection.reason is Reason.MODEL_RETIRED


def test_everything_that_is_wrong_is_said_at_once() -> None:
    flaws = refused(node("a", "text_to_video"), node("b", "image_to_image"), node("c", "text", text="{{x}}"))
    assert {(flaw.loc[1], flaw.reason) for flaw in flaws} == {
        ("a", Reason.MISSING_INPUT),
        ("b", Reason.MISSING_INPUT),
        ("c", Reason.UNKNOWN_VARIABLE),
    }
    assert len(flaws) == 4


def test_what_is_not_needed_may_be_wrong() -> None:
    given = planned(node("a", "text", text="x"), node("b", "text_to_video"), output_node_ids=("a",))
    assert [one.id for one in given.nodes] == ["a"]


def test_an_asset_is_carried_along() -> None:
    assert only(node("a", "asset", asset_id="photo1"), assets={"photo1": PHOTO}).asset == PHOTO


def test_more_references_than_the_model_takes_are_refused() -> None:
    photos = [node(name, "asset", asset_id="photo1") for name in ("p", "q")]
    ops: tuple[Op, ...] = (
        *photos,
        node("n", "image_to_image", **PROMPTED),
        edge("e0", "p.image", "n.image"),
        edge("e1", "p.image", "n.reference"),
        edge("e2", "q.image", "n.reference"),
    )
    flaw = refused(*ops, assets={"photo1": PHOTO})[0]
    assert (flaw.reason, flaw.loc) == (Reason.MODEL_CANNOT, ("nodes", "n", "inputs", "reference"))


def test_many_inputs_come_in_the_order_of_their_edges() -> None:
    texts = [node(name, "text", text=name) for name in "abc"]
    ends = [edge("1", "a.text", "n.value", 2), edge("2", "b.text", "n.value", 0), edge("3", "c.text", "n.value", 1)]
    assert [s.node_id for s in only(*texts, node("n", "output"), *ends).inputs[0].sources] == ["b", "c", "a"]


def test_a_bypassed_node_passes_on_what_flows_into_it() -> None:
    walk = [bypassed(op) if getattr(op, "node_id", "") == "again" else op for op in WALK]
    given = planned(*walk, variables=HOUR)
    assert [one.id for one in given.nodes] == ["idea", "paint", "final"]
    assert given.nodes[-1].inputs[0].sources == (Source(node_id=NodeId("paint"), port="image"),)


def test_a_chain_of_bypassed_nodes_passes_on_and_a_bypassed_output_is_whoever_feeds_it() -> None:
    chain = (
        node("a", "text_to_image", **PROMPTED),
        bypassed(node("b", "image_to_image")),
        bypassed(node("c", "upscale")),
        edge("1", "a.image", "b.image"),
        edge("2", "b.image", "c.image"),
    )
    given = planned(*chain)
    assert (given.outputs, [one.id for one in given.nodes]) == (("a",), ["a"])
    ended = planned(*chain, bypassed(node("o", "output")), edge("3", "c.image", "o.value"))
    assert ended.outputs == ("a",)


def test_a_bypassed_node_that_nothing_of_the_kind_flows_into_leaves_a_gap() -> None:
    ops = (
        node("t", "text", text="x"),
        bypassed(node("a", "text_to_image")),
        node("n", "image_to_text"),
        edge("1", "t.text", "a.prompt"),
        edge("2", "a.image", "n.image"),
    )
    assert refused(*ops)[0].loc == ("nodes", "n", "inputs", "image")
    assert refused(*ops, output_node_ids=("a",))[0].reason is Reason.UNKNOWN_OUTPUT
    assert refused(bypassed(node("a", "text_to_image")))[0].reason is Reason.EMPTY_GRAPH


def inline(*parts: Node | Edge, **request: Any) -> StartRun:
    nodes = tuple(part for part in parts if isinstance(part, Node))
    edges = tuple(part for part in parts if isinstance(part, Edge))
    return StartRun(inline=InlineGraph(nodes=nodes, edges=edges), **request)


def test_an_inline_graph_runs_with_ports_and_assets_looked_up() -> None:
    request = inline(
        inline_node("photo", "asset", asset_id="photo1"),
        inline_node("look", "image_to_text"),
        inline_edge("e", "photo.image", "look.image"),
        assets={"photo1": PHOTO},
    )
    assert [one.id for one in plan(request, (), (), BOOK).nodes] == ["photo", "look"]


@pytest.mark.parametrize(
    ("parts", "reason", "loc"),
    [
        ((inline_node("a", "txt"),), Reason.UNKNOWN_NODE_TYPE, ("graph", "nodes", 0, "type")),
        ((inline_node("a", "text", text="x"), inline_node("a", "output")), Reason.DUPLICATE_ID,
         ("graph", "nodes", 1, "id")),
        ((inline_node("a", "text_to_image", count=9),), Reason.INVALID_PARAM, ("graph", "nodes", 0, "params", "count")),
        ((inline_node("a", "asset", asset_id="other"),), Reason.UNKNOWN_ASSET,
         ("graph", "nodes", 0, "params", "asset_id")),
        ((inline_node("a", "text", text="x"), inline_edge("e", "a.text", "b.value")), Reason.UNKNOWN_NODE,
         ("graph", "edges", 0, "target_node_id")),
        ((inline_node("a", "text_to_text"), inline_node("b", "text_to_text"), inline_edge("e", "a.text", "b.context"),
          inline_edge("f", "b.text", "a.context")), Reason.CYCLE, ("graph", "edges", 1, "target_node_id")),
        ((inline_node("a", "text_to_text"), inline_node("b", "text_to_text"), inline_edge("e", "a.text", "b.context"),
          inline_edge("e", "a.text", "b.prompt")), Reason.DUPLICATE_ID, ("graph", "edges", 1, "id")),
    ],
)  # fmt: skip
def test_an_inline_graph_is_checked_as_if_drawn(
    parts: tuple[Node | Edge, ...], reason: Reason, loc: tuple[str | int, ...]
) -> None:
    with pytest.raises(Rejected) as no:
        plan(inline(*parts), (), (), BOOK)
    assert [(flaw.reason, flaw.loc) for flaw in no.value.rejection.errors] == [(reason, loc)]


def test_a_long_chain_is_planned() -> None:
    chain = [inline_node("n0", "text_to_text", **PROMPTED)]
    chain += [inline_node(f"n{i}", "text_to_text") for i in range(1, 2_000)]
    links = [inline_edge(f"e{i}", f"n{i}.text", f"n{i + 1}.prompt") for i in range(1_999)]
    given = plan(inline(*chain, *links), (), (), BOOK)
    assert [one.id for one in given.nodes] == [f"n{i}" for i in range(2_000)]
