"""Uploads to a real object store, and media out of it."""

import hashlib
from io import BytesIO

import httpx2
import pytest
from PIL import Image
from test_gateway_refusals import refused


def png(width=40, height=30, colour="teal"):
    out = BytesIO()
    Image.new("RGB", (width, height), colour).save(out, "PNG")
    return out.getvalue()


def jpeg_from_somewhere():
    """With a place in its EXIF."""
    out, exif = BytesIO(), Image.Exif()
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (52.0, 31.0, 12.0)
    Image.new("RGB", (64, 48), "olive").save(out, "JPEG", exif=exif)
    assert b"Exif" in out.getvalue()
    return out.getvalue()


def announce(api, data, mime="image/png", size=None):
    body = {"filename": "picture", "mime": mime, "bytes": size or len(data)}
    answer = api.post("/api/assets/uploads", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


def put(upload, data):
    return httpx2.put(upload["url"], content=data, headers=upload["headers"], trust_env=False)


def upload(api, data, mime="image/png"):
    announced = announce(api, data, mime)
    assert put(announced, data).status_code == 200
    return api.post(f"/api/assets/{announced['id']}/complete")


def test_an_upload_becomes_an_asset_with_its_media(house, api):
    data = png()
    done = upload(api, data)
    assert done.status_code == 200, done.text
    asset = done.json()
    assert (asset["type"], asset["mime"], asset["width"], asset["height"]) == ("image", "image/png", 40, 30)
    assert asset["sha256"] == hashlib.sha256(data).hexdigest()
    assert asset["name"] == "picture"
    assert asset["source"] == "upload"
    assert (asset["sync_status"], asset["downloaded_at"], asset["remote_url"]) == ("synced", None, None)
    assert api.get(f"/api/assets/{asset['id']}").json() == asset
    assert asset["id"] in [item["id"] for item in api.get("/api/assets?type=image&source=upload").json()["items"]]
    assert api.get(asset["url"]).content == data
    assert Image.open(BytesIO(api.get(asset["thumbnail_url"]).content)).format == "WEBP"
    assert api.post(f"/api/assets/{asset['id']}/complete").json() == asset
    assert not house.do(house.service.desk.objects.exists(f"uploads/{asset['id']}"))


def test_media_are_cached_for_ever_and_given_in_ranges(api):
    data = png(200, 200, "navy")
    url = upload(api, data).json()["url"]
    whole = api.get(url)
    assert whole.headers["cache-control"] == "private, max-age=31536000, immutable"
    assert whole.headers["content-type"] == "image/png"
    assert whole.headers["x-content-type-options"] == "nosniff"
    assert api.get(url, headers={"If-None-Match": whole.headers["etag"]}).status_code == 304
    part = api.get(url, headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, data[10:20])
    assert part.headers["content-range"] == f"bytes 10-19/{len(data)}"
    assert api.get(url, headers={"Range": "bytes=-5"}).content == data[-5:]
    assert api.get(url, headers={"Range": f"bytes={len(data) - 3}-"}).content == data[-3:]
    assert api.get(url, headers={"Range": "bytes=5-2"}).content == data
    refused(api.get(url, headers={"Range": f"bytes={len(data)}-"}), 416, "range-not-satisfiable")
    head = api.head(url)
    assert (head.status_code, head.headers["content-length"], head.content) == (200, str(len(data)), b"")
    refused(api.get(url.replace(".png", ".exe")), 404, "not-found")


def test_where_a_picture_was_taken_is_not_kept(api):
    asset = upload(api, jpeg_from_somewhere(), "image/jpeg").json()
    kept = api.get(asset["url"]).content
    assert not dict(Image.open(BytesIO(kept)).getexif().get_ifd(0x8825))
    assert asset["sha256"] == hashlib.sha256(kept).hexdigest()


def test_a_file_that_is_not_what_it_says_is_refused(api):
    refused(upload(api, b"GIF89a but no", "image/png"), 422, "not-what-it-says")
    refused(upload(api, png(), "image/jpeg"), 422, "not-what-it-says")
    cut = png(300, 300)[:200]
    problem = refused(upload(api, cut, "image/png"), 422, "not-what-it-says")
    assert "damaged" in problem["detail"]


def test_what_is_too_large_is_refused_before_or_after_the_upload(api):
    body = {"filename": "x", "mime": "image/png", "bytes": 60_000_000}
    refused(api.post("/api/assets/uploads", json=body), 422, "too-large", ["body", "bytes"])
    out = BytesIO()
    Image.new("1", (8_000, 8_000)).save(out, "PNG")
    problem = refused(upload(api, out.getvalue()), 422, "too-many-pixels")
    assert "megapixels" in problem["detail"]
    refused(api.post("/api/assets/uploads", json={**body, "bytes": 5, "mime": "text/html"}), 422, "invalid-request")


def test_the_store_takes_only_what_was_announced(api):
    data = png()
    announced = announce(api, data)
    longer = {**announced, "headers": {**announced["headers"], "content-length": str(len(data) + 1)}}
    assert put(longer, data + b"x").status_code == 403
    wrong_type = {**announced, "headers": {**announced["headers"], "content-type": "text/html"}}
    assert put(wrong_type, data).status_code == 403
    refused(api.post(f"/api/assets/{announced['id']}/complete"), 422, "upload-missing")


def test_an_uploaded_picture_can_be_used_in_a_graph(house, api, graph):
    asset = upload(api, png()).json()
    node = {"id": "a", "type": "asset", "params": {"asset_id": asset["id"]}}
    assert api.post(f"/api/graphs/{graph['id']}/nodes", json=node).status_code == 201
    assert house.decider.asked[-1].command.ops[0].media == "image"
    api.post("/api/executions", json={"graph": {"name": "x", "nodes": [node]}})
    command = house.decider.asked[-1].command
    assert command.assets[asset["id"]].sha256 == asset["sha256"]
    assert command.inline.nodes[0].outputs[0].name == "image"


@pytest.mark.parametrize("path", ["/api/assets/x/complete", "/api/assets/%00/complete"])
def test_an_upload_that_was_never_announced_cannot_be_completed(api, path):
    refused(api.post(path), 404, "unknown-asset")
