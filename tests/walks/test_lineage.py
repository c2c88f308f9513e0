"""From a picture to everything that made it, across executions, and to everything that was made from it."""

from support.api import Api, edge, node, workflow


def told(api: Api, asset: str, **asked):
    return api.http.get(f"/api/assets/{asset}/lineage", params=asked).json()


def steps(lineage):
    return {one["node_id"]: one for one in lineage["nodes"] if one["kind"] == "step"}


def assets(lineage):
    return {one["asset_id"]: one["depth"] for one in lineage["nodes"] if one["kind"] == "asset"}


def made(run, node_id):
    return run["nodes"][node_id]["outputs"]["image"][0]["asset_id"]


def test_a_picture_leads_back_to_every_step_and_on_to_everything_made_of_it(api: Api, word: str):
    lines = (
        node("words", "text", text=f"a red fox {word}"),
        node("paint", "text_to_image", resolution="512", seed=7),
        node("look", "image_to_text"),
    )
    wires = (edge("words.text", "paint.prompt"), edge("paint.image", "look.image"))
    first = api.run(api.save(workflow(*lines, edges=wires)))
    second = api.run(api.save(workflow(*lines, edges=wires)))
    picture = made(first, "paint")
    assert second["nodes"]["look"]["state"] == "cached"
    later = api.run(
        api.save(
            workflow(
                node("fox", "asset", asset_id=picture),
                node("night", "image_to_image", prompt="at night"),
                node("more", "text_to_image", resolution="512"),
                *lines,
                edges=(
                    *wires,
                    edge("fox.image", "night.image"),
                    edge("look.text", "more.prompt"),
                ),
            )
        )
    )
    night, more = made(later, "night"), made(later, "more")

    back = told(api, night, direction="up")
    assert set(steps(back)) == {"words", "paint", "night"}
    paint = steps(back)["paint"]
    assert (paint["execution_id"], paint["seed"], paint["depth"]) == (first["id"], 7, -2)
    assert f"a red fox {word}" in paint["prompt"]
    assert paint["model"]
    assert paint["recipe"]
    assert steps(back)["words"]["texts"] == [f"a red fox {word}"]
    assert assets(back) == {night: 0, picture: -1}
    assert not back["truncated"]
    ids = {one["id"] for one in back["nodes"]}
    assert all(wire["from"] in ids and wire["to"] in ids for wire in back["edges"])
    assert {"from": f"asset:{picture}", "to": f"step:{later['id']}/night", "port": "image"} in back["edges"]

    far = told(api, more, direction="up")
    assert set(steps(far)) == {"words", "paint", "look", "more"}, "a text that was taken over stands where it was made"
    assert steps(far)["look"]["execution_id"] == first["id"]

    on = told(api, picture, direction="down")
    assert set(steps(on)) == {"look", "night", "more"}
    assert assets(on) == {picture: 0, night: 1, more: 2}
    assert steps(on)["more"]["execution_id"] == later["id"]
    both = told(api, picture)
    assert set(steps(both)) == {"words", "paint", "look", "night", "more"}

    assert told(api, night, direction="up", depth=1)["truncated"]
    few = told(api, picture, limit=2)
    assert (len(few["nodes"]), few["truncated"]) == (2, True)
    assert api.http.get("/api/assets/nothing/lineage").status_code == 404


def test_a_storyboard_is_no_asset_and_leads_on_as_a_text_does(api: Api, word: str):
    run = api.run(
        api.save(
            workflow(
                node("paint", "text_to_image", prompt=f"a walk {word}", resolution="512"),
                node("look", "image_to_text"),
                node("board", "storyboard", scenes=1),
                node("scene", "storyboard_scene"),
                node("again", "text_to_image", resolution="512"),
                edges=(
                    edge("paint.image", "look.image"),
                    edge("look.text", "board.prompt"),
                    edge("board.storyboard", "scene.storyboard"),
                    edge("scene.start", "again.prompt"),
                ),
            )
        )
    )
    first, last = made(run, "paint"), made(run, "again")
    for found in (told(api, first, direction="down"), told(api, last, direction="up")):
        assert {"look", "board", "scene", "again"} <= set(steps(found))
        assert set(assets(found)) == {first, last}
