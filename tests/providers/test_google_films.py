"""Films by the Interactions API against the wire-faithful fake: what is sent, and what is made of the answers."""

import base64
import io
import json
from datetime import timedelta
from typing import Any

import av
import httpx2
import pytest
from film_bench import (
    ADA,
    BOB,
    FILM,
    LAST,
    OMNI,
    PROJECT,
    TOKEN,
    animate,
    came_to_nothing,
    extend,
    film,
    followed,
    having,
    made,
    ordered,
)
from google_bench import KEY, PICTURE, Google, model, now

from contracts.failures import FailureKind
from providers.fakes.google import FakeGoogle
from providers.fakes.google_faults import Fault
from providers.interface import Character, OutOfSight, Pending, ProviderError, Request, SubmitInDoubt


def content(google: Google, number: int = 0) -> list[dict[str, Any]]:
    body = google.fake.calls[number].body
    parts: list[dict[str, Any]] = body["input"][0]["content"]
    return parts


def sent(google: Google) -> list[bytes]:
    """The pictures and films that went along, in order."""
    return [base64.b64decode(part["data"]) for part in content(google) if part["type"] != "text"]


# What is sent, and what comes of it


async def test_a_film_is_ordered_looked_after_and_fetched(google: Google) -> None:
    done = await made(google, film())
    begun, *looks, file, stored = google.fake.calls
    assert (begun.method, begun.path) == ("POST", "/v1/interactions")
    assert begun.body == {
        "model": OMNI,
        "background": True,
        "store": True,
        "input": [{"type": "user_input", "content": [{"type": "text", "text": "a harbour at dawn"}]}],
        "generation_config": {"video_config": {"task": "text_to_video"}},
        "response_format": {
            "type": "video",
            "delivery": "uri",
            "aspect_ratio": "9:16",
            "duration": "4s",
            "resolution": "720p",
        },
    }
    assert [(look.method, look.path) for look in looks] == [("GET", "/v1/interactions/v1_int1")] * 2
    assert all(call.headers["x-goog-api-key"] == KEY for call in (begun, *looks, file))
    assert (file.path, file.query) == ("/v1/files/v1int1:download", {"alt": "media"})
    assert stored.path == "/storage/v1int1"
    assert "x-goog-api-key" not in stored.headers, "the key does not go where Google sends us"
    with av.open(io.BytesIO(done.artifacts[0].data or b"")) as opened:
        assert opened.streams.video[0].codec_context.name == "h264"
        assert (opened.streams.video[0].width, opened.streams.video[0].height) == (54, 96)
        assert len(opened.streams.audio) == 1
    assert done.artifacts[0].mime == "video/mp4"


async def test_a_job_that_is_at_work_says_so_and_when_to_look_again(google: Google) -> None:
    google.fake.studio.looks = 3
    handle = await ordered(google, film())
    for _ in range(3):
        seen = await google.provider.poll(handle)
        assert isinstance(seen, Pending)
        assert (seen.next_poll_s, seen.progress, seen.longest_s) == (15.0, 0.0, 3600.0)
        assert "at work" in seen.message
    assert (await followed(google, handle)).artifacts


async def test_the_fake_can_be_told_over_http_how_long_films_take(google: Google) -> None:
    async with httpx2.AsyncClient(base_url=google.fake.url) as http:
        told = (await http.post("/_studio", json={"looks": 2, "held": True})).json()
        assert told == {"looks": 2, "held": True, "jobs": []}
        handle = await ordered(google, film())
        assert (await http.post("/_studio", json={"held": False})).json()["jobs"] == [handle["id"]]
    assert (await followed(google, handle)).artifacts


async def test_a_handle_is_all_that_another_worker_needs(google: Google) -> None:
    handle = json.loads(json.dumps(await ordered(google, film())))
    assert KEY not in json.dumps(handle)
    assert {"kind": "interaction", "id": "v1_int1", "model": OMNI, "seconds": 4}.items() <= handle.items()
    assert handle["submitted_at"].startswith("2026-11-21")
    other = Google(google.fake)
    assert (await followed(other, handle)).artifacts
    await other.provider.close()
    assert sum(call.path == "/v1/interactions" for call in google.fake.calls) == 1


async def test_a_job_is_adopted_by_its_id_alone(google: Google) -> None:
    await ordered(google, film())
    done = await followed(google, {"job_id": "v1_int1"})
    assert done.cost > 0
    asked = len(google.fake.calls)
    for nonsense in ("nonsense", "../files/v1int1", "projects/p/locations/l/operations/1", ""):
        with pytest.raises(ProviderError) as caught:
            await google.provider.poll({"job_id": nonsense})
        assert caught.value.kind == FailureKind.RESULT_EXPIRED
    assert len(google.fake.calls) == asked + 1, "what can be no job is not even asked for"


@pytest.mark.parametrize("last", [False, True])
async def test_a_picture_is_the_first_frame_and_a_second_one_the_last(google: Google, last: bool) -> None:
    await made(google, animate(**({"last_image": (LAST,)} if last else {})))
    assert google.fake.calls[0].body["generation_config"]["video_config"]["task"] == "image_to_video"
    assert sent(google) == [PICTURE.data, LAST.data][: 1 + last]
    assert google.fake.calls[0].body["response_format"]["aspect_ratio"] == "16:9"
    assert content(google)[0] == {"type": "text", "text": "the boat leaves"}


async def test_a_film_has_the_ratio_that_is_nearest_to_its_picture(google: Google) -> None:
    upright = animate(image=(having(PICTURE, width=90, height=120),))
    assert any("The film is 9:16" in note for note in google.provider.prepare(upright).notes)
    await made(google, upright)
    assert google.fake.calls[0].body["response_format"]["aspect_ratio"] == "9:16"
    wide = google.provider.prepare(animate(image=(having(PICTURE, width=1280, height=720),)))
    assert not any("nearest" in note for note in wide.notes)


async def test_references_are_named_in_the_prompt(google: Google) -> None:
    request = having(film(), media={"reference": (PICTURE, LAST)})
    await made(google, request)
    assert google.fake.calls[0].body["generation_config"]["video_config"]["task"] == "reference_to_video"
    assert content(google)[0]["text"].startswith("[# References <IMAGE_REF_0>@Image1 <IMAGE_REF_1>@Image2]")
    assert sent(google) == [PICTURE.data, LAST.data]


async def test_characters_lend_their_best_pictures_while_there_is_room(google: Google) -> None:
    crowd = (ADA, BOB, *(Character(f"c{n}", f"Extra {n}", "", (LAST,)) for n in range(4)))
    request = having(animate(), characters=crowd)
    prepared = google.provider.prepare(request)
    assert "Ada is who <IMAGE_REF_0> shows. a pilot with red hair" in prepared.prompt_sent
    assert "<FIRST_FRAME>@Image1" in prepared.prompt_sent
    assert "<IMAGE_REF_4>@Image6" in prepared.prompt_sent
    assert any("All 1 pictures of Extra 3 were left out" in note for note in prepared.notes)
    await made(google, request)
    assert sent(google) == [PICTURE.data, PICTURE.data, *[LAST.data] * 4]


async def test_between_two_frames_characters_are_only_named(google: Google) -> None:
    prepared = google.provider.prepare(having(animate(last_image=(LAST,)), characters=(ADA,)))
    assert "Ada: a pilot with red hair" in prepared.prompt_sent
    assert any("no room for them here" in note for note in prepared.notes)


async def test_a_film_is_extended(google: Google) -> None:
    prepared = google.provider.prepare(extend(mode="alone"))
    assert any("joined" in note for note in prepared.notes)
    await made(google, extend())
    body = google.fake.calls[0].body
    assert body["generation_config"]["video_config"]["task"] == "extend"
    assert content(google)[1]["mime_type"] == "video/mp4"
    assert sent(google) == [FILM.data]
    assert body["response_format"] == {"type": "video", "delivery": "uri", "duration": "5s"}


async def test_what_joins_two_pictures_or_goes_on_is_at_most_ten_seconds_long(google: Google) -> None:
    long = {"prompt": "x", "duration_s": 15, "resolution": "360p"}
    for request in (having(animate(last_image=(LAST,)), params=long), extend(duration_s=12)):
        assert any("10 s instead of" in note for note in google.provider.prepare(request).notes)
    await made(google, having(animate(), params=long))
    assert google.fake.calls[0].body["response_format"]["duration"] == "15s"


async def test_what_has_no_counterpart_is_said_in_the_prompt_and_told(google: Google) -> None:
    prepared = google.provider.prepare(film(negative_prompt="people", audio=False, duration_s=4.5))
    assert "Avoid: people" in prepared.prompt_sent
    assert "silent" in prepared.prompt_sent
    told = " ".join(prepared.notes)
    for word in ("negative prompt", "sound track", "seed", "5 s instead of 4.5 s"):
        assert word in told


async def test_on_vertex_an_interaction_is_in_the_project_and_its_film_in_the_answer(google: Google) -> None:
    vertex = Google(google.fake, api_key=None, vertex=PROJECT)
    handle = await ordered(vertex, film())
    done = await followed(vertex, handle)
    begun = google.fake.calls[0]
    assert begun.path == "/v1beta1/projects/proj/locations/us-central1/interactions"
    assert begun.headers["authorization"] == f"Bearer {TOKEN}"
    assert begun.body["response_format"]["delivery"] == "inline"
    assert (handle["project"], handle["location"]) == ("proj", "us-central1")
    assert TOKEN not in json.dumps(handle)
    assert done.artifacts[0].data
    await vertex.provider.close()
    with pytest.raises(SubmitInDoubt, match="Vertex project proj"):
        await google.provider.poll(handle)


# What it costs


@pytest.mark.parametrize(("size", "cost"), [("360p", 2_300_000), ("720p", 7_000_000), ("1080p", 10_500_000)])
async def test_seconds_are_paid_by_resolution(google: Google, size: str, cost: int) -> None:
    done = await made(google, film(resolution=size, duration_s=6))
    used = done.usage
    other = used["input_tokens"] * 150 + (used["output_tokens"] + used["thinking_tokens"]) * 900
    assert (done.cost, done.cost_basis) == (6 * cost + other, "estimated")


async def test_tokens_are_paid_where_films_have_a_price_for_them(google: Google) -> None:
    done = await made(google, film(using="gemini-omni-1.1-flash"))
    used = done.usage
    assert used["output_video_tokens"] == 4 * 5_792
    other = used["input_tokens"] * 150 + (used["output_tokens"] + used["thinking_tokens"]) * 900
    assert (done.cost, done.cost_basis) == (4 * 5_792 * 1_750 + other, "computed")


# How it goes wrong


@pytest.mark.parametrize(
    ("fault", "kind", "says"),
    [
        (Fault("filtered"), FailureKind.CONTENT_POLICY, "blocked by safety filters"),
        (Fault("failed", google_status="INTERNAL", text="oops"), FailureKind.TRANSIENT, "oops"),
        (Fault("failed", google_status="RATE_LIMIT_EXCEEDED"), FailureKind.RATE_LIMITED, "fewer"),
        (Fault("failed", google_status="INVALID_REQUEST", text="too blurred"), FailureKind.INVALID_REQUEST, "blurred"),
        (Fault("failed", google_status="CONTENT_POLICY"), FailureKind.CONTENT_POLICY, "other words"),
        (Fault("failed", google_status="WHATEVER"), FailureKind.PROVIDER_FAILED, "could not"),
        (Fault("nothing"), FailureKind.NO_OUTPUT, "without a film"),
        (Fault("words"), FailureKind.NO_OUTPUT, "I would rather not."),
        (Fault("cancelled"), FailureKind.NO_OUTPUT, "cancelled"),
        (Fault("lost"), FailureKind.RESULT_EXPIRED, "does not know this job"),
        (Fault("expired"), FailureKind.RESULT_EXPIRED, "two days"),
    ],
    ids=lambda value: f"{value.kind}-{value.google_status}" if isinstance(value, Fault) else "",
)
async def test_each_end_without_a_film_has_its_kind(google: Google, fault: Fault, kind: FailureKind, says: str) -> None:
    google.fake.script.append(fault)
    error = await came_to_nothing(google, film())
    assert error.kind == kind
    assert says in str(error)
    assert error.__cause__ is None
    assert sum(call.path == "/v1/interactions" for call in google.fake.calls) == 1, "nothing is ever sent twice"


async def test_what_was_used_is_paid_although_nothing_can_be_fetched(google: Google) -> None:
    google.goes_wrong("expired")
    assert (await came_to_nothing(google, film())).cost > 28_000_000
    google.goes_wrong("words")
    assert 0 < (await came_to_nothing(google, film())).cost < 100_000


async def test_nothing_for_an_uploaded_picture_is_a_matter_of_the_region(google: Google) -> None:
    google.goes_wrong("nothing")
    error = await came_to_nothing(google, animate())
    assert error.kind == FailureKind.CONTENT_POLICY
    assert "region" in str(error)


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Fault("rate_limited"), FailureKind.RATE_LIMITED),
        (Fault("quota_day"), FailureKind.QUOTA_EXHAUSTED),
        (Fault("key_invalid"), FailureKind.AUTH),
        (Fault("error", status=403, google_status="PERMISSION_DENIED"), FailureKind.AUTH),
        (Fault("error", status=400, google_status="FAILED_PRECONDITION"), FailureKind.BILLING),
        (Fault("error", status=400, google_status="INVALID_ARGUMENT"), FailureKind.INVALID_REQUEST),
        (Fault("error", status=404, google_status="NOT_FOUND"), FailureKind.MODEL_NOT_FOUND),
        (Fault("error", status=503, google_status="UNAVAILABLE"), FailureKind.TRANSIENT),
        (Fault("html", status=503), FailureKind.TRANSIENT),
        (Fault("html", status=502), FailureKind.IN_DOUBT),
        (Fault("html", status=200), FailureKind.IN_DOUBT),
        (Fault("malformed"), FailureKind.IN_DOUBT),
        (Fault("cut"), FailureKind.IN_DOUBT),
        (Fault("cut_answer"), FailureKind.IN_DOUBT),
        (Fault("gateway_timeout"), FailureKind.IN_DOUBT),
        (Fault("redirect", text="http://127.0.0.1:9/"), FailureKind.NOT_CONFIGURED),
    ],
    ids=lambda value: f"{value.kind}-{value.status}" if isinstance(value, Fault) else str(value),
)
@pytest.mark.parametrize("using", ["interaction", "operation"])
async def test_an_order_that_is_not_taken_has_its_kind(
    google: Google, fault: Fault, kind: FailureKind, using: str
) -> None:
    speaking, request = google, film()
    if using == "operation":
        speaking = Google(google.fake, api_key=None, vertex=PROJECT)
        request = film(using="veo-3.1-lite-generate-001")
    google.fake.script.append(fault)
    error = await came_to_nothing(speaking, request)
    assert error.kind == kind
    assert isinstance(error, SubmitInDoubt) == (kind == FailureKind.IN_DOUBT)
    assert "<" not in str(error)
    assert len(google.fake.calls) == 1, "nothing is ever sent twice in secret"
    if speaking is not google:
        await speaking.provider.close()


async def test_google_says_how_long_to_wait(google: Google) -> None:
    google.goes_wrong("rate_limited")
    assert (await came_to_nothing(google, film())).retry_after_s == 37.4


async def test_nothing_is_in_doubt_when_nobody_was_there() -> None:
    nobody = FakeGoogle()
    await nobody.start()
    await nobody.close()
    lost = Google(nobody)
    assert (await came_to_nothing(lost, film())).kind == FailureKind.TRANSIENT
    await lost.provider.close()


@pytest.mark.parametrize(
    "fault",
    [
        Fault("look_error", status=503),
        Fault("look_error", status=500, google_status="INTERNAL"),
        Fault("look_error", status=429, google_status="RESOURCE_EXHAUSTED", retry_after_s=9),
        Fault("look_cut"),
        Fault("look_html"),
        Fault("file_error", status=503),
        Fault("file_cut"),
        Fault("file_html"),
    ],
    ids=lambda fault: f"{fault.kind}-{fault.status}",
)
async def test_a_job_that_cannot_be_seen_now_is_looked_at_again(google: Google, fault: Fault) -> None:
    google.fake.studio.looks = 0
    handle = await ordered(google, film())
    google.fake.script.append(fault)
    with pytest.raises(OutOfSight) as caught:
        await google.provider.poll(handle)
    assert caught.value.retry_after_s == (9 if fault.status == 429 else None)
    assert (await followed(google, handle)).artifacts
    assert sum(call.path == "/v1/interactions" for call in google.fake.calls) == 1


@pytest.mark.parametrize("status", [400, 401, 403])
async def test_a_job_that_the_key_may_not_see_is_left_to_a_person(google: Google, status: int) -> None:
    handle = await ordered(google, film())
    google.goes_wrong("look_error", status=status, google_status="PERMISSION_DENIED", text="no")
    with pytest.raises(SubmitInDoubt, match="cannot be seen"):
        await google.provider.poll(handle)


async def test_a_job_that_nobody_could_see_for_two_days_is_left_to_a_person(google: Google) -> None:
    handle = await ordered(google, film())
    google.goes_wrong("look_cut", times=2)
    for hours, expected in ((47, OutOfSight), (49, SubmitInDoubt)):
        late = Google(google.fake, clock=lambda hours=hours: now() + timedelta(hours=hours))
        with pytest.raises(expected):
            await late.provider.poll(handle)
        await late.provider.close()


# Cancelling


async def test_a_job_is_cancelled(google: Google) -> None:
    handle = await ordered(google, film())
    assert await google.provider.cancel(handle) == "cancelled"
    assert google.fake.calls[-1].path == "/v1/interactions/v1_int1/cancel"
    with pytest.raises(ProviderError, match="cancelled at Google"):
        await google.provider.poll(handle)


async def test_what_is_done_is_not_cancelled(google: Google) -> None:
    handle = await ordered(google, film())
    await followed(google, handle)
    assert await google.provider.cancel(handle) == "too_late"


async def test_a_cancel_that_does_not_arrive_is_tried_again(google: Google) -> None:
    handle = await ordered(google, film())
    await google.fake.close()
    with pytest.raises(OutOfSight):
        await google.provider.cancel(handle)


# The key stays with Google


async def test_a_film_that_lies_elsewhere_is_fetched_without_the_key(google: Google) -> None:
    elsewhere = FakeGoogle()
    await elsewhere.start()
    google.goes_wrong("foreign", text=elsewhere.url)
    error = await came_to_nothing(google, film())
    assert elsewhere.calls
    assert not [call for call in elsewhere.calls if KEY in str(call.headers)]
    assert error.kind == FailureKind.RESULT_EXPIRED
    await elsewhere.close()


# What is refused before anything is sent


@pytest.mark.parametrize(
    ("request_", "kind", "says"),
    [
        (film(using="veo-3.1-generate-001"), FailureKind.NOT_CONFIGURED, "GROOVE_VERTEX_PROJECT"),
        (film(using="veo-3.0-generate-001"), FailureKind.MODEL_RETIRED, OMNI),
        (film(count=2), FailureKind.INVALID_REQUEST, "at most 1 at once"),
        (film(prompt=""), FailureKind.INVALID_REQUEST, "no prompt"),
        (film(prompt="x" * 8_001), FailureKind.INVALID_REQUEST, "8,001"),
        (having(animate(), media={}), FailureKind.INVALID_REQUEST, "image input"),
        (having(extend(), media={}), FailureKind.INVALID_REQUEST, "video input"),
        (having(film(), media={"reference": (PICTURE,) * 6}), FailureKind.INVALID_REQUEST, "at most 5"),
        (animate(last_image=(LAST,), reference=(PICTURE,)), FailureKind.INVALID_REQUEST, "not both"),
        (animate(image=(having(PICTURE, mime="image/gif"),)), FailureKind.INVALID_INPUT, "image/gif"),
        (animate(image=(having(PICTURE, data=bytes(16_000_000)),)), FailureKind.INVALID_INPUT, "20"),
        (having(extend(), media={"video": (having(FILM, duration_s=41.0),)}), FailureKind.INVALID_INPUT, "30 s"),
        (having(extend(), media={"video": (having(FILM, mime="video/x-matroska"),)}), FailureKind.INVALID_INPUT, "MP4"),
        (Request("k", "text_to_video", model("gemini-3.8-flash"), {"prompt": "x"}, 0), FailureKind.UNSUPPORTED, "do"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_what_cannot_work_is_refused_by_name(
    google: Google, request_: Request, kind: FailureKind, says: str
) -> None:
    error = await google.refused(request_)
    assert error.kind == kind
    assert says in str(error)
    assert google.fake.calls == []
