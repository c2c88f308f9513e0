"""The Google adapter against the wire-faithful fake: what is sent, and what is made of the answer."""

import asyncio
import base64
import io
import json

import httpx2
import pytest
from google_bench import KEY, PICTURE, Google, model, paint, write
from PIL import Image
from pydantic import BaseModel, SecretStr

from contracts.failures import FailureKind
from providers.fakes.picture import png
from providers.google.structured import Question
from providers.interface import Media, ProviderError, Request, SubmitInDoubt
from providers.registry import Access, Vertex, build

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
    assert done.cost == 1_680 * 6_000 + done.usage["input_tokens"] * 50


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


async def test_a_picture_costs_its_tokens_and_those_that_were_read(google: Google) -> None:
    done = await google.make(paint(using="gemini-3.1-flash-lite-image"))
    assert done.cost == 1_120 * 3_000 + done.usage["input_tokens"] * 25


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
    assert done.cost == 4 * 1_120 * 6_000 + done.usage["input_tokens"] * 50
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
