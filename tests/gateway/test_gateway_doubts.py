"""What is in doubt: listed over all runs, settled by a person, counted."""

import re

import pytest
from test_gateway_runs import WORKFLOW, seen

from contracts import run as r
from contracts.failures import Failure, FailureKind
from kit.clock import utc_now as now
from support.api import node, workflow

UNKNOWN = Failure(kind=FailureKind.IN_DOUBT, message="The answer was lost.", provider="fake")


@pytest.fixture
def doubtful(house, api):
    """Two runs with a node in doubt each, the older first."""
    runs = []
    for _ in range(2):
        run = api.post("/api/executions", json={"graph": WORKFLOW}).json()["id"]
        doubt = r.NodeInDoubt(at=now(), node_id="paint", attempt=1, failure=UNKNOWN)
        failed = r.RunFailed(at=now(), failure=UNKNOWN, node_id="paint")
        queued = r.NodeScheduled(at=now(), node_id="paint", attempt=1)
        seen(house, house.do(house.decider.decided(run, queued, doubt, failed)))
        runs.append(run)
    yield runs
    for run in runs:
        reset = r.NodeReset(at=now(), node_id="paint", settled=True)
        seen(house, house.do(house.decider.decided(run, reset)))


def gauge(api, name):
    return float(re.search(rf"^{name} (.+)$", api.get("/metrics").text, re.MULTILINE)[1])


def test_doubts_are_listed_over_all_runs_with_all_that_a_person_needs(api, doubtful):
    first = api.get("/api/doubts", params={"limit": 1}).json()
    (doubt,) = first["items"]
    assert doubt["execution_id"] == doubtful[1]
    assert (doubt["node_id"], doubt["type"], doubt["attempt"]) == ("paint", "text_to_image", 1)
    assert doubt["request_key"] == f"{doubtful[1]}.paint.1"
    assert doubt["error"]["message"] == "The answer was lost."
    assert doubt["actions"] == ["resubmit", "fail", "adopt"]
    assert doubt["since"]
    assert doubt["execution_state"] == "failed"
    second = api.get("/api/doubts", params={"limit": 1, "cursor": first["next_cursor"]}).json()
    assert [one["execution_id"] for one in second["items"]] == [doubtful[0]]
    assert second["next_cursor"] is None
    assert gauge(api, "groove_doubts_open") == 2


def test_what_was_settled_is_in_doubt_no_more(house, api, doubtful):
    reset = r.NodeReset(at=now(), node_id="paint", settled=True)
    seen(house, house.do(house.decider.decided(doubtful[0], reset)))
    assert [one["execution_id"] for one in api.get("/api/doubts").json()["items"]] == [doubtful[1]]
    assert gauge(api, "groove_doubts_open") == 1


def test_a_doubt_that_ends_by_itself_is_a_result_also_after_the_run_has_failed_for_it(house, api, doubtful):
    made = r.NodeSucceeded(at=now(), node_id="paint", attempt=1, outputs={}, cost=7)
    seen(house, house.do(house.decider.decided(doubtful[0], made)))
    assert [one["execution_id"] for one in api.get("/api/doubts").json()["items"]] == [doubtful[1]]
    run = api.get(f"/api/executions/{doubtful[0]}").json()
    paint = run["nodes"]["paint"]
    assert (run["state"], paint["state"], paint.get("error"), paint["cost"]) == ("failed", "completed", None, 7)


@pytest.mark.parametrize(
    ("node", "body", "status", "type_"),
    [
        ("paint", {"action": "adopt"}, 422, "/problems/invalid-request"),
        ("paint", {"action": "fail", "handle": "job-1"}, 422, "/problems/invalid-request"),
        ("paint", {"action": "forget"}, 422, "/problems/invalid-request"),
        ("nobody", {"action": "fail"}, 404, "/problems/unknown-node"),
    ],
)
def test_a_settlement_that_makes_no_sense_is_refused(api, doubtful, node, body, status, type_):
    answer = api.post(f"/api/executions/{doubtful[0]}/nodes/{node}/settle", json=body)
    assert (answer.status_code, answer.json()["type"]) == (status, type_)
    assert len(api.get("/api/doubts").json()["items"]) == 2


def test_what_is_not_in_doubt_cannot_be_settled(whole_house, word):
    with whole_house.client() as api:
        graph = workflow(node("paint", "text_to_image", prompt=word))
        run = api.post("/api/executions", json={"graph": graph}).json()["id"]
        answer = api.post(f"/api/executions/{run}/nodes/paint/settle", json={"action": "fail"})
        assert (answer.status_code, answer.json()["type"]) == (409, "/problems/not-in-doubt")
        assert "not in doubt" in answer.json()["detail"]
        api.delete(f"/api/executions/{run}")
