"""A new run from an earlier one: what nobody changed is there at once and costs nothing."""

from typing import Any

from kit.ids import named_id
from support.api import Api, edge, node, workflow
from support.vendor import Vendor
from walks.paid import PAINTER
from walks.test_cancel import until


def film(word: str) -> dict[str, Any]:
    return workflow(
        node("words", "text", text="a harbour at {{hour}} " + word),
        node("paint", "text_to_image", resolution="512"),
        node("look", "image_to_text"),
        node("vary", "image_to_image", prompt="in winter"),
        node("final", "output"),
        edges=(
            edge("words.text", "paint.prompt"),
            edge("paint.image", "look.image"),
            edge("paint.image", "vary.image"),
            edge("look.text", "final.value"),
            edge("vary.image", "final.value"),
        ),
    ) | {"variables": {"hour": "dawn"}}


def change(node_id: str, **params: Any) -> dict[str, Any]:
    return {"op": "change_node", "node_id": node_id, "params": params}


def fork(api: Api, run: str, **body: Any) -> dict[str, Any]:
    started = api.http.post(f"/api/executions/{run}/fork", json=body)
    assert started.status_code == 202, started.text
    assert started.headers["location"] == f"/api/executions/{started.json()['id']}"
    return api.finish(started.json()["id"])


def states(run: dict[str, Any]) -> dict[str, str]:
    return {node_id: node["state"] for node_id, node in run["nodes"].items()}


def test_only_what_an_edit_touches_is_made_again(api: Api, word: str):
    first = api.run(film(word))
    forked = fork(api, first["id"], edits=[change("vary", prompt="at night")])
    assert states(forked) == {
        "words": "inherited",
        "paint": "inherited",
        "look": "inherited",
        "vary": "completed",
        "final": "completed",
    }
    assert forked["forked_from"] == first["id"]
    assert forked["nodes"]["paint"]["inherited_from"] == {"execution_id": first["id"], "node_id": "paint"}
    assert forked["nodes"]["paint"]["outputs"] == first["nodes"]["paint"]["outputs"]
    assert forked["nodes"]["vary"]["outputs"] != first["nodes"]["vary"]["outputs"]
    why = {one: api.get(f"/api/executions/{forked['id']}/nodes/{one}/explain") for one in ("paint", "vary")}
    assert "forked from" in why["paint"]["reason"]
    assert why["vary"]["differences"] == ["params.prompt"]
    told = [(event.name, event.data.get("node_id")) for event in api.stream(forked["id"])]
    assert told[:4] == [
        ("execution_started", None),
        ("node_inherited", "words"),
        ("node_inherited", "paint"),
        ("node_inherited", "look"),
    ]


def test_a_fork_of_a_fork_of_a_saved_graph_keeps_every_edit_and_leaves_the_graph_alone(api: Api, word: str):
    graph = api.save(film(word))
    first = api.run(graph, variables={"hour": "noon"})
    second = fork(
        api,
        first["id"],
        edits=[
            {"op": "add_node", "id": "loud", "type": "text_to_text", "params": {"prompt": "louder"}},
            {"op": "add_edge", **edge("look.text", "loud.context")},
            {"op": "add_edge", **edge("loud.text", "final.value")},
        ],
    )
    assert [node_id for node_id, state in states(second).items() if state == "completed"] == ["loud", "final"]
    third = fork(api, second["id"], edits=[{"op": "remove_node", "node_id": "vary"}])
    assert [node_id for node_id, state in states(third).items() if state == "completed"] == ["final"]
    assert third["nodes"]["loud"]["outputs"] == second["nodes"]["loud"]["outputs"]
    fourth = fork(api, third["id"], variables={"hour": "midnight"})
    assert set(states(fourth).values()) == {"completed"}
    assert third["graph_id"] == graph["id"]
    now = api.get(f"/api/graphs/{graph['id']}")
    assert now["version"] == graph["version"]
    last = {n["id"]: (n.get("last") or {}).get("execution_id") for n in now["nodes"]}
    assert set(last.values()) == {first["id"]}, "what the drawing shows is what was made of it"


def test_a_running_run_is_forked_and_what_it_is_making_is_paid_once(api: Api, vendor: Vendor, word: str):
    vendor.takes(1.5)
    two = workflow(
        node("words", "text", text=f"a quay {word}"),
        node("paint", "text_to_image", **PAINTER),
        node("look", "image_to_text"),
        edges=(edge("words.text", "paint.prompt"), edge("paint.image", "look.image")),
    )
    running = api.start(two)
    until(api, running, "node_started", "paint")
    forked = fork(api, running, edits=[change("look", prompt="one word")])
    vendor.takes(0)
    assert states(forked) == {"words": "inherited", "paint": "cached", "look": "completed"}
    assert api.finish(running)["state"] == "completed"
    assert forked["nodes"]["paint"]["cached_from"]["execution_id"] == running


def test_a_failed_run_is_forked_with_what_it_lacked(api: Api, vendor: Vendor, word: str):
    vendor.takes(0)
    vendor.will("content_policy", match=f"refuse {word}")
    wrong = workflow(
        node("words", "text", text=f"a quarry {word}"),
        node("paint", "text_to_image", resolution="512"),
        node("refused", "image_to_image", prompt=f"refuse {word}", **PAINTER),
        edges=(edge("words.text", "paint.prompt"), edge("paint.image", "refused.image")),
    )
    failed = api.run(wrong)
    assert states(failed) == {"words": "completed", "paint": "completed", "refused": "failed"}
    edits = [change("refused", prompt="in spring", provider="local", model=None)]
    forked = fork(api, failed["id"], edits=edits)
    assert states(forked) == {"words": "inherited", "paint": "inherited", "refused": "completed"}


def test_more_than_one_message_holds_is_inherited_all_the_same(api: Api, word: str):
    texts = [node(f"n{index}", "text", text=f"{index} {'long ' * 2_500}{word}") for index in range(30)]
    everything = workflow(
        *texts, node("final", "output"), edges=tuple(edge(f"{one['id']}.text", "final.value") for one in texts)
    )
    first = api.run(everything)
    forked = fork(api, first["id"], edits=[change("n7", text="short")])
    assert {node_id for node_id, state in states(forked).items() if state == "completed"} == {"n7", "final"}
    assert len({event.id // 10_000 for event in api.stream(forked["id"]) if event.name == "node_inherited"}) > 1


def test_the_same_key_forks_once(api: Api, word: str):
    first = api.run(workflow(node("words", "text", text=word)))
    body, key = {"edits": [change("words", text="other")]}, {"Idempotency-Key": f"fork-{word}"}
    answers = [api.http.post(f"/api/executions/{first['id']}/fork", json=body, headers=key) for _ in range(2)]
    assert len({answer.json()["id"] for answer in answers}) == 1


def test_what_cannot_be_forked_says_why(api: Api, word: str):
    gone = api.http.post("/api/executions/0199-nobody/fork", json={})
    assert (gone.status_code, gone.json()["type"]) == (404, "/problems/unknown-execution")
    first = api.run(workflow(node("words", "text", text=word)))
    where = f"/api/executions/{first['id']}/fork"
    refusals = [
        ([change("nobody", text="x")], "unknown-node", ["body", "edits", 0, "node_id"]),
        ([change("words", txt="x")], "unknown-param", ["body", "edits", 0, "params", "txt"]),
        ([{"op": "remove_node", "node_id": "words"}], "empty-graph", None),
        ([change("words", text="{{who}}")], "unknown-variable", ["graph", "nodes", "words", "params", "text"]),
    ]
    for edits, type_, loc in refusals:
        answer = api.http.post(where, json={"edits": edits})
        assert answer.status_code == 422
        assert answer.json()["type"] == f"/problems/{type_}"
        if loc is not None:
            assert [error["loc"] for error in answer.json()["errors"]] == [loc]
    assert api.http.post(where, json={"edit": []}).status_code == 422


def test_a_run_that_was_refused_cannot_be_forked(api: Api, word: str):
    headers = {"Idempotency-Key": f"refused-{word}"}
    nothing = workflow(node("paint", "text_to_image"))
    assert api.http.post("/api/executions/", json={"graph": nothing}, headers=headers).status_code == 422
    run = named_id("local", "POST /api/executions", f"refused-{word}", "run")
    answer = api.http.post(f"/api/executions/{run}/fork", json={})
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/not-forkable")
    assert "needs a prompt" in answer.json()["detail"]
