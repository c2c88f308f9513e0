"""Films at Google through the whole system: paid once whoever dies meanwhile, and every kind of no."""

import asyncio
import io
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import pytest

from groove_local.ports import free_port
from groove_local.stack import JETSTREAM, Stack
from support.api import Api, edge, node, workflow
from support.elsewhere import Google, at_work
from support.running import plan, running
from support.servers import RealServers

KEY = "canary-7Rk2vQm9Zx4Tb1Ws"
LEASE_S = 2
GOOGLE = {"provider": "google"}


@pytest.fixture(scope="module")
def google() -> Iterator[Google]:
    fake = Google()
    with at_work(fake):
        yield fake


@pytest.fixture(scope="module")
def filming(real_servers: RealServers, google: Google, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    short = tmp_path_factory.mktemp("streams") / "jetstream.toml"
    short.write_text(JETSTREAM.read_text("utf-8").replace("ack_wait_s = 30", f"ack_wait_s = {LEASE_S}"), "utf-8")
    told = {
        "GROOVE_PROVIDERS": "local,google",
        "GROOVE_GOOGLE_BASE_URL": google.url,
        "GROOVE_GOOGLE_POLL_S": "0.1",
    }
    how = plan(
        port=free_port(),
        keys={"GOOGLE_API_KEY": KEY},
        extra={"*": told},
        workers=("video-worker",),
        streams=short,
    )
    with running(real_servers.data / "filming", how, real_servers.addresses()) as stack:
        yield stack


@pytest.fixture
def api(filming: Stack) -> Iterator[Api]:
    with Api(filming.url) as speaking:
        yield speaking


def film(word: str, **params: Any) -> dict[str, Any]:
    return workflow(
        node("film", "text_to_video", prompt=f"a harbour {word}", **GOOGLE, **params),
        node("final", "output"),
        edges=(edge("film.video", "final.value"),),
    )


def orders(google: Google, word: str) -> int:
    return sum(call.path == "/v1/interactions" for call in google.calls(word))


def until(true: Any, patience_s: float = 20) -> None:
    end = time.monotonic() + patience_s
    while not true():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.05)


def test_a_film_survives_the_death_of_its_worker_and_is_ordered_once(
    api: Api, filming: Stack, google: Google, word: str
):
    google.studio.held = True
    try:
        run = api.start(film(word))
        until(lambda: any(call.method == "GET" and "/interactions/" in call.path for call in google.all_calls))
        filming.kill("video-worker")
        asyncio.run(filming.ready("video-worker"))
    finally:
        google.studio.held = False
    done = api.finish(run)
    assert done["state"] == "completed", done
    assert orders(google, word) == 1, "it is paid once"
    (made,) = done["nodes"]["film"]["outputs"]["video"]
    original = api.http.get(made["url"])
    assert original.headers["content-type"] == made["mime"] == "video/mp4"
    with av.open(io.BytesIO(original.content)) as opened:
        assert opened.streams.video[0].frames == 32
    assert made["duration_s"] == pytest.approx(4, abs=0.2)
    assert done["nodes"]["film"]["cost"] > 28_000_000
    asked = next(call.body for call in google.calls(word) if call.method == "POST")
    assert (asked["response_format"]["resolution"], asked["response_format"]["duration"]) == ("720p", "4s")
    assert not [path for path, text in _logs(filming) if KEY.encode() in text]


def _logs(stack: Stack) -> list[tuple[Path, bytes]]:
    return [(path, path.read_bytes()) for path in stack.data.rglob("*.log")]


def test_a_film_is_extended_and_a_cancelled_one_is_stopped_at_google(api: Api, google: Google, word: str):
    longer = film(word)
    longer["nodes"].append(node("more", "video_extend", prompt=f"it goes on {word}", mode="alone", **GOOGLE))
    longer["edges"] = [edge("film.video", "more.video"), edge("more.video", "final.value")]
    run = api.start(longer)
    told = {event.data["node_id"]: event.data for event in api.stream(run) if event.name == "node_completed"}
    assert set(told) == {"film", "more", "final"}
    extended = google.calls("it goes on")[-1].body
    assert extended["generation_config"]["video_config"]["task"] == "extend"
    why = api.get(f"/api/executions/{run}/nodes/more/explain")
    assert any("joined" in note for note in why["attempts"][-1]["notes"])

    google.studio.held = True
    try:
        run = api.start(film(f"{word} cancelled"))
        until(lambda: orders(google, f"{word} cancelled"))
        assert api.http.delete(f"/api/executions/{run}").is_success
        until(lambda: any(call.path.endswith("/cancel") for call in google.all_calls))
    finally:
        google.studio.held = False
    assert api.finish(run)["state"] == "cancelled"


def test_a_film_that_is_held_back_fails_its_node_in_plain_words(api: Api, google: Google, word: str):
    google.will("filtered", word)
    done = api.run(film(word))
    error = done["nodes"]["film"]["error"]
    assert (error["kind"], error["provider"]) == ("content_policy", "google")
    assert "Say it in other words." in error["message"]
    assert done["nodes"]["final"]["state"] == "skipped"
    assert orders(google, word) == 1


def test_an_order_whose_answer_was_lost_is_adopted_by_a_person(api: Api, google: Google, word: str):
    google.will("cut", word)
    run = api.run(film(word))["id"]
    assert api.execution(run)["nodes"]["film"]["state"] == "in_doubt"
    (job,) = [work.id for work in google.studio.works.values() if word in str(work.body)]
    api.post(f"/api/executions/{run}/nodes/film/settle", {"action": "adopt", "handle": job})
    api.post(f"/api/executions/{run}/resume")
    list(api.stream(run))
    done = api.execution(run)
    assert done["nodes"]["film"]["state"] == "completed", done
    assert orders(google, word) == 1


def test_what_it_will_cost_is_said_before(api: Api, word: str):
    said = api.post("/api/executions/estimate", {"graph": film(word, duration_s=10, resolution="1080p")})
    assert said["nodes"]["film"]["expected"] == said["cost"] == 105_000_000


def test_more_than_one_at_once_is_refused_by_name(api: Api, google: Google, word: str):
    answer = api.http.post("/api/executions", json={"graph": film(word, count=2)})
    assert answer.status_code == 422, answer.text
    assert "gemini-omni-1.2-flash" in answer.text
    assert google.calls(word) == []
