"""Watching: over as many connections as it takes, each event once and in order."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from client.conftest import QUICK
from client.runs import FAILED, RUN, STORY, Told, event, execution, tell
from client.server import Cut, Reply, Server, problem
from groove import Client, Problem, Unreachable
from groove.sse import read_events

RECORDED = [number for number, _, _ in STORY if number is not None]
RESUMED = (
    *FAILED,
    event(30_000, "execution_resumed"),
    event(40_000, "node_completed", "image", outputs={}, cost=0),
    event(40_001, "execution_completed", None, cost=0),
)


async def ids(client: Client, after: int | None = None) -> list[int]:
    return [told.id async for told in client.stream(RUN, after) if told.id is not None]


async def test_a_stream_ends_with_the_event_that_ends_the_run(server: Server, client: Client):
    tell(server)
    told = [one async for one in client.stream(RUN)]
    assert [(one.id, one.name, dict(one.data)) for one in told] == list(STORY)
    assert told[-1].last
    assert len(server.asked("GET", f"/api/executions/{RUN}/stream")) == 1


@given(pieces=st.lists(st.integers(0, 4), max_size=6), cut=st.booleans())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_however_it_is_cut_there_is_no_gap_and_no_duplicate(pieces: list[int], cut: bool):
    with Server().serving() as server:
        tell(server, STORY, *pieces, cut=cut, state="running")
        async with Client(server.url, patience=QUICK) as client:
            assert await ids(client) == RECORDED


async def test_a_server_that_is_away_for_a_while_is_waited_for(server: Server, client: Client):
    tell(server)
    away = (Cut(), problem(503, "not-ready", "Starting."), Cut(), Reply(502, raw=b"<html>bad gateway</html>"))
    server.on("GET", f"/api/executions/{RUN}/stream", *away, Told(STORY))
    assert await ids(client) == RECORDED


async def test_what_was_seen_before_is_not_asked_for_again(server: Server, client: Client):
    tell(server)
    assert await ids(client, after=30_001) == [40_000, 50_000, 50_001, 50_002]
    assert server.seen[0].headers["last-event-id"] == "30001"


async def test_what_a_server_repeats_all_the_same_is_dropped(server: Server, client: Client):
    tell(server)
    whole, tail = Told(STORY, 5), Told(STORY)
    server.on(
        "GET",
        f"/api/executions/{RUN}/stream",
        whole,
        lambda seen: tail(type(seen)(seen.method, seen.path, seen.query, {}, b"")),
    )
    assert await ids(client) == RECORDED


async def test_behind_the_end_of_a_run_nothing_comes_and_the_stream_ends(server: Server, client: Client):
    tell(server)
    assert await ids(client, after=RECORDED[-1]) == []


async def test_a_run_that_was_resumed_is_told_to_its_real_end(server: Server, client: Client):
    tell(server, RESUMED)
    assert await ids(client) == [number for number, _, _ in RESUMED]


async def test_a_run_that_failed_ends_its_stream(server: Server, client: Client):
    tell(server, FAILED, state="failed")
    assert await ids(client) == [10_000, 20_000, 20_001]


async def test_waiting_ends_when_the_server_says_that_the_run_is_over(server: Server, client: Client):
    tell(server)
    at = f"/api/executions/{RUN}"
    server.on("GET", at, Reply(body=execution("running")), Reply(body=execution("completed")))
    assert (await client.wait(RUN))["state"] == "completed"


async def test_a_stream_of_no_run_is_a_problem(server: Server, client: Client):
    server.on("GET", f"/api/executions/{RUN}/stream", problem(404, "unknown-execution", "There is no such execution."))
    with pytest.raises(Problem, match="no such execution"):
        await ids(client)


async def test_patience_with_a_server_that_stays_away_ends():
    with Server().serving() as server:
        gone = server.url
    patience = type(QUICK)(tries=1, first_s=0.001, longest_s=0.01, stream_s=0.05)
    async with Client(gone, patience=patience) as client:
        with pytest.raises(Unreachable, match="Nothing answers at http"):
            await ids(client)


async def test_a_client_that_leaves_early_leaves_no_connection(server: Server, client: Client):
    tell(server)
    stream = client.stream(RUN)
    assert (await anext(stream)).name == "execution_started"
    await stream.aclose()


def every_split(body: bytes) -> list[tuple[bytes, ...]]:
    return [(body[:place], body[place:]) for place in range(len(body) + 1)]


@pytest.mark.parametrize("newline", [b"\n", b"\r\n", b"\r"])
async def test_events_are_read_wherever_the_network_cuts_them(newline: bytes):
    body = b': hello\n\nid: 7\nevent: note\ndata: {"text":\ndata: "a \xe2\x80\xa8 b"}\n\nevent: x\ndata: {}\n\n'
    for chunks in every_split(body.replace(b"\n", newline) + b"x"):
        told = [one async for one in read_events(_arriving(chunks))]
        assert [(one.id, one.name, one.data) for one in told] == [(7, "note", {"text": "a \u2028 b"}), (None, "x", {})]


async def test_an_event_that_was_cut_off_is_not_given():
    assert [one async for one in read_events(_arriving((b'id: 7\nevent: x\ndata: {"a": 1}\n',)))] == []


async def _arriving(chunks: tuple[bytes, ...]):
    for chunk in chunks:
        yield chunk
