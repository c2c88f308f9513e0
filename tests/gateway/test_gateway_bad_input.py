"""The orchestrator's refusals as a client hears them: what, and where in what it sent. Nothing is half-written."""

import pytest
from test_gateway_refusals import refused

from support.api import edge, node, workflow

TEXT = node("words", "text", text="a fox")
PAINT = node("paint", "text_to_image", prompt="a lighthouse")
LOOK = node("look", "image_to_text")
OUT = node("out", "output")


@pytest.fixture
def api(whole_house):
    with whole_house.client() as client:
        yield client


@pytest.fixture
def graph(api):
    """text and picture, not connected."""
    return api.post("/api/graphs/import", json=workflow(TEXT, PAINT, LOOK, OUT)).json()


@pytest.fixture
def at(graph):
    return f"/api/graphs/{graph['id']}"


def unchanged(api, graph):
    assert api.get(f"/api/graphs/{graph['id']}").json() == graph


@pytest.mark.parametrize(
    ("body", "type_", "loc"),
    [
        ({"type": "telepathy"}, "unknown-node-type", ["body", "type"]),
        ({"type": "text_to_image", "params": {"colour": 1}}, "unknown-param", ["body", "params", "colour"]),
        ({"type": "text_to_image", "params": {"count": 99}}, "invalid-param", ["body", "params", "count"]),
        ({"type": "text_to_image", "params": {"count": "x"}}, "invalid-param", ["body", "params", "count"]),
        ({"type": "text_to_image", "params": {"prompt": ["x"]}}, "invalid-param", ["body", "params", "prompt"]),
        ({"type": "text_to_image", "params": {"model": "none"}}, "unknown-model", ["body", "params", "model"]),
        ({"type": "text_to_image", "params": {"provider": "x"}}, "unknown-provider", ["body", "params", "provider"]),
        ({"type": "text_to_image", "params": {"prompt": "x" * 16_001}}, "invalid-param", ["body", "params", "prompt"]),
        ({"type": "text", "id": "words", "params": {"text": "x"}}, "duplicate-id", ["body", "id"]),
        ({"type": "text"}, "invalid-param", ["body", "params", "text"]),
    ],
)
def test_a_wrong_node_is_refused_by_name(api, graph, at, body, type_, loc):
    refused(api.post(f"{at}/nodes", json=body), 422, type_, loc)
    unchanged(api, graph)


@pytest.mark.parametrize(
    ("wire", "type_", "loc"),
    [
        (edge("words.text", "look.image"), "type-mismatch", ["body", "target_port"]),
        (edge("words.image", "paint.prompt"), "unknown-port", ["body", "source_port"]),
        (edge("words.text", "paint.mask"), "unknown-port", ["body", "target_port"]),
        (edge("words.text", "nobody.prompt"), "unknown-node", ["body", "target_node_id"]),
        (edge("look.text", "look.prompt"), "self-loop", ["body", "target_node_id"]),
    ],
)
def test_a_wrong_edge_is_refused_with_the_end_that_is_wrong(api, graph, at, wire, type_, loc):
    refused(api.post(f"{at}/edges", json=wire), 422, type_, loc)
    unchanged(api, graph)


def test_occupied_inputs_duplicates_and_cycles_are_refused(api, at):
    assert api.post(f"{at}/edges", json=edge("words.text", "paint.prompt")).status_code == 201
    assert api.post(f"{at}/edges", json=edge("paint.image", "look.image")).status_code == 201
    refused(api.post(f"{at}/edges", json=edge("look.text", "paint.prompt")), 422, "occupied-input")
    assert api.post(f"{at}/edges", json=edge("look.text", "out.value")).status_code == 201
    refused(api.post(f"{at}/edges", json=edge("look.text", "out.value")), 422, "duplicate-edge")
    api.post(f"{at}/nodes", json={"id": "more", "type": "text_to_text"})
    api.post(f"{at}/edges", json=edge("more.text", "look.prompt"))
    problem = refused(api.post(f"{at}/edges", json=edge("look.text", "more.prompt")), 422, "cycle")
    assert "look" in problem["detail"]
    assert "more" in problem["detail"]


def test_one_wrong_op_spoils_all_of_them(api, graph, at):
    ops = [
        {"op": "add_node", "id": "a", "type": "text", "params": {"text": "x"}},
        {"op": "add_edge", **edge("a.text", "look.image")},
    ]
    refused(api.post(f"{at}/edits", json={"ops": ops}), 422, "type-mismatch", ["body", "ops", 1, "target_port"])
    ops[1] = {"op": "add_node", "type": "telepathy"}
    refused(api.post(f"{at}/edits", json={"ops": ops}), 422, "unknown-node-type", ["body", "ops", 1, "type"])
    unchanged(api, graph)


def test_a_wrong_workflow_is_not_imported(api):
    before = len(api.get("/api/graphs?limit=100").json()["items"])
    bad = workflow(TEXT, PAINT, edges=(edge("words.text", "paint.prompt"), edge("paint.image", "words.text")))
    refused(api.post("/api/graphs/import", json=bad), 422, "unknown-port", ["body", "edges", 1, "target_port"])
    bad = workflow(TEXT, node("paint", "text_to_image", count=0))
    refused(api.post("/api/graphs/import", json=bad), 422, "invalid-param", ["body", "nodes", 1, "params", "count"])
    assert len(api.get("/api/graphs?limit=100").json()["items"]) == before


def test_what_cannot_run_is_not_started(api, graph):
    before = api.get("/api/executions?limit=100").json()["items"]

    def started(body):
        return api.post("/api/executions", json=body)

    refused(started({"graph": workflow()}), 422, "empty-graph")
    refused(
        started({"graph_id": graph["id"], "output_node_ids": ["paint", "nobody"]}),
        422,
        "unknown-output",
        ["body", "output_node_ids", 1],
    )
    refused(started({"graph": workflow(PAINT, LOOK)}), 422, "missing-input")
    hidden = node("words", "text", text="a {{beast}}")
    refused(started({"graph": workflow(hidden)}), 422, "unknown-variable")
    imagen = node("paint", "text_to_image", prompt="x", provider="google")
    problem = refused(started({"graph": workflow(imagen)}), 422, "provider-not-configured")
    assert "GOOGLE_API_KEY" in problem["detail"]
    wrong = workflow(node("paint", "text_to_image", prompt="x", count=99))
    refused(started({"graph": wrong}), 422, "invalid-param", ["body", "graph", "nodes", 0, "params", "count"])
    assert api.get("/api/executions?limit=100").json()["items"] == before


def test_a_retired_model_is_refused_with_its_replacement(api, at):
    retired = [m for m in api.get("/api/models").json()["items"] if m["status"] == "retired" and m["replaced_by"]]
    model = next(m for m in retired if "text_to_image" in m["operations"])
    body = {"type": "text_to_image", "params": {"provider": model["provider"], "model": model["id"]}}
    problem = refused(api.post(f"{at}/nodes", json=body), 422, "model-retired", ["body", "params", "model"])
    assert model["replaced_by"] in problem["detail"]


def test_an_estimate_says_what_it_would_cost_and_starts_nothing(api, graph):
    before = api.get("/api/executions?limit=100").json()["items"]
    answer = api.post("/api/executions/estimate", json={"graph_id": graph["id"], "output_node_ids": ["paint"]})
    assert {name: answer.json()[name] for name in ("cost", "low", "expected", "high")} == dict.fromkeys(
        ("cost", "low", "expected", "high"), 0
    )
    assert "paint" in answer.json()["nodes"]
    refused(api.post("/api/executions/estimate", json={"graph": workflow(PAINT, LOOK)}), 422, "missing-input")
    assert api.get("/api/executions?limit=100").json()["items"] == before


def test_a_version_that_never_was_cannot_be_restored(api, graph, at):
    refused(api.post(f"{at}/restore", json={"version": 9}), 422, "unknown-version", ["body", "version"])
    api.patch(f"{at}/nodes/paint", json={"params": {"seed": 4}})
    restored = api.post(f"{at}/restore", json={"version": 1}).json()
    assert restored["version"] == 3
    assert restored["nodes"] == graph["nodes"]


def test_a_stale_edit_is_refused_and_a_key_with_another_body_too(api, graph, at):
    body = {"type": "text", "params": {"text": "x"}}
    refused(api.post(f"{at}/nodes", json=body, headers={"If-Match": '"7"'}), 412, "stale-version")
    key = {"Idempotency-Key": graph["id"]}
    made = api.post(f"{at}/nodes", json=body, headers=key).json()
    assert api.post(f"{at}/nodes", json=body, headers=key).json() == made
    refused(api.post(f"{at}/nodes", json={**body, "title": "other"}, headers=key), 422, "different-body")


def test_resuming_what_runs_is_a_conflict(api):
    run = api.post("/api/executions", json={"graph": workflow(PAINT)}).json()["id"]
    resumed = api.post(f"/api/executions/{run}/resume")
    refused(resumed, 409, "not-resumable")
    assert resumed.json()["errors"][0]["loc"] == ["path", "execution_id"]
    refused(api.post(f"/api/executions/{run}/nodes/paint/settle", json={"action": "fail"}), 409, "not-in-doubt")
    cancelled = api.delete(f"/api/executions/{run}").json()
    assert cancelled["state"] == "cancelled"
    assert cancelled["nodes"]["paint"]["state"] == "cancelled"
