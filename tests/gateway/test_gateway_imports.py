"""Assets by URL. What may be fetched at all is in tests/unit/plumbing/test_fetching.py."""

import asyncio
import threading
from dataclasses import replace

import pytest
from gateway_house import house_in_a_thread, settings_for

from kit.fetching import on_the_internet
from providers.fakes.http import Reply, Server
from providers.fakes.picture import png
from support.servers import unique


class Web:
    """A site on this machine, in a thread of its own."""

    def __init__(self):
        self.replies = {}
        self.asked = []
        self.loop = asyncio.new_event_loop()
        self.server = Server(self.answer)
        self.thread = threading.Thread(target=self.loop.run_forever, name="web")

    async def answer(self, call):
        self.asked.append(call.path)
        return self.replies.get(call.path, Reply(404))

    def do(self, work):
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(20)

    @property
    def port(self):
        return self.server.url.rpartition(":")[2]


@pytest.fixture(scope="module")
def web():
    it = Web()
    it.thread.start()
    it.do(it.server.start())
    yield it
    it.do(it.server.close())
    it.loop.call_soon_threadsafe(it.loop.stop)
    it.thread.join()
    it.loop.close()


@pytest.fixture(scope="module")
def reaching(web, nats_url, new_database, s3):
    """A gateway that fetches from this machine, too."""
    settings = settings_for(
        nats_url,
        new_database(),
        s3,
        unique(),
        import_http=True,
        import_allow_private=True,
        import_ports=web.port,
        import_max_bytes=100_000,
    )
    with house_in_a_thread(settings) as it:
        yield it


@pytest.fixture
def api(reaching):
    with reaching.client() as client:
        yield client


def ask(api, url, **more):
    return api.post("/api/assets/import", json={"url": url, **more})


def stored(api):
    return [asset["id"] for asset in api.get("/api/assets").json()["items"]]


def test_a_picture_at_a_url_becomes_an_asset_and_what_is_said_of_it_is_not_believed(api, web, word):
    data = png(word, 32, 20)
    web.replies["/pictures/light%20house.png"] = Reply(200, data, "text/html")
    made = ask(api, f"http://127.0.0.1:{web.port}/pictures/light%20house.png?size=1")
    assert made.status_code == 201, made.text
    asset = made.json()
    assert (asset["mime"], asset["width"], asset["height"]) == ("image/png", 32, 20)
    assert api.get(made.headers["location"]).json()["name"] == "light house.png"
    assert api.get(asset["url"]).status_code == 200


def test_the_same_request_is_done_once(api, web, word):
    web.replies["/once.png"] = Reply(200, png(word, 8, 8))
    key = {"Idempotency-Key": word}
    body = {"url": f"http://127.0.0.1:{web.port}/once.png", "name": "Once"}
    made = [api.post("/api/assets/import", json=body, headers=key).json()["id"] for _ in range(2)]
    assert made[0] == made[1]
    assert web.asked.count("/once.png") == 1


@pytest.mark.parametrize(
    ("path", "reply", "kind"),
    [
        ("/page", Reply(200, b"<html>hello</html>", "image/png"), "not-what-it-says"),
        ("/empty", Reply(200, b"", "image/png"), "not-what-it-says"),
        ("/cut", Reply(200, png("cut", 64, 64)[:-30], "image/png"), "not-what-it-says"),
        ("/large", Reply(200, png("x", 8, 8) + b"x" * 200_000, "image/png"), "too-large"),
        ("/gone", Reply(404), "not-fetched"),
        ("/inside", Reply(302, headers={"location": "http://127.0.0.1:1/"}), "bad-url"),
        ("/script", Reply(302, headers={"location": "file:///etc/passwd"}), "bad-url"),
    ],
)
def test_what_cannot_be_taken_is_refused_and_nothing_is_stored(api, web, path, reply, kind):
    before = stored(api)
    web.replies[path] = reply
    refused = ask(api, f"http://127.0.0.1:{web.port}{path}")
    assert (refused.status_code, refused.json()["type"]) == (422, f"/problems/{kind}"), refused.text
    assert refused.json()["errors"][0]["loc"] == ["body", "url"]
    assert stored(api) == before


def test_nothing_is_fetched_from_this_machine_or_its_network(house, web):
    asked = len(web.asked)
    with house.client() as api:
        for url in (
            f"https://127.0.0.1:{web.port}/",
            "https://localhost/",
            "https://169.254.169.254/",
            "https://[::1]/",
        ):
            refused = ask(api, url)
            assert refused.status_code == 422
            assert refused.json()["type"] in {"/problems/not-public", "/problems/bad-url"}
    assert len(web.asked) == asked


def test_a_name_that_leads_inside_the_second_time_is_fetched_from_the_first_address(reaching, web, api, word):
    """DNS rebinding: checked as a public address, then answered with a private one."""
    web.replies["/rebound.png"] = Reply(200, png(word, 8, 8))
    answers = iter(["127.0.0.1", "10.0.0.1", "10.0.0.1"])

    async def resolve(_host, _port):
        return [next(answers)]

    bounds = reaching.service.desk.bounds
    ordinary = bounds.imports
    rules = replace(ordinary.rules, may=lambda address: address == "127.0.0.1" or on_the_internet(address))
    object.__setattr__(bounds, "imports", replace(ordinary, rules=rules, resolve=resolve))
    try:
        url = f"http://rebinding.test:{web.port}/rebound.png"
        assert ask(api, url).status_code == 201
        assert ask(api, url).json()["type"] == "/problems/not-public"
    finally:
        object.__setattr__(bounds, "imports", ordinary)


@pytest.mark.parametrize("body", [{}, {"url": ""}, {"url": 5}, {"url": "https://a.test/", "path": "/etc"}])
def test_a_body_that_is_wrong_is_refused_by_name(api, body):
    assert api.post("/api/assets/import", json=body).status_code == 422


def test_another_projects_id_is_refused(api, web):
    refused = ask(api, f"http://127.0.0.1:{web.port}/once.png", project_id="somebody-elses")
    assert refused.json()["type"] == "/problems/unknown-project"
