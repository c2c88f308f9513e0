"""The main job at Google: real bytes, a cost computed from what was used, every kind of no, and a key nobody sees."""

import base64
import io
import json
from pathlib import Path
from typing import Any

import httpx2
from PIL import Image

from groove_local.stack import Stack
from providers import catalogue
from support.api import Api, StreamEvent, edge, node, workflow
from support.elsewhere import Google
from support.wiretap import Wiretap
from walks.conftest import CANARY

GOOGLE = {"provider": "google"}
PAINTER = {"provider": "google", "model": "gemini-3.1-flash-image"}


def main_job(word: str) -> dict[str, Any]:
    return workflow(
        node("words", "text", text=f"a lighthouse on a cliff {word}"),
        node("paint", "text_to_image", **GOOGLE),
        node("look", "image_to_text", prompt=f"what is in it {word}", **GOOGLE),
        node("vary", "image_to_image", prompt=f"in winter {word}", **GOOGLE),
        node("final", "output"),
        edges=(
            edge("words.text", "paint.prompt"),
            edge("paint.image", "look.image"),
            edge("paint.image", "vary.image"),
            edge("look.text", "final.value"),
            edge("vary.image", "final.value"),
        ),
    )


def painting_and_more(word: str) -> dict[str, Any]:
    """`look` hangs on `paint`; `poem` on nothing."""
    return workflow(
        node("paint", "text_to_image", prompt=f"paint {word}", **PAINTER),
        node("look", "image_to_text", **GOOGLE),
        node("poem", "text_to_text", prompt=f"poem {word}", **GOOGLE),
        edges=(edge("paint.image", "look.image"),),
    )


def poem(word: str) -> dict[str, Any]:
    return workflow(node("poem", "text_to_text", prompt=f"poem {word}", **GOOGLE))


def named(events: list[StreamEvent], name: str, node_id: str) -> list[StreamEvent]:
    return [event for event in events if event.name == name and event.data.get("node_id") == node_id]


def test_the_main_job_runs_at_google(paying: Api, google: Google, word: str):
    done = paying.run(main_job(word))
    assert done["state"] == "completed", done
    assert {n: done["nodes"][n]["state"] for n in done["nodes"]} == dict.fromkeys(done["nodes"], "completed")
    for node_id in ("paint", "vary"):
        (picture,) = done["nodes"][node_id]["outputs"]["image"]
        original = paying.http.get(picture["url"])
        assert original.headers["content-type"] == picture["mime"] == "image/png"
        opened = Image.open(io.BytesIO(original.content))
        opened.load()
        assert (opened.format, opened.size) == ("PNG", (picture["width"], picture["height"]))
    assert "after 1 picture" in done["nodes"]["look"]["outputs"]["text"][0]["text"]
    assert [value["type"] for value in done["nodes"]["final"]["outputs"]["value"]] == ["text", "image"]
    models = [seen.path.rpartition("/")[2].partition(":")[0] for seen in google.calls(word)]
    assert models[0] == "gemini-3.1-flash-image"
    assert len(models) == 3, "one call per paid node"


def test_the_cost_is_computed_from_what_was_used(paying: Api, word: str):
    run = paying.start(main_job(word))
    events = list(paying.stream(run))
    done = paying.execution(run)
    book = catalogue.book({"google"})
    for node_id, operation in (("paint", "text_to_image"), ("look", "image_to_text"), ("vary", "image_to_image")):
        (end,) = named(events, "node_completed", node_id)
        assert end.data["cost_basis"] == "computed"
        model = book.default(operation, "google")
        assert model
        assert 0 < end.data["cost"] == done["nodes"][node_id]["cost"] < 3 * model.estimates[operation]
    assert done["cost"] == sum(n["cost"] for n in done["nodes"].values())
    assert done["nodes"]["words"]["cost"] == 0
    again = paying.run(main_job(word))
    assert again["cost"] == 0, "what was made is not paid again"


def test_a_safety_block_fails_the_node_in_plain_words_and_skips_its_children(paying: Api, google: Google, word: str):
    google.will("block_output", f"paint {word}", reason="IMAGE_SAFETY")
    done = paying.run(painting_and_more(word))
    assert {n: done["nodes"][n]["state"] for n in done["nodes"]} == {
        "paint": "failed",
        "look": "skipped",
        "poem": "completed",
    }
    error = done["nodes"]["paint"]["error"]
    assert error["kind"] == "content_policy"
    assert error["provider"] == "google"
    assert error["message"].endswith("Say it in other words.")
    assert done["nodes"]["look"]["because"] == "paint"
    assert done["error"] == error
    assert len(google.calls(f"paint {word}")) == 1, "a refusal is not tried again"


def test_a_refused_prompt_is_the_prompts_fault(paying: Api, google: Google, word: str):
    google.will("block_prompt", f"poem {word}", reason="PROHIBITED_CONTENT")
    error = paying.run(poem(word))["nodes"]["poem"]["error"]
    assert error["kind"] == "content_policy"
    assert "prohibited content" in error["message"]


def test_too_many_requests_wait_as_long_as_google_asks(paying: Api, google: Google, word: str):
    google.will("rate_limited", f"poem {word}", retry_after_s=0.6)
    run = paying.start(poem(word))
    events = list(paying.stream(run))
    (retry,) = named(events, "node_retrying", "poem")
    assert retry.data["error"]["kind"] == "rate_limited"
    assert retry.data["attempt"] == 2
    assert retry.data["retry_at"] > retry.data["at"]
    done = paying.execution(run)
    assert done["state"] == "completed"
    assert done["nodes"]["poem"]["attempt"] == 2
    assert len(google.calls(word)) == 2


def test_an_answer_that_cannot_be_read_is_a_failed_try(paying: Api, google: Google, word: str):
    google.will("malformed", f"poem {word}")
    run = paying.start(poem(word))
    events = list(paying.stream(run))
    (retry,) = named(events, "node_retrying", "poem")
    assert retry.data["counted"] is True
    assert "cannot be read" in retry.data["error"]["message"]
    assert paying.execution(run)["state"] == "completed"
    assert len(google.calls(word)) == 2


def test_a_retired_model_is_refused_with_its_successor(paying: Api, google: Google, word: str):
    old = workflow(node("paint", "text_to_image", prompt=word, provider="google", model="imagen-4.0-generate-001"))
    answer = paying.http.post("/api/executions", json={"graph": old})
    assert answer.status_code == httpx2.codes.UNPROCESSABLE_CONTENT, answer.text
    problem = answer.json()
    assert problem["type"] == "/problems/model-retired"
    assert "gemini-3.1-flash-image" in problem["detail"]
    assert problem["errors"][0]["loc"][-1] == "model"
    assert google.calls(word) == []


def test_without_a_key_google_is_refused_with_what_to_set(api: Api, word: str):
    answer = api.http.post("/api/executions", json={"graph": poem(word)})
    assert answer.status_code == httpx2.codes.UNPROCESSABLE_CONTENT, answer.text
    assert "GOOGLE_API_KEY" in answer.json()["detail"]


def test_nobody_ever_sees_the_key(paying: Api, google: Google, google_stack: Stack, wiretap: Wiretap, word: str):
    """Also when Google's own words quote it: in a refusal, in an answer, in a body that is cut off."""
    google.will("echo_key", f"paint {word}", status=401, google_status="UNAUTHENTICATED")
    google.will("say", f"poem {word}", text="your key is {key}")
    google.will("malformed", f"song {word}")
    broken = painting_and_more(word)
    broken["nodes"].append(node("song", "text_to_text", prompt=f"song {word}", **GOOGLE))
    done = paying.run(broken)
    assert done["nodes"]["paint"]["error"]["kind"] == "auth"
    assert "[hidden]" in done["nodes"]["paint"]["error"]["message"]
    assert "[hidden]" in done["nodes"]["poem"]["outputs"]["text"][0]["text"]
    assert done["nodes"]["song"]["state"] == "completed"
    asked = google.calls(word)[0].headers["x-goog-api-key"]
    assert asked == CANARY, "it was really used"

    places = {**_logs(google_stack), **_processes(google_stack), **_bus(wiretap), **_answers(paying)}
    assert len(places) > 50
    leaks = [place for place, text in places.items() for form in _forms() if form in text]
    assert leaks == []


def _forms() -> tuple[bytes, ...]:
    return CANARY.encode(), base64.b64encode(CANARY.encode()).rstrip(b"=")


def _logs(stack: Stack) -> dict[str, bytes]:
    files = [path for path in stack.data.rglob("*") if path.is_file()]
    assert any(path.name == "text-worker.log" for path in files)
    return {str(path.relative_to(stack.data)): path.read_bytes() for path in files}


def _processes(stack: Stack) -> dict[str, bytes]:
    """The arguments of every process of this machine, and what those that have no use for it were told."""
    found = {}
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found[f"arguments of {path.parent.name}"] = path.read_bytes()
        except OSError:
            continue  # it has ended
    for name in set(stack.names()) - {"text-worker", "image-worker", "audio-worker"}:
        found[f"environment of {name}"] = Path(f"/proc/{stack.pid(name)}/environ").read_bytes()
    return found


def _bus(wiretap: Wiretap) -> dict[str, bytes]:
    families = {record.subject.split(".")[1] for record in wiretap.heard}
    assert {"cmd", "evt", "rpt", "task", "live", "answer"} <= families
    return {
        f"message {record.seq} on {record.subject}": json.dumps(dict(record.headers)).encode() + record.data
        for record in wiretap.heard
    }


def _answers(api: Api) -> dict[str, bytes]:
    runs = [run["id"] for run in api.get("/api/executions?limit=100")["items"]]
    paths = ["/api/node-types", "/health", "/ready", "/metrics", "/openapi.json", "/api/executions?limit=100"]
    for run in runs:
        paths += [f"/api/executions/{run}", f"/api/executions/{run}/events?limit=1000", f"/api/executions/{run}/stream"]
    return {path: api.http.get(path).content for path in paths}
