"""Executions over HTTP: the answer, the view and the live stream say the same."""

import threading

import pytest

from contracts import run as r
from contracts.failures import Failure, FailureKind
from contracts.values import MediaValue, TextValue
from kit.clock import utc_now as now
from kit.ids import new_id
from support.api import parse

WORKFLOW = {
    "name": "Two steps",
    "nodes": [
        {"id": "paint", "type": "text_to_image", "params": {"prompt": "a lighthouse"}},
        {"id": "out", "type": "output", "params": {}},
    ],
    "edges": [
        {"source_node_id": "paint", "source_port": "image", "target_node_id": "out", "target_port": "value"},
    ],
}


def picture():
    return MediaValue(
        type="image",
        asset_id=new_id(),
        sha256=new_id().replace("-", "") * 2,
        mime="image/png",
        bytes=9,
        width=4,
        height=3,
    )


@pytest.fixture
def run(api):
    answer = api.post("/api/executions/", json={"graph": WORKFLOW})
    assert answer.status_code == 202
    execution = answer.json()
    assert answer.headers["location"] == f"/api/executions/{execution['id']}"
    return execution["id"]


def finish(house, run, value=None):
    """A whole run: two nodes, one picture."""
    value = value or picture()
    decider = house.decider
    house.do(decider.decided(run, r.NodeScheduled(at=now(), node_id="paint", attempt=1, recipe="ab" * 32)))
    house.do(decider.claimed(run, "paint"))
    return house.do(
        decider.decided(
            run,
            r.NodeSucceeded(at=now(), node_id="paint", attempt=1, outputs={"image": (value,)}, cost=7),
            r.NodeSucceeded(at=now(), node_id="out", outputs={"value": (value,)}),
            r.RunCompleted(at=now()),
        )
    )


def seen(house, seq):
    assert house.do(house.service.desk.tide.reach(seq, 10))


def events(api, run, after=None, **headers):
    path = f"/api/executions/{run}/stream" + (f"?after={after}" if after is not None else "")
    with api.stream("GET", path, headers=headers) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
        return list(parse(answer.iter_lines()))


def test_a_run_is_running_with_its_nodes_waiting_when_it_is_answered(api, run):
    execution = api.get(f"/api/executions/{run}").json()
    assert execution["state"] == "running"
    assert {id_: node["state"] for id_, node in execution["nodes"].items()} == {"paint": "waiting", "out": "waiting"}
    assert "completed_at" not in execution


def test_a_finished_run_shows_outputs_costs_and_times(house, api, run):
    value = picture()
    seen(house, finish(house, run, value))
    execution = api.get(f"/api/executions/{run}").json()
    assert execution["state"] == "completed"
    assert execution["cost"] == 7
    paint = execution["nodes"]["paint"]
    assert paint["state"] == "completed"
    assert paint["progress"] == 1
    shown = paint["outputs"]["image"][0]
    assert shown["asset_id"] == value.asset_id
    assert shown["url"] == f"/media/{value.asset_id}/original.png"
    assert shown["thumbnail_url"] == f"/media/{value.asset_id}/thumbnail.webp"
    asset = api.get(f"/api/assets/{value.asset_id}").json()
    assert (asset["source"], asset["execution_id"], asset["node_id"]) == ("generated", run, "paint")


def test_the_stream_of_a_finished_run_replays_it_and_ends(house, api, run):
    seen(house, finish(house, run))
    told = events(api, run)
    assert [event.name for event in told] == [
        "execution_started",
        "node_queued",
        "node_started",
        "node_completed",
        "node_completed",
        "execution_completed",
    ]
    ids = [event.id for event in told]
    assert ids == sorted(set(ids))
    assert all(event.data["execution_id"] == run for event in told)
    as_json = api.get(f"/api/executions/{run}/events").json()["items"]
    assert [(item["id"], item["event"], item["data"]) for item in as_json] == [(e.id, e.name, e.data) for e in told]


def test_a_stream_resumes_behind_the_event_it_is_given(house, api, run):
    seen(house, finish(house, run))
    told = events(api, run)
    assert events(api, run, after=told[2].id) == told[3:]
    assert events(api, run, **{"Last-Event-ID": str(told[3].id)}) == told[4:]
    assert events(api, run, after=told[-1].id) == []


def test_a_live_stream_follows_the_run_to_its_end(house, api, run):
    told = []
    watching = threading.Thread(target=lambda: told.extend(events(api, run)))
    watching.start()
    finish(house, run)
    watching.join(10)
    assert told[0].name == "execution_started"
    assert told[-1].name == "execution_completed"


def test_a_resumed_run_goes_on_in_the_same_stream(house, api, run):
    failure = Failure(kind=FailureKind.TRANSIENT, message="Overloaded.", retryable=True)
    decider = house.decider
    house.do(
        decider.decided(
            run,
            r.NodeFailed(at=now(), node_id="paint", attempt=1, failure=failure),
            r.NodeSkipped(at=now(), node_id="out", because="paint"),
            r.RunFailed(at=now(), failure=failure, node_id="paint"),
        )
    )
    seen(house, house.do(decider.log.last_seq()))
    failed = api.get(f"/api/executions/{run}").json()
    assert failed["state"] == "failed"
    assert failed["error"]["kind"] == "transient"
    assert failed["nodes"]["out"] == {
        "type": "output", "state": "skipped", "attempt": 0, "outputs": {}, "cost": 0, "progress": 0.0,
        "because": "paint", "completed_at": failed["nodes"]["out"]["completed_at"],
    }  # fmt: skip
    assert events(api, run)[-1].name == "execution_failed"
    resumed = house.do(
        decider.decided(
            run,
            r.RunResumed(at=now()),
            r.NodeReset(at=now(), node_id="paint"),
            r.NodeReset(at=now(), node_id="out"),
            r.NodeScheduled(at=now(), node_id="paint", attempt=2),
        )
    )
    seen(house, resumed)
    told = []
    watching = threading.Thread(target=lambda: told.extend(events(api, run)))
    watching.start()
    value = picture()
    house.do(
        decider.decided(
            run,
            r.NodeSucceeded(at=now(), node_id="paint", attempt=2, outputs={"image": (value,)}),
            r.NodeSucceeded(at=now(), node_id="out", outputs={"value": (value,)}),
            r.RunCompleted(at=now()),
        )
    )
    watching.join(10)
    names = [event.name for event in told]
    assert names[-1] == "execution_completed"
    assert "execution_resumed" in names


def test_a_past_moment_of_a_run_is_folded_from_the_log(house, api, run):
    seen(house, finish(house, run))
    told = events(api, run)
    states = [
        {id_: node["state"] for id_, node in api.get(f"/api/executions/{run}?at={event.id}").json()["nodes"].items()}
        for event in told
    ]
    assert [state.get("paint") for state in states] == [
        "waiting", "queued", "running", "completed", "completed", "completed",
    ]  # fmt: skip
    assert states[3]["out"] == "waiting"
    assert api.get(f"/api/executions/{run}?at=0").status_code == 404


def test_a_text_too_long_for_the_bus_has_an_address(house, api, run):
    text = TextValue(text="Once upon a time", sha256="c" * 64)
    seen(house, finish(house, run, text))
    shown = api.get(f"/api/executions/{run}").json()["nodes"]["out"]["outputs"]["value"][0]
    assert shown["url"] == f"/media/{'c' * 64}/original.txt"


def test_a_run_that_the_orchestrator_does_not_answer_is_pending(house, api, run):
    del run
    asked = len(house.decider.asked)
    house.decider.silent = True
    desk = house.service.desk
    desk.commands._timeout_s = 0.2
    try:
        answer = api.post("/api/executions", json={"graph": WORKFLOW})
        assert answer.status_code == 202
        where = answer.headers["location"]
        assert api.get(where).json()["state"] == "pending"
        graph = api.post("/api/graphs", json={"name": "later"}, headers={"Idempotency-Key": new_id()})
        assert graph.status_code == 503
        assert graph.headers["retry-after"] == "1"
        assert graph.json()["type"] == "/problems/not-answered"
    finally:
        house.decider.silent = False
        desk.commands._timeout_s = 5
    assert len(house.decider.asked) == asked + 2


def test_executions_are_listed_newest_first_in_pages(api):
    runs = [api.post("/api/executions", json={"graph": WORKFLOW}).json()["id"] for _ in range(5)]
    first = api.get("/api/executions?limit=2").json()
    second = api.get(f"/api/executions?limit=2&cursor={first['next_cursor']}").json()
    assert [item["id"] for item in first["items"] + second["items"]] == runs[:0:-1]
    assert api.get("/api/executions?state=completed&limit=1").status_code == 200
    assert api.get("/api/executions?graph_id=nothing").json() == {"items": [], "next_cursor": None}


def test_cancelling_answers_with_the_execution_as_it_is_then(api, run):
    assert api.delete(f"/api/executions/{run}").json()["state"] == "cancelled"


def test_resuming_what_cannot_be_resumed_is_a_conflict(api, run):
    answer = api.post(f"/api/executions/{run}/resume")
    assert answer.status_code == 409
    assert answer.json()["type"] == "/problems/not-resumable"


def test_why_a_node_was_made_is_explained(house, api, run):
    seen(house, finish(house, run))
    told = api.get(f"/api/executions/{run}/nodes/paint/explain").json()
    assert told["state"] == "completed"
    assert told["recipe"] is None or told["made"]
    assert told["reason"]
    (attempt,) = told["attempts"]
    assert (attempt["attempt"], attempt["state"], attempt["worker"]) == (1, "succeeded", "w1")
    assert told["caused_by"] == attempt["because"]
    assert api.get(f"/api/executions/{run}/nodes/nobody/explain").status_code == 404
