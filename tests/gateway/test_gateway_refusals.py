"""What is wrong with a request is said in a sentence, with the place; and nothing is half-written."""

import pytest

from gateway.http.operations import KNOWN

PROBLEM = "application/problem+json"


def refused(answer, status, type_, loc=None):
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == PROBLEM
    problem = answer.json()
    assert problem["status"] == status
    assert problem["type"] == f"/problems/{type_}"
    assert type_ in KNOWN
    assert problem["title"]
    assert problem["detail"].endswith((".", "?"))
    if loc is not None:
        assert loc in [error["loc"] for error in problem["errors"]]
    return problem


def test_what_is_not_there_is_a_404(api, graph):
    refused(api.get("/api/graphs/nothing"), 404, "unknown-graph")
    refused(api.get("/api/graphs/%00"), 404, "unknown-graph")
    refused(api.get("/api/executions/nothing"), 404, "unknown-execution")
    refused(api.get("/api/executions/nothing/stream"), 404, "unknown-execution")
    refused(api.get("/api/assets/nothing"), 404, "unknown-asset")
    refused(api.get("/api/projects/nothing"), 404, "unknown-project")
    refused(api.get("/media/nothing/original.png"), 404, "unknown-asset")
    refused(api.patch(f"/api/graphs/{graph['id']}/nodes/x", json={}), 404, "unknown-node")
    refused(api.delete(f"/api/graphs/{graph['id']}/edges/x"), 404, "unknown-edge")
    refused(api.get("/api/nowhere"), 404, "not-found")


def test_an_impossible_method_names_the_possible_ones(api, graph):
    answer = api.put(f"/api/graphs/{graph['id']}", json={})
    refused(answer, 405, "method-not-allowed")
    assert answer.headers["allow"] == "GET, PATCH, DELETE"


def test_a_body_that_is_not_json_is_refused(api):
    bad = [b"{", b'{"name": NaN}', b'{"name": "\\ud800"}', b"\xff\xfe", b"[" * 1000]
    for body in bad:
        refused(
            api.post("/api/graphs", content=body, headers={"content-type": "application/json"}), 400, "malformed-json"
        )
    refused(api.post("/api/graphs", content=b"name=x"), 415, "unsupported-media-type")
    refused(
        api.post("/api/graphs", content=b"{}", headers={"content-type": "text/plain"}), 415, "unsupported-media-type"
    )


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"name": "x", "colour": "red"}, "body.colour: There is no such field."),
        ({}, "body.name: This is required."),
        ({"name": "x", "project_id": "a b"}, "body.project_id: An id has 1 to 64 letters, digits, - and _."),
    ],
)
def test_a_field_that_is_wrong_is_named_in_plain_words(api, body, said):
    assert refused(api.post("/api/graphs", json=body), 422, "invalid-request")["detail"] == said


def test_a_body_over_a_megabyte_is_refused_before_it_is_read(api):
    refused(api.post("/api/graphs", json={"name": "x" * 1_000_000}), 413, "body-too-large")

    def chunks():
        for _ in range(20):
            yield b" " * 100_000

    refused(
        api.post("/api/graphs", content=chunks(), headers={"content-type": "application/json"}), 413, "body-too-large"
    )


def test_wrong_fields_are_named(api, graph):
    refused(api.post("/api/graphs", json={"name": ""}), 422, "invalid-request", ["body", "name"])
    refused(api.post("/api/graphs", json={"name": "x", "colour": 1}), 422, "invalid-request", ["body", "colour"])
    refused(api.post("/api/graphs", json={"name": "a\x00b"}), 422, "invalid-request", ["body", "name"])
    refused(api.post("/api/graphs", json=[]), 422, "invalid-request", ["body"])
    refused(api.post("/api/graphs", json={"name": "x", "project_id": "none"}), 422, "unknown-project")
    at = f"/api/graphs/{graph['id']}"
    refused(api.post(f"{at}/nodes", json={"type": "text", "position": {"x": 1e300}}), 422, "invalid-request")
    refused(api.post(f"{at}/nodes", json={"type": "text", "params": {"n": 10**30}}), 422, "invalid-request")
    refused(api.post(f"{at}/edits", json={"ops": [{"op": "explode"}]}), 422, "invalid-request")
    refused(api.post(f"{at}/edits", json={"ops": []}), 422, "invalid-request", ["body", "ops"])
    assert api.get(at).json()["version"] == 1


def test_what_the_domain_refuses_is_said_with_its_place(api, graph):
    at = f"/api/graphs/{graph['id']}"
    ops = [{"op": "add_node", "id": "a", "type": "text"}, {"op": "add_node", "type": "telepathy"}]
    refused(api.post(f"{at}/edits", json={"ops": ops}), 422, "unknown-node-type", ["body", "ops", 1])
    assert api.get(at).json()["nodes"] == []
    wire = {"source_node_id": "a", "source_port": "text", "target_node_id": "a", "target_port": "value"}
    refused(api.post(f"{at}/edges", json=wire), 422, "self-loop")


def test_a_node_keeps_its_type_and_an_asset_must_be_there(api, graph):
    at = f"/api/graphs/{graph['id']}"
    api.post(f"{at}/nodes", json={"id": "a", "type": "text"})
    refused(api.patch(f"{at}/nodes/a", json={"type": "output"}), 422, "invalid-request", ["body", "type"])
    node = {"type": "asset", "params": {"asset_id": "none"}}
    refused(api.post(f"{at}/nodes", json=node), 422, "unknown-asset", ["body", "params", "asset_id"])


def test_a_run_needs_one_graph_that_is_there(api):
    refused(api.post("/api/executions", json={}), 422, "invalid-request")
    refused(
        api.post("/api/executions", json={"graph_id": "x", "graph": {"name": "x", "nodes": []}}), 422, "invalid-request"
    )
    refused(api.post("/api/executions", json={"graph_id": "none"}), 422, "unknown-graph", ["body", "graph_id"])


def test_a_graph_of_too_many_nodes_is_refused(api):
    nodes = [{"id": f"n{i}", "type": "text"} for i in range(2001)]
    answer = api.post("/api/graphs/import", json={"name": "Big", "nodes": nodes})
    assert "2,000" in refused(answer, 422, "graph-too-large")["detail"]
    refused(api.post("/api/executions", json={"graph": {"name": "Big", "nodes": nodes}}), 422, "graph-too-large")


@pytest.mark.parametrize(
    "cursor", ["x", "!!!", "W10", "eyJhIjoxfQ", "WzEsMl0", "WyJhIiwiYiJd", "WzEsIlx1MDAwMCJd", "é"]
)
def test_a_cursor_that_was_never_given_is_refused(api, cursor):
    for path in ("/api/graphs", "/api/executions", "/api/assets", "/api/projects"):
        refused(api.get(path, params={"cursor": cursor}), 422, "bad-cursor", ["query", "cursor"])


def test_filters_are_checked(api):
    for query in ("limit=0", "limit=101", "limit=x", "state=odd", "graph_id=%00", "created_after=yesterday"):
        refused(api.get(f"/api/executions?{query}"), 422, "invalid-request")
    refused(api.get("/api/stream?project_id=none"), 422, "unknown-project")
    refused(api.get("/api/assets?type=smell"), 422, "invalid-request")


def test_a_last_event_id_that_is_none_is_refused(api):
    run = api.post("/api/executions", json={"graph": {"name": "x", "nodes": [{"id": "a", "type": "text"}]}}).json()
    answer = api.get(f"/api/executions/{run['id']}/stream", headers={"Last-Event-ID": "abc"})
    refused(answer, 422, "invalid-request", ["header", "Last-Event-ID"])


def test_other_sites_and_other_names_do_not_get_in(api):
    refused(api.get("/api/graphs", headers={"host": "evil.example"}), 421, "wrong-host")
    for path in ("/health", "/ready", "/metrics"):  # kubelet and Prometheus know no more than its address
        assert api.get(path, headers={"host": "10.1.2.3:8080"}).status_code == 200
        assert api.get(path, headers={"host": "[fd00::1]:8080"}).status_code == 200
        refused(api.get(path, headers={"host": "evil.example"}), 421, "wrong-host")
    refused(api.get("/api/graphs", headers={"host": "10.1.2.3:8080"}), 421, "wrong-host")
    refused(api.get("/api/graphs", headers={"origin": "http://evil.example"}), 403, "wrong-origin")
    refused(api.get("/api/graphs", headers={"origin": "null"}), 403, "wrong-origin")
    own = str(api.base_url).rstrip("/")
    assert api.get("/api/graphs", headers={"origin": own}).status_code == 200


def test_every_type_of_problem_has_a_page(api):
    for type_ in KNOWN:
        assert api.get(f"/problems/{type_}").json()["title"]
    refused(api.get("/problems/invented"), 404, "not-found")


def test_the_description_is_whole(api):
    schema = api.get("/openapi.json").json()
    assert schema["openapi"].startswith("3.1")
    for path in (
        "/api/graphs/",
        "/api/executions/",
        "/api/executions/{execution_id}/stream",
        "/media/{asset_id}/{variant}",
    ):
        assert path in schema["paths"]
    text = api.get("/openapi.json").text
    for name in {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]}:
        assert name in schema["components"]["schemas"]
