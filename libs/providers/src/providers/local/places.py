# ruff: noqa: PLR2004 - how the sea breathes and a fire cracks: a name for each number would hide it
"""The sound of places: wind, rain, sea, fire, birds, insects, thunder, a crowd, from the words that speak of them."""

import re
from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from kit.sounds import RATE, Sound
from providers.local.chance import chance
from providers.local.sound import noise

Wave = NDArray[np.float32]


def scenery(words: str, count: int, seed: int, *, alone: bool) -> Sound:
    """What the words speak of, beneath the music; alone and unspoken of, a light wind."""
    found = [make for name, make in _PLACES if name.search(words)]
    out: Sound = np.zeros((count, 2), np.float32)
    for make in found or ([_wind] if alone else []):
        out += make(count, seed)
    return out if alone else out * np.float32(0.22)


def speaks_of_places(words: str) -> bool:
    return any(name.search(words) for name, _ in _PLACES)


def _wind(count: int, seed: int) -> Sound:
    return _fit(0.5 * noise("wind", count / RATE, seed), count)


def _rain(count: int, seed: int) -> Sound:
    drops = _sparks(count, seed, "drops", per_s=14, length_s=0.02, level=0.25)
    return _fit(0.45 * noise("rain", count / RATE, seed), count) + drops


def _sea(count: int, seed: int) -> Sound:
    rng, t = chance("sea", seed), np.arange(count, dtype=np.float32) / RATE
    hiss, deep = noise("rain", count / RATE, seed + 1), noise("wind", count / RATE, seed)
    out: Sound = np.zeros((count, 2), np.float32)
    for side in (0, 1):
        slow, late = float(rng.uniform(0.09, 0.13)), float(rng.uniform(0, 1.5))
        swell = (0.5 + 0.5 * np.sin(2 * np.pi * slow * (t + late))) ** 3
        out[:, side] = 0.5 * swell * _fit(hiss, count)[:, side] + (0.35 + 0.4 * swell) * _fit(deep, count)[:, side]
    return out


def _fire(count: int, seed: int) -> Sound:
    glow = 0.2 * _fit(noise("wind", count / RATE, seed + 5), count)
    return glow + _sparks(count, seed, "fire", per_s=9, length_s=0.008, level=0.8)


def _birds(count: int, seed: int) -> Sound:
    rng, out = chance("birds", seed), np.zeros((count, 2), np.float32)
    for _ in range(max(1, round(count / RATE * 0.9))):
        at, hertz, side = int(rng.integers(0, max(1, count))), float(rng.uniform(2200, 4800)), float(rng.uniform(0, 1))
        for chirp in range(int(rng.integers(2, 6))):
            here = at + chirp * round(float(rng.uniform(0.09, 0.14)) * RATE)
            length = min(round(0.07 * RATE), count - here)
            if length > 0:
                t = np.arange(length, dtype=np.float32) / RATE
                sweep = np.sin(2 * np.pi * (hertz * t + 4000 * t**2 * (1 if chirp % 2 else -1)))
                tone = (0.16 * sweep * np.sin(np.pi * t / max(t[-1], 1e-6)) ** 2).astype(np.float32)
                out[here : here + length] += tone[:, None] * np.array([1 - side, side], np.float32)
    return out


def _insects(count: int, seed: int) -> Sound:
    rng, t = chance("insects", seed), np.arange(count, dtype=np.float32) / RATE
    out: Sound = np.zeros((count, 2), np.float32)
    for side in (0, 1):
        hertz, pulse = float(rng.uniform(4200, 5200)), float(rng.uniform(14, 19))
        gate = np.clip(np.sin(2 * np.pi * pulse * t), 0, 1) * (np.sin(2 * np.pi * 0.7 * t + side) > -0.3)
        out[:, side] = (0.05 * gate * np.sin(2 * np.pi * hertz * t)).astype(np.float32)
    return out


def _thunder(count: int, seed: int) -> Sound:
    rng, out = chance("thunder", seed), np.zeros((count, 2), np.float32)
    rumble = _fit(noise("wind", count / RATE, seed + 9), count)
    for _ in range(max(1, round(count / RATE / 12))):
        at = int(rng.integers(0, max(1, count // 2 + 1)))
        t = np.arange(count - at, dtype=np.float32) / RATE
        roll = np.exp(-t * 0.9) * (1 - np.exp(-t * 40)) * (1 + 0.5 * np.sin(2 * np.pi * 3.1 * t))
        out[at:] += (2.2 * roll)[:, None].astype(np.float32) * rumble[: count - at]
    return out


def _crowd(count: int, seed: int) -> Sound:
    rng, t = chance("crowd", seed), np.arange(count, dtype=np.float32) / RATE
    out: Sound = np.zeros((count, 2), np.float32)
    for voice in range(14):
        pitch, pace = float(rng.uniform(95, 240)), float(rng.uniform(2.5, 5))
        talk = np.clip(np.sin(2 * np.pi * pace * t + voice) * np.sin(2 * np.pi * pace * 0.31 * t + voice), 0, 1)
        wave = np.sin(2 * np.pi * pitch * t + 2 * np.sin(2 * np.pi * pace * t)) + 0.5 * np.sin(
            2 * np.pi * pitch * 4 * t
        )
        side = float(rng.uniform(0, 1))
        out += (0.05 * talk * wave)[:, None].astype(np.float32) * np.array([1 - side, side], np.float32)
    return out


def _sparks(count: int, seed: int, name: str, *, per_s: float, length_s: float, level: float) -> Sound:
    """Many short bursts."""
    rng, out = chance(name, seed), np.zeros((count, 2), np.float32)
    burst = np.exp(-np.arange(round(length_s * RATE)) / (length_s * RATE / 5)).astype(np.float32)
    for _ in range(round(count / RATE * per_s)):
        at, loud, side = int(rng.integers(0, max(1, count))), float(rng.random()) ** 3, float(rng.uniform(0, 1))
        length = min(len(burst), count - at)
        grain: Wave = (level * loud * rng.standard_normal(length)).astype(np.float32) * burst[:length]
        out[at : at + length] += grain[:, None] * np.array([1 - side, side], np.float32)
    return out


def _fit(sound: Sound, count: int) -> Sound:
    """Lengths are rounded; a sample more or less is nobody's loss."""
    if len(sound) >= count:
        return sound[:count]
    return np.concatenate([sound, np.zeros((count - len(sound), 2), np.float32)])


def _of(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"\b({pattern})\b", re.IGNORECASE)


_PLACES: Final[tuple[tuple[re.Pattern[str], Callable[[int, int], Sound]], ...]] = (
    (_of(r"rain\w*|drizzl\w*|downpour"), _rain),
    (_of(r"sea|ocean|waves?|surf|beach|shore|coast|harbou?r|tide"), _sea),
    (_of(r"wind\w*|storm\w*|gale|breeze|desert|mountains?|snow\w*|blizzard"), _wind),
    (_of(r"fire\w*|campfire|hearth|crackl\w*|embers"), _fire),
    (_of(r"birds?|forest|woods?|garden|meadow|spring|gulls?|morning"), _birds),
    (_of(r"crickets?|cicadas?|insects?|summer night|swamp|jungle"), _insects),
    (_of(r"thunder\w*|lightning|thunderstorm"), _thunder),
    (_of(r"crowd\w*|caf[eé]|market|people talking|restaurant|street|city"), _crowd),
)
