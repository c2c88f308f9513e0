# ruff: noqa: PLR2004 - thresholds of what is said about a picture, each beside its words
"""What can be measured in a picture: colours by name, light, horizon, water, stars, order."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from PIL import Image

from providers.local.color import Lch, lab_of, to_lab
from providers.local.flatten import flatten
from providers.local.noise import Grid, Ints, soften
from providers.local.planes import planes_of

NAMES: Final[dict[str, Lch]] = {
    "black": (0.12, 0.01, 270),
    "charcoal": (0.28, 0.01, 270),
    "grey": (0.56, 0.008, 250),
    "light grey": (0.80, 0.006, 250),
    "white": (0.98, 0.003, 90),
    "red": (0.58, 0.21, 27),
    "dark red": (0.38, 0.14, 25),
    "orange": (0.72, 0.17, 52),
    "rust": (0.50, 0.12, 42),
    "amber": (0.80, 0.15, 78),
    "yellow": (0.92, 0.17, 102),
    "cream": (0.94, 0.045, 88),
    "beige": (0.82, 0.045, 78),
    "brown": (0.40, 0.06, 55),
    "tan": (0.66, 0.07, 65),
    "olive": (0.52, 0.09, 112),
    "lime green": (0.82, 0.19, 128),
    "green": (0.58, 0.16, 143),
    "dark green": (0.34, 0.08, 148),
    "sage": (0.70, 0.05, 140),
    "teal": (0.55, 0.09, 195),
    "turquoise": (0.78, 0.11, 190),
    "cyan": (0.86, 0.12, 205),
    "sky blue": (0.78, 0.09, 235),
    "blue": (0.52, 0.19, 260),
    "steel blue": (0.56, 0.06, 245),
    "slate blue": (0.42, 0.05, 265),
    "navy": (0.24, 0.08, 268),
    "indigo": (0.38, 0.14, 282),
    "violet": (0.56, 0.17, 300),
    "purple": (0.45, 0.16, 312),
    "plum": (0.40, 0.08, 330),
    "lavender": (0.76, 0.08, 300),
    "mauve": (0.62, 0.07, 325),
    "magenta": (0.62, 0.25, 335),
    "pink": (0.80, 0.11, 0),
    "rose": (0.66, 0.13, 8),
    "salmon": (0.74, 0.12, 32),
    "peach": (0.86, 0.08, 55),
    "maroon": (0.28, 0.09, 18),
    "mint": (0.90, 0.07, 160),
    "ice blue": (0.91, 0.035, 225),
}
"""Colours a person would name, in OKLCH."""

_WORDS: Final = tuple(NAMES)
_TABLE: Final = np.stack([lab_of(color) for color in NAMES.values()]).astype(np.float32)


@dataclass(frozen=True)
class Sight:
    """Shares and places are 0..1."""

    width: int
    height: int
    colors: tuple[tuple[str, float], ...]
    """By share, largest first."""
    top: str
    bottom: str
    """The commonest colour of the upper and lower third."""
    lightness: float
    contrast: float
    chroma: float
    warmth: float
    """Mean of orange against blue; above 0 is warm."""
    light_at: tuple[float, float] | None
    """Where the brightest spot is (across, down), when one stands out."""
    horizon: float | None
    mirrored: float
    """How well the part below the horizon repeats the part above it, upside down."""
    mirror_side: str
    """left or right, when only one half below the horizon is a mirror; else empty."""
    greenery: float
    """Share of green below the horizon (or in the whole picture)."""
    stars: int
    detail: float
    symmetry: float


def name_of(lab: Grid) -> Ints:
    """Index into NAMES for each column of OKLab planes (3, n). Hue counts more than lightness."""
    weights = np.array([0.8, 1.6, 1.6], dtype=np.float32)[None, :, None]
    distance = (((lab[None] - _TABLE[:, :, None]) * weights) ** 2).sum(axis=1)
    return np.asarray(np.argmin(distance, axis=0))


def look(image: Image.Image) -> Sight:
    flat = flatten(image)
    scale = min(1.0, 144 / max(flat.size))
    small = flat.resize((max(8, round(flat.width * scale)), max(8, round(flat.height * scale))), Image.Resampling.BOX)
    lab = to_lab(planes_of(small))
    _, height, width = lab.shape
    names = name_of(lab.reshape(3, -1)).reshape(height, width)
    horizon = _horizon(lab)
    below = round((horizon or 0) * height)
    green = np.isin(names[below:], [_WORDS.index(w) for w in ("green", "dark green", "olive", "lime green", "sage")])
    return Sight(
        width=flat.width,
        height=flat.height,
        colors=_shares(names),
        top=_shares(names[: height // 3])[0][0],
        bottom=_shares(names[-(height // 3) :])[0][0],
        lightness=float(lab[0].mean()),
        contrast=float(lab[0].std()),
        chroma=float(np.hypot(lab[1], lab[2]).mean()),
        warmth=float((lab[2] + 0.6 * lab[1]).mean()),
        light_at=_light(lab[0]),
        horizon=horizon,
        mirrored=_mirrored(lab, horizon),
        mirror_side=_mirror_side(lab, horizon),
        greenery=float(green.mean()) if green.size else 0.0,
        stars=_stars(flat, horizon),
        detail=float(np.abs(np.diff(lab[0], axis=1)).mean() + np.abs(np.diff(lab[0], axis=0)).mean()),
        symmetry=_alike(lab[0], lab[0][:, ::-1]),
    )


def _shares(names: Ints) -> tuple[tuple[str, float], ...]:
    counts = np.bincount(names.reshape(-1), minlength=len(_WORDS))
    order = np.argsort(-counts, kind="stable")
    return tuple((_WORDS[i], float(counts[i] / names.size)) for i in order if counts[i])


def _alike(a: Grid, b: Grid) -> float:
    a, b = a - a.mean(), b - b.mean()
    power = float(np.sqrt((a * a).mean() * (b * b).mean()))
    return float((a * b).mean()) / power if power > 1e-4 else 1.0


def _horizon(lab: Grid) -> float | None:
    """The row across which most columns change at once."""
    height = lab.shape[1]
    reach = max(1, height // 36)
    change = np.zeros(height, dtype=np.float32)
    for row in range(reach + height // 8, height - reach - height // 12):
        step = lab[:, row : row + reach].mean(axis=1) - lab[:, row - reach : row].mean(axis=1)
        agree = np.abs(step.mean(axis=1)) / (np.abs(step).mean(axis=1) + 1e-4)
        size = np.abs(step).mean(axis=1)
        change[row] = float((size * (0.35 + 0.65 * agree)).sum())
    best = int(np.argmax(change))
    usual = float(np.median(change))
    return best / height if change[best] > max(0.05, 2.2 * usual) else None


def _light(lightness: Grid) -> tuple[float, float] | None:
    height, width = lightness.shape
    soft = soften(lightness, max(1, min(height, width) // 40))
    row, column = divmod(int(np.argmax(soft)), width)
    if float(soft[row, column]) < float(lightness.mean()) + max(0.1, 1.3 * float(lightness.std())):
        return None
    return (column + 0.5) / width, (row + 0.5) / height


def _mirrored(lab: Grid, horizon: float | None) -> float:
    if horizon is None:
        return 0.0
    row = round(horizon * lab.shape[1])
    reach = min(row, lab.shape[1] - row) * 2 // 3
    if reach < 6:
        return 0.0
    above, below = lab[:, row - reach : row][:, ::-1], lab[:, row : row + reach]
    return float(np.mean([_alike(soften(above[axis], 1), soften(below[axis], 1)) for axis in range(3)]))


def _mirror_side(lab: Grid, horizon: float | None) -> str:
    middle = lab.shape[2] // 2
    halves = {"left": _mirrored(lab[:, :, :middle], horizon), "right": _mirrored(lab[:, :, middle:], horizon)}
    best = max(halves, key=lambda side: halves[side])
    below = lab[0, round((horizon or 0) * lab.shape[1]) :]
    lighter = "left" if below[:, :middle].mean() > below[:, middle:].mean() else "right"
    # Water carries the sky's light; a dark bank may look like a mirror by chance.
    return best if best == lighter and halves[best] > 0.45 and min(halves.values()) < 0.35 else ""


def _stars(flat: Image.Image, horizon: float | None) -> int:
    """Bright points standing alone in a dark upper part."""
    scale = min(1.0, 640 / max(flat.size))
    sized = flat.resize(
        (max(8, round(flat.width * scale)), max(8, round(flat.height * scale))), Image.Resampling.LANCZOS
    )
    grey = (
        np.asarray(sized.convert("L"), dtype=np.float32)[: max(4, round(sized.height * min(0.6, horizon or 0.5)))] / 255
    )
    around = soften(grey, 4)
    points = (grey - around > 0.14) & (around < 0.32)
    lonely = points.copy()
    for axis in (0, 1):
        lonely &= ~np.roll(points, 2, axis) | ~np.roll(points, -2, axis)
    peaks = (
        lonely
        & (grey >= np.maximum(np.roll(grey, 1, 0), np.roll(grey, -1, 0)))
        & (grey >= np.maximum(np.roll(grey, 1, 1), np.roll(grey, -1, 1)))
    )
    return int(peaks.sum()) if float(around.mean()) < 0.35 else 0
