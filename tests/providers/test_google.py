"""The Google adapter against the wire-faithful fake: what is sent, what is made of every answer, what is never told."""

import asyncio
import base64
import gc
import io
import json
import logging
import traceback
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import httpx2
import pytest
from PIL import Image
from pydantic import BaseModel, SecretStr

from contracts.failures import FailureKind
from contracts.models import Model, ModelBook
from providers import catalogue
from providers.fakes.google import FakeGoogle
from providers.fakes.google_faults import Fault
from providers.fakes.picture import png
from providers.google import GoogleProvider
from providers.google.structured import Question
from providers.interface import Done, Media, ProviderError, Request, SubmitInDoubt
from providers.registry import Access, Vertex, build

KEY = "AIza-canary-0123456789-abcdefghij-KLMNOP"
BOOK: ModelBook = catalogue.book({"local", "google"})
PICTURE = Media(png("a boat"), "image/png", "0" * 64, 96, 96)


def now() -> datetime:
    return datetime(2026, 11, 21, tzinfo=UTC)


def model(name: str) -> Model:
    found = BOOK.find("google", name)
    assert found is not None
    return found


def write(prompt: str = "a poem on rain", **params: object) -> Request:
    return Request("k", "text_to_text", model("gemini-3.8-flash"), {"prompt": prompt, "max_words": 50} | params, seed=7)


def paint(prompt: str = "a lighthouse", using: str = "gemini-3.1-flash-image", **params: object) -> Request:
    return Request("k", "text_to_image", model(using), {"prompt": prompt} | params, seed=7)


class Google:
    def __init__(self, fake: FakeGoogle, **how: object) -> None:
        self.fake = fake
        options: dict[str, object] = {"api_key": SecretStr(KEY), "base_url": fake.url, "timeout_s": 5, "clock": now}
        self.provider = GoogleProvider(**(options | how))  # type: ignore[arg-type]  # test convenience
        self.progress: list[float] = []

    async def watch(self, done: float, _: str) -> None:
        self.progress.append(done)

    def goes_wrong(self, kind: str, **more: object) -> None:
        self.fake.script.append(Fault(kind, **more))  # type: ignore[arg-type]  # test convenience

    async def make(self, request: Request) -> Done:
        done = await self.provider.submit(self.provider.prepare(request), self.watch)
        assert isinstance(done, Done)
        return done

    async def refused(self, request: Request) -> ProviderError:
        with pytest.raises(ProviderError) as caught:
            await self.make(request)
        assert caught.value.provider == "google"
        return caught.value

    @property
    def sent(self) -> dict[str, object]:
        body: dict[str, object] = self.fake.calls[-1].body
        return body


@pytest.fixture
async def google() -> AsyncIterator[Google]:
    fake = FakeGoogle()
    await fake.start()
    google = Google(fake)
    yield google
    await google.provider.close()
    await fake.close()


# What is sent, and what comes of it


async def test_text_is_written(google: Google) -> None:
    done = await google.make(write(temperature=0.5))
    assert done.artifacts[0].text is not None
    assert done.artifacts[0].text.startswith("gemini-3.8-flash says: a poem on rain")
    assert google.fake.calls[0].path == "/v1/models/gemini-3.8-flash:generateContent"
    config = google.sent["generationConfig"]
    assert isinstance(config, dict)
    assert (config["temperature"], config["seed"]) == (0.5, 7)
    assert config["maxOutputTokens"] > 50
    assert google.progress == [0.0, 1.0]


async def test_thinking_is_paid_as_output(google: Google) -> None:
    done = await google.make(write())
    used = done.usage
    assert used["thinking_tokens"] == 24
    expected = used["input_tokens"] * 75 + (used["output_tokens"] + used["thinking_tokens"]) * 375
    assert (done.cost, done.cost_basis) == (expected, "computed")


async def test_context_comes_before_the_prompt(google: Google) -> None:
    request = write()
    request = Request(**(vars(request) | {"texts": {"context": ("it is night", "it is cold")}}))
    await google.make(request)
    assert [part["text"] for part in google.sent["contents"][0]["parts"]] == [  # type: ignore[index]  # JSON
        "Context 1:\nit is night",
        "Context 2:\nit is cold",
        "a poem on rain",
    ]


@pytest.mark.parametrize("operation", ["image_to_text", "prompt_enhance"])
async def test_a_picture_is_looked_at(google: Google, operation: str) -> None:
    request = Request("k", operation, model("gemini-3.8-flash"), {}, 0, media={"image": (PICTURE,)})
    done = await google.make(request)
    assert "after 1 picture(s)" in (done.artifacts[0].text or "")
    assert "systemInstruction" in google.sent


async def test_a_picture_is_painted_in_the_ratio_and_size_that_were_asked_for(google: Google) -> None:
    done = await google.make(paint(aspect_ratio="16:9", resolution="2K", negative_prompt="people"))
    artifact = done.artifacts[0]
    assert artifact.mime == "image/png"
    with Image.open(io.BytesIO(artifact.data or b"")) as picture:
        assert picture.size == (128, 72)
    config = google.sent["generationConfig"]
    assert isinstance(config, dict)
    assert config["responseModalities"] == ["IMAGE"]
    assert config["imageConfig"] == {"aspectRatio": "16:9", "imageSize": "2K"}
    assert "Avoid: people" in json.dumps(google.sent)
    assert "negative prompt" in google.provider.prepare(paint(negative_prompt="people")).notes[0]
    assert done.notes == ()
    assert done.cost == 1_680 * 6_000


async def test_a_picture_is_edited_with_references(google: Google) -> None:
    media = {"image": (PICTURE,), "reference": (Media(png("ink"), "image/png", "1" * 64),)}
    params = {"prompt": "make it night", "strength": 0.2}
    done = await google.make(Request("k", "image_to_image", model("gemini-3-pro-image"), params, seed=1, media=media))
    parts = google.sent["contents"][0]["parts"]  # type: ignore[index]  # JSON
    assert [sorted(part) for part in parts] == [["text"], ["inlineData"], ["inlineData"]]
    assert base64.urlsafe_b64decode(parts[1]["inlineData"]["data"]) == PICTURE.data
    assert "as little" in parts[0]["text"]
    assert "imageConfig" not in google.sent["generationConfig"]  # type: ignore[operator]  # JSON
    assert done.artifacts[0].data


async def test_a_model_that_is_paid_by_the_picture_costs_that(google: Google) -> None:
    assert (await google.make(paint(using="gemini-3.1-flash-lite-image"))).cost == 3_360_000


async def test_without_counts_the_estimate_stands(google: Google) -> None:
    google.goes_wrong("no_usage")
    done = await google.make(paint())
    assert (done.cost, done.cost_basis) == (6_700_000, "estimated")


async def test_vertex_is_spoken_to_with_a_token(google: Google) -> None:
    how = Vertex("proj", "us-central1", SecretStr("ya29.canary-token"))
    vertex = Google(google.fake, api_key=None, vertex=how)
    await vertex.make(write())
    call = google.fake.calls[-1]
    prefix = "/v1beta1/projects/proj/locations/us-central1/publishers/google"
    assert call.path == f"{prefix}/models/gemini-3.8-flash:generateContent"
    assert call.headers["authorization"] == "Bearer ya29.canary-token"
    assert "x-goog-api-key" not in call.headers
    await vertex.provider.close()


async def test_the_server_is_told_when_we_stop_listening(google: Google) -> None:
    await google.make(write())
    assert google.fake.calls[0].headers["x-server-timeout"] == "5"


# Several results of one task


async def test_several_pictures_are_several_calls_that_begin_together(google: Google) -> None:
    google.goes_wrong("slow", seconds=0.3, times=4)
    async with asyncio.timeout(1):
        done = await google.make(paint(count=4))
    assert len({artifact.data for artifact in done.artifacts}) == 4
    assert sorted(call.body["generationConfig"]["seed"] for call in google.fake.calls) == [7, 8, 9, 10]
    assert done.cost == 4 * 1_120 * 6_000
    assert google.progress[-1] == 1


@pytest.mark.parametrize("kind", ["block_output", "error", "cut", "rate_limited"])
async def test_what_was_made_is_kept_when_one_of_four_fails(google: Google, kind: str) -> None:
    google.goes_wrong(kind)
    done = await google.make(paint(count=4))
    assert len(done.artifacts) == 3
    assert "3 of 4 were made" in done.notes[-1]


async def test_a_doubt_outweighs_every_other_failure(google: Google) -> None:
    google.goes_wrong("rate_limited")
    google.goes_wrong("cut")
    google.goes_wrong("block_output")
    assert isinstance(await google.refused(paint(count=3)), SubmitInDoubt)


async def test_what_may_be_tried_again_outweighs_what_may_not(google: Google) -> None:
    google.goes_wrong("block_output")
    google.goes_wrong("error")
    assert (await google.refused(paint(count=2))).kind == FailureKind.TRANSIENT


# How it goes wrong


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Fault("block_prompt", reason="PROHIBITED_CONTENT"), FailureKind.CONTENT_POLICY),
        (Fault("block_output", reason="IMAGE_SAFETY"), FailureKind.CONTENT_POLICY),
        (Fault("block_output", reason="IMAGE_RECITATION"), FailureKind.CONTENT_POLICY),
        (Fault("block_output", reason="NO_IMAGE"), FailureKind.PROVIDER_FAILED),
        (Fault("words_only", text="No."), FailureKind.NO_OUTPUT),
        (Fault("bad_picture"), FailureKind.PROVIDER_FAILED),
        (Fault("rate_limited"), FailureKind.RATE_LIMITED),
        (Fault("quota_day"), FailureKind.QUOTA_EXHAUSTED),
        (Fault("key_invalid"), FailureKind.AUTH),
        (Fault("error", status=403, google_status="PERMISSION_DENIED"), FailureKind.AUTH),
        (Fault("error", status=400, google_status="FAILED_PRECONDITION"), FailureKind.BILLING),
        (Fault("error", status=400, google_status="INVALID_ARGUMENT"), FailureKind.INVALID_REQUEST),
        (Fault("error", status=413, google_status="INVALID_ARGUMENT"), FailureKind.INVALID_REQUEST),
        (Fault("error", status=500, google_status="INTERNAL"), FailureKind.TRANSIENT),
        (Fault("error", status=503, google_status="UNAVAILABLE"), FailureKind.TRANSIENT),
        (Fault("error", status=504, google_status="DEADLINE_EXCEEDED"), FailureKind.TRANSIENT),
        (Fault("html", status=502), FailureKind.TRANSIENT),
        (Fault("html", status=200), FailureKind.PROVIDER_FAILED),
        (Fault("malformed"), FailureKind.PROVIDER_FAILED),
        (Fault("cut"), FailureKind.IN_DOUBT),
        (Fault("cut_answer"), FailureKind.IN_DOUBT),
        (Fault("gateway_timeout"), FailureKind.IN_DOUBT),
    ],
    ids=lambda value: f"{value.kind}-{value.status}-{value.reason}" if isinstance(value, Fault) else str(value),
)
async def test_each_failure_has_its_kind_and_a_sentence(google: Google, fault: Fault, kind: FailureKind) -> None:
    google.fake.script.append(fault)
    error = await google.refused(paint())
    assert error.kind == kind
    assert isinstance(error, SubmitInDoubt) == (kind == FailureKind.IN_DOUBT)
    assert len(str(error).split()) > 4
    assert "<" not in str(error)
    assert len(google.fake.calls) == 1, "nothing is ever sent twice in secret"


@pytest.mark.parametrize(("kind", "cost"), [("malformed", 6_700_000), ("html", 0)])
async def test_an_answer_of_googles_that_cannot_be_read_was_most_likely_charged(
    google: Google, kind: str, cost: int
) -> None:
    google.goes_wrong(kind, status=200)
    error = await google.refused(paint())
    assert (error.kind, error.cost) == (FailureKind.PROVIDER_FAILED, cost)


async def test_google_says_how_long_to_wait(google: Google) -> None:
    google.goes_wrong("rate_limited")
    assert (await google.refused(write())).retry_after_s == 37.4


async def test_an_answer_that_does_not_come_is_in_doubt(google: Google) -> None:
    slow = Google(google.fake, timeout_s=1)
    slow.goes_wrong("slow", seconds=30)
    assert isinstance(await slow.refused(paint()), SubmitInDoubt)
    await slow.provider.close()


async def test_nothing_is_in_doubt_when_nobody_was_there() -> None:
    nobody = FakeGoogle()
    await nobody.start()
    await nobody.close()
    lost = Google(nobody)
    error = await lost.refused(paint())
    assert (error.kind, error.retry_after_s) == (FailureKind.TRANSIENT, None)
    await lost.provider.close()


async def test_nothing_is_in_doubt_when_the_name_is_not_known(google: Google) -> None:
    lost = Google(google.fake, base_url="http://nowhere.invalid")
    assert (await lost.refused(paint())).kind == FailureKind.TRANSIENT
    await lost.provider.close()


async def test_a_redirect_is_not_followed(google: Google) -> None:
    elsewhere = FakeGoogle()
    await elsewhere.start()
    google.goes_wrong("redirect", text=f"{elsewhere.url}/v1/models/gemini-3.8-flash:generateContent")
    assert (await google.refused(write())).kind == FailureKind.NOT_CONFIGURED
    assert elsewhere.calls == []
    await elsewhere.close()


async def test_a_label_that_is_wrong_does_not_matter_when_the_content_is_right(google: Google) -> None:
    google.goes_wrong("wrong_type")
    assert (await google.make(paint())).artifacts


async def test_a_text_that_is_cut_off_is_kept_and_said(google: Google) -> None:
    google.goes_wrong("finish", reason="MAX_TOKENS")
    assert (await google.make(write())).notes == ("The text was cut off at its length limit.",)
    google.goes_wrong("thoughts_only")
    error = await google.refused(write())
    assert error.kind == FailureKind.NO_OUTPUT
    assert error.cost > 0


async def test_a_refusal_in_words_is_passed_on(google: Google) -> None:
    google.goes_wrong("words_only", text="I would rather not.")
    assert 'It said: "I would rather not."' in str(await google.refused(paint()))


async def test_the_next_call_is_fine(google: Google) -> None:
    for kind in ("cut", "malformed", "error"):
        google.goes_wrong(kind)
        await google.refused(write())
    await google.make(write())


# What is refused before anything is sent


@pytest.mark.parametrize(
    ("request_", "kind"),
    [
        (paint(using="imagen-4.0-generate-001"), FailureKind.MODEL_RETIRED),
        (write(prompt=""), FailureKind.INVALID_REQUEST),
        (write(prompt="x" * 100_001), FailureKind.INVALID_REQUEST),
        (Request("k", "image_to_text", model("gemini-3.8-flash"), {}, 0), FailureKind.INVALID_REQUEST),
        (Request("k", "text_to_video", model("gemini-omni-1.2-flash"), {"prompt": "x"}, 0), FailureKind.UNSUPPORTED),
        (Request("k", "text_to_image", model("gemini-3.8-flash"), {"prompt": "x"}, 0), FailureKind.UNSUPPORTED),
        (
            Request(
                "k", "image_to_text", model("gemini-3.8-flash"), {}, 0, media={"image": (Media(b"", "image/gif", ""),)}
            ),
            FailureKind.INVALID_INPUT,
        ),
        (
            Request(
                "k",
                "image_to_image",
                model("gemini-2.5-flash-image"),
                {"prompt": "x"},
                0,
                media={"image": (PICTURE,), "reference": (PICTURE,) * 3},
            ),
            FailureKind.INVALID_REQUEST,
        ),
        (
            Request(
                "k",
                "image_to_text",
                model("gemini-3.8-flash"),
                {},
                0,
                media={"image": (Media(bytes(16_000_000), "image/png", ""),)},
            ),
            FailureKind.INVALID_INPUT,
        ),
    ],
)
async def test_what_cannot_work_is_refused_by_name(google: Google, request_: Request, kind: FailureKind) -> None:
    assert (await google.refused(request_)).kind == kind
    assert google.fake.calls == []


async def test_a_model_whose_last_day_has_come_is_refused_although_google_would_answer(google: Google) -> None:
    late = Google(google.fake, clock=lambda: datetime(2026, 12, 1, tzinfo=UTC))
    request = Request("k", "text_to_text", model("gemini-2.5-flash"), {"prompt": "x"}, 0)
    assert "gemini-3.5-flash-lite" in str(await late.refused(request))
    await google.make(request)
    await late.provider.close()


@pytest.mark.parametrize("key", ["", "  ", "clé-secrète", "two words"])
def test_a_key_that_cannot_be_one_is_refused_without_quoting_it(key: str) -> None:
    with pytest.raises(ProviderError) as caught:
        GoogleProvider(api_key=SecretStr(key))
    assert caught.value.kind == FailureKind.NOT_CONFIGURED
    assert not key.strip() or key not in str(caught.value)


# Answers in a shape


class Scene(BaseModel):
    n: int
    prompt: str


class Board(BaseModel):
    title: str
    scenes: list[Scene]


async def test_an_answer_has_the_shape_that_was_asked_for(google: Google) -> None:
    got = await google.provider.shaped(Question(model("gemini-3.8-flash"), "four scenes"), Board)
    assert (got.value.scenes, got.calls) == ([Scene(n=1, prompt="something")], 1)
    assert got.cost > 0
    assert "responseJsonSchema" in google.sent["generationConfig"]  # type: ignore[operator]  # JSON


async def test_an_answer_that_does_not_fit_is_repaired_once(google: Google) -> None:
    google.goes_wrong("say", text='{"title": 3}')
    got = await google.provider.shaped(Question(model("gemini-3.8-flash"), "four scenes"), Board)
    assert got.calls == 2
    assert "does not fit the schema" in json.dumps(google.sent)
    assert got.usage["thinking_tokens"] == 48


async def test_two_answers_that_do_not_fit_are_enough(google: Google) -> None:
    google.goes_wrong("say", text="no JSON", times=5)
    with pytest.raises(ProviderError) as caught:
        await google.provider.shaped(Question(model("gemini-3.8-flash"), "four scenes"), Board)
    assert caught.value.kind == FailureKind.NO_OUTPUT
    assert caught.value.cost > 0
    assert len(google.fake.calls) == 2


# What is never told

_TALKATIVE = [
    Fault("echo_key", status=400, google_status="INVALID_ARGUMENT"),
    Fault("echo_key", status=401, google_status="UNAUTHENTICATED"),
    Fault("echo_key", status=429, google_status="RESOURCE_EXHAUSTED"),
    Fault("echo_key", status=500, google_status="INTERNAL"),
    Fault("malformed"),
    Fault("say", text="Your key is {key}."),
    Fault("cut"),
    Fault("block_prompt"),
]


@pytest.mark.parametrize("operation", ["text_to_text", "text_to_image"])
@pytest.mark.parametrize("fault", _TALKATIVE, ids=lambda fault: f"{fault.kind}-{fault.status}")
async def test_the_key_is_in_nothing_that_comes_back(
    google: Google, caplog: pytest.LogCaptureFixture, fault: Fault, operation: str
) -> None:
    caplog.set_level(logging.DEBUG)
    google.fake.script.append(fault)
    request = write() if operation == "text_to_text" else paint()
    told, raised = [repr(google.provider), str(vars(google.provider))], None
    try:
        done = await google.make(request)
        told += [repr(done), *(artifact.text or "" for artifact in done.artifacts)]
    except ProviderError as error:
        raised = error
        told += [str(error), repr(error), repr(vars(error)), error.failure().model_dump_json()]
        told += traceback.format_exception(error)
    assert raised is None or raised.__cause__ is raised.__context__ is None, "the vendor's own exception quotes things"
    told += [record.getMessage() + str(record.exc_text) for record in caplog.records]
    assert google.fake.calls[-1].headers["x-goog-api-key"] == KEY
    assert KEY not in "\n".join(told)


async def test_the_key_is_in_nothing_that_is_left_behind(google: Google) -> None:
    google.goes_wrong("echo_key", status=401, google_status="UNAUTHENTICATED")
    error = await google.refused(write())
    gc.collect()
    assert not [ref for ref in gc.get_referents(error) if isinstance(ref, str) and KEY in ref]


# The registry, and the real thing


async def test_only_what_is_enabled_and_configured_is_built(google: Google, caplog: pytest.LogCaptureFixture) -> None:
    access = Access(google_api_key=SecretStr(KEY), google_base_url=google.fake.url, fake_url="http://127.0.0.1:9")
    built = build({"google", "fake"}, access)
    assert {name: provider.name for name, provider in built.items()} == {"google": "google", "fake": "fake"}
    assert KEY not in repr(access)
    assert build({"google"}, Access()) == {}
    assert "google is enabled but not configured" in caplog.text
    assert build({"google"}, Access(google_api_key=SecretStr("no key has spaces"))) == {}
    assert "no key has spaces" not in caplog.text
    for provider in built.values():
        await provider.close()


async def test_the_fake_can_be_told_over_http_what_to_do(google: Google) -> None:
    async with httpx2.AsyncClient(base_url=google.fake.url) as http:
        await http.post("/_script", json={"kind": "quota_day"})
        assert (await google.refused(write())).kind == FailureKind.QUOTA_EXHAUSTED
        assert (await http.get("/_calls")).json()[0]["outcome"] == "quota_day"
