"""Characters through the whole system: judged, made again for want of likeness, found by a picture, and forgotten."""

import asyncio
import io
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from groove import Client
from groove_local.services import PICTURES
from groove_local.stack import JETSTREAM, Stack
from support.api import Api, edge, node, workflow
from support.running import plan, running
from support.servers import RealServers
from support.tiny_faces import face
from support.vendor import Vendor

PAINTER = {"provider": "fake", "model": "fake-painter"}
PRICE = 4_000_000
MIRA, NOAH = 9, 3


@pytest.fixture(scope="module")
def casting(real_servers: RealServers, vendor: Vendor, face_models: Path) -> Iterator[Stack]:
    """A face service with models that know the drawn people, and a vendor that paints whom it is told to."""
    told = {"GROOVE_PROVIDERS": "local,fake", "GROOVE_FAKE_URL": vendor.url, "GROOVE_FACE_MODELS": str(face_models)}
    hasty = real_servers.data / "casting.toml"
    hasty.write_text(JETSTREAM.read_text().replace("ack_wait_s = 30", "ack_wait_s = 3"))
    how = plan(workers=(*PICTURES, "face-embedding"), extra={"*": told}, streams=hasty)
    with running(real_servers.data / "casting", how, real_servers.addresses()) as stack:
        yield stack


@pytest.fixture
def api(casting: Stack) -> Iterator[Api]:
    with Api(casting.url) as speaking:
        yield speaking


def drawn(person: int, variant: int = 0) -> bytes:
    file = io.BytesIO()
    face(person, variant).save(file, "PNG")
    return file.getvalue()


def nobody() -> bytes:
    file = io.BytesIO()
    Image.linear_gradient("L").resize((320, 200)).save(file, "PNG")
    return file.getvalue()


@pytest.fixture
def picture(casting: Stack, tmp_path: Path) -> Callable[..., str]:
    """An uploaded picture of a person, by its asset's id."""

    def uploaded(person: int | None, variant: int = 0) -> str:
        async def work() -> str:
            async with Client(casting.url) as client:
                (tmp_path / "face.png").write_bytes(nobody() if person is None else drawn(person, variant))
                return str((await client.upload(tmp_path / "face.png"))["id"])

        return asyncio.run(work())

    return uploaded


@pytest.fixture
def mira(api: Api, picture: Callable[..., str]) -> str:
    made = api.post("/api/characters/", {"name": "Mira", "references": [picture(MIRA)]})
    assert made["references"][0]["quality"] > 0.5
    return str(made["id"])


def portrait(character: str, word: str, **params: Any) -> dict[str, Any]:
    return workflow(
        node("mira", "character", character_id=character),
        node("paint", "text_to_image", prompt=f"Mira at sea {word}", **PAINTER, **params),
        node("final", "output"),
        edges=(edge("mira.character", "paint.character"), edge("paint.image", "final.value")),
    )


def identity(done: dict[str, Any], node_id: str = "paint") -> dict[str, Any]:
    (value,) = done["nodes"][node_id]["outputs"]["image"]
    return dict(value["identity"])


def test_what_is_not_like_her_is_painted_again_and_both_are_on_the_tape_with_their_price(
    api: Api, vendor: Vendor, mira: str, word: str
):
    vendor.paints(drawn(NOAH), drawn(MIRA, 1), match=word)
    done = api.run(portrait(mira, word, min_identity=0.5, identity_retries=3))
    assert done["state"] == "completed", done
    found = identity(done)
    assert found["score"] > 0.5
    assert found["match"]
    assert found["characters"] == [{"character_id": mira, "name": "Mira", "score": found["score"]}]
    assert (done["cost"], done["nodes"]["paint"]["cost"]) == (2 * PRICE, 2 * PRICE)
    assert len(vendor.jobs(done["id"])) == 2
    tape = [one for one in api.get("/api/projects/default/generations")["items"] if one["execution_id"] == done["id"]]
    assert [one["cost_computation"]["cost"] for one in tape] == [PRICE, PRICE]
    latest, first = ([v["identity"]["score"] for v in one["outputs"]["image"]] for one in tape)
    assert first[0] < 0.5 < latest[0]
    names = [event.name for event in api.stream(done["id"]) if event.data.get("node_id") == "paint"]
    assert names == ["node_queued", "node_started", "node_retrying", "node_queued", "node_started", "node_completed"]
    told = api.get(f"/api/executions/{done['id']}/nodes/paint/explain")["attempts"]
    assert told[1]["because"] == "What attempt 1 made is compared with its characters."
    assert told[2]["because"] == "Attempt 1 did not show its characters well enough."


def test_the_best_is_kept_when_none_is_good_enough(api: Api, vendor: Vendor, mira: str, word: str):
    vendor.paints(drawn(NOAH), drawn(NOAH, 2), match=word)
    done = api.run(portrait(mira, word, min_identity=0.9, identity_retries=1))
    assert done["state"] == "completed"
    assert not identity(done)["match"]
    told = api.get(f"/api/executions/{done['id']}/nodes/paint/explain")["attempts"]
    assert any("0.90 was wanted" in note for one in told for note in one["notes"])


def test_a_face_service_that_dies_loses_no_picture_and_nothing_is_paid_twice(
    api: Api, casting: Stack, vendor: Vendor, mira: str, word: str
):
    vendor.paints(drawn(MIRA, 1), match=word)
    casting.kill("face-embedding")
    run = api.start(portrait(mira, word))
    done = api.finish(run)
    asyncio.run(casting.ready("face-embedding"))
    assert done["state"] == "completed"
    assert identity(done)["match"]
    assert len(vendor.submissions(run)) == 1


def test_the_same_is_not_painted_again_and_its_verdict_is_known(api: Api, vendor: Vendor, mira: str, word: str):
    vendor.paints(drawn(MIRA, 1), match=word)
    first = api.run(portrait(mira, word))
    again = api.run(portrait(mira, word))
    assert again["nodes"]["paint"]["state"] == "cached"
    assert identity(again) == identity(first)


def test_the_local_painter_sets_her_in_and_says_so(api: Api, mira: str, word: str):
    graph = portrait(mira, word)
    graph["nodes"][1]["params"] = {"prompt": f"a lighthouse at night {word}", "provider": "local"}
    done = api.run(graph)
    assert identity(done)["match"], "it is her own picture"
    told = api.get(f"/api/executions/{done['id']}/nodes/paint/explain")["attempts"]
    assert any("Mira" in note for note in told[0]["notes"])


def test_a_picture_tells_who_it_is_until_she_is_forgotten(api: Api, mira: str, picture: Callable[..., str]):
    asked = {"asset_id": picture(MIRA, 2)}
    until(lambda: [one["character"]["id"] for one in api.post("/api/characters/search", asked)["items"]][:1] == [mira])
    api.http.delete(f"/api/characters/{mira}").raise_for_status()
    until(lambda: mira not in [one["character"]["id"] for one in api.post("/api/characters/search", asked)["items"]])
    assert api.http.get(f"/api/characters/{mira}").status_code == 404


def test_a_picture_without_a_face_says_so_and_the_rest_of_the_run_goes_on(api: Api, picture: Callable[..., str]):
    done = api.run(
        workflow(
            node("grey", "asset", asset_id=picture(None)),
            node("who", "face_analysis"),
            node("look", "image_to_text"),
            edges=(edge("grey.image", "who.image"), edge("grey.image", "look.image")),
        )
    )
    assert done["state"] == "failed"
    assert done["nodes"]["who"]["error"]["kind"] == "invalid_input"
    assert "face" in done["nodes"]["who"]["error"]["message"]
    assert done["nodes"]["look"]["state"] == "completed"


def test_faces_that_are_found_are_told_and_compared(api: Api, mira: str, picture: Callable[..., str]):
    graph = workflow(
        node("photo", "asset", asset_id=picture(NOAH)),
        node("mira", "character", character_id=mira),
        node("who", "face_analysis"),
        node("match", "face_match"),
        edges=(
            edge("photo.image", "who.image"),
            edge("photo.image", "match.image"),
            edge("mira.character", "match.character"),
        ),
    )
    done = api.run(graph)
    told = json.loads(done["nodes"]["who"]["outputs"]["text"][0]["text"])
    assert (len(told["faces"]), told["baseline"]) == (1, False)
    match = json.loads(done["nodes"]["match"]["outputs"]["text"][0]["text"])
    assert not match["match"]
    assert match["score"] < match["threshold"]


def until(holds: Callable[[], bool], seconds: float = 20) -> None:
    """The face service follows the log: what was said is known to it soon."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.05)
