"""All results of a run in one zip, and one result under its name."""

import hashlib
import json
import zipfile
from io import BytesIO

import httpx2

from support.api import Api, edge, node, workflow


def zip_of(api: Api, run: str) -> zipfile.ZipFile:
    answer = api.http.get(f"/api/executions/{run}/download")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/zip"
    return zipfile.ZipFile(BytesIO(answer.content))


def test_everything_a_run_made_is_in_one_zip_that_says_how(api: Api, word: str):
    graph = workflow(
        node("words", "text", text=f"a red fox {word}"),
        node("paint", "text_to_image", resolution="512", seed=7, count=2),
        node("look", "image_to_text"),
        node("out", "output"),
        edges=(edge("words.text", "paint.prompt"), edge("paint.image", "look.image"), edge("look.text", "out.value")),
    )
    saved = api.save(graph)
    nasty = {"paint": "../../etc/passwd\u202e\u0007", "look": "CON", "words": "CON"}
    for id_, title in nasty.items():
        api.http.patch(f"/api/graphs/{saved['id']}/nodes/{id_}", json={"title": title})
    run = api.run(saved)
    packed = zip_of(api, run["id"])
    assert packed.testzip() is None
    names = packed.namelist()
    assert names == ["manifest.json", "CON_.txt", "_.._etc_passwd.png", "_.._etc_passwd 2.png", "CON_ 2.txt"]
    pictures = run["nodes"]["paint"]["outputs"]["image"]
    for name, value in zip(names[2:4], pictures, strict=True):
        assert hashlib.sha256(packed.read(name)).hexdigest() == value["sha256"]
    assert packed.read("CON_ 2.txt").decode() == run["nodes"]["look"]["outputs"]["text"][0]["text"]
    told = json.loads(packed.read("manifest.json"))
    assert (told["execution_id"], told["state"]) == (run["id"], "completed")
    paint = next(one for one in told["nodes"] if one["node_id"] == "paint")
    assert (paint["model"], paint["seed"], paint["files"]) == ("local-painter", 7, names[2:4])


def test_a_run_without_results_is_a_zip_that_says_so(api: Api, word: str):
    run = api.run(workflow(node("words", "text", text=word)))
    assert zip_of(api, run["id"]).namelist() == ["manifest.json", "words.txt"]
    assert api.http.get("/api/executions/nowhere/download").status_code == 404


def test_a_picture_is_saved_under_its_name(api: Api, word: str):
    run = api.run(workflow(node("paint", "text_to_image", prompt=f"a fox {word}", resolution="512")))
    (value,) = run["nodes"]["paint"]["outputs"]["image"]
    shown = api.http.get(value["url"])
    assert "content-disposition" not in shown.headers
    saved = api.http.get(value["url"], params={"download": "true"})
    assert saved.content == shown.content
    assert saved.headers["content-disposition"].startswith('attachment; filename="')
    assert api.http.get(value["url"], headers={"If-None-Match": saved.headers["etag"]}).status_code == 304


def test_bytes_can_be_had_past_the_gateway(api: Api, word: str):
    run = api.run(workflow(node("paint", "text_to_image", prompt=f"a fox {word}", resolution="512")))
    (value,) = run["nodes"]["paint"]["outputs"]["image"]
    sent_on = api.http.get(f"/api/assets/{value['asset_id']}/download")
    assert sent_on.status_code == 307
    there = sent_on.headers["location"]
    got = httpx2.get(there, trust_env=False)
    assert hashlib.sha256(got.content).hexdigest() == value["sha256"]
    assert got.headers["content-disposition"].startswith("attachment; filename*=")
    other = there.replace(value["sha256"], "0" * 64)
    later = there.replace("X-Amz-Expires=300", "X-Amz-Expires=30000")
    assert {httpx2.get(url, trust_env=False).status_code for url in (other, later)} == {403}
    assert api.http.get("/api/assets/nowhere/download").status_code == 404
