"""A picture that is deleted voids its recipe: wanted again, it is made again. And what is had back does no harm."""

import zipfile
from io import BytesIO

from support.api import Api
from walks.test_cache import picture


def shown(run):
    return run["nodes"]["paint"]["outputs"]["image"][0]


def test_a_deleted_picture_is_made_again_and_the_old_one_can_be_had_back(api: Api, word: str):
    graph = api.save(picture(word))
    first, second = api.run(graph), api.run(graph)
    asset = shown(first)["asset_id"]
    assert shown(second)["asset_id"] == asset
    asked = api.http.delete(f"/api/assets/{asset}")
    assert asked.status_code == 409
    assert {one["execution_id"] for one in asked.json()["used_by"]["executions"]["items"]} == {
        first["id"],
        second["id"],
    }
    assert api.http.delete(f"/api/assets/{asset}?confirm=true").status_code == 200
    assert api.http.get(shown(first)["url"]).status_code == 404

    third = api.run(graph)
    assert third["nodes"]["paint"]["state"] == "completed"
    assert shown(third)["asset_id"] != asset
    assert shown(third)["sha256"] == shown(first)["sha256"]
    assert api.http.get(shown(third)["url"]).status_code == 200
    assert third["nodes"]["look"]["state"] == "cached", "made of the very same bytes"

    assert api.http.post(f"/api/assets/{asset}/restore").status_code == 200
    assert api.http.get(shown(first)["url"]).status_code == 200
    fourth = api.run(graph)
    assert fourth["nodes"]["paint"]["cached_from"]["execution_id"] == third["id"]


def test_what_is_deleted_is_not_inherited_by_a_fork(api: Api, word: str):
    first = api.run(api.save(picture(word)))
    assert api.http.delete(f"/api/assets/{shown(first)['asset_id']}?confirm=true").status_code == 200
    forked = api.finish(api.http.post(f"/api/executions/{first['id']}/fork", json={}).json()["id"])
    assert forked["nodes"]["words"]["state"] == "inherited"
    assert forked["nodes"]["paint"]["state"] == "completed"
    assert api.http.get(shown(forked)["url"]).status_code == 200


def test_what_is_deleted_is_not_in_the_zip_of_its_execution(api: Api, word: str):
    run = api.run(api.save(picture(word)))
    url = f"/api/executions/{run['id']}/download"
    before = zipfile.ZipFile(BytesIO(api.http.get(url).content)).namelist()
    assert api.http.delete(f"/api/assets/{shown(run)['asset_id']}?confirm=true").status_code == 200
    after = zipfile.ZipFile(BytesIO(api.http.get(url).content)).namelist()
    assert set(before) - set(after) == {name for name in before if name.endswith((".png", ".jpg", ".webp"))} != set()
