"""Videos and sounds, uploaded: looked at by a process that may do little else, and shown by pictures."""

import hashlib
from io import BytesIO

import av
import pytest
from film_files import PLACE, film, sound, turned, wav
from PIL import Image, ImageOps
from test_gateway_assets import png, put, upload
from test_gateway_refusals import refused


def stored(house):
    async def keys():
        store = house.service.desk.objects
        folders = ("objects", "thumbs", "posters", "previews")
        return {one.key for folder in folders async for page in store.list(folder) for one in page}

    return house.do(keys())


def test_a_video_gets_a_poster_and_a_moving_preview(api, tmp_path):
    data = film(tmp_path / "a.mp4", sound=True)
    done = upload(api, data, "video/mp4")
    assert done.status_code == 200, done.text
    asset = done.json()
    assert (asset["type"], asset["width"], asset["height"]) == ("video", 160, 96)
    assert asset["duration_s"] == pytest.approx(1, abs=0.1)
    assert asset["sha256"] == hashlib.sha256(data).hexdigest()
    assert set(asset["variants"]) == {"original", "thumbnail", "poster", "preview"}
    poster, preview = (Image.open(BytesIO(api.get(asset[f"{name}_url"]).content)) for name in ("poster", "preview"))
    assert (poster.format, poster.size) == ("WEBP", (160, 96))
    assert preview.n_frames == 8
    assert api.get(asset["url"], headers={"Range": "bytes=0-11"}).content == data[:12]
    assert asset["id"] in [item["id"] for item in api.get("/api/assets?type=video").json()["items"]]


@pytest.mark.parametrize(
    ("name", "codec", "mime"), [("a.webm", "libvpx-vp9", "video/webm"), ("a.mov", "libx264", "video/quicktime")]
)
def test_videos_of_other_kinds_are_taken(api, tmp_path, name, codec, mime):
    asset = upload(api, film(tmp_path / name, 0.5, codec=codec), mime).json()
    assert (asset["type"], asset["mime"]) == ("video", mime)
    assert asset["url"].endswith(name[1:])


@pytest.mark.parametrize(
    ("name", "codec", "mime"),
    [
        ("a.mp3", "libmp3lame", "audio/mpeg"),
        ("a.ogg", "libopus", "audio/ogg"),
        ("a.flac", "flac", "audio/flac"),
        ("a.m4a", "aac", "audio/mp4"),
        ("a.wav", "pcm_s16le", "audio/wav"),
    ],
)
def test_a_sound_is_shown_by_its_wave(api, tmp_path, name, codec, mime):
    done = upload(api, sound(tmp_path / name, codec), mime)
    assert done.status_code == 200, done.text
    asset = done.json()
    assert (asset["type"], asset["mime"]) == ("audio", mime)
    assert asset["duration_s"] == pytest.approx(1, abs=0.1)
    assert Image.open(BytesIO(api.get(asset["thumbnail_url"]).content)).format == "WEBP"


@pytest.mark.parametrize(
    ("name", "tagged", "mime"), [("a.mov", False, "video/quicktime"), ("a.mp4", True, "video/mp4")]
)
def test_where_a_film_was_taken_is_not_kept_and_it_still_stands_upright(api, tmp_path, name, tagged, mime):
    data = turned(film(tmp_path / name, 0.5, sound=True, tagged=tagged))
    assert PLACE.encode() in data
    done = upload(api, data, mime)
    assert done.status_code == 200, done.text
    asset = done.json()
    kept = api.get(asset["url"]).content
    assert PLACE.encode() not in kept
    assert asset["sha256"] == hashlib.sha256(kept).hexdigest()
    assert (asset["width"], asset["height"]) == (96, 160)
    with av.open(BytesIO(kept)) as box:
        assert {stream.type for stream in box.streams} == {"video", "audio"}


def test_what_is_no_film_is_refused_and_nothing_is_kept_of_it(house, api, tmp_path):
    whole = film(tmp_path / "a.mp4", 3)
    hours = wav(3_700, 100)
    bad = {
        "cut": (whole[: len(whole) * 2 // 3], "video/mp4", "not-what-it-says"),
        "a picture": (png(), "video/mp4", "not-what-it-says"),
        "another film": (whole, "video/webm", "not-what-it-says"),
        "only sound": (sound(tmp_path / "b.mp4", "aac", 0.3), "video/mp4", "not-what-it-says"),
        "no frames": (whole[: whole.find(b"mdat") + 4], "video/mp4", "not-what-it-says"),
        "a playlist": (b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n", "video/mp4", "not-what-it-says"),
        "hours": (hours, "audio/wav", "too-long"),
        "a film as a picture": (whole, "image/png", "not-what-it-says"),
    }
    before = stored(house)
    for data, mime, kind in bad.values():
        refused(upload(api, data, mime), 422, kind)
    digests = {hashlib.sha256(data).hexdigest() for data, _, _ in bad.values()}
    assert not [key for key in stored(house) - before if any(digest in key for digest in digests)]


def looks(size, kind, *, mirrored=False):
    out, image = BytesIO(), Image.effect_mandelbrot((320, 240), (-2, -1.2, 1, 1.3), 40)
    image = ImageOps.mirror(image) if mirrored else image
    image.convert("RGB").resize(size).save(out, kind)
    return out.getvalue()


def test_what_looks_the_same_is_told_of_whatever_its_size_and_kind(api):
    first = upload(api, looks((320, 240), "PNG")).json()
    second = upload(api, looks((160, 120), "JPEG"), "image/jpeg").json()
    other = upload(api, looks((320, 240), "PNG", mirrored=True)).json()
    assert first["id"] in second["duplicates"]
    assert second["id"] in api.get(f"/api/assets/{first['id']}").json()["duplicates"]
    assert not {first["id"], second["id"]} & set(other["duplicates"])
    api.delete(f"/api/assets/{first['id']}")
    assert first["id"] not in api.get(f"/api/assets/{second['id']}").json()["duplicates"]


def test_an_announced_digest_binds(api, tmp_path):
    for data, mime in ((png(), "image/png"), (film(tmp_path / "a.mp4", 0.3), "video/mp4")):
        for digest, status in (("0" * 64, 422), (hashlib.sha256(data).hexdigest(), 200)):
            body = {"filename": "a", "mime": mime, "bytes": len(data), "sha256": digest}
            announced = api.post("/api/assets/uploads", json=body).json()
            assert put(announced, data).status_code == 200
            assert api.post(announced["complete_url"]).status_code == status


def test_an_uploaded_film_or_sound_comes_out_of_a_node_as_what_it_is(house, api, graph, tmp_path):
    for data, mime, media in ((film(tmp_path / "a.mp4", 0.3), "video/mp4", "video"), (wav(0.3), "audio/wav", "audio")):
        asset = upload(api, data, mime).json()
        node = {"id": media, "type": "asset", "params": {"asset_id": asset["id"]}}
        assert api.post(f"/api/graphs/{graph['id']}/nodes", json=node).status_code == 201
        assert house.decider.asked[-1].command.ops[0].media == media
        api.post("/api/executions", json={"graph": {"name": "x", "nodes": [node]}})
        assert house.decider.asked[-1].command.inline.nodes[0].outputs[0].name == media
