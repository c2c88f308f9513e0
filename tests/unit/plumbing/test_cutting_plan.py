"""What comes when in a joined film; and what becomes of its sound."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from kit.cutting.clips import Clip
from kit.cutting.orders import CannotCut, CutLimits, Join
from kit.cutting.plan import plan
from kit.sounds import RATE, fade, loudness, repeated, under


def clip(seconds: float = 2, *, size: tuple[int, int] = (854, 480), rate: int = 24) -> Clip:
    return Clip(Path("x"), "video/mp4", "A clip", size, 0, 0.0, seconds, Fraction(rate), round(seconds * rate), True)


@pytest.mark.parametrize("many", [1, 2, 3, 64])
@pytest.mark.parametrize("crossfade_s", [0, 0.5, 3])
def test_fades_never_overlap_and_the_film_is_as_long_as_what_is_shown(many: int, crossfade_s: float) -> None:
    lengths = [0.1 + (index * 37 % 50) / 10 for index in range(many)]
    made = plan([clip(length) for length in lengths], Join(crossfade_s), CutLimits())
    for index, count in enumerate(made.counts):
        assert (made.fades[index - 1] if index else 0) + made.fades[index] < max(2, count)
    assert made.fades[-1] == 0
    assert made.starts[-1] + made.counts[-1] == made.frames
    assert max(made.fades) <= crossfade_s * 24


def test_the_fastest_clip_gives_the_rate_and_the_first_the_size() -> None:
    made = plan([clip(size=(641, 479), rate=24), clip(rate=30)], Join(), CutLimits())
    assert (made.size, made.rate, made.frames) == ((640, 480), 30, 120)


@pytest.mark.parametrize(
    ("first", "resolution", "size"),
    [
        ((1920, 1080), "480p", (854, 480)),
        ((1080, 1920), "720p", (720, 1280)),
        ((3840, 2160), "first", (1920, 1080)),
        ((4000, 100), "480p", (1920, 48)),
        ((8, 8), "first", (32, 32)),
    ],
)
def test_sizes(first: tuple[int, int], resolution: str, size: tuple[int, int]) -> None:
    made = plan([clip(size=first)], Join(resolution=resolution), CutLimits())
    assert made.size == size
    assert bool(made.notes) == (max(size) == 1920 and first != size)


def test_a_narration_holds_the_last_picture_and_counts_for_the_length() -> None:
    made = plan([clip(2)], Join(role="narration"), CutLimits(), 3.5)
    assert (made.held, made.seconds) == (36, 3.5)
    with pytest.raises(CannotCut, match="The film would be 4 seconds long; at most 3 are made"):
        plan([clip(2)], Join(role="narration"), CutLimits(seconds=3), 3.6)


def steady(seconds: float, level: float = 0.5) -> np.ndarray:
    return np.full((round(seconds * RATE), 2), level, np.float32)


@pytest.mark.parametrize("given_s", [0.3, 1, 7])
def test_a_sound_is_repeated_without_a_gap(given_s: float) -> None:
    made = repeated(steady(given_s), 5 * RATE)
    assert len(made) == 5 * RATE
    assert made.min() > 0.4


def test_fades_end_in_silence_and_change_nothing_between() -> None:
    sound = steady(3)
    fade(sound, 0.5, 1)
    assert (sound[0, 0], sound[-1, 0], sound[RATE, 0]) == (0, 0, 0.5)


def test_other_sound_makes_room_for_a_voice_and_comes_back() -> None:
    sound, voice = steady(6), steady(6, 0)
    voice[2 * RATE : 3 * RATE] = 0.3
    under(sound, voice)
    assert sound[RATE, 0] == 0.5
    assert sound[round(2.5 * RATE), 0] < 0.15
    assert sound[5 * RATE, 0] == 0.5


def test_pauses_do_not_make_a_sound_quieter() -> None:
    assert loudness(np.concatenate([steady(1), steady(9, 0)])) == pytest.approx(0.5)
    assert loudness(steady(1, 0)) == 0
    assert loudness(steady(0)) == 0
