"""Music, places and voices as the local provider makes them: real samples, looked at as an ear would."""

import io
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest

from contracts.failures import FailureKind
from kit.sounds import RATE
from providers import catalogue, local_sounds
from providers.interface import ProviderError, Request
from providers.local import voice
from providers.local.loudness import PEAK, TARGET_LUFS, loudness, normalised
from providers.local.music import compose, read_score
from providers.local.record import recorded
from support.espeak import stand_in

BOOK = catalogue.book({"local"})
WORDS = [
    "Calm piano, light rain",
    "upbeat dance beat",
    "a dark drone",
    "sound of the sea",
    "music box lullaby",
    "?",
    "",
]


def request(operation: str, text: str = "", **params: object) -> Request:
    model = BOOK.default(operation, "local")
    assert model is not None
    return Request("k", operation, model, params, 7, texts={"text": (text,)} if text is not None else {})


def tone(hertz: float, seconds: float = 1.0, level: float = 0.5) -> np.ndarray:
    one = level * np.sin(2 * np.pi * hertz * np.arange(round(seconds * RATE)) / RATE)
    return np.repeat(one.astype(np.float32)[:, None], 2, axis=1)


@pytest.mark.parametrize("words", WORDS)
def test_a_piece_is_as_long_and_as_loud_as_wanted_without_clipping(words: str):
    sound = compose(words, seconds=3, seed=1)
    assert sound.shape == (3 * RATE, 2)
    assert np.isfinite(sound).all()
    assert np.abs(sound).max() <= PEAK
    assert abs(loudness(sound) - TARGET_LUFS) < 3
    assert np.abs(sound[0]).max() < 0.01, "it begins without a click"
    assert np.abs(sound[-1]).max() < 0.01
    assert not np.allclose(sound[:, 0], sound[:, 1]), "it has two sides"


def test_the_same_words_and_seed_are_the_same_bytes_and_another_seed_is_another_piece():
    assert recorded(compose("calm", seconds=2, seed=1)) == recorded(compose("calm", seconds=2, seed=1))
    assert not np.allclose(compose("calm", seconds=2, seed=1), compose("calm", seconds=2, seed=2))
    assert not np.allclose(compose("calm", seconds=2, seed=1), compose("dark and calm", seconds=2, seed=1))


def test_words_decide_what_is_played():
    assert read_score("fast techno beat", 1).beats_per_minute > read_score("slow lullaby", 1).beats_per_minute
    assert read_score("lofi beat", 1).beat
    assert not read_score("rain in a forest", 1).pad, "a place without music is a place"
    assert read_score("piano in the rain", 1).pad
    assert read_score("a sad song at night", 1).mood == "dark"
    assert read_score("a drone", 1).drone


def test_it_is_a_file_that_plays_for_as_long_as_it_says():
    with av.open(io.BytesIO(recorded(compose("calm", seconds=1.5, seed=1)))) as box:
        stream = box.streams.audio[0]
        assert (stream.codec_context.name, stream.rate, stream.channels) == ("aac", RATE, 2)
        samples = sum(frame.samples for frame in box.decode(stream))
    assert abs(samples / RATE - 1.5) < 0.1


def test_loudness_is_measured_as_ears_do():
    assert abs(loudness(tone(997, 2.0, 1.0)) - -0.7) < 1.5, "a full sine of 1 kHz on both sides is about 0 LUFS"
    assert loudness(tone(4000)) > loudness(tone(500)) + 2, "what is higher is heard more"
    assert loudness(tone(20)) < loudness(tone(500)) - 3, "what is lowest is heard less"
    silence = np.zeros((RATE, 2), np.float32)
    assert np.array_equal(normalised(silence), silence)
    assert loudness(np.zeros((0, 2), np.float32)) == -70


# Speech


@pytest.fixture
def espeak(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A program of that name, which speaks as it does as far as pipes are concerned."""
    said = tmp_path / "said"
    stand_in(tmp_path, said)
    monkeypatch.setenv("PATH", str(tmp_path))
    voice.voices.cache_clear()
    yield said
    voice.voices.cache_clear()


def test_without_the_program_it_is_said_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ProviderError) as no:
        local_sounds.check(request("text_to_speech", "Hello"))
    assert no.value.kind is FailureKind.NOT_CONFIGURED
    assert "apt install espeak-ng" in str(no.value)


def test_what_is_said_goes_in_by_stdin_and_is_never_an_option(espeak: Path):
    text = "--version <speak> $(rm -rf /) \x07and \N{SNOWMAN}"
    made = local_sounds.sounded(request("text_to_speech", text, voice="de"), 1, lambda _: None)
    args, heard = eval(espeak.read_text())  # noqa: S307  the stand-in's own repr
    assert heard == "--version <speak> $(rm -rf /)  and \N{SNOWMAN}"
    assert "--version" not in args
    assert args[-2:] == ["-v", "de"]
    assert made.mime == "audio/mp4"
    with av.open(io.BytesIO(made.data or b"")) as box:
        assert box.streams.audio[0].codec_context.name == "aac"


@pytest.mark.parametrize(
    ("text", "params", "kind", "words"),
    [
        ("", {}, FailureKind.INVALID_INPUT, "nothing to speak"),
        (" \x00\x07\n", {}, FailureKind.INVALID_INPUT, "nothing to speak"),
        ("x" * 100_000, {}, FailureKind.INVALID_INPUT, "100,000 characters; at most 20,000"),
        ("Hello", {"voice": "klingon"}, FailureKind.INVALID_REQUEST, "no voice 'klingon'; close to it are"),
        ("Hello", {"voice": "en-su"}, FailureKind.INVALID_REQUEST, "close to it are en-us"),
        ("Hello", {"voice": "--help"}, FailureKind.INVALID_REQUEST, "no voice '--help'"),
    ],
)
@pytest.mark.usefixtures("espeak")
def test_what_cannot_be_spoken_is_said_before_anything_is_done(text, params, kind, words):
    with pytest.raises(ProviderError) as no:
        local_sounds.check(request("text_to_speech", text, **params))
    assert no.value.kind is kind
    assert words in str(no.value)


@pytest.mark.usefixtures("espeak")
@pytest.mark.parametrize(("text", "words"), [("nothing", "nothing in this text"), ("broken", "ended with code 3")])
def test_a_program_that_gives_nothing_or_fails_is_a_sentence(text, words):
    with pytest.raises(voice.NoSpeech, match=words):
        voice.speak(text)


def test_unwanted_it_is_killed_at_once(espeak: Path):
    class Unwanted(Exception):
        pass

    def step(_: float) -> None:
        if espeak.with_suffix(".pid").exists():
            raise Unwanted

    with pytest.raises(Unwanted):
        voice.speak("forever", step=step)
    pid = int(espeak.with_suffix(".pid").read_text())
    assert not Path(f"/proc/{pid}").exists(), "it is gone, and not even a zombie"


def test_what_takes_a_while_is_waited_for_with_the_whole_text_given_once(espeak: Path):
    steps: list[float] = []
    sound = voice.speak("Read this slowly. " * 5, step=steps.append)
    assert len(steps) > 2
    assert len(sound)
    assert espeak.read_text().count("slowly") == 5


@pytest.mark.usefixtures("espeak")
def test_speech_is_resampled_and_as_loud_as_music():
    sound = voice.speak("Good morning, here is the news.")
    assert abs(len(sound) / RATE - 2.3) < 0.02, "two seconds at 22 kHz are two seconds at 48 kHz, with rests"
    assert abs(loudness(sound) - TARGET_LUFS) < 2


def test_the_real_one_speaks_where_it_is_installed():
    if not voice.installed():
        with pytest.raises(ProviderError, match="Speech needs espeak-ng"):
            local_sounds.check(request("text_to_speech", "Hello"))
        return
    voice.voices.cache_clear()
    sound = voice.speak("The storm was rising over the harbour.", voice="en-us")
    assert 1 < len(sound) / RATE < 6
