import pytest

from contracts.graph import Op, RemoveEdge
from contracts.problems import Reason
from unit.orchestrator.drawn import WALK, drawn, edge, edited, node, refused_ops


@pytest.mark.parametrize(
    ("op", "reason", "field", "words"),
    [
        (edge("x", "gone.image", "look.image"), Reason.UNKNOWN_NODE, "source_node_id", "'gone'"),
        (edge("x", "paint.image", "gone.image"), Reason.UNKNOWN_NODE, "target_node_id", "'gone'"),
        (edge("x", "paint.image", "paint.prompt"), Reason.SELF_LOOP, "target_node_id", "paint"),
        (edge("x", "paint.film", "look.image"), Reason.UNKNOWN_PORT, "source_port", "It has: image."),
        (edge("x", "idea.text", "look.words"), Reason.UNKNOWN_PORT, "target_port", "It has: image, prompt."),
        (edge("x", "final.value", "look.image"), Reason.UNKNOWN_PORT, "source_port", "It has: none."),
        (
            edge("x", "idea.text", "look.image"),
            Reason.TYPE_MISMATCH,
            "target_port",
            "idea.text is text; look.image takes image.",
        ),
        (edge("x", "look.text", "again.prompt"), Reason.OCCUPIED_INPUT, "target_port", "look.text is connected"),
        (edge("x", "again.image", "final.value"), Reason.DUPLICATE_EDGE, "source_node_id", "edge e5"),
        (edge("x", "again.image", "look.image"), Reason.OCCUPIED_INPUT, "target_port", "(edge e2)"),
        (edge("e1", "paint.image", "final.value"), Reason.DUPLICATE_ID, "edge_id", "'e1'"),
    ],
)
def test_an_edge_that_may_not_be_is_refused_with_its_place(op: Op, reason: Reason, field: str, words: str) -> None:
    flaw = refused_ops(drawn(*WALK), node("more", "text", text="x"), op)
    assert (flaw.reason, flaw.loc) == (reason, ("ops", 1, field))
    assert words in flaw.message


def test_a_cycle_is_refused_with_the_nodes_that_make_it() -> None:
    given = drawn(
        *(node(name, "text_to_text") for name in "abc"),
        edge("1", "a.text", "b.context"),
        edge("2", "b.text", "c.context"),
    )
    flaw = refused_ops(given, edge("3", "c.text", "a.context"))
    assert (flaw.reason, flaw.loc) == (Reason.CYCLE, ("ops", 0, "target_node_id"))
    assert "c → a → b → c" in flaw.message


def test_a_cycle_may_be_cut_and_closed_the_other_way_in_one_edit() -> None:
    given = drawn(node("a", "text_to_text"), node("b", "text_to_text"), edge("1", "a.text", "b.context"))
    after = edited(given, RemoveEdge(edge_id=given.edges[next(iter(given.edges))].id), edge("2", "b.text", "a.context"))
    assert set(after.edges) == {"2"}


def test_an_output_takes_anything_and_many() -> None:
    given = edited(drawn(*WALK), edge("x", "idea.text", "final.value"), edge("y", "paint.image", "final.value"))
    assert [given.edges[e].order for e in ("e5", "x", "y")] == [0, 1, 2]  # type: ignore[index]
