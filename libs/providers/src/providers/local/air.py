"""What floats or falls before a picture while it is filmed: dust in the light, snow, rain, sparks."""

import math
import re
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from providers.local.chance import chance

Frame = NDArray[np.uint8]


@dataclass(frozen=True)
class Kind:
    count: int
    size: float
    """Of the picture's height."""
    fall: float
    """Picture heights in a second; below 0 it rises."""
    drift: float
    color: tuple[int, int, int]
    strength: float
    long: float = 1.0
    """How much longer than wide."""


_KINDS: Final = {
    "snow": Kind(150, 0.008, 0.13, 0.03, (245, 248, 255), 0.85),
    "rain": Kind(260, 0.0022, 1.5, 0.06, (205, 220, 240), 0.35, 18),
    "sparks": Kind(70, 0.006, -0.07, 0.05, (255, 196, 92), 0.9),
    "dust": Kind(48, 0.0075, -0.018, 0.02, (255, 244, 222), 0.28),
}
_WORDS: Final = {
    "snow": re.compile(r"\b(snow\w*|winter|blizzard|frost\w*)\b", re.IGNORECASE),
    "rain": re.compile(r"\b(rain\w*|storm\w*|drizzle|downpour)\b", re.IGNORECASE),
    "sparks": re.compile(r"\b(fire\w*|ember\w*|spark\w*|lantern\w*|candle\w*|lava|volcano)\b", re.IGNORECASE),
}


def kind_of(words: str) -> str:
    return next((name for name, said in _WORDS.items() if said.search(words)), "dust")


class Air:
    def __init__(self, words: str, seed: int, size: tuple[int, int]) -> None:
        self._kind = kind = _KINDS[kind_of(words)]
        self._width, self._height = size
        rng = chance(words, seed, "air")
        self._start = rng.uniform(0, 1, (kind.count, 2))
        self._near = rng.uniform(0.45, 1.0, kind.count)
        self._phase = rng.uniform(0, 2 * math.pi, kind.count)
        self._stamps = [_stamp(kind, near * self._height) for near in (0.55, 0.75, 1.0)]

    def fill(self, frame: Frame, second: float, strength: float) -> None:
        """Lay it over a frame, in place. Deterministic: the same second looks the same."""
        kind = self._kind
        color = np.array(kind.color, np.float32)
        sway = np.sin(self._phase + second * 1.7) * 0.008
        xs = (self._start[:, 0] + (kind.drift * second) * self._near + sway) % 1.0
        ys = (self._start[:, 1] + (kind.fall * second) * self._near) % 1.0
        for x, y, near in zip(xs, ys, self._near, strict=True):
            stamp = self._stamps[0 if near < 0.64 else 1 if near < 0.84 else 2]  # noqa: PLR2004  three distances
            rows, columns = stamp.shape
            top, left = int(y * (self._height - rows)), int(x * (self._width - columns))
            if top < 0 or left < 0:
                continue
            part = frame[top : top + rows, left : left + columns]
            alpha = stamp[..., None] * (kind.strength * strength * near)
            part[:] = (part + (color - part) * alpha).astype(np.uint8)


def _stamp(kind: Kind, height: float) -> NDArray[np.float32]:
    """One of them, soft at the edge: 0 to 1."""
    wide = max(1.2, kind.size * height)
    rows, columns = max(3, round(wide * kind.long * 2)), max(3, round(wide * 2))
    y, x = np.mgrid[0:rows, 0:columns].astype(np.float32)
    across = (x - (columns - 1) / 2) / (columns / 2)
    along = (y - (rows - 1) / 2) / (rows / 2)
    stamp: NDArray[np.float32] = np.clip(1 - across**2 - along**2, 0, 1) ** 1.5
    return stamp
