"""What was different between two runs."""

from typing import Any

from support.api import Api, edge, node, workflow
from walks.test_fork import change, film, fork


def diff(api: Api, a: dict[str, Any], b: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = api.get(f"/api/executions/diff?a={a['id']}&b={b['id']}")
    return found


def test_a_run_and_its_fork_differ_in_what_was_edited(api: Api, word: str):
    first = api.run(film(word))
    forked = fork(
        api,
        first["id"],
        edits=[
            change("vary", prompt="at night"),
            {"op": "add_node", "id": "big", "type": "upscale", "params": {}},
            {"op": "add_edge", **edge("vary.image", "big.image")},
            {"op": "add_edge", **edge("big.image", "final.value")},
            {"op": "add_node", "id": "sky", "type": "text", "params": {"text": "a red sky"}},
        ],
    )
    found = diff(api, first, forked)
    assert not found["identical"]
    assert found["b"]["forked_from"] == found["a"]["id"] == first["id"]
    drawn = found["graph"]["nodes"]
    assert [node["id"] for node in drawn["added"]] == ["big", "sky"]
    assert (drawn["removed"], found["graph"]["edges"]["removed"]) == ([], [])
    (redrawn,) = drawn["changed"]
    assert (redrawn["id"], redrawn["changes"]) == (
        "vary",
        [{"field": "params.prompt", "a": "in winter", "b": "at night"}],
    )
    assert [(one["source_node_id"], one["target_node_id"]) for one in found["graph"]["edges"]["added"]] == [
        ("vary", "big"),
        ("big", "final"),
    ]
    by_id = {one["node_id"]: one for one in found["nodes"]}
    assert {node_id: one["change"] for node_id, one in by_id.items()} == {
        "words": "same",
        "paint": "same",
        "look": "same",
        "vary": "changed",
        "big": "added",
        "final": "changed",
    }
    assert by_id["paint"]["state"] == {"a": "completed", "b": "inherited"}
    assert by_id["paint"]["outputs"]["image"]["same"]
    assert by_id["paint"]["prompt_sent"]["a"] == by_id["paint"]["prompt_sent"]["b"]
    vary = by_id["vary"]
    assert vary["different"] == ["params.prompt", "prompt_sent", "outputs"]
    assert vary["prompt_sent"] == {"a": "in winter", "b": "at night"}
    assert not vary["outputs"]["image"]["same"]
    assert vary["outputs"]["image"]["b"][0]["url"].startswith("/media/")
    assert by_id["big"]["state"] == {"a": None, "b": "completed"}
    totals = found["totals"]
    assert totals["nodes"] == {"same": 3, "changed": 2, "added": 1, "removed": 0}
    assert totals["seconds"]["difference"] == round(totals["seconds"]["b"] - totals["seconds"]["a"], 3)


def test_a_saved_graph_that_was_edited_and_run_again_tells_what_changed(api: Api, word: str):
    graph = api.save(film(word))
    first = api.run(graph, variables={"hour": "noon"})
    api.http.patch(f"/api/graphs/{graph['id']}/nodes/paint", json={"params": {"seed": 9}}).raise_for_status()
    second = api.run(graph, variables={"hour": "noon"})
    api.http.delete(f"/api/graphs/{graph['id']}").raise_for_status()
    found = diff(api, first, second)
    assert [one["id"] for one in found["graph"]["nodes"]["changed"]] == ["paint"]
    assert {"field": "seed", "a": 0, "b": 9} in found["nodes"][1]["changes"]
    assert diff(api, second, second)["identical"]


def test_a_run_that_was_all_in_the_cache_made_the_same(api: Api, word: str):
    first, second = api.run(film(word)), api.run(film(word))
    found = diff(api, first, second)
    assert found["identical"]
    assert {one["node_id"]: one["state"]["b"] for one in found["nodes"]}["paint"] == "cached"
    other = api.run(film(word), variables={"hour": "dusk"})
    assert diff(api, first, other)["variables"] == [{"field": "hour", "a": "dawn", "b": "dusk"}]


def test_what_cannot_be_compared_says_why(api: Api, word: str):
    one = api.run(workflow(node("words", "text", text=word)))
    answer = api.http.get(f"/api/executions/diff?a={one['id']}&b=nobody")
    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/unknown-execution")
    assert answer.json()["errors"][0]["loc"] == ["query", "b"]
    assert api.http.get(f"/api/executions/diff?a={one['id']}").status_code == 422


def test_a_position_that_the_log_has_not_reached_is_refused(api: Api, word: str):
    one = api.run(workflow(node("words", "text", text=word)))
    answer = api.http.get(f"/api/executions/{one['id']}?at={2**62}")
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/unknown-position")
    first = api.get(f"/api/executions/{one['id']}/events")["items"][0]["id"]
    assert api.get(f"/api/executions/{one['id']}?at={first}")["state"] == "running"
    assert api.http.get(f"/api/executions/{one['id']}?at=1").status_code == 404
