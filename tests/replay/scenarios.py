"""Every kind of run, played through the HTTP API of a real installation."""

import asyncio
import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
from PIL import Image

from groove_local.stack import Stack
from support.api import Api, edge, node, workflow
from support.elsewhere import Google
from support.servers import unique
from support.vendor import Vendor

ASTRONAUT = Path(__file__).parents[2] / "examples" / "media" / "astronaut.jpg"
PAINTER = {"provider": "fake", "model": "fake-painter"}
WRITER = {"provider": "fake", "model": "fake-writer"}
EYE = {"provider": "fake", "model": "fake-eye"}
GOOGLE = {"provider": "google", "model": "gemini-3.8-flash"}


@dataclass
class Stage:
    api: Api
    stack: Stack
    vendor: Vendor
    google: Google
    word: str

    def until(self, run: str, name: str, node_id: str) -> None:
        for event in self.api.stream(run):
            if event.name == name and event.data.get("node_id") == node_id:
                return
        raise AssertionError(f"{node_id} never had {name}")

    def end(self, run: str, state: str) -> None:
        """Watch until the stream is over, and see that it ended as it should."""
        list(self.api.stream(run))
        found = self.api.execution(run)
        assert found["state"] == state, found

    def resume(self, run: str) -> None:
        self.api.post(f"/api/executions/{run}/resume")

    def settle(self, run: str, node_id: str, **body: str) -> None:
        self.api.post(f"/api/executions/{run}/nodes/{node_id}/settle", body)


def _main_job(word: str) -> dict[str, Any]:
    return workflow(
        node("words", "text", text="a lighthouse at {{hour}} " + word),
        node("paint", "text_to_image", resolution="512"),
        node("look", "image_to_text"),
        node("vary", "image_to_image", prompt="in winter"),
        node("final", "output"),
        edges=(
            edge("words.text", "paint.prompt"),
            edge("paint.image", "look.image"),
            edge("paint.image", "vary.image"),
            edge("look.text", "final.value"),
            edge("vary.image", "final.value"),
        ),
        name="Main job",
    ) | {"variables": {"hour": "dusk"}}


def _paid(word: str) -> dict[str, Any]:
    return workflow(
        node("paint", "text_to_image", prompt=f"paint {word}", **PAINTER),
        node("look", "image_to_text", **EYE),
        node("poem", "text_to_text", prompt=f"poem {word}", **WRITER),
        edges=(edge("paint.image", "look.image"),),
    )


def _asked_of_google(word: str) -> dict[str, Any]:
    return workflow(
        node("tell", "text_to_text", prompt=f"tell {word}", **GOOGLE),
        node("retell", "text_to_text", prompt="shorter", max_words=20),
        edges=(edge("tell.text", "retell.prompt"),),
    )


def main_job_completed(on: Stage) -> None:
    on.end(on.api.start(on.api.save(_main_job(on.word)), variables={"hour": "dusk"}), "completed")


def second_run_cached(on: Stage) -> None:
    graph = on.api.save(_main_job(on.word))
    for _ in range(2):
        on.end(on.api.start(graph, variables={"hour": "noon"}), "completed")


def regenerated(on: Stage) -> None:
    graph = on.api.save(_paid(on.word))
    on.end(on.api.start(graph), "completed")
    again = on.api.post(f"/api/graphs/{graph['id']}/nodes/paint/regenerate")
    on.end(again["id"], "completed")


def failed_skipped_resumed(on: Stage) -> None:
    on.vendor.will("content_policy", match=f"paint {on.word}")
    run = on.api.start(_paid(on.word))
    on.end(run, "failed")
    on.resume(run)
    on.end(run, "completed")


def cancelled_resumed(on: Stage) -> None:
    on.vendor.takes(30)
    run = on.api.start(on.api.save(_paid(on.word)))
    on.until(run, "node_started", "paint")
    on.until(run, "node_started", "poem")
    assert on.api.http.delete(f"/api/executions/{run}").is_success
    on.end(run, "cancelled")
    on.vendor.takes(0)
    on.resume(run)
    on.end(run, "completed")


def retried_after_429_and_503(on: Stage) -> None:
    on.vendor.will("rate_limited", match=f"paint {on.word}", retry_after_s=0.2)
    on.vendor.will("transient", match=f"paint {on.word}")
    run = on.api.start(_paid(on.word))
    on.end(run, "completed")
    assert on.api.execution(run)["nodes"]["paint"]["attempt"] == 3


def gave_up(on: Stage) -> None:
    on.vendor.will("invalid_request", match=f"poem {on.word}")
    on.end(on.api.start(_paid(on.word)), "failed")


def waited_for_another_run(on: Stage) -> None:
    on.vendor.takes(1)
    first = on.api.start(_paid(on.word))
    on.until(first, "node_queued", "paint")
    second = on.api.start(_paid(on.word))
    on.end(first, "completed")
    on.end(second, "completed")
    assert on.api.execution(second)["nodes"]["paint"]["state"] == "cached"


def handed_on_when_its_maker_was_cancelled(on: Stage) -> None:
    on.vendor.takes(1)
    first = on.api.start(_paid(on.word))
    on.until(first, "node_started", "paint")
    second = on.api.start(_paid(on.word))
    assert on.api.http.delete(f"/api/executions/{first}").is_success
    on.end(second, "completed")


def twins_in_one_run(on: Stage) -> None:
    twins = workflow(
        node("one", "text_to_image", prompt=on.word, **PAINTER),
        node("other", "text_to_image", prompt=on.word, **PAINTER),
    )
    on.end(on.api.start(twins), "completed")


def _doubtful(on: Stage) -> str:
    on.google.will("cut", f"tell {on.word}")
    run = on.api.start(_asked_of_google(on.word))
    on.end(run, "failed")
    return run


def doubt_settled_as_failed(on: Stage) -> None:
    on.settle(_doubtful(on), "tell", action="fail")


def doubt_settled_by_asking_again(on: Stage) -> None:
    run = _doubtful(on)
    refused = on.api.http.post(f"/api/executions/{run}/resume")
    assert refused.status_code == httpx2.codes.CONFLICT
    on.settle(run, "tell", action="resubmit")
    on.resume(run)
    on.end(run, "completed")


def doubt_settled_by_adopting(on: Stage) -> None:
    on.vendor.will("cut", match=f"paint {on.word}")
    run = on.api.start(_paid(on.word))
    on.end(run, "failed")
    (job,) = [job for job in on.vendor.jobs(run) if job["operation"] == "text_to_image"]
    on.settle(run, "paint", action="adopt", handle=job["job_id"])
    on.resume(run)
    on.end(run, "completed")


def late_result_after_cancel(on: Stage) -> None:
    on.google.will("slow", f"tell {on.word}", seconds=1)
    run = on.api.start(_asked_of_google(on.word))
    for _ in range(500):  # until it was really sent
        if on.google.calls(on.word):
            break
        on.api.execution(run)
    assert on.api.http.delete(f"/api/executions/{run}").is_success
    on.end(run, "cancelled")


def over_its_budget(on: Stage) -> None:
    on.end(on.api.start(_paid(on.word), budget=1), "failed")


def taken_over_after_a_kill(on: Stage) -> None:
    on.vendor.takes(2)
    run = on.api.start(_paid(on.word))
    on.until(run, "node_started", "paint")
    for _ in range(500):  # until the vendor has it
        if on.vendor.jobs(run):
            break
    on.stack.kill("image-worker")
    asyncio.run(on.stack.ready("image-worker"))
    on.end(run, "completed")


def refused(on: Stage) -> None:
    """Of a model that is gone, of nothing, and a command that comes too late."""
    old = workflow(node("paint", "text_to_image", prompt=on.word, provider="fake", model="fake-painter-0"))
    for graph in (old, workflow()):
        assert on.api.http.post("/api/executions", json={"graph": graph}).status_code == 422
    run = on.api.start(workflow(node("words", "text", text=on.word)))
    on.end(run, "completed")
    assert on.api.http.post(f"/api/executions/{run}/resume").status_code == httpx2.codes.CONFLICT
    assert on.api.http.delete(f"/api/executions/{run}").is_success


def _teal() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(out, "PNG")
    return out.getvalue()


def _uploaded(on: Stage, data: bytes, name: str, mime: str) -> str:
    upload = on.api.post("/api/assets/uploads", {"filename": name, "mime": mime, "bytes": len(data)})
    httpx2.put(upload["url"], content=data, headers=upload["headers"], trust_env=False).raise_for_status()
    return str(on.api.post(f"/api/assets/{upload['id']}/complete")["id"])


def uploaded_picture(on: Stage) -> None:
    given = workflow(
        node("photo", "asset", asset_id=_uploaded(on, _teal(), "teal.png", "image/png")),
        node("look", "image_to_text", prompt=on.word),
        edges=(edge("photo.image", "look.image"),),
    )
    on.end(on.api.start(given), "completed")


def graph_edited_restored_deleted(on: Stage) -> None:
    api, http = on.api, on.api.http
    graph = api.save(_main_job(on.word))
    at = f"/api/graphs/{graph['id']}"
    http.patch(f"{at}/nodes/paint", json={"params": {"seed": 7}, "title": "Picture"}).raise_for_status()
    http.delete(f"{at}/nodes/vary").raise_for_status()
    ops = [
        {"op": "add_node", "id": "big", "type": "upscale", "params": {}},
        {"op": "add_edge", "id": "up", "source_node_id": "paint", "source_port": "image"}
        | {"target_node_id": "big", "target_port": "image"},
        {"op": "vary_node", "node_id": "paint"},
        {"op": "describe", "name": "Renamed", "notes": [{"text": "a note"}]},
    ]
    api.post(f"{at}/edits", {"ops": ops})
    http.delete(f"{at}/edges/up").raise_for_status()
    cycle = {"ops": [{"op": "add_edge", "source_node_id": "big", "source_port": "image"}]}
    cycle["ops"][0] |= {"target_node_id": "look", "target_port": "image"}
    assert http.post(f"{at}/edits", json=cycle).status_code == 422, "its input is occupied"
    api.post(f"{at}/restore", {"version": 1})
    http.patch(at, json={"name": "Once more"}).raise_for_status()
    other = api.save(workflow(node("words", "text", text="gone"), name="Deleted"))
    http.delete(f"/api/graphs/{other['id']}").raise_for_status()
    api.post("/api/graphs", {"name": "Empty"})


def forked(on: Stage) -> None:
    """From a saved graph with edits, from that fork again with other variables, and from a run that failed."""
    seen = workflow(
        node("words", "text", text="a lighthouse at {{hour}} " + on.word),
        node("paint", "text_to_image", resolution="512"),
        node("look", "image_to_text"),
        edges=(edge("words.text", "paint.prompt"), edge("paint.image", "look.image")),
    )
    first = on.api.start(on.api.save(seen), variables={"hour": "dawn"})
    on.end(first, "completed")
    briefly = {"op": "change_node", "node_id": "look", "params": {"prompt": "briefly"}}
    second = on.api.post(f"/api/executions/{first}/fork", {"edits": [briefly]})["id"]
    on.end(second, "completed")
    without = {"op": "remove_node", "node_id": "look"}
    third = on.api.post(f"/api/executions/{second}/fork", {"edits": [without], "variables": {"hour": "noon"}})["id"]
    on.end(third, "completed")
    on.vendor.will("content_policy", match=f"paint {on.word}")
    two = workflow(
        node("paint", "text_to_image", prompt=f"paint {on.word}", **PAINTER),
        node("poem", "text_to_text", prompt=f"poem {on.word}", **WRITER),
    )
    failed = on.api.start(two)
    on.end(failed, "failed")
    repaired = {"op": "change_node", "node_id": "paint", "params": {"prompt": f"a brighter {on.word}"}}
    again = on.api.post(f"/api/executions/{failed}/fork", {"edits": [repaired], "budget": 10**9})["id"]
    on.end(again, "completed")
    assert on.api.execution(again)["nodes"]["poem"]["state"] == "inherited"


def judged_and_made_again(on: Stage) -> None:
    """A portrait that is not like its character is made once more."""
    portrait = ASTRONAUT.read_bytes()
    photo = _uploaded(on, portrait, "eileen.jpg", "image/jpeg")
    who = on.api.post("/api/characters/", {"name": "Eileen", "references": [photo]})["id"]
    graph = workflow(
        node("who", "character", character_id=who),
        node("paint", "text_to_image", prompt=f"paint {on.word}", min_identity=0.9, identity_retries=2, **PAINTER),
        edges=(edge("who.character", "paint.character"),),
    )
    on.vendor.paints(_teal(), portrait, match=on.word)
    on.end(on.api.start(graph), "completed")


SCENARIOS: dict[str, Callable[[Stage], None]] = {
    play.__name__: play
    for play in (
        main_job_completed,
        second_run_cached,
        regenerated,
        failed_skipped_resumed,
        cancelled_resumed,
        retried_after_429_and_503,
        gave_up,
        waited_for_another_run,
        handed_on_when_its_maker_was_cancelled,
        twins_in_one_run,
        doubt_settled_as_failed,
        doubt_settled_by_asking_again,
        doubt_settled_by_adopting,
        late_result_after_cancel,
        over_its_budget,
        taken_over_after_a_kill,
        refused,
        uploaded_picture,
        graph_edited_restored_deleted,
        forked,
        judged_and_made_again,
    )
}


def play(name: str, stage: Stage) -> None:
    """One of them, with a word of its own and the vendor at ease."""
    stage.word = unique("w")
    stage.vendor.takes(0)
    SCENARIOS[name](stage)
    stage.vendor.takes(0)
