"""Media on the shelf: found by words, tags and time; named, deleted and had back."""

import pytest
from test_gateway_assets import png, upload
from test_gateway_refusals import refused

from contracts import run as r
from contracts.envelope import AssetDecision, unseal
from contracts.values import MediaValue
from kit.clock import utc_now as now
from kit.ids import new_id

WORKFLOW = {"name": "x", "nodes": [{"id": "paint", "type": "text_to_image", "params": {"prompt": "x"}}]}


def made(house, api, prompt, *, workflow=WORKFLOW, state=None):
    """A run that made one picture; gives the run's and the picture's id."""
    run = api.post("/api/executions", json={"graph": workflow}).json()["id"]
    asset_id = new_id()
    picture = MediaValue(type="image", asset_id=asset_id, sha256="cd" * 32, mime="image/png", bytes=9)
    done = state or r.NodeSucceeded(
        at=now(), node_id="paint", attempt=1, recipe="ef" * 32, outputs={"image": (picture,)}, prompt_sent=prompt
    )
    seq = house.do(house.decider.decided(run, done))
    assert house.do(house.service.desk.tide.reach(seq, 10))
    return run, asset_id


def found(api, **asked):
    return [item["id"] for item in api.get("/api/assets", params={"limit": 100, **asked}).json()["items"]]


def test_a_picture_is_found_by_words_of_its_name_its_tags_and_its_prompt(house, api, word):
    _, asset = made(house, api, f"A crêpe-stand of {word}, at dusk")
    _, other = made(house, api, f"Nothing of the kind but {word}")
    assert found(api, text=word) == [other, asset]
    assert found(api, text=f"{word[:-1]} CREPE dus") == [asset]
    assert found(api, text=f"{word} dawn") == []
    assert found(api, text="!!") == []
    assert api.patch(f"/api/assets/{asset}", json={"name": "Galette", "tags": ["Sea  Cliff"]}).status_code == 200
    assert found(api, text=f"galette {word} cliff") == [asset]
    assert found(api, text=f"{word} paint") == [other]
    assert found(api, text="'); --") == []
    assert found(api, text=word, type="image", source="generated", project_id="default") == [other, asset]
    assert found(api, text=word, type="video") == []
    assert found(api, text=word, model="imagen") == []
    before = api.get(f"/api/assets/{other}").json()["created_at"]
    assert found(api, text=word, created_before=before) == [asset]
    assert found(api, text=word, created_after=before) == [other]
    first = api.get("/api/assets", params={"text": word, "limit": 1}).json()
    rest = api.get("/api/assets", params={"text": word, "limit": 1, "cursor": first["next_cursor"]}).json()
    assert [first["items"][0]["id"], rest["items"][0]["id"], rest["next_cursor"]] == [other, asset, None]


def test_tags_are_kept_in_one_form_and_filtered_by_it(house, api, word):
    asset = upload(api, png(41, 31)).json()["id"]
    changed = api.patch(f"/api/assets/{asset}", json={"tags": [f"#{word.upper()}", f" {word} ", "Déjà  vu"]})
    assert changed.json()["tags"] == [word, "déjà vu"]
    assert found(api, tag=word.upper()) == [asset]
    assert found(api, tag="") == []
    facts = house.do(house.decider.log.read(house.decider.subjects.events("asset", "default", asset)))
    assert api.patch(f"/api/assets/{asset}", json={"tags": [word, "déjà vu"]}).json()["tags"] == [word, "déjà vu"]
    assert house.do(house.decider.log.read(facts[0].subject)) == facts
    said = unseal(AssetDecision, facts[-1].data)
    assert (said.actor, [event.type for event in said.events]) == ("local", ["AssetTagged"])
    assert api.patch(f"/api/assets/{asset}", json={"tags": []}).json()["tags"] == []
    assert found(api, tag=word) == []


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({"tags": [""]}, ["body", "tags", 0]),
        ({"tags": ["x" * 51]}, ["body", "tags", 0]),
        ({"tags": ["a\u0007b"]}, ["body", "tags", 0]),
        ({"tags": [f"t{n}" for n in range(51)]}, ["body", "tags"]),
        ({"name": " "}, ["body", "name"]),
        ({"owner": "me"}, ["body", "owner"]),
    ],
)
def test_what_cannot_be_said_of_an_asset_is_refused(house, api, body, where):
    _, asset = made(house, api, "x")
    refused(api.patch(f"/api/assets/{asset}", json=body), 422, "invalid-request", where)


def test_a_deleted_asset_is_out_of_sight_until_it_is_had_back(api, word):
    data = png(42, 32, "purple")
    asset = upload(api, data).json()
    api.patch(f"/api/assets/{asset['id']}", json={"tags": [word]})
    assert api.get(f"/api/assets/{asset['id']}/uses").json()["graphs"]["count"] == 0
    gone = api.delete(f"/api/assets/{asset['id']}").json()
    assert gone["restorable_until"] > gone["deleted_at"]
    refused(api.get(f"/api/assets/{asset['id']}"), 404, "unknown-asset")
    refused(api.get(asset["url"]), 404, "unknown-asset")
    refused(api.patch(f"/api/assets/{asset['id']}", json={"name": "x"}), 404, "unknown-asset")
    refused(api.delete(f"/api/assets/{asset['id']}"), 404, "unknown-asset")
    assert found(api, tag=word) == []
    assert found(api, tag=word, state="deleted") == [asset["id"]]
    back = api.post(f"/api/assets/{asset['id']}/restore")
    assert back.json()["tags"] == [word]
    assert back.json()["deleted_at"] is None
    assert api.post(f"/api/assets/{asset['id']}/restore").json() == back.json()
    assert api.get(asset["url"]).content == data


def test_what_is_in_use_is_deleted_only_when_that_is_confirmed(house, api, graph):
    run, asset = made(house, api, "a lamp")
    node = {"id": "lamp", "type": "asset", "params": {"asset_id": asset}}
    assert api.post(f"/api/graphs/{graph['id']}/nodes", json=node).status_code == 201
    picture = MediaValue(type="image", asset_id=asset, sha256="cd" * 32, mime="image/png", bytes=9)
    origin = r.Origin(run_id=run, node_id="paint")
    taken = r.NodeCached(at=now(), node_id="paint", recipe="ef" * 32, outputs={"image": (picture,)}, origin=origin)
    other, _ = made(house, api, "", state=taken)
    problem = refused(api.delete(f"/api/assets/{asset}"), 409, "asset-in-use")
    used_by = problem["used_by"]
    assert [(one["id"], one["node_ids"]) for one in used_by["graphs"]["items"]] == [(graph["id"], ["lamp"])]
    runs = [(one["execution_id"], one["how"]) for one in used_by["executions"]["items"]]
    assert runs == [(other, "cached"), (run, "made")]
    assert used_by["recipes"] == ["ef" * 32]
    assert api.get(f"/api/assets/{asset}/uses").json() == used_by
    assert api.get(f"/api/assets/{asset}").status_code == 200
    assert api.delete(f"/api/assets/{asset}?confirm=true").json()["used_by"] == used_by
    refused(api.get(f"/api/assets/{asset}"), 404, "unknown-asset")


def test_a_picture_that_only_its_maker_has_needs_no_confirmation(house, api):
    _, asset = made(house, api, "alone")
    assert api.delete(f"/api/assets/{asset}").json()["used_by"]["executions"]["count"] == 1
