"""A recipe that was made is not made again; another variation is."""

from support.api import Api, edge, node, workflow
from support.vendor import Vendor
from walks.paid import PAINTER
from walks.test_cancel import until


def picture(word: str):
    return workflow(
        node("words", "text", text=f"a red fox in snow {word}"),
        node("paint", "text_to_image", resolution="512"),
        node("look", "image_to_text"),
        edges=(edge("words.text", "paint.prompt"), edge("paint.image", "look.image")),
    )


def test_the_second_run_makes_nothing(api: Api, word: str):
    graph = api.save(picture(word))
    first, second = api.run(graph), api.run(graph)
    assert first["nodes"]["paint"]["state"] == "completed"
    for node_id in ("paint", "look"):
        again = second["nodes"][node_id]
        assert again["state"] == "cached"
        assert again["cached_from"]["execution_id"] == first["id"]
        assert again["cost"] == 0
        kept = [v.get("sha256") or v["text"] for values in again["outputs"].values() for v in values]
        made = [v.get("sha256") or v["text"] for vs in first["nodes"][node_id]["outputs"].values() for v in vs]
        assert kept == made


def test_two_runs_at_once_make_it_once(api: Api, word: str):
    graph = api.save(picture(word))
    runs = [api.start(graph) for _ in range(4)]
    done = [api.finish(run) for run in runs]
    states = sorted(run["nodes"]["paint"]["state"] for run in done)
    assert states == ["cached", "cached", "cached", "completed"]
    assert len({run["nodes"]["paint"]["outputs"]["image"][0]["sha256"] for run in done}) == 1


def test_regenerating_makes_another_variation_and_keeps_the_rest(api: Api, word: str):
    graph = api.save(picture(word))
    first = api.run(graph)
    answer = api.http.post(f"/api/graphs/{graph['id']}/nodes/paint/regenerate")
    assert answer.status_code == 202
    again = api.finish(answer.json()["id"])
    assert again["nodes"]["paint"]["state"] == "completed"
    before, after = (run["nodes"]["paint"]["outputs"]["image"][0]["sha256"] for run in (first, again))
    assert before != after
    assert "look" not in again["nodes"], "nothing else runs"
    (paint,) = [n for n in api.get(f"/api/graphs/{graph['id']}")["nodes"] if n["id"] == "paint"]
    assert paint["variation"] == 1
    assert paint["last"]["execution_id"] == again["id"]


def test_why_a_node_was_cached_can_be_asked(api: Api, word: str):
    graph = api.save(picture(word))
    first, second = api.run(graph), api.run(graph)
    why = api.get(f"/api/executions/{second['id']}/nodes/paint/explain")
    assert first["id"] in str(why)


def test_another_seed_is_another_recipe(api: Api, word: str):
    graph = api.save(picture(word))
    first = api.run(graph)
    api.http.patch(f"/api/graphs/{graph['id']}/nodes/paint", json={"params": {"seed": 5}}).raise_for_status()
    assert api.run(graph)["nodes"]["paint"]["state"] == "completed"
    assert first["nodes"]["paint"]["state"] == "completed"


def test_what_a_waiting_node_waits_for_can_be_asked(api: Api, vendor: Vendor, word: str):
    vendor.takes(20)
    one = workflow(node("paint", "text_to_image", prompt=f"a quay {word}", **PAINTER))
    maker = api.start(one)
    until(api, maker, "node_started", "paint")
    second = api.start(one)
    why = api.get(f"/api/executions/{second}/nodes/paint/explain")
    assert why["state"] == "waiting"
    assert maker in why["reason"]
    for run in (second, maker):
        assert api.http.delete(f"/api/executions/{run}").is_success
    vendor.takes(0)
