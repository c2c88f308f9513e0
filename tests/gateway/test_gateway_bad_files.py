"""Files that are not what they seem, names that are more than names, and addresses used otherwise than given."""

import hashlib
import zipfile
from datetime import timedelta
from io import BytesIO

import httpx2
import pytest
from film_files import film
from PIL import Image
from test_gateway_assets import announce, png, put, upload
from test_gateway_refusals import refused

from kit.clock import utc_now
from kit.confined import Screening
from kit.filming import FilmLimits, NotAFilm
from kit.objects_s3 import S3Objects
from kit.presign import Keys


def jpeg():
    out = BytesIO()
    Image.effect_mandelbrot((64, 48), (-2, -1, 1, 1), 30).save(out, "JPEG")
    return out.getvalue()


def kept(house, data):
    return house.do(house.service.desk.objects.exists(f"objects/{hashlib.sha256(data).hexdigest()}"))


@pytest.mark.parametrize(
    ("data", "mime"),
    [
        (jpeg()[:300], "image/jpeg"),
        (b"MZ\x90\0" + b"\0" * 200, "image/png"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "image/webp"),
        (png(41, 19, "plum"), "video/mp4"),
        (b"\0\0\0\x18ftypisom\0\0\2\0isommp42", "video/mp4"),
        (b"\x1aE\xdf\xa3webm" + b"\xff" * 300, "video/webm"),
        (b"RIFF\x24\0\0\0WAVEfmt ", "audio/wav"),
        (b"ID3\4" + b"\0" * 300, "audio/mpeg"),
    ],
    ids=["cut", "a program", "a drawing", "a picture", "no pictures", "noise", "no sound", "no music"],
)
def test_what_is_broken_or_something_else_is_refused(house, api, data, mime):
    problem = refused(upload(api, data, mime), 422, "not-what-it-says")
    assert problem["detail"].endswith(".")
    assert not kept(house, data)


def test_a_picture_that_is_a_zip_too_is_only_a_picture_afterwards(api):
    archive = BytesIO()
    with zipfile.ZipFile(archive, "w") as zipped:
        zipped.writestr("evil.html", "<script>alert(1)</script>")
    asset = upload(api, jpeg() + archive.getvalue(), "image/jpeg").json()
    answer = api.get(asset["url"])
    assert not zipfile.is_zipfile(BytesIO(answer.content))
    assert answer.headers["content-type"] == "image/jpeg"


def test_nothing_and_too_much_are_refused_when_they_are_announced(api):
    body = {"filename": "a", "mime": "video/mp4", "bytes": 0}
    refused(api.post("/api/assets/uploads", json=body), 422, "invalid-request")
    refused(api.post("/api/assets/uploads", json={**body, "bytes": 500_000_001}), 422, "too-large", ["body", "bytes"])
    refused(
        api.post("/api/assets/uploads", json={**body, "filename": "x" * 10_000, "bytes": 5}), 422, "invalid-request"
    )


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "a\0b.png", "\u202egnp.exe", "..\\..\\a.png"])
def test_a_name_is_never_a_path(house, api, name):
    data = png(31, 17)
    body = {"filename": name, "mime": "image/png", "bytes": len(data)}
    answer = api.post("/api/assets/uploads", json=body)
    if answer.status_code == 422:
        return
    announced = answer.json()
    assert f"/uploads/{announced['id']}?" in announced["url"]
    assert put(announced, data).status_code == 200
    asset = api.post(announced["complete_url"]).json()
    saved = api.get(f"{asset['url']}?download=true").headers["content-disposition"]
    assert not {"/", "\\", "\0", "\u202e"} & set(saved.replace("UTF-8''", ""))
    assert kept(house, data)


def test_an_address_permits_one_thing_for_a_while(api, s3):
    data = png(23, 29)
    announced = announce(api, data)
    at = announced["url"].index("X-Amz-Signature=") + 16
    forged = announced["url"][:at] + ("0" if announced["url"][at] != "0" else "1") + announced["url"][at + 1 :]
    assert put({**announced, "url": forged}, data).status_code == 403
    elsewhere = announced["url"].replace(f"uploads/{announced['id']}", "objects/" + "0" * 64)
    assert put({**announced, "url": elsewhere}, data).status_code == 403
    assert httpx2.get(announced["url"], trust_env=False).status_code == 403
    keys = Keys(s3.access_key, s3.secret_key)
    before = S3Objects(s3.endpoint, s3.bucket, keys, clock=lambda: utc_now() - timedelta(hours=1))
    old = before.sign_put(f"uploads/{announced['id']}", 60, "image/png", len(data))
    assert put({"url": old.url, "headers": old.headers}, data).status_code == 403
    assert put(announced, data).status_code == 200
    asset = api.post(announced["complete_url"]).json()
    other = png(23, 29, "red")
    again = {**announced, "headers": {**announced["headers"], "content-length": str(len(other))}}
    put(again, other)
    assert api.post(announced["complete_url"]).json()["sha256"] == asset["sha256"]
    assert api.get(asset["url"]).content == data


@pytest.mark.parametrize(
    ("limits", "kind"),
    [
        (FilmLimits(wall_s=0.01), "too-much-work"),
        (FilmLimits(memory_bytes=60_000_000), "too-much-work"),
        (FilmLimits(pixels=100), "too-many-pixels"),
        (FilmLimits(video_s=0.2), "too-long"),
    ],
)
async def test_a_film_gets_no_more_than_it_may_have(tmp_path, limits, kind):
    film(tmp_path / "a.mp4", 0.5)
    with pytest.raises(NotAFilm) as refusal:
        await Screening(limits).look(tmp_path / "a.mp4", tmp_path)
    assert refusal.value.kind == kind
    assert not list(tmp_path.glob("*.webp"))
