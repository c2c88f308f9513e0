# ruff: noqa: PLR2004 - the proportions of a drawing: a name for each number would hide the picture
"""Colour as the eye sees it: OKLab and OKLCH (Björn Ottosson, https://bottosson.github.io/posts/oklab/)."""

import math
from collections.abc import Sequence
from typing import TypeAlias

import numpy as np

from providers.local.noise import Grid

Lch: TypeAlias = tuple[float, float, float]
"""Lightness 0..1, chroma 0..0.37, hue in degrees."""

_TO_LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ],
    dtype=np.float32,
)
_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ],
    dtype=np.float32,
)
_FROM_LMS = np.linalg.inv(_TO_LMS.astype(np.float64)).astype(np.float32)
_FROM_LAB = np.linalg.inv(_TO_LAB.astype(np.float64)).astype(np.float32)


def _mix3(matrix: Grid, planes: Grid) -> Grid:
    return np.stack([row[0] * planes[0] + row[1] * planes[1] + row[2] * planes[2] for row in matrix])


def to_lab(rgb: Grid) -> Grid:
    """Planes of sRGB (3, ...) in 0..1 to OKLab planes."""
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((np.maximum(rgb, 0) + 0.055) / 1.055) ** 2.4)
    return _mix3(_TO_LAB, np.cbrt(_mix3(_TO_LMS, linear)))


def to_rgb(lab: Grid) -> Grid:
    """OKLab planes (3, ...) to sRGB planes, clipped to 0..1."""
    linear = np.clip(_mix3(_FROM_LMS, _mix3(_FROM_LAB, lab) ** 3), 0, 1)
    return np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)


def lab_of(color: Lch) -> Grid:
    lightness, chroma, hue = color
    angle = math.radians(hue)
    return np.array([lightness, chroma * math.cos(angle), chroma * math.sin(angle)], dtype=np.float32)


def rgb_of(color: Lch) -> Grid:
    return np.asarray(to_rgb(lab_of(color)), dtype=np.float32)


def ramp(stops: Sequence[tuple[float, Lch]], at: Grid) -> Grid:
    """Planes of sRGB (3, n): the stops blended in OKLab at the positions `at`."""
    places = [place for place, _ in stops]
    labs = np.stack([lab_of(color) for _, color in stops])
    blended = np.stack([np.interp(at, places, labs[:, axis]) for axis in range(3)])
    return np.asarray(to_rgb(blended), dtype=np.float32)


def mix(a: Grid, b: Grid, t: float) -> Grid:
    return a + (b - a) * np.float32(t)


def blend_lch(a: Lch, b: Lch, t: float) -> Lch:
    """A blend in OKLab, so that opposite hues meet in grey and not in a rainbow."""
    lightness, x, y = (float(v) for v in lab_of(a) + (lab_of(b) - lab_of(a)) * t)
    return lightness, math.hypot(x, y), math.degrees(math.atan2(y, x)) % 360


def lean(color: Lch, hue: float, amount: float, chroma: float = 0.12) -> Lch:
    """Turn a colour towards a hue, keeping its lightness."""
    target = (color[0], max(color[1], chroma * (1 - abs(2 * color[0] - 1.1) * 0.6)), hue)
    return blend_lch(color, target, amount)
