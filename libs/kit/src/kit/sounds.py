"""Sound as numbers: float32 from -1 to 1, samples by two sides, 48 kHz. Fades, repeats, makes room for a voice."""

from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

RATE: Final = 48_000
"""Samples in a second, of each of two sides."""
Sound: TypeAlias = NDArray[np.float32]

_WINDOW: Final = RATE // 50
_PIECE: Final = 60 * RATE
"""Whole windows; a longer sound is worked through piece by piece."""
_QUIET: Final = 10 ** (-50 / 20)
"""Below it nothing is heard."""
_ROOM: Final = 0.22
"""What is left of other sound under a voice: -13 dB."""
_LINGERS_S: Final = 0.5
"""How long room is kept through a speaker's pause, and how long it takes to be made."""


def rise(samples: int) -> Sound:
    """From 0 to 1 so that a sound falling the other way keeps the loudness of both together."""
    curve: Sound = np.sin(np.linspace(0, np.pi / 2, samples, dtype=np.float32))[:, None]
    return curve


def fade(sound: Sound, begin_s: float, end_s: float) -> None:
    """Silent at both ends, in place; never more than half of it at each."""
    for seconds, part in ((begin_s, sound), (end_s, sound[::-1])):
        length = min(len(sound) // 2, round(seconds * RATE))
        part[:length] *= np.linspace(0, 1, length, dtype=np.float32)[:, None]


def repeated(sound: Sound, samples: int) -> Sound:
    """As long as wanted: cut, or begun again over its own end."""
    if len(sound) >= samples:
        return sound[:samples].copy()
    out: Sound = np.zeros((samples, 2), np.float32)
    seam = min(RATE, len(sound) // 4)
    step = max(1, len(sound) - seam)
    for at in range(0, samples, step):
        part = sound[: samples - at].copy()
        if at and seam:
            part[:seam] *= rise(seam)[: len(part)]
        if at + len(sound) < samples and seam:
            part[-seam:] *= rise(seam)[::-1]
        out[at : at + len(part)] += part
    return out


def loudness(sound: Sound) -> float:
    """Root mean square of what is heard, pauses left out. 0: nothing is."""
    power = _power(sound)
    heard = power[power > _QUIET**2]
    return float(np.sqrt(heard.mean())) if heard.size else 0.0


def under(sound: Sound, voice: Sound) -> None:
    """Make room in a sound, in place, for as long as a voice speaks that begins with it."""
    speaks = _power(voice) > _QUIET**2
    lingers = round(_LINGERS_S * RATE / _WINDOW)
    wide = np.convolve(speaks, np.ones(2 * lingers + 1))[lingers:] > 0  # goes on for a while after the last word
    depth = np.convolve(np.pad(wide, lingers, mode="edge"), np.ones(lingers) / lingers, "same")[lingers:-lingers]
    at = (np.arange(len(wide)) + 0.5) * _WINDOW
    for begin in range(0, min(len(sound), len(wide) * _WINDOW), _PIECE):
        piece = sound[begin : begin + _PIECE]
        less = np.interp(np.arange(begin, begin + len(piece)), at, depth, right=0)
        piece *= (1 - (1 - _ROOM) * less).astype(np.float32)[:, None]


def _power(sound: Sound) -> NDArray[np.float64]:
    """Of each fiftieth of a second."""
    powers = []
    for begin in range(0, len(sound), _PIECE):
        piece = sound[begin : begin + _PIECE]
        whole = np.zeros(-(-len(piece) // _WINDOW) * _WINDOW)
        whole[: len(piece)] = np.square(piece.astype(np.float64)).mean(axis=1)
        powers.append(whole.reshape(-1, _WINDOW).mean(axis=1))
    return np.concatenate(powers) if powers else np.zeros(0)
