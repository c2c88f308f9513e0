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


def test_both_spellings_and_the_version_in_the_path_are_the_same_resource(api, graph):
    for path in ("/api/graphs/{}", "/api/graphs/{}/", "/api/v1/graphs/{}", "/api/v1/graphs/{}/"):
        answer = api.get(path.format(graph["id"]))
        assert answer.status_code == 200
        assert answer.json()["id"] == graph["id"]


def test_a_node_has_the_ports_of_its_type_and_can_be_changed_and_removed(api, graph):
    at = f"/api/graphs/{graph['id']}"
    made = api.post(f"{at}/nodes/", json={"type": "text_to_image", "params": {"prompt": "a fox"}, "title": "Fox"})
    assert made.status_code == 201
    node = made.json()
    assert [port["name"] for port in node["inputs"]] == ["prompt", "character"]
    assert node["outputs"] == [{"name": "image", "type": "image"}]
    assert "last" not in node
    changed = api.patch(f"{at}/nodes/{node['id']}", json={"params": {"seed": 3}, "position": {"x": 1.5, "y": 2}})
    assert changed.json()["params"] == {"prompt": "a fox", "seed": 3}
    assert changed.json()["position"] == {"x": 1.5, "y": 2.0}
    assert api.patch(f"{at}/nodes/{node['id']}", json={"params": {"seed": None}}).json()["params"] == {
        "prompt": "a fox"
    }
    assert api.delete(f"{at}/nodes/{node['id']}").status_code == 204
    assert api.get(at).json()["nodes"] == []
    assert api.delete(f"{at}/nodes/{node['id']}").status_code == 404


@pytest.mark.parametrize("name", ["edges", "connections"])
def test_edges_are_reachable_under_both_names(api, graph, name):
    at = f"/api/graphs/{graph['id']}"
    ops = [{"op": "add_node", "id": "a", "type": "text"}, {"op": "add_node", "id": "b", "type": "output"}]
    assert api.post(f"{at}/edits", json={"ops": ops}).json()["version"] == 2
    wire = {"source_node_id": "a", "source_port": "text", "target_node_id": "b", "target_port": "value"}
    edge = api.post(f"{at}/{name}/", json=wire)
    assert edge.status_code == 201
    assert edge.json() | wire == edge.json()
    assert api.get(at).json()["edges"] == [edge.json()]
    assert api.delete(f"{at}/{name}/{edge.json()['id']}").status_code == 204
    assert api.get(at).json()["edges"] == []


def test_a_stale_if_match_changes_nothing(api, graph):
    at = f"/api/graphs/{graph['id']}"
    fresh = api.patch(at, json={"name": "New"}, headers={"If-Match": '"1"'})
    assert fresh.headers["etag"] == '"2"'
    stale = api.patch(at, json={"name": "Newer"}, headers={"If-Match": '"1"'})
    assert stale.status_code == 412
    assert stale.json()["type"] == "/problems/stale-version"
    assert stale.json()["errors"][0]["loc"] == ["header", "if-match"]
    assert api.patch(at, json={"name": "Any"}, headers={"If-Match": "*"}).status_code == 200
    assert api.patch(at, json={"name": "Any"}, headers={"If-Match": '"what"'}).status_code == 412
    assert api.get(at).json()["version"] == 3


def test_every_version_is_kept_and_can_be_seen_again(api, graph):
    at = f"/api/graphs/{graph['id']}"
    api.post(f"{at}/nodes", json={"id": "a", "type": "text", "params": {"text": "one"}})
    api.patch(f"{at}/nodes/a", json={"params": {"text": "two"}})
    api.delete(f"{at}/nodes/a")
    history = api.get(f"{at}/history?limit=3").json()
    assert [item["version"] for item in history["items"]] == [4, 3, 2]
    assert history["items"][1]["changes"] == [{"type": "NodeChanged", "node_id": "a"}]
    assert history["items"][1]["actor"] == "local"
    rest = api.get(f"{at}/history?limit=3&cursor={history['next_cursor']}").json()
    assert [item["version"] for item in rest["items"]] == [1]
    assert api.get(f"{at}?version=2").json()["nodes"][0]["params"] == {"text": "one"}
    assert api.get(f"{at}?version=3").json()["nodes"][0]["params"] == {"text": "two"}
    assert api.get(f"{at}?version=9").status_code == 404
    assert api.post(f"{at}/restore", json={"version": 2}).status_code == 200


def test_a_graph_travels_as_a_workflow_file_and_can_be_duplicated(api):
    workflow = {
        "name": "Words",
        "nodes": [{"id": "a", "type": "text", "params": {"text": "hi"}}, {"id": "b", "type": "output"}],
        "edges": [{"source_node_id": "a", "source_port": "text", "target_node_id": "b", "target_port": "value"}],
        "variables": {"who": "a fox"},
    }
    made = api.post("/api/graphs/import", json=workflow)
    assert made.status_code == 201
    exported = api.get(f"/api/graphs/{made.json()['id']}/export").json()
    assert [node["id"] for node in exported["nodes"]] == ["a", "b"]
    again = api.post("/api/graphs/import", json=exported).json()
    copy = api.post(f"/api/graphs/{made.json()['id']}/duplicate").json()
    assert copy["name"] == "Words (copy)"
    assert again["nodes"] == made.json()["nodes"] == copy["nodes"]
    assert copy["id"] != made.json()["id"]


def test_a_deleted_graph_is_gone(api, graph):
    at = f"/api/graphs/{graph['id']}"
    assert api.delete(at).status_code == 204
    for path in (at, f"{at}/history", f"{at}/export"):
        assert api.get(path).status_code == 404
    assert graph["id"] not in [item["id"] for item in api.get("/api/graphs?limit=100").json()["items"]]


def test_a_node_shows_what_it_last_did(house, api, graph):
    at = f"/api/graphs/{graph['id']}"
    api.post(f"{at}/nodes", json={"id": "paint", "type": "text_to_image", "params": {"prompt": "a fox"}})
    answer = api.post(f"{at}/nodes/paint/regenerate")
    assert answer.status_code == 202
    assert answer.headers["location"] == f"/api/executions/{answer.json()['id']}"
    node = api.get(at).json()["nodes"][0]
    assert node["variation"] == 1
    assert node["last"] == {"execution_id": answer.json()["id"], "state": "waiting", "outputs": {}}
    assert house.decider.asked[-1].command.output_node_ids == ("paint",)


def test_pages_of_graphs_hold_each_graph_once(api):
    made = [api.post("/api/graphs", json={"name": f"{n}"}).json()["id"] for n in range(5)]
    seen, cursor = [], ""
    while cursor is not None and len(seen) < 100:
        page = api.get("/api/graphs?limit=2" + (f"&cursor={cursor}" if cursor else "")).json()
        seen += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
    assert seen[:5] == made[::-1]
    assert len(seen) == len(set(seen))


def test_there_is_a_default_project_with_variables_for_its_runs(house, api):
    assert api.get("/api/projects/default").json()["name"] == "My project"
    made = api.post("/api/projects/", json={"name": "Film", "variables": {"who": "a fox"}})
    assert made.status_code == 201
    project = made.json()
    changed = api.patch(
        f"/api/projects/{project['id']}", json={"settings": {"preferred_models": ["m1"], "x": 1}}
    ).json()
    assert changed["variables"] == {"who": "a fox"}
    assert changed["settings"] == {"preferred_models": ["m1"], "x": 1}
    graph = api.post("/api/graphs", json={"name": "G", "project_id": project["id"]}).json()
    api.post("/api/executions", json={"graph_id": graph["id"], "variables": {"where": "home"}})
    command = house.decider.asked[-1].command
    assert command.variables == {"who": "a fox", "where": "home"}
    assert command.preferred_models == ("m1",)
    assert project["id"] in [item["id"] for item in api.get("/api/projects?limit=100").json()["items"]]
    assert [g["id"] for g in api.get(f"/api/graphs?project_id={project['id']}").json()["items"]] == [graph["id"]]


def test_the_catalogue_says_what_can_be_drawn_and_by_whom(api):
    types = {item["type"]: item for item in api.get("/api/node-types").json()["items"]}
    assert types["text_to_image"]["params"]["properties"]["count"]["maximum"] == 8
    assert types["text_to_image"]["models"]
    providers = {item["name"]: item["enabled"] for item in api.get("/api/providers").json()["items"]}
    assert providers["local"] is True
    assert all("enabled" in item for item in api.get("/api/models").json()["items"])
