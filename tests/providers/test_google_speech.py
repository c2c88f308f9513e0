"""Speech by Gemini through its SDK against the wire-faithful fake."""

import base64
import io
import wave

import pytest
from google.genai import types
from google_bench import Google, model

from contracts.failures import FailureKind
from providers.google.speech import VOICES, fit_speech, sound_of
from providers.interface import ProviderError, Request

TTS = "gemini-3.8-flash-tts"


def say(text: str, using: str = TTS, **params: object) -> Request:
    return Request("k", "text_to_speech", model(using), params, 7, texts={"text": (text,)})


def heard(data: bytes | None) -> tuple[int, int, int, bytes]:
    with wave.open(io.BytesIO(data or b"")) as file:
        return file.getnchannels(), file.getsampwidth(), file.getframerate(), file.readframes(file.getnframes())


async def test_a_text_is_spoken_in_a_voice(google: Google) -> None:
    done = await google.make(say("The storm was rising over the harbour.", voice="puck"))
    config = google.sent["generationConfig"]
    assert isinstance(config, dict)
    assert config["responseModalities"] == ["AUDIO"]
    assert config["speechConfig"] == {"voice_config": {"prebuilt_voice_config": {"voice_name": "Puck"}}}
    assert google.sent["contents"][0]["parts"] == [{"text": "The storm was rising over the harbour."}]  # type: ignore[index]  # JSON
    assert done.artifacts[0].mime == "audio/wav"
    channels, width, rate, samples = heard(done.artifacts[0].data)
    assert (channels, width, rate) == (1, 2, 24_000)
    assert len(samples) == pytest.approx(7 * 0.12 * 24_000 * 2, abs=4)


async def test_speech_is_paid_by_its_tokens_of_sound(google: Google) -> None:
    done = await google.make(say("one two three four"))
    used = done.usage
    assert used["output_audio_tokens"] == 13
    assert "output_tokens" not in used
    assert (done.cost, done.cost_basis) == (used["input_tokens"] * 50 + 13 * 900, "computed")
    lite = await google.make(say("one two three four", "gemini-3.8-flash-lite-tts"))
    assert lite.cost == used["input_tokens"] * 50 + 13 * 600


async def test_without_counts_the_estimate_stands(google: Google) -> None:
    google.goes_wrong("no_usage")
    done = await google.make(say("hello"))
    assert (done.cost, done.cost_basis) == (model(TTS).estimates["text_to_speech"], "estimated")


async def test_several_recordings_are_several_calls(google: Google) -> None:
    done = await google.make(say("hello", count=2))
    assert len(done.artifacts) == 2
    assert sorted(call.body["generationConfig"]["seed"] for call in google.fake.calls) == [7, 8]


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("block_prompt", FailureKind.CONTENT_POLICY),
        ("block_output", FailureKind.CONTENT_POLICY),
        ("words_only", FailureKind.NO_OUTPUT),
        ("rate_limited", FailureKind.RATE_LIMITED),
        ("cut", FailureKind.IN_DOUBT),
    ],
)
async def test_what_goes_wrong_is_told_as_for_anything_else(google: Google, fault: str, kind: FailureKind) -> None:
    google.goes_wrong(fault)
    assert (await google.refused(say("hello"))).kind == kind


async def test_a_model_that_does_not_speak_is_not_asked(google: Google) -> None:
    assert (await google.refused(say("hello", "gemini-3.8-flash"))).kind == FailureKind.UNSUPPORTED
    assert google.fake.calls == []


async def test_a_retired_voice_model_names_its_successor(google: Google) -> None:
    error = await google.refused(say("hello", "gemini-2.5-flash-preview-tts"))
    assert error.kind == FailureKind.MODEL_RETIRED
    assert TTS in str(error)


def refused(request: Request) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        fit_speech(request)
    return caught.value


def test_a_voice_that_is_not_there_is_refused_with_those_that_are_close() -> None:
    error = refused(say("hello", voice="Kora"))
    assert error.kind == FailureKind.INVALID_REQUEST
    assert "Kore" in str(error)
    assert len(set(VOICES)) == 30


@pytest.mark.parametrize("text", ["", " \n", "…!?", "\x00\x07"])
def test_without_words_there_is_nothing_to_speak(text: str) -> None:
    assert refused(say(text)).kind == FailureKind.INVALID_INPUT


def test_a_text_that_is_too_long_is_refused_with_numbers() -> None:
    error = refused(say("word " * 20_000))
    assert error.kind == FailureKind.INVALID_INPUT
    assert "99,999 characters" in str(error)
    assert "8,000" in str(error)


def test_control_characters_are_not_sent() -> None:
    assert fit_speech(say("a\x00b\nc\x1b")).prompt_sent == "a b\nc"


@pytest.mark.parametrize(
    ("mime", "data", "rate"),
    [
        ("audio/L16;codec=pcm;rate=16000", b"\1\0\2\0\3", 16_000),
        ("audio/pcm; rate=48000", b"\1\0\2\0", 48_000),
        ("audio/L16", b"\1\0\2\0", 24_000),
    ],
)
def test_samples_become_a_wave_file(mime: str, data: bytes, rate: int) -> None:
    made = sound_of([types.Part(inline_data=types.Blob(data=data, mime_type=mime))])
    assert made is not None
    assert heard(made.data) == (1, 2, rate, b"\1\0\2\0")


def test_a_wave_file_stays_as_it_is_and_what_is_no_sound_is_none() -> None:
    file = sound_of([types.Part(inline_data=types.Blob(data=b"\1\0" * 8, mime_type="audio/L16"))])
    assert file is not None
    again = sound_of([types.Part(inline_data=types.Blob(data=file.data, mime_type="audio/x"))])
    assert again is not None
    assert again.data == file.data
    assert sound_of([types.Part(text="no")]) is None
    assert sound_of([types.Part(inline_data=types.Blob(data=b"\1", mime_type="audio/L16"))]) is None
    picture = base64.b64decode("iVBORw0KGgo=")
    assert sound_of([types.Part(inline_data=types.Blob(data=picture, mime_type="image/png"))]) is None
