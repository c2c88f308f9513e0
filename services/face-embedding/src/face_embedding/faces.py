"""What this service needs of an engine: it finds faces in a picture and says of each who it looks like, as numbers."""

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from contracts.faces import Face

Vector = NDArray[np.float32]
"""Of length 1, so that the product of two is their cosine."""
TINY = 40
"""Pixels of the shorter side, under which a face says little."""


@dataclass(frozen=True)
class Found:
    """A face, and its embedding."""

    face: Face
    vector: Vector = field(repr=False)


@dataclass(frozen=True)
class Seen:
    """What there is to see in a picture."""

    width: int
    height: int
    """Pixels, as shown."""
    faces: tuple[Found, ...]
    """Largest first."""


class Engine(Protocol):
    """Blocking, and safe to share between threads."""

    name: str
    """As `insightface/buffalo_l`: embeddings of two engines are never compared."""
    baseline: bool
    threshold: float
    """From this cosine on two faces are taken for the same person's."""
    dimension: int

    def find(self, picture: Image.Image) -> list[Found]:
        """Largest first. The picture is upright and RGB; places are its own pixels."""
        ...


class BadModels(ValueError):
    """A directory of models cannot be used. The message names it and says what is wrong."""


def alike(one: Vector, other: Vector) -> float:
    """Cosine, -1 to 1."""
    return float(np.clip(np.dot(one, other), -1, 1))


def normed(raw: NDArray[np.floating]) -> Vector | None:
    """None: it has no direction."""
    flat = np.asarray(raw, dtype=np.float32).ravel()
    length = float(np.linalg.norm(flat))
    return flat / length if np.isfinite(length) and length > 1e-6 else None  # noqa: PLR2004  nothing, for a float


def area(found: Found) -> float:
    return found.face.width * found.face.height
