"""The canvas as the gateway serves it; what is in it is tested in a browser (tests/canvas)."""

import gzip
import shutil

import pytest

INDEX = '<!doctype html><script type="module" src="/assets/index-Ab1.js"></script>'
SCRIPT = "console.log('a canvas');" * 50


@pytest.fixture
def built(canvas_directory):
    """As the build leaves it: hashed names, and what is worth it packed as well."""
    assets = canvas_directory / "assets"
    assets.mkdir()
    (assets / "index-Ab1.js").write_text(SCRIPT)
    (assets / "index-Ab1.js.gz").write_bytes(gzip.compress(SCRIPT.encode(), mtime=0))
    (assets / "index-Ab1.js.br").write_bytes(b"brotli, as far as the gateway knows")
    (canvas_directory / "mark.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    (canvas_directory / "index.html").write_text(INDEX)
    yield canvas_directory
    shutil.rmtree(assets)
    for name in ("index.html", "mark.svg"):
        (canvas_directory / name).unlink()


def test_without_a_build_the_page_says_how_to_make_one(api, canvas_directory):
    assert not list(canvas_directory.iterdir())
    answer = api.get("/")
    assert answer.status_code == 200
    assert "make canvas" in answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert "unsafe" not in answer.headers["content-security-policy"]


@pytest.mark.usefixtures("built")
def test_the_page_is_asked_for_again_each_time_and_runs_nothing_but_its_own_scripts(api, s3):
    answer = api.get("/")
    assert (answer.status_code, answer.text) == (200, INDEX), "built after the gateway was started"
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-cache"
    rules = dict(one.split(" ", 1) for one in answer.headers["content-security-policy"].split("; "))
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == rules["style-src"] == "'self'"
    assert rules["frame-ancestors"] == "'none'"
    assert s3.endpoint in rules["connect-src"].split(), "uploads go there"
    known = {"If-None-Match": answer.headers["etag"]}
    assert api.get("/", headers=known).status_code == 304
    assert api.head("/").headers["content-length"] == str(len(INDEX))
    assert api.get("/mark.svg").headers["content-type"] == "image/svg+xml"


@pytest.mark.usefixtures("built")
@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip", "gzip"),
        ("gzip;q=0.5, br;q=0", "gzip"),
        ("br;q=0.0,gzip;q=0", None),
        ("identity", None),
    ],
)
def test_its_parts_never_change_and_come_packed_as_the_browser_can_take_them(api, accepted, coding):
    path = "/assets/index-Ab1.js"
    head = api.head(path, headers={"Accept-Encoding": accepted})
    assert head.status_code == 200
    assert head.headers.get("content-encoding") == coding
    assert head.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert head.headers["content-type"] == "text/javascript; charset=utf-8"
    assert head.headers["vary"] == "accept-encoding"
    if coding != "br":
        assert api.get(path, headers={"Accept-Encoding": accepted}).text == SCRIPT
    tag = {"Accept-Encoding": accepted, "If-None-Match": head.headers["etag"]}
    assert api.get(path, headers=tag).status_code == 304
    other = {"Accept-Encoding": "br" if coding != "br" else "gzip", "If-None-Match": head.headers["etag"]}
    assert api.get(path, headers=other).status_code == 200, "each packing has a tag of its own"


def test_a_page_still_open_gets_its_parts_after_the_canvas_was_built_anew(api, built):
    assert api.get("/").text == INDEX
    (built / "assets" / "index-Ab1.js").rename(built / "assets" / "index-Cd2.js")
    (built / "index.new").write_text(INDEX.replace("Ab1", "Cd2"))
    (built / "index.new").replace(built / "index.html")
    assert "Cd2" in api.get("/").text
    assert api.get("/assets/index-Cd2.js").text == SCRIPT
    assert api.get("/assets/index-Ab1.js").text == SCRIPT


@pytest.mark.usefixtures("built")
def test_nothing_else_is_there(api):
    for path in (
        "/assets/other.js",
        "/assets/../index.html",
        "/assets/%2e%2e/index.html",
        "/index.html",
        "/api/nothing",
    ):
        answer = api.get(path, headers={"Accept": "text/html"})
        assert answer.status_code == 404, path
        assert answer.headers["content-type"] == "application/problem+json"
    assert api.post("/").status_code == 405
