# ruff: noqa: PLR2004 - the proportions of a piece of music: a name for each number would hide the tune
"""Music and ambience from words: chords, a melody, a beat, and the weather. float32, samples by two sides, 48 kHz."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from kit.sounds import RATE, Sound
from providers.local.chance import chance
from providers.local.loudness import normalised
from providers.local.places import scenery, speaks_of_places
from providers.local.sound import mood_of

Progress = Callable[[float], None]
_SCALES: Final = {"calm": (0, 2, 4, 7, 9), "dark": (0, 3, 5, 7, 10), "bright": (0, 2, 4, 7, 11)}
_CHORDS: Final = {
    "calm": ((0, 4, 7, 11), (9, 12, 16, 19), (5, 9, 12, 16), (7, 11, 14, 17)),
    "dark": ((0, 3, 7, 10), (-4, 0, 3, 8), (5, 8, 12, 15), (-2, 2, 5, 8)),
    "bright": ((0, 4, 7, 14), (7, 11, 14, 18), (9, 12, 16, 21), (5, 9, 12, 19)),
}
_I = re.IGNORECASE
_SLOW = re.compile(r"\b(slow|calm|quiet|gentle|ambient|lullaby|meditat\w*|sleep\w*|soft|peaceful)\b", _I)
_FAST = re.compile(r"\b(fast|upbeat|dance|energetic|techno|house|chase|driving|action|drum and bass)\b", _I)
_BEAT = re.compile(r"\b(beat\w*|drum\w*|lo-?fi|hip.?hop|dance|techno|house|upbeat|groove|rhythm\w*|percussi\w*)\b", _I)
_KEYS = re.compile(r"\b(piano|keys|music box|bells?|celesta|harp|guitar|pluck\w*|kalimba|melody|song|tune)\b", _I)
_BELLS = re.compile(r"\b(bells?|music box|celesta|kalimba|chime\w*)\b", _I)
_MUSICAL = re.compile(
    r"\b(music|song|tune|melody|chords?|orchestra\w*|strings|synth\w*|pads?|score|soundtrack|jazz|bass|anthem)\b",
    re.IGNORECASE,
)
_ATMOSPHERE = re.compile(r"\b(ambien(ce|t sound)|sound of|sounds of|soundscape|field recording|noise|foley)\b", _I)
_DRONE = re.compile(r"\bdron(e|es|ing)\b", _I)


@dataclass(frozen=True)
class Score:
    """What is played."""

    mood: str
    beats_per_minute: float
    root_hz: float
    first: int
    """The chord to begin with."""
    pad: bool
    melody: bool
    bells: bool
    beat: bool
    drone: bool

    @property
    def bar_s(self) -> float:
        return 4 * 60 / self.beats_per_minute


def read_score(words: str, seed: int) -> Score:
    rng = chance("score", words, seed)
    tempo = 62 if _SLOW.search(words) else 118 if _FAST.search(words) else 84
    drone = bool(_DRONE.search(words))
    keys, beat = bool(_KEYS.search(words)), bool(_BEAT.search(words))
    musical = keys or beat or bool(_MUSICAL.search(words))
    atmosphere = not musical and (speaks_of_places(words) or bool(_ATMOSPHERE.search(words)))
    return Score(
        mood=mood_of(words),
        beats_per_minute=tempo + float(rng.uniform(-4, 4)),
        root_hz=110.0 * 2 ** (int(rng.integers(-3, 4)) / 12),
        first=int(rng.integers(0, 4)),
        pad=not atmosphere and not drone,
        melody=not atmosphere and not drone and (keys or not beat),
        bells=bool(_BELLS.search(words)),
        beat=beat,
        drone=drone,
    )


def compose(words: str, *, seconds: float, seed: int, progress: Progress = lambda _: None) -> Sound:
    """A piece of so many seconds. The same words and seed give the same samples."""
    score, count = read_score(words, seed), round(seconds * RATE)
    out: Sound = np.zeros((count, 2), np.float32)
    parts: list[Callable[[], Sound]] = []
    if score.pad:
        parts.append(lambda: 0.5 * _pad(score, count, seed))
    if score.drone:
        parts.append(lambda: 0.6 * _drone(score, count, seed))
    if score.melody:
        parts.append(lambda: 0.55 * _melody(score, count, words, seed))
    if score.beat:
        parts.append(lambda: 0.8 * _beat(score, count, seed))
    parts.append(lambda: scenery(words, count, seed, alone=not (score.pad or score.drone or score.beat)))
    for done, part in enumerate(parts, start=1):
        out += part()
        progress(done / (len(parts) + 1))
    return normalised(_faded(out))


def _pad(score: Score, count: int, seed: int) -> Sound:
    """Slow chords, a little apart on the two sides."""
    rng, out = chance("pad", seed), np.zeros((count, 2), np.float32)
    for bar, at in enumerate(_bars(score, count)):
        length = min(round((score.bar_s + 1.2) * RATE), count - at)
        t = np.arange(length, dtype=np.float32) / RATE
        swell = np.minimum(1, t / 1.0) * np.clip((length / RATE - t) / 1.2, 0, 1)
        for note in _CHORDS[score.mood][(bar + score.first) % 4]:
            for side in (0, 1):
                apart = 1 + float(rng.uniform(-0.002, 0.002))
                turn = 2 * np.pi * score.root_hz * 2 ** (note / 12) * apart * t
                wave = np.sin(turn) + 0.35 * np.sin(2 * turn) + 0.12 * np.sin(3 * turn)
                out[at : at + length, side] += (0.1 * swell * wave).astype(np.float32)
    return out


def _drone(score: Score, count: int, seed: int) -> Sound:
    rng, t = chance("drone", seed), np.arange(count, dtype=np.float32) / RATE
    out = np.zeros((count, 2), np.float32)
    for partial in range(1, 9):
        for side in (0, 1):
            slow = 0.5 + 0.5 * np.sin(2 * np.pi * float(rng.uniform(0.03, 0.12)) * t + float(rng.uniform(0, 6)))
            turn = np.sin(2 * np.pi * score.root_hz / 2 * partial * (1 + float(rng.uniform(-1e-3, 1e-3))) * t)
            out[:, side] += (0.3 / partial * slow * turn).astype(np.float32)
    return out


def _melody(score: Score, count: int, words: str, seed: int) -> Sound:
    """A line in the scale of the mood that comes back, with rests, and ends each phrase on the chord."""
    rng, out = chance("melody", words, seed), np.zeros((count, 2), np.float32)
    scale, step_s = _SCALES[score.mood], score.bar_s / 8
    figure = [int(rng.integers(0, 8)) if rng.random() < 0.62 else None for _ in range(16)]
    place = 4
    for bar, at in enumerate(_bars(score, count)):
        chord = _CHORDS[score.mood][(bar + score.first) % 4]
        for eighth in range(8):
            wish = figure[(bar % 2) * 8 + eighth]
            if wish is None:
                continue
            place = int(np.clip(place + np.sign(wish - place) * min(2, abs(wish - place)), 0, 9))
            degree = scale[place % 5] + 12 * (place // 5)
            note = chord[0] % 12 + 12 if eighth == 0 else degree + 12
            _pluck(out, at + round(eighth * step_s * RATE), score, note, (bar + eighth) % 2)
    return _echoed(out, score.bar_s * 3 / 8)


def _pluck(out: Sound, at: int, score: Score, note: int, side: int) -> None:
    length = min(round(2.2 * RATE), len(out) - at)
    if length <= 0:
        return
    t = np.arange(length, dtype=np.float32) / RATE
    turn = 2 * np.pi * score.root_hz * 2 ** (note / 12) * t
    if score.bells:
        wave = np.sin(turn) + 0.5 * np.sin(2.76 * turn) * np.exp(-t * 6) + 0.25 * np.sin(5.4 * turn) * np.exp(-t * 12)
    else:
        wave = np.sin(turn) + 0.45 * np.sin(2 * turn) * np.exp(-t * 3) + 0.2 * np.sin(4 * turn) * np.exp(-t * 8)
    tone = (0.3 * wave * np.exp(-t * 2.6) * np.minimum(1, t / 0.004)).astype(np.float32)
    out[at : at + length, side] += tone
    out[at : at + length, 1 - side] += 0.6 * tone


def _echoed(sound: Sound, after_s: float) -> Sound:
    out, lag = sound.copy(), round(after_s * RATE)
    for times in (1, 2, 3):
        shift = lag * times
        if shift < len(sound):
            out[shift:] += np.float32(0.35**times) * sound[: len(sound) - shift, ::-1]
    return out


def _beat(score: Score, count: int, seed: int) -> Sound:
    """A kick, a soft snare, hats a little late."""
    rng, out = chance("beat", seed), np.zeros((count, 2), np.float32)
    beat_s = score.bar_s / 4
    kick, snare, hat = _kick(), _hit(rng, 0.18, 0.35), _hit(rng, 0.05, 0.12)
    ghost = rng.random(8) < 0.4
    for at in _bars(score, count):
        for eighth in range(8):
            here = at + round(eighth * beat_s / 2 * RATE)
            if eighth in {0, 4} or (eighth == 5 and ghost[5]):
                _lay(out, here, kick)
            if eighth in {2, 6}:
                _lay(out, here, snare)
            _lay(out, here + (700 if eighth % 2 else 0), hat * np.float32(1 if eighth % 2 else 0.5))
    return out


def _kick() -> NDArray[np.float32]:
    t = np.arange(round(0.35 * RATE), dtype=np.float32) / RATE
    drum = np.sin(2 * np.pi * (48 * t - 9 * np.exp(-t * 28))) * np.exp(-t * 11)
    return np.repeat((0.8 * drum).astype(np.float32)[:, None], 2, axis=1)


def _hit(rng: np.random.Generator, seconds: float, level: float) -> NDArray[np.float32]:
    t = np.arange(round(seconds * RATE), dtype=np.float32) / RATE
    noise = np.diff(rng.standard_normal((len(t) + 1, 2)), axis=0)
    hit: NDArray[np.float32] = (level * 0.4 * noise * np.exp(-t * 5 / seconds)[:, None]).astype(np.float32)
    return hit


def _lay(out: Sound, at: int, piece: NDArray[np.float32]) -> None:
    length = min(len(piece), len(out) - at)
    if length > 0:
        out[at : at + length] += piece[:length]


def _bars(score: Score, count: int) -> range:
    return range(0, count, round(score.bar_s * RATE))


def _faded(sound: Sound) -> Sound:
    """In quickly, out slowly."""
    begin, end = min(len(sound) // 8, RATE // 8), min(len(sound) // 4, RATE * 3 // 2)
    sound[:begin] *= np.linspace(0, 1, begin, dtype=np.float32)[:, None]
    if end:
        sound[-end:] *= np.linspace(1, 0, end, dtype=np.float32)[:, None] ** 1.5
    return sound
