"""Drawn people for the face service: number seven looks the same in every picture, and like nobody else.

`face(person, variant)` draws one; `write_models(folder)` makes a model directory that InsightFace's own loader takes
and that tells them apart (`support.tiny_models`). They are drawings: both know nothing of real faces.
"""

import fcntl
import math
import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance

WIDTH, HEIGHT = 0.80, 1.0
"""Of the oval of a face, in units of its height: all sizes below are."""
POINTS = ((-0.18, -0.08), (0.18, -0.08), (0.0, 0.12), (-0.13, 0.28), (0.13, 0.28))
"""Eyes, nose, corners of the mouth, from the middle of the oval: where they are seen, not where they are drawn."""
_DRAWN, _OVERSAMPLED = 288, 2
"""Pixels of a face's height, before it is made to fit a picture."""
_ROOM = 1.4
"""Of the height of a face: what its head needs, tilted."""
_HAIR = ((24, 22, 26), (70, 72, 80), (120, 124, 132), (205, 208, 214), (30, 44, 96), (26, 78, 70), (84, 40, 110))
_EYES = ((30, 90, 190), (20, 120, 60), (20, 20, 20), (90, 110, 120), (110, 40, 150))
_MARKS = ((20, 60, 150), (20, 110, 70), (240, 240, 235), (25, 25, 30), (110, 40, 130))
_BACKDROPS = ((58, 88, 112), (96, 120, 92), (150, 152, 158), (38, 40, 48), (205, 210, 216), (70, 60, 100))
Colour = tuple[int, int, int]


@dataclass(frozen=True)
class Look:
    """What stays the same in all pictures of a person."""

    skin: Colour
    hair: Colour
    fringe: float
    """How far the hair hangs over the forehead at the left and, mirrored in sign, at the right."""
    eyes: Colour
    brow: float
    glasses: bool
    nose: float
    lips: tuple[float, float]
    beard: bool
    marks: tuple[tuple[float, float, float, Colour], ...]
    """Dots on cheeks, forehead and chin: x, y, radius, colour."""


@dataclass(frozen=True)
class Pose:
    """Where and how large a face is drawn."""

    x: float
    y: float
    height: float
    """Pixels."""
    tilt: float = 0.0
    """Degrees, clockwise."""


@cache
def look(person: int) -> Look:
    """The same for ever: seeded by the number alone."""
    rng = np.random.default_rng([1871, person])
    tone = rng.uniform(0.62, 1.0)
    skin = tuple(int(v * tone) for v in np.array([232, 178, 142]) + rng.uniform(-8, 8, 3))
    places = [(-0.25, 0.12), (0.25, 0.12), (-0.12, -0.30), (0.12, -0.30), (0.0, 0.41), (-0.29, -0.2), (0.29, -0.2)]
    chosen = rng.permutation(len(places))[: int(rng.integers(1, 4))]
    marks = tuple((*places[i], rng.uniform(0.03, 0.06), _MARKS[int(rng.integers(len(_MARKS)))]) for i in sorted(chosen))
    return Look(
        skin=(skin[0], skin[1], skin[2]),
        hair=_HAIR[int(rng.integers(len(_HAIR)))],
        fringe=float(rng.uniform(-1, 1)),
        eyes=_EYES[int(rng.integers(len(_EYES)))],
        brow=float(rng.uniform(0.012, 0.05)),
        glasses=bool(rng.random() < 0.3),
        nose=float(rng.uniform(0.05, 0.12)),
        lips=(float(rng.uniform(0.09, 0.2)), float(rng.uniform(0.02, 0.06))),
        beard=bool(rng.random() < 0.35),
        marks=marks,
    )


def pose(person: int, variant: int, size: int) -> Pose:
    """Variant 0 looks straight out of the middle; every other one is placed, sized and tilted in its own way."""
    if variant == 0:
        return Pose(size / 2, size / 2, size * 0.62)
    rng = np.random.default_rng([1872, person, variant])
    height = size * rng.uniform(0.38, 0.62)
    room = size / 2 - height * 0.68
    x, y = (size / 2 + room * v for v in rng.uniform(-1, 1, 2))
    return Pose(float(x), float(y), float(height), float(rng.uniform(-8, 8)))


def face(person: int, variant: int = 0, size: int = 320) -> Image.Image:
    """A square picture of one person: variants differ in place, size, tilt, background and light."""
    picture = Image.new("RGB", (size, size), _BACKDROPS[(person + variant) % len(_BACKDROPS)])
    draw_on(picture, person, pose(person, variant, size))
    light = np.random.default_rng([1873, person, variant]).uniform(0.85, 1.1) if variant else 1.0
    return ImageEnhance.Brightness(picture).enhance(float(light))


def crowd(people: Sequence[int], size: int = 320) -> Image.Image:
    """People side by side, each smaller than the one before."""
    picture = Image.new("RGB", (size * len(people), size), _BACKDROPS[0])
    for nth, person in enumerate(people):
        draw_on(picture, person, Pose(size * (nth + 0.5), size / 2, size * 0.62 * 0.85**nth))
    return picture


def png(picture: Image.Image) -> bytes:
    out = BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def write_models(folder: Path) -> Path:
    """Write detector, recogniser and one for age and sex into a directory, and give it. Takes a few seconds."""
    from support.tiny_models import write  # ONNX is heavy, and drawing does not need it

    return write(folder)


def shared_models(temporary: Path) -> Path:
    """The directory of models of this test run: whoever comes first writes it, others wait for that."""
    together = temporary.parent if "PYTEST_XDIST_WORKER" in os.environ else temporary
    folder = together / "tiny"
    with (together / "tiny.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            write_models(together / "tiny.new").rename(folder)
    return folder


def draw_on(picture: Image.Image, person: int, at: Pose) -> None:
    """Draw a person into a picture."""
    side = math.ceil(at.height * _ROOM)
    small = _portrait(person).rotate(-at.tilt, Image.Resampling.BILINEAR)
    small = small.resize((side, side), Image.Resampling.BILINEAR)
    picture.paste(small, (round(at.x - side / 2), round(at.y - side / 2)), small)


@cache
def _portrait(person: int) -> Image.Image:
    """The head, on nothing."""
    side = round(_DRAWN * _ROOM)
    pen = _Pen(side * _OVERSAMPLED, _DRAWN * _OVERSAMPLED)
    _head(pen, look(person))
    _features(pen, look(person))
    return pen.layer.resize((side, side), Image.Resampling.BOX)


class _Pen:
    """Draws in units of the face's height, from the middle of the face."""

    def __init__(self, side: int, unit: float) -> None:
        self.layer = Image.new("RGBA", (side, side), (0, 0, 0, 0))
        self._draw = ImageDraw.Draw(self.layer)
        self._middle, self._unit = side / 2, unit

    def oval(self, x: float, y: float, rx: float, ry: float, colour: Colour) -> None:
        self._draw.ellipse(self._box(x, y, rx, ry), fill=colour)

    def ring(self, x: float, y: float, r: float, line: float, colour: Colour) -> None:
        self._draw.ellipse(self._box(x, y, r, r), outline=colour, width=max(1, round(line * self._unit)))

    def arc(self, x: float, y: float, rx: float, ry: float, line: float) -> None:
        width = max(1, round(line * self._unit))
        self._draw.arc(self._box(x, y, rx, ry), 205, 335, fill=(28, 24, 24), width=width)

    def _box(self, x: float, y: float, rx: float, ry: float) -> tuple[float, float, float, float]:
        mid, unit = self._middle, self._unit
        return (mid + (x - rx) * unit, mid + (y - ry) * unit, mid + (x + rx) * unit, mid + (y + ry) * unit)


def _shade(colour: Colour, by: float) -> Colour:
    red, green, blue = (min(255, int(part * by)) for part in colour)
    return (red, green, blue)


def _head(pen: _Pen, one: Look) -> None:
    pen.oval(0, -0.10, 0.47, 0.53, one.hair)
    pen.oval(0, 0, WIDTH / 2, HEIGHT / 2, one.skin)
    pen.oval(0.16 * one.fringe, -0.43, 0.20, 0.09, one.hair)
    if one.beard:
        pen.oval(0, 0.36, 0.20, 0.12, _shade(one.skin, 0.42))


def _features(pen: _Pen, one: Look) -> None:
    for side in (-1, 1):
        x, y = POINTS[0][0] * -side, POINTS[0][1]
        pen.oval(x, y - 0.02, 0.14, 0.10, _shade(one.skin, 0.6))
        pen.oval(x, y, 0.085, 0.048, (244, 244, 242))
        pen.oval(x, y, 0.045, 0.046, one.eyes)
        pen.oval(x, y, 0.018, 0.018, (8, 8, 8))
        pen.arc(x, y - 0.05, 0.13, 0.09, one.brow)
        if one.glasses:
            pen.ring(x, y, 0.14, 0.022, (30, 30, 34))
    pen.oval(0, 0, 0.05, 0.14, _shade(one.skin, 1.1))
    pen.oval(0, 0.13, one.nose * 0.8, one.nose * 0.4, _shade(one.skin, 0.6))
    pen.oval(0, 0.28, *one.lips, (150, 40, 58))
    for x, y, radius, colour in one.marks:
        pen.oval(x, y, radius, radius, colour)
