"""What is told of two runs that are compared, whatever became of them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from contracts.run import PlannedInput, PlannedNode, Source
from gateway.views.accounts import Account
from gateway.views.diff import difference
from gateway.views.rows import NodeRow, RunRow

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def planned(id_: str, *sources: str, **fields: Any) -> PlannedNode:
    wires = tuple(Source(node_id=source, port="image") for source in sources)
    inputs = (PlannedInput(port="reference", many=True, sources=wires),) if sources else ()
    return PlannedNode(**{"id": id_, "type": "text_to_image", "params": {"prompt": id_}, "inputs": inputs} | fields)


def drawn(node: PlannedNode, **params: Any) -> dict[str, Any]:
    return {"id": node.id, "type": node.type, "params": {**node.params, **params}, "bypassed": False, "variation": 0}


def edge(source: str, target: str, order: int) -> dict[str, Any]:
    ends = {"source_node_id": source, "source_port": "image", "target_node_id": target, "target_port": "reference"}
    return ends | {"id": f"{source}-{target}-{order}", "order": order}


def account(*nodes: PlannedNode, edges: tuple[dict[str, Any], ...] = (), run: Any = None, **states: str) -> Account:
    rows = {
        node.id: NodeRow(
            "r",
            node.id,
            0,
            state=states.get(node.id, "completed"),
            outputs={"image": [{"sha256": node.id}]} if states.get(node.id, "completed") == "completed" else {},
            cost=2,
            started_at=NOON,
            completed_at=NOON + timedelta(seconds=2),
        )
        for node in nodes
    }
    row = run or RunRow("r", 1, "p", "u", NOON, state="completed", completed_at=NOON + timedelta(seconds=5), cost=9)
    return Account(row, rows, {node.id: node for node in nodes}, {node.id: drawn(node) for node in nodes}, edges)


def test_the_same_twice_is_identical_and_where_it_lies_does_not_count():
    one = account(planned("a"), planned("b", "a"), edges=(edge("a", "b", 0),))
    moved = account(planned("a"), planned("b", "a"), edges=(edge("a", "b", 7),))
    moved.drawn["a"]["position"] = {"x": 100, "y": 0}
    found = difference(one, moved)
    assert found["identical"]
    assert found["totals"]["nodes"] == {"same": 2, "changed": 0, "added": 0, "removed": 0}
    assert found["totals"]["seconds"] == {"a": 5.0, "b": 5.0, "difference": 0.0}


def test_inputs_in_another_order_are_told_in_their_order():
    nodes = planned("a"), planned("b")
    one = account(*nodes, planned("c", "a", "b"), edges=(edge("a", "c", 0), edge("b", "c", 1)))
    other = account(*nodes, planned("c", "b", "a"), edges=(edge("b", "c", 0), edge("a", "c", 1)))
    found = difference(one, other)
    (reordered,) = found["graph"]["edges"]["changed"]
    assert (reordered["a"], reordered["b"]) == (["a.image", "b.image"], ["b.image", "a.image"])
    assert found["nodes"][2]["different"] == ["inputs.reference"]


def test_what_is_gone_comes_last_and_what_was_not_made_has_no_outputs():
    before = account(planned("old"), planned("a"), edges=(edge("old", "a", 0),))
    running = RunRow("r2", 2, "p", "u", NOON, state="running", cost=4)
    now = account(planned("a", seed=3), planned("new"), run=running, a="failed", new="waiting")
    found = difference(before, now)
    assert [(one["node_id"], one["change"]) for one in found["nodes"]] == [
        ("a", "changed"),
        ("new", "added"),
        ("old", "removed"),
    ]
    failed = found["nodes"][0]
    assert failed["different"] == ["seed", "outputs"]
    assert failed["changes"] == [{"field": "seed", "a": 0, "b": 3}]
    assert failed["outputs"] == {"image": {"same": False, "a": [{"sha256": "a"}], "b": []}}
    assert [edge["source_node_id"] for edge in found["graph"]["edges"]["removed"]] == ["old"]
    assert found["totals"]["cost"] == {"a": 9, "b": 4, "difference": -5}
    assert found["totals"]["seconds"] == {"a": 5.0, "b": None, "difference": None}
    assert not found["identical"]
