"""Large files come in parts, straight to a real object store."""

import hashlib
from io import BytesIO
from random import Random

import httpx2
import pytest
from PIL import Image


@pytest.fixture(scope="module")
def large():
    """A picture of two parts."""
    size, out = (2600, 2200), BytesIO()
    Image.frombytes("RGB", size, Random(1).randbytes(size[0] * size[1] * 3)).save(out, "PNG", compress_level=0)
    return out.getvalue()


def announce(api, data, **said):
    body = {"filename": "large.png", "mime": "image/png", "bytes": len(data), "multipart": True, **said}
    answer = api.post("/api/assets/uploads", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


def cut(upload, data):
    at = 0
    for part in upload["parts"]:
        yield part, data[at : at + part["bytes"]]
        at += part["bytes"]
    assert at == len(data)


def put(part, data):
    return httpx2.put(part["url"], content=data, headers=part["headers"], trust_env=False, timeout=60)


def test_a_file_in_parts_becomes_an_asset_like_any_other(api, large, house):
    upload = announce(api, large)
    assert (upload["url"], len(upload["parts"])) == (None, 2)
    sent = [{"number": part["number"], "etag": put(part, data).headers["etag"]} for part, data in cut(upload, large)]
    complete = upload["complete_url"]
    for parts in ([], sent[:1], [sent[0], sent[0]], [sent[0], {**sent[1], "etag": '"0123"'}]):
        refused = api.post(complete, json={"parts": parts})
        assert (refused.status_code, refused.json()["errors"][0]["loc"]) == (422, ["body", "parts"]), refused.text
    odd = api.post(complete, json={"parts": [sent[0], {**sent[1], "etag": "<x>"}]})
    assert odd.status_code == 422
    done = api.post(complete, json={"parts": sent[::-1]})
    assert done.status_code == 200, done.text
    assert done.json()["sha256"] == hashlib.sha256(large).hexdigest()
    assert api.post(complete, json={"parts": sent}).json() == done.json()
    assert not house.do(house.service.desk.objects.exists(f"uploads/{upload['id']}"))


def test_a_part_is_taken_only_as_it_was_announced(api, large):
    upload = announce(api, large)
    (first, data), (second, _) = cut(upload, large)
    short = {**first, "headers": {**first["headers"], "content-length": "5"}}
    assert put(short, data[:5]).status_code == 403
    swapped = {**second, "url": second["url"].replace("partNumber=2", "partNumber=3")}
    assert put(swapped, large[-second["bytes"] :]).status_code == 403
    assert api.delete(upload["abort_url"]).status_code == 204


def test_an_upload_can_be_given_up(api, large):
    upload = announce(api, large)
    (first, data), _ = cut(upload, large)
    assert put(first, data).is_success
    assert api.delete(upload["abort_url"]).status_code == 204
    assert api.delete(upload["abort_url"]).status_code == 404
    assert not put(first, data).is_success
    assert api.post(upload["complete_url"], json={"parts": []}).status_code == 404


def test_small_files_come_whole_unless_it_is_said_otherwise(api):
    small = api.post("/api/assets/uploads", json={"filename": "a.png", "mime": "image/png", "bytes": 10}).json()
    assert small["parts"] is None
    film = {"filename": "a.mp4", "mime": "video/mp4", "bytes": 100_000_000}
    large = api.post("/api/assets/uploads", json=film).json()
    assert [part["bytes"] for part in large["parts"]] == [2**24] * 5 + [100_000_000 - 5 * 2**24]
