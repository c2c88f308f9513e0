"""How good a reference a face is: by its size, sharpness, pose and light, and how sure the detector is."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from PIL import Image

Pixels = np.ndarray[Any, np.dtype[np.float32]]
_SIDE = 96
_TINY, _LARGE = 20.0, 140.0
"""Pixels of a face's shorter side, from which it is worth something, and from which more gives nothing."""
_SHARP = 60.0
"""Mean square of the Laplacian, on a face of _SIDE pixels."""
Points = Sequence[tuple[float, float]]


def quality(picture: Image.Image, box: tuple[float, float, float, float], score: float, points: Points) -> float:
    """0 to 1. One bad thing spoils it, as it spoils a photograph: the geometric mean of all."""
    left, top, right, bottom = box
    grey = picture.crop((round(left), round(top), round(right), round(bottom))).convert("L")
    if min(grey.size) < 2:  # noqa: PLR2004  nothing to see
        return 0.0
    pixels = np.asarray(grey.resize((_SIDE, _SIDE), Image.Resampling.BILINEAR), np.float32)
    parts = (
        _between(min(right - left, bottom - top), _TINY, _LARGE),
        _between(_edges(pixels), 0, _SHARP),
        frontal(points),
        _light(pixels),
        min(1.0, max(0.0, score)),
    )
    return round(float(np.prod(np.maximum(parts, 0.01)) ** (1 / len(parts))), 4)


def frontal(points: Points) -> float:
    """1 for who looks into the camera, falling with every degree that the head is turned. Tilted is fine."""
    if not points:
        return 0.7  # nobody knows
    left, right, nose, *mouth = (np.asarray(point, np.float64) for point in points)
    across: Any = right - left
    eyes = float(np.linalg.norm(across))
    if eyes < 1:
        return 0.0
    middle, lips = (left + right) / 2, (mouth[0] + mouth[1]) / 2
    down = np.array([-across[1], across[0]]) / eyes
    turned = abs(float((nose - middle) @ across)) / eyes**2
    tall = max(1e-6, float((lips - middle) @ down))
    nodded = abs(float((nose - middle) @ down) / tall - 0.55)
    return max(0.0, 1 - 2.0 * turned) * max(0.0, 1 - 1.5 * nodded)


def _edges(pixels: Pixels) -> float:
    inner = pixels[1:-1, 1:-1]
    around = pixels[:-2, 1:-1] + pixels[2:, 1:-1] + pixels[1:-1, :-2] + pixels[1:-1, 2:]
    return 8 * float(np.sqrt(np.mean((4 * inner - around) ** 2)))


def _light(pixels: Pixels) -> float:
    mean, spread = float(pixels.mean()), float(pixels.std())
    return _between(mean, 15, 70) * (1 - _between(mean, 215, 255)) * _between(spread, 3, 25)


def _between(value: float, low: float, high: float) -> float:
    return min(1.0, max(0.0, (value - low) / (high - low)))
