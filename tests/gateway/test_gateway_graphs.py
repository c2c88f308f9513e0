"""Graphs, nodes and edges over HTTP."""

import pytest


def test_a_graph_is_there_as_soon_as_it_was_answered(api):
    made = api.post("/api/graphs/", json={"name": "Lighthouse"})
    assert made.status_code == 201
    graph = made.json()
    assert made.headers["location"] == f"/api/graphs/{graph['id']}"
    assert graph["name"] == "Lighthouse"
    assert graph["project_id"] == "default"
    assert graph["version"] == 1
    got = api.get(f"/api/graphs/{graph['id']}")
    assert got.json() == graph
    assert got.headers["etag"] == made.headers["etag"]
    assert graph["id"] in [item["id"] for item in api.get("/api/graphs").json()["items"]]
