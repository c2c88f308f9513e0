"""What the database encodes is what the log says: an execution in every state that a node can have."""

from datetime import UTC, datetime, timedelta

import pytest
from test_gateway_runs import picture, seen

from contracts import run as r
from contracts.failures import Failure, FailureKind
from contracts.plan import Origin
from contracts.values import TextValue
from kit.ids import new_id

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
ODD = 'He said "harbour" \\ \x01 \n{"é": 🌊}'
"""What encoding by hand would break on."""
NODES = ("waiting", "queued", "running", "retrying", "awaiting", "painted", "written", "cached", "inherited")
LAST = ("failed", "doubtful", "cancelled", "skipped")


def happened():
    """Whole seconds and parts of one: both are written as they are everywhere else."""
    failure = Failure(kind=FailureKind.GAVE_UP, message=ODD, provider="fake", retryable=True)
    elsewhere = Origin(run_id="run-before", node_id="paint")
    part = AT + timedelta(milliseconds=30)
    done = {"recipe": "ab" * 32, "outputs": {"image": (picture(), picture())}, "origin": elsewhere}
    yield r.NodeScheduled(at=AT, node_id="queued", attempt=1)
    yield r.NodeScheduled(at=AT, node_id="running", attempt=2)
    yield r.NodeRetryScheduled(at=AT, node_id="retrying", attempt=2, retry_at=part, failure=failure, counted=True)
    yield r.NodeAwaiting(at=AT, node_id="awaiting", recipe="cd" * 32, maker=elsewhere)
    yield r.NodeSucceeded(at=part, node_id="painted", attempt=1, outputs={"image": (picture(),)}, cost=7, started_at=AT)
    yield r.NodeSucceeded(at=AT, node_id="written", outputs={"text": (TextValue(text=ODD),), "none": ()})
    yield r.NodeCached(at=AT, node_id="cached", **done)
    yield r.NodeInherited(at=AT, node_id="inherited", **done)
    yield r.NodeFailed(at=AT, node_id="failed", attempt=3, failure=failure, cost=2)
    yield r.NodeInDoubt(at=AT, node_id="doubtful", attempt=1, failure=failure)
    yield r.NodeCancelled(at=AT, node_id="cancelled")
    yield r.NodeSkipped(at=AT, node_id="skipped", because="failed")


@pytest.fixture
def run(house):
    """One of its own project, with a node in every state."""
    id_ = new_id()
    planned = tuple(r.PlannedNode(id=node, type="text_to_image", title=ODD, params={}) for node in (*NODES, *LAST))
    plan = r.Plan(nodes=planned, outputs=("painted",))
    begun = r.RunStarted(
        at=AT, run_id=id_, project_id="default", user_id="local", graph_id=f"graph-{id_}", graph_name=ODD, plan=plan
    )
    house.do(house.decider.decided(id_, begun, *happened()))
    seen(house, house.do(house.decider.claimed(id_, "running", 2)))
    return id_


def test_an_execution_is_shown_alike_alone_in_a_list_and_folded_from_the_log(api, run):
    shown = api.get(f"/api/executions/{run}")
    last = max(event["id"] for event in api.get(f"/api/executions/{run}/events").json()["items"])
    assert shown.json() == api.get(f"/api/executions/{run}?at={last}").json()
    assert api.get(f"/api/executions?graph_id=graph-{run}").json() == {"items": [shown.json()], "next_cursor": None}
    nodes = shown.json()["nodes"]
    assert tuple(nodes) == (*NODES, *LAST)
    assert {node["title"] for node in nodes.values()} == {ODD}
    assert nodes["painted"]["started_at"] == "2026-01-02T03:04:05Z"
    assert nodes["painted"]["completed_at"] == "2026-01-02T03:04:05.030000Z"


def test_progress_is_shown_where_a_node_is_at_work(house, api, run):
    house.service.desk.heard.note(run, "running", 0.25)
    house.service.desk.heard.note(run, "queued", 0.75)
    for execution in (
        api.get(f"/api/executions/{run}").json(),
        *api.get(f"/api/executions?graph_id=graph-{run}").json()["items"],
    ):
        progress = {id_: node["progress"] for id_, node in execution["nodes"].items() if node["progress"]}
        assert progress == {"running": 0.25, "painted": 1, "written": 1, "cached": 1, "inherited": 1}


def test_lists_of_executions_can_be_asked_for_by_everything_at_once(api, run):
    mine = {"graph_id": f"graph-{run}", "project_id": "default", "state": "running"}
    found = api.get("/api/executions", params=mine | {"created_after": AT.isoformat()}).json()["items"]
    assert [one["id"] for one in found] == [run]
    for other in ({"state": "failed"}, {"created_before": AT.isoformat()}, {"project_id": "another"}):
        assert api.get("/api/executions", params=mine | other).json()["items"] == []


def test_what_a_node_last_did_is_shown_with_the_graph(house, api, graph):
    node = api.post(f"/api/graphs/{graph['id']}/nodes", json={"type": "text", "params": {"text": "x"}}).json()["id"]
    run, value = new_id(), TextValue(text=ODD)
    plan = r.Plan(nodes=(r.PlannedNode(id=node, type="text", params={}),), outputs=(node,))
    begun = r.RunStarted(
        at=AT, run_id=run, project_id="default", user_id="local", graph_id=graph["id"], graph_name="x", plan=plan
    )
    made = r.NodeSucceeded(at=AT, node_id=node, outputs={"text": (value,)})
    seen(house, house.do(house.decider.decided(run, begun, made)))
    last = {"execution_id": run, "state": "completed", "outputs": {"text": [{"type": "text", "text": ODD}]}}
    assert api.get(f"/api/graphs/{graph['id']}").json()["nodes"][0]["last"] == last
    listed = {one["id"]: one for one in api.get("/api/graphs?limit=100").json()["items"]}
    assert listed[graph["id"]]["nodes"][0]["last"] == last
