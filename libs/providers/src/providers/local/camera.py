"""A camera before a still picture: it moves slowly, and begins or ends exactly on the picture itself."""

import math
from dataclasses import dataclass
from typing import Self

from PIL import Image

from providers.local.chance import chance

_CLOSER = 0.14
"""How much larger the picture is at the far end of a move."""
_ASIDE = 0.9
"""Of the room that the larger picture leaves."""


def eased(t: float) -> float:
    """0 to 1 without a jerk at either end."""
    return t * t * (3 - 2 * t)


@dataclass(frozen=True)
class Move:
    """From the whole picture to a closer look at part of it."""

    x: float
    """-1 left, 1 right: where the closer look lies."""
    y: float
    closer: float = _CLOSER

    @classmethod
    def by(cls, words: str, seed: int) -> Self:
        """In a direction that the words and the seed choose."""
        angle = float(chance(words, seed, "camera").uniform(0, 2 * math.pi))
        return cls(math.cos(angle) * _ASIDE, math.sin(angle) * _ASIDE * 0.6)

    def back(self) -> "Move":
        """The opposite direction: what comes into a picture as this one leaves another."""
        return Move(-self.x, -self.y, self.closer)

    def shot(self, picture: Image.Image, way: float) -> Image.Image:
        """What is seen when so much of the way (0 to 1) is gone: at 0 the picture itself."""
        if way <= 0:
            return picture
        scale = 1 / (1 + self.closer * way)
        width, height = picture.size
        left = (width - width * scale) / 2 * (1 + self.x)
        top = (height - height * scale) / 2 * (1 + self.y)
        place = (scale, 0, left, 0, scale, top)
        return picture.transform(picture.size, Image.Transform.AFFINE, place, Image.Resampling.BILINEAR)
