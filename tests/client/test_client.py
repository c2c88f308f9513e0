"""Asking: what is safe to repeat is repeated with the same key, and a refusal is a `Problem`."""

import hashlib
import os
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from client.conftest import QUICK
from client.runs import BYTES, PICTURE, RUN, execution, tell
from client.server import Cut, Reply, Server, problem
from groove import Client, Problem, Unreachable
from groove.problem import Spoiled
from groove.retry import Patience, asked_pause_s

STARTED = Reply(202, execution("running"), {"Location": f"/api/executions/{RUN}"})
FLOW = {"name": "Small", "nodes": [{"id": "prompt", "type": "text", "params": {"text": "hi"}}], "edges": []}


async def test_a_start_is_repeated_with_the_same_key_until_it_is_answered(server: Server, client: Client):
    server.on("POST", "/api/executions", Cut(), problem(503, "not-answered", "Not now.", Retry_After="0"), STARTED)
    run = await client.run(FLOW, outputs=["prompt"], variables={"season": "winter"}, budget=5)
    assert run["id"] == RUN
    asked = server.asked("POST", "/api/executions")
    assert len(asked) == 3
    assert len({seen.headers["idempotency-key"] for seen in asked}) == 1
    assert asked[0].json == {
        "graph": FLOW,
        "output_node_ids": ["prompt"],
        "variables": {"season": "winter"},
        "budget": 5,
    }


async def test_another_start_has_another_key_and_a_given_key_is_used(server: Server, client: Client):
    server.on("POST", "/api/executions", STARTED)
    for key in (None, None, "mine"):
        await client.run("a-graph", key=key)
    keys = [seen.headers["idempotency-key"] for seen in server.seen]
    assert len(set(keys)) == 3
    assert keys[-1] == "mine"
    assert server.seen[0].json == {"graph_id": "a-graph"}


async def test_everything_that_creates_carries_a_key(server: Server, client: Client):
    graph = {"id": "g", "name": "n", "version": 1, "nodes": [], "edges": []}
    for path in ("/api/graphs", "/api/graphs/import", "/api/graphs/g/edits"):
        server.on("POST", path, Reply(201, graph))
    server.on("POST", "/api/graphs/g/nodes", Reply(201, {"id": "n"}))
    server.on("POST", "/api/graphs/g/edges", Reply(201, {"id": "e"}))
    server.on("POST", "/api/graphs/g/nodes/n/regenerate", STARTED)
    server.on("POST", f"/api/executions/{RUN}/resume", STARTED)
    await client.graphs.create("Mine")
    await client.graphs.import_(FLOW)
    await client.graphs.edit("g", [{"op": "describe", "name": "x"}], if_version=3)
    await client.graphs.add_node("g", "text", {"text": "hi"}, at=(1, 2))
    await client.graphs.connect("g", "a.text", "b.prompt")
    await client.regenerate("g", "n")
    await client.resume(RUN)
    assert all(seen.headers.get("idempotency-key") for seen in server.seen)
    (edit,) = server.asked("POST", "/api/graphs/g/edits")
    assert edit.headers["if-match"] == '"3"'
    (edge,) = server.asked("POST", "/api/graphs/g/edges")
    assert edge.json == {
        "source_node_id": "a",
        "source_port": "text",
        "target_node_id": "b",
        "target_port": "prompt",
    }


async def test_a_deletion_whose_answer_was_lost_is_not_sent_again(server: Server, client: Client):
    server.on("DELETE", "/api/graphs/g", Cut())
    with pytest.raises(Unreachable, match="cut"):
        await client.graphs.delete("g")
    assert len(server.seen) == 1


async def test_a_cancel_is_repeated_for_it_can_only_happen_once(server: Server, client: Client):
    tell(server, state="cancelled")
    server.on("DELETE", f"/api/executions/{RUN}", Cut(), Reply(202, {"id": RUN}))
    assert (await client.cancel(RUN))["state"] == "cancelled"


async def test_a_refusal_says_what_and_where(server: Server, client: Client):
    flaw = {"loc": ["body", "graph", "nodes", 2, "params", "count"], "message": "count must be at most 8, not 9."}
    other = {"loc": ["body", "budget"], "message": "must not be negative"}
    server.on("POST", "/api/executions", problem(422, "invalid-param", "count must be at most 8, not 9.", flaw, other))
    with pytest.raises(Problem) as refused:
        await client.run(FLOW)
    assert refused.value.status == 422
    assert refused.value.type == "/problems/invalid-param"
    assert refused.value.errors[0].loc == ("body", "graph", "nodes", 2, "params", "count")
    assert str(refused.value) == (
        "count must be at most 8, not 9.\n  at body.graph.nodes.2.params.count\n  body.budget: must not be negative"
    )
    assert len(server.seen) == 1, "a refusal is not asked for twice"


async def test_an_answer_in_other_words_is_a_problem_too(server: Server, client: Client):
    server.on("GET", "/api/models", Reply(500, raw=b"<html>oops"))
    with pytest.raises(Problem, match="The server answered 500 Internal Server Error"):
        await client.models()
    server.on("GET", "/api/models", Reply(200, raw=b"<html>a page"))
    with pytest.raises(Problem, match="does not speak JSON"):
        await client.models()


async def test_a_server_that_asks_for_too_much_time_is_not_waited_for(server: Server, client: Client):
    server.on("GET", "/api/node-types", problem(429, "too-many", "Too many requests.", Retry_After="3600"))
    with pytest.raises(Problem, match="Too many requests"):
        await client.node_types()
    assert len(server.seen) == 1


async def test_nobody_there_is_said_after_a_few_tries():
    with Server().serving() as server:
        gone = server.url
    async with Client(gone, patience=QUICK) as client:
        with pytest.raises(Unreachable, match=f"Nothing answers at {gone}"):
            await client.get(RUN)


async def test_history_is_read_page_by_page(server: Server, client: Client):
    def page(number: int, cursor: int | None) -> Reply:
        item = {"id": number, "event": "node_queued", "data": {"node_id": "a"}}
        return Reply(body={"items": [item], "next_cursor": cursor})

    server.on("GET", f"/api/executions/{RUN}/events", page(1, 1), page(2, None))
    assert [(event.id, event.node_id) for event in await client.events(RUN)] == [(1, "a"), (2, "a")]
    assert [seen.query.get("after") for seen in server.seen] == [None, "1"]


async def test_ids_are_quoted_in_paths(server: Server, client: Client):
    with pytest.raises(Problem, match="Nothing at GET"):
        await client.get("../graphs?x=1")
    assert server.seen[0].path == "/api/executions/..%2Fgraphs%3Fx%3D1"


async def test_an_upload_goes_straight_to_storage_and_is_then_completed(server: Server, client: Client, tmp_path: Path):
    picture = tmp_path / "fox.webp"
    picture.write_bytes(b"x" * 600_000)
    ticket = {
        "asset_id": "a1",
        "method": "PUT",
        "url": f"{server.url}/bucket/uploads/a1?signed=yes",
        "headers": {"content-type": "image/webp", "content-length": "600000"},
    }
    server.on("POST", "/api/assets/uploads", Reply(201, ticket))
    server.on("PUT", "/bucket/uploads/a1", Cut(), Reply(200))
    server.on("POST", "/api/assets/a1/complete", Reply(body={"id": "a1", "type": "image"}))
    asset = await client.upload(picture)
    assert asset["id"] == "a1"
    (asked,) = server.asked("POST", "/api/assets/uploads")
    assert asked.json == {"filename": "fox.webp", "mime": "image/webp", "bytes": 600_000}
    put = server.asked("PUT", "/bucket/uploads/a1")[-1]
    assert put.body == picture.read_bytes()
    assert put.headers["content-length"] == "600000"
    assert put.headers["content-type"] == "image/webp"
    assert "transfer-encoding" not in put.headers


async def test_a_download_is_checked_and_named(server: Server, client: Client, tmp_path: Path):
    server.on("GET", "/media/a1/original.png", Cut(), Reply(raw=BYTES))
    saved = await client.download(PICTURE, tmp_path)
    assert saved == tmp_path / "a1.png"
    assert hashlib.sha256(saved.read_bytes()).hexdigest() == PICTURE["sha256"]
    text = await client.download({"type": "text", "text": "words"}, tmp_path / "deep" / "words.txt")
    assert text.read_text() == "words\n"


async def test_a_spoiled_download_leaves_nothing(server: Server, client: Client, tmp_path: Path):
    server.on("GET", "/media/a1/original.png", Reply(raw=b"something else"))
    with pytest.raises(Spoiled, match="is not what was made"):
        await client.download(PICTURE, tmp_path / "picture.png")
    assert not any(os.scandir(tmp_path))


def test_retry_after_may_be_a_date():
    now = datetime(2026, 11, 21, 10, tzinfo=UTC)
    then = format_datetime(now + timedelta(seconds=90), usegmt=True)
    assert asked_pause_s(then, format_datetime(now, usegmt=True)) == 90
    assert asked_pause_s("1.5", None) == 1.5
    assert asked_pause_s("soon", None) is None
    assert asked_pause_s(None, None) is None


def test_pauses_double_up_to_a_limit_and_are_not_all_alike():
    pauses = Patience(first_s=1, longest_s=4).pauses()
    first = [next(pauses) for _ in range(5)]
    for pause, most in zip(first, (1, 2, 4, 4, 4), strict=True):
        assert most / 2 <= pause <= most
