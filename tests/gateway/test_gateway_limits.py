"""Limits as a client meets them: too often, too much at once, too long, too slow."""

import json
import re
import socket
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest
import websockets
from gateway_house import house_in_a_thread, settings_for
from test_gateway_runs import WORKFLOW
from websockets.asyncio.client import connect

from support.servers import unique

BADGE = "worker-badge-0123456789"
FAKE = {
    "name": "Paid",
    "nodes": [{"id": "paint", "type": "text_to_image", "params": {"prompt": "x", "provider": "fake"}}],
    "edges": [],
}


@pytest.fixture(scope="module")
def narrow(nats_url, new_database, s3):
    """A gateway with little patience."""
    settings = settings_for(
        nats_url,
        new_database(),
        s3,
        unique(),
        providers="local,fake",
        rate_paid="2/3600",
        rate_sign_ins="3/3600",
        worker_token=BADGE,
        streams_per_user=2,
        max_body_bytes=10_000,
        max_head_bytes=4_000,
        max_url_bytes=1_000,
        body_timeout_s=0.3,
        head_timeout_s=0.3,
    )
    with house_in_a_thread(settings) as it:
        yield it


@pytest.fixture
def api(narrow):
    with narrow.client() as client:
        yield client


@contextmanager
def line(house):
    url = urlsplit(house.url)
    with socket.create_connection((url.hostname, url.port), timeout=20) as connection:
        yield connection


def rest(connection):
    """All that is answered, until the server hangs up."""
    said = b""
    try:
        while more := connection.recv(65_536):
            said += more
    except ConnectionResetError:
        pass
    return said.decode()


def head(*more, path="/api/graphs", method="POST"):
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", "Content-Type: application/json", *more, "", ""]
    return "\r\n".join(lines).encode()


def test_a_user_is_told_how_much_is_left_and_then_when_to_go_on(nats_url, new_database, s3):
    settings = settings_for(nats_url, new_database(), s3, unique(), rate_requests="5/50", cors_origins="http://a.test")
    with house_in_a_thread(settings) as house, house.client() as api:
        answers = [api.get("/api/graphs") for _ in range(6)]
        assert [answer.status_code for answer in answers] == [200] * 5 + [429]
        assert answers[0].headers["ratelimit-policy"] == '"requests";q=5;w=50'
        assert [answer.headers["ratelimit"].split(";")[1] for answer in answers] == [
            f"r={n}" for n in (4, 3, 2, 1, 0, 0)
        ]
        refused = answers[-1]
        assert refused.json()["type"] == "/problems/quota-exceeded"
        assert 1 <= int(refused.headers["retry-after"]) <= 10
        assert re.search(r"Go on in \d+ seconds", refused.json()["detail"])
        assert api.get("/health").status_code == 200, "whether it lives may be asked at any time"
        seen = api.get("/api/graphs", headers={"Origin": "http://a.test"}).headers["access-control-expose-headers"]
        assert {"RateLimit", "RateLimit-Policy", "Retry-After"} <= set(seen.split(", "))


def test_only_what_may_cost_money_is_counted_as_such(api):
    assert [api.post("/api/executions", json={"graph": WORKFLOW}).status_code for _ in range(4)] == [202] * 4
    started = [api.post("/api/executions", json={"graph": FAKE}) for _ in range(3)]
    assert [answer.status_code for answer in started] == [202, 202, 429]
    assert started[-1].headers["ratelimit"].startswith('"paid";r=0')
    assert "ratelimit" not in started[0].headers, "requests are not limited here"
    key = {"Idempotency-Key": "once-and-again"}
    assert api.post("/api/executions", json={"graph": FAKE}, headers=key).status_code == 429
    assert len(api.get("/api/executions").json()["items"]) == 6


def test_who_guesses_is_not_listened_to_for_a_while(api):
    path, wrong = "/internal/accounts/local/mine/key", {"Authorization": "Bearer wrong"}
    assert [api.get(path, headers=wrong).status_code for _ in range(3)] == [401] * 3
    refused = api.get(path, headers=wrong)
    while refused.status_code == 401:  # what was known to be left is used up first
        refused = api.get(path, headers=wrong)
    assert (refused.status_code, refused.json()["type"]) == (429, "/problems/quota-exceeded")
    assert api.get(path, headers={"Authorization": f"Bearer {BADGE}"}).status_code == 429
    assert api.get("/api/graphs").status_code == 200, "who shows nothing guesses nothing"


def test_so_many_streams_are_open_at_once_and_no_more(api):
    run = api.post("/api/executions", json={"graph": WORKFLOW}).json()["id"]
    path = f"/api/executions/{run}/stream"
    with api.stream("GET", path) as one, api.stream("GET", path) as two:
        assert {one.status_code, two.status_code} == {200}
        refused = api.get(path)
        assert (refused.status_code, refused.json()["type"]) == (429, "/problems/too-many-streams")
        assert "2 streams are open" in refused.json()["detail"]


async def test_a_socket_counts_as_a_stream_and_its_messages_are_bounded(house):
    async with connect(house.url.replace("http", "ws") + "/api/ws") as socket:
        await socket.send(" " * 63_999)
        assert json.loads(await socket.recv())["event"] == "refused"
        await socket.send("x" * 65_000)
        with pytest.raises(websockets.ConnectionClosed) as closed:
            await socket.recv()
        assert closed.value.rcvd.code == 1009


@pytest.mark.parametrize("how", ["Content-Length: 2000000000", "Transfer-Encoding: chunked"])
def test_too_large_a_body_is_answered_before_it_has_come(narrow, how):
    with line(narrow) as connection:
        connection.sendall(head(how))
        if "chunked" in how:
            connection.sendall(b"2711\r\n" + b"x" * 10_001 + b"\r\n")
        said = rest(connection)
    assert said.startswith("HTTP/1.1 413")
    assert "/problems/body-too-large" in said


def test_a_body_that_trickles_is_not_waited_for(narrow):
    with line(narrow) as connection:
        connection.sendall(head("Content-Length: 100") + b'{"name"')
        said = rest(connection)
    assert said.startswith("HTTP/1.1 408")
    assert "/problems/body-too-slow" in said


def test_a_head_that_trickles_is_not_waited_for(narrow):
    with line(narrow) as connection:
        connection.sendall(b"GET /api/graphs HTTP/1.1\r\nHost: 127")
        assert rest(connection).startswith("HTTP/1.1 408")


def test_a_connection_that_says_nothing_is_closed(narrow):
    with line(narrow) as connection:
        assert rest(connection).startswith("HTTP/1.1 408")


@pytest.mark.parametrize("header", ["X: " + "x" * 5_000, "\r\n".join(f"X-{n}: {n:0100}" for n in range(50))])
def test_too_long_a_head_is_refused(narrow, header):
    with line(narrow) as connection:
        connection.sendall(head(header, method="GET"))
        assert rest(connection).startswith("HTTP/1.1 431")


def test_a_long_body_behind_a_short_head_is_no_long_head(narrow):
    with line(narrow) as connection:
        body = json.dumps({"name": "x", "more": "y" * 9_000}).encode()
        whole = head(f"Content-Length: {len(body)}", "Connection: close") + body
        end = whole.index(b"\r\n\r\n") + 3
        connection.sendall(whole[:end])
        connection.sendall(whole[end:])
        assert rest(connection).startswith("HTTP/1.1 422")


def test_several_requests_on_one_line_each_have_a_head_of_their_own(narrow):
    with line(narrow) as connection:
        for _ in range(60):
            connection.sendall(head("X: " + "x" * 200, path="/health", method="GET"))
            said = b""
            while not said.endswith(b"}"):
                said += connection.recv(65_536)
            assert said.startswith(b"HTTP/1.1 200")


def test_too_long_a_url_is_refused(api):
    refused = api.get("/api/graphs", params={"cursor": "x" * 1_001})
    assert (refused.status_code, refused.json()["type"]) == (414, "/problems/url-too-long")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("[" * 5_000, 400),
        ('{"name":' + '{"a":' * 40 + "1" + "}" * 41, 400),
        ('{"name": ' + "9" * 5_000 + "}", 400),
        ('{"name": 1e999}', 422),
        ('{"name": NaN}', 400),
        ('{"name": "' + "x" * 9_000 + '"}', 422),
        ('{"name": "a\\u0000b"}', 422),
        ('{"name": "a", "name": "b"', 400),
    ],
)
def test_json_that_is_deep_huge_or_odd_is_refused(api, body, status):
    refused = api.post("/api/graphs", content=body, headers={"Content-Type": "application/json"})
    assert refused.status_code == status, refused.text
    assert refused.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("limit", [0, 101, -1, 10**30, "many"])
def test_pages_have_a_size(api, limit):
    assert api.get("/api/graphs", params={"limit": limit}).status_code == 422
