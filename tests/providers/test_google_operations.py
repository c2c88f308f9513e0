"""Films by long-running operations of Vertex against the wire-faithful fake."""

import base64
import gc
import json
import logging
import traceback
from collections.abc import AsyncIterator
from typing import Any

import pytest
from film_bench import (
    ADA,
    FILM,
    LAST,
    PROJECT,
    TOKEN,
    VEO,
    animate,
    came_to_nothing,
    extend,
    film,
    followed,
    having,
    made,
    ordered,
)
from google_bench import KEY, PICTURE, Google

from contracts.failures import FailureKind
from providers.fakes.google import FakeGoogle
from providers.fakes.google_faults import Fault
from providers.interface import OutOfSight, Pending, ProviderError, SubmitInDoubt

MODEL = f"projects/proj/locations/us-central1/publishers/google/models/{VEO}"


@pytest.fixture
async def vertex(google: Google) -> AsyncIterator[Google]:
    speaking = Google(google.fake, api_key=None, vertex=PROJECT)
    yield speaking
    await speaking.provider.close()


def shown(image: dict[str, str]) -> bytes:
    assert image["mimeType"] == "image/png"
    return base64.b64decode(image["bytesBase64Encoded"])


def asked(google: Google) -> tuple[dict[str, Any], dict[str, Any]]:
    body = google.fake.calls[0].body
    return body["instances"][0], body["parameters"]


# What is sent, and what comes of it


async def test_a_film_is_ordered_and_looked_after(vertex: Google) -> None:
    done = await made(vertex, film(using=VEO, negative_prompt="people", audio=False, count=2))
    begun, *looks = vertex.fake.calls
    assert begun.path == f"/v1beta1/{MODEL}:predictLongRunning"
    assert begun.body == {
        "instances": [{"prompt": "a harbour at dawn"}],
        "parameters": {
            "sampleCount": 2,
            "durationSeconds": 4,
            "seed": 7,
            "aspectRatio": "9:16",
            "resolution": "720p",
            "negativePrompt": "people",
            "generateAudio": False,
        },
    }
    assert [look.path for look in looks] == [f"/v1beta1/{MODEL}:fetchPredictOperation"] * 2
    assert all(look.body == {"operationName": f"{MODEL}/operations/op1"} for look in looks)
    assert all(call.headers["authorization"] == f"Bearer {TOKEN}" for call in vertex.fake.calls)
    assert len({artifact.data for artifact in done.artifacts}) == 2
    assert (done.cost, done.cost_basis, done.usage["seconds"]) == (2 * 4 * 40_000_000, "computed", 8)


async def test_pictures_are_the_first_and_the_last_frame(vertex: Google) -> None:
    await made(vertex, animate(using=VEO, last_image=(LAST,)))
    instance, _ = asked(vertex)
    assert (shown(instance["image"]), shown(instance["lastFrame"])) == (PICTURE.data, LAST.data)


async def test_references_and_characters_go_along_as_assets(vertex: Google) -> None:
    request = having(film(using=VEO), media={"reference": (LAST,)}, characters=(ADA,))
    prepared = vertex.provider.prepare(request)
    assert "Ada: a pilot with red hair" in prepared.prompt_sent
    assert "IMAGE_REF" not in prepared.prompt_sent
    await made(vertex, request)
    references = asked(vertex)[0]["referenceImages"]
    assert [one["referenceType"] for one in references] == ["ASSET"] * 3
    assert [shown(one["image"]) for one in references] == [LAST.data, PICTURE.data, LAST.data]


async def test_a_first_frame_beside_references_is_one_of_them_and_that_is_told(vertex: Google) -> None:
    request = animate(using=VEO, reference=(LAST,))
    assert any("as a reference, not as the first frame" in note for note in vertex.provider.prepare(request).notes)
    await made(vertex, request)
    assert "image" not in asked(vertex)[0]
    assert len(asked(vertex)[0]["referenceImages"]) == 2


async def test_a_film_is_extended_by_its_bytes(vertex: Google) -> None:
    prepared = vertex.provider.prepare(extend(using=VEO))
    assert any("7 s instead of 5 s" in note for note in prepared.notes)
    done = await made(vertex, extend(using=VEO))
    instance, parameters = asked(vertex)
    assert base64.b64decode(instance["video"]["bytesBase64Encoded"]) == FILM.data
    assert "durationSeconds" not in parameters
    assert done.cost == 7 * 40_000_000


@pytest.mark.parametrize(
    ("using", "size", "cost"),
    [("veo-3.1-fast-generate-001", "1080p", 12), ("veo-3.1-fast-generate-001", "720p", 10), (VEO, "1080p", 40)],
)
async def test_seconds_are_paid_by_resolution(vertex: Google, using: str, size: str, cost: int) -> None:
    assert (await made(vertex, film(using=using, resolution=size))).cost == 4 * cost * 1_000_000


async def test_a_model_that_may_be_gone_is_used_with_a_word_on_it(vertex: Google) -> None:
    assert any("may switch veo-3.1-generate-001 off" in note for note in vertex.provider.prepare(film(using=VEO)).notes)


async def test_a_handle_is_all_that_another_worker_needs(vertex: Google) -> None:
    vertex.fake.studio.looks = 2
    handle = json.loads(json.dumps(await ordered(vertex, film(using=VEO))))
    assert {"kind": "operation", "id": f"{MODEL}/operations/op1", "project": "proj"}.items() <= handle.items()
    assert TOKEN not in json.dumps(handle)
    assert isinstance(await vertex.provider.poll(handle), Pending)
    other = Google(vertex.fake, api_key=None, vertex=PROJECT)
    assert (await followed(other, handle)).artifacts
    assert (await followed(other, {"job_id": handle["id"]})).artifacts, "its name alone is enough to adopt it"
    await other.provider.close()
    assert sum(call.path.endswith(":predictLongRunning") for call in vertex.fake.calls) == 1


async def test_it_cannot_be_cancelled(vertex: Google) -> None:
    handle = await ordered(vertex, film(using=VEO))
    assert await vertex.provider.cancel(handle) == "unsupported"


# How it goes wrong


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Fault("filtered"), FailureKind.CONTENT_POLICY),
        (Fault("failed", status=13, text="an internal server issue"), FailureKind.TRANSIENT),
        (Fault("failed", status=14, text="overloaded"), FailureKind.TRANSIENT),
        (Fault("failed", status=3, text="the image is too small"), FailureKind.INVALID_REQUEST),
        (Fault("failed", status=3, text="violates our usage guidelines"), FailureKind.CONTENT_POLICY),
        (Fault("failed", status=8, text="quota"), FailureKind.RATE_LIMITED),
        (Fault("failed", status=7, text="no"), FailureKind.AUTH),
        (Fault("failed", status=2, text="?"), FailureKind.PROVIDER_FAILED),
        (Fault("nothing"), FailureKind.NO_OUTPUT),
        (Fault("lost"), FailureKind.RESULT_EXPIRED),
    ],
    ids=lambda value: f"{value.kind}-{value.status}-{value.text[:8]}" if isinstance(value, Fault) else "",
)
async def test_each_end_without_a_film_has_its_kind(vertex: Google, fault: Fault, kind: FailureKind) -> None:
    vertex.fake.script.append(fault)
    error = await came_to_nothing(vertex, film(using=VEO))
    assert (error.kind, error.cost) == (kind, 0)
    if fault.kind == "filtered":
        assert "real people's likenesses" in str(error)


async def test_what_the_filter_left_is_kept_and_the_rest_told(vertex: Google) -> None:
    vertex.goes_wrong("part")
    done = await made(vertex, film(using=VEO, count=3))
    assert len(done.artifacts) == 2
    assert "held back 1 more" in done.notes[0]
    assert done.cost == 2 * 4 * 40_000_000


@pytest.mark.parametrize("fault", [Fault("look_error", status=503), Fault("look_cut"), Fault("look_html")])
async def test_a_job_that_cannot_be_seen_now_is_looked_at_again(vertex: Google, fault: Fault) -> None:
    handle = await ordered(vertex, film(using=VEO))
    vertex.fake.script.append(fault)
    with pytest.raises(OutOfSight):
        await vertex.provider.poll(handle)
    assert (await followed(vertex, handle)).artifacts


async def test_a_job_of_another_project_is_left_to_a_person(google: Google, vertex: Google) -> None:
    handle = await ordered(google, film())
    with pytest.raises(SubmitInDoubt, match="at the Gemini API"):
        await vertex.provider.poll(handle)


# What is never told


@pytest.mark.parametrize("using", ["interaction", "operation"])
@pytest.mark.parametrize(
    "fault",
    [
        Fault("echo_key", status=400, google_status="INVALID_ARGUMENT"),
        Fault("echo_key", status=401, google_status="UNAUTHENTICATED"),
        Fault("malformed"),
        Fault("cut"),
        Fault("failed", status=3, google_status="INVALID_REQUEST", text=f"your key is {KEY} or {TOKEN}"),
    ],
    ids=lambda fault: f"{fault.kind}-{fault.status}",
)
async def test_no_secret_is_in_anything_that_comes_back(
    google: Google, vertex: Google, caplog: pytest.LogCaptureFixture, fault: Fault, using: str
) -> None:
    caplog.set_level(logging.DEBUG)
    speaking, request = (google, film()) if using == "interaction" else (vertex, film(using=VEO))
    google.fake.script.append(fault)
    error = await came_to_nothing(speaking, request)
    told = [str(error), repr(vars(error)), error.failure().model_dump_json(), *traceback.format_exception(error)]
    told += [repr(speaking.provider), str(vars(speaking.provider))]
    told += [record.getMessage() + str(record.exc_text) for record in caplog.records]
    secret = KEY if using == "interaction" else TOKEN
    assert secret in str(google.fake.calls[0].headers), "it was really used"
    assert secret not in "\n".join(told)
    assert error.__cause__ is error.__context__ is None
    gc.collect()


async def test_nobody_is_asked_twice_when_nothing_answers() -> None:
    nobody = FakeGoogle()
    await nobody.start()
    await nobody.close()
    lost = Google(nobody, api_key=None, vertex=PROJECT)
    with pytest.raises(ProviderError) as caught:
        await ordered(lost, film(using=VEO))
    assert caught.value.kind == FailureKind.TRANSIENT
    await lost.provider.close()
