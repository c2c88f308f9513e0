"""Sound without recordings: slow chords and weather, made from words. float32, samples by two sides, 48 kHz."""

import re
from typing import Final

import numpy as np

from kit.sounds import RATE, Sound
from providers.local.air import kind_of
from providers.local.chance import chance

_CHORDS: Final = {
    "calm": ((0, 4, 7, 11), (5, 9, 12, 16), (9, 12, 16, 19), (7, 11, 14, 17)),
    "dark": ((0, 3, 7, 10), (-4, 0, 3, 8), (5, 8, 12, 15), (-2, 2, 5, 8)),
    "bright": ((0, 4, 7, 14), (7, 11, 14, 18), (9, 12, 16, 21), (5, 9, 12, 19)),
}
_DARK = re.compile(r"\b(dark|night|storm\w*|sad|ruin\w*|fog\w*|tense|ghost\w*|horror|lonely|winter)\b", re.IGNORECASE)
_BRIGHT = re.compile(r"\b(bright|happy|sunny|joy\w*|spring|upbeat|festival|morning|dance|summer)\b", re.IGNORECASE)
_STEP_S: Final = 4
_ROOT_HZ: Final = 110.0


def mood_of(words: str) -> str:
    return "dark" if _DARK.search(words) else "bright" if _BRIGHT.search(words) else "calm"


def ambience(words: str, seconds: float, seed: int) -> Sound:
    """A bed of chords in the mood of the words, with the weather that they speak of."""
    weather = {"rain": "rain", "snow": "wind"}.get(kind_of(words), "wind")
    out = 0.55 * chords(mood_of(words), seconds, seed)
    out += (0.22 if weather == "rain" else 0.1) * noise(weather, seconds, seed)
    return _faded(np.tanh(out * 1.4))


def chords(mood: str, seconds: float, seed: int) -> Sound:
    rng = chance(mood, seed, "chords")
    out: Sound = np.zeros((round(seconds * RATE), 2), np.float32)
    root = _ROOT_HZ * 2 ** (int(rng.integers(-3, 4)) / 12)
    first = int(rng.integers(0, 4))
    for index, at in enumerate(range(0, len(out), _STEP_S * RATE)):
        length = min(_STEP_S * RATE + RATE, len(out) - at)
        t = np.arange(length, dtype=np.float32) / RATE
        swell = np.minimum(1, t / 1.2) * np.clip((length / RATE - t) / 1.2, 0, 1)
        for note in _CHORDS[mood][(index + first) % 4]:
            for side in (0, 1):
                turn = 2 * np.pi * root * 2 ** (note / 12) * (1 + float(rng.uniform(-0.002, 0.002))) * t
                wave = np.sin(turn) + 0.4 * np.sin(2 * turn) + 0.15 * np.sin(3 * turn)
                out[at : at + length, side] += (0.09 * swell * wave).astype(np.float32)
    return out


def noise(kind: str, seconds: float, seed: int) -> Sound:
    """Wind or rain."""
    count = round(seconds * RATE)
    spectrum = np.fft.rfft(chance(kind, seed, "noise").standard_normal(count))
    hertz = np.fft.rfftfreq(count, 1 / RATE).clip(20)
    shape = (hertz / 3000) / (1 + (hertz / 4000) ** 3) if kind == "rain" else 1 / (1 + (hertz / 300) ** 2)
    raw = np.fft.irfft(spectrum * shape, count)
    swell = 1 + 0.4 * np.sin(np.arange(count) * 2 * np.pi * 0.2 / RATE)
    one = (0.3 * raw / max(float(raw.std()), 1e-9) * swell).astype(np.float32)
    return np.stack([one, np.roll(one, 331)], axis=1)


def _faded(sound: Sound, seconds: float = 0.25) -> Sound:
    """Silent at both ends, so that clips can be joined."""
    length = min(len(sound) // 2, round(seconds * RATE))
    if length:
        ramp = np.linspace(0, 1, length, dtype=np.float32)[:, None]
        sound[:length] *= ramp
        sound[-length:] *= ramp[::-1]
    return sound
