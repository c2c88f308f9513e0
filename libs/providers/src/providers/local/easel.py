# ruff: noqa: PLR2004 - the proportions of a drawing: a name for each number would hide the picture
"""Small drawings in their own coordinates, supersampled, lit at the rim and laid into the scene."""

import functools
import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

import numpy as np
from PIL import Image, ImageDraw

from providers.local.color import Lch, rgb_of
from providers.local.noise import Grid
from providers.local.stage import Stage

Point: TypeAlias = tuple[float, float]
Ink: TypeAlias = tuple[int, int, int, int]

_LAMP: Final = (0.88, 0.13, 78)


@functools.cache
def _weights(steps: int) -> tuple[tuple[float, float, float, float], ...]:
    """What each of four points counts at each step between the middle two."""
    ts = [step / steps for step in range(steps)]
    return tuple((-t + 2 * t**2 - t**3, 2 - 5 * t**2 + 3 * t**3, t + 4 * t**2 - 3 * t**3, -(t**2) + t**3) for t in ts)


def spline(points: Sequence[Point], steps: int = 8, *, closed: bool = True) -> list[Point]:
    """A smooth (Catmull-Rom) curve through the points."""
    count = len(points)
    out: list[Point] = []
    for i in range(count if closed else count - 1):
        if closed:
            p = [points[(i + k) % count] for k in (-1, 0, 1, 2)]
        else:
            p = [points[min(count - 1, max(0, i + k))] for k in (-1, 0, 1, 2)]
        (ax, ay), (bx, by), (cx, cy), (dx, dy) = p
        # Written out, because a meadow has thousands of curves.
        out += [
            ((a * ax + b * bx + c * cx + d * dx) / 2, (a * ay + b * by + c * cy + d * dy) / 2)
            for a, b, c, d in _weights(steps)
        ]
    return out if closed else [*out, points[-1]]


@dataclass
class Easel:
    """Local coordinates: (0, 0) is where the thing stands, y goes up, 1.0 is `size` pixels."""

    stage: Stage
    at: Point
    size: float
    depth: float = 0.0
    box: tuple[float, float, float, float] = (-0.7, -0.15, 0.7, 1.15)
    """Left, bottom, right, top of what may be drawn on, in local units."""
    flip: bool = False
    lamps: list[tuple[Point, float, float]] = field(default_factory=list)

    def __post_init__(self) -> None:
        left, bottom, right, top = self.box
        self.scale = 4 if self.size < 160 else 3 if self.size < 420 else 2
        self.width = max(2, math.ceil((right - left) * self.size))
        self.height = max(2, math.ceil((top - bottom) * self.size))
        self.sheet = Image.new("RGBA", (self.width * self.scale, self.height * self.scale))
        self.pen = ImageDraw.Draw(self.sheet)

    @property
    def side(self) -> float:
        """+1 when light comes from the drawing's own right."""
        return -self.stage.side if self.flip else self.stage.side

    def ink(self, material: Lch, facing: float = 0.4) -> Ink:
        r, g, b = (int(v * 255 + 0.5) for v in self.stage.tone(material, facing, self.depth))
        return r, g, b, 255

    def xy(self, point: Point) -> Point:
        left, _, _, top = self.box
        pixels = self.size * self.scale
        return (point[0] - left) * pixels, (top - point[1]) * pixels

    def poly(self, points: Sequence[Point], ink: Ink) -> None:
        self.pen.polygon([self.xy(p) for p in points], fill=ink)

    def blob(self, points: Sequence[Point], ink: Ink) -> None:
        self.poly(spline(points), ink)

    def rect(self, left: float, bottom: float, right: float, top: float, ink: Ink) -> None:
        self.poly([(left, bottom), (right, bottom), (right, top), (left, top)], ink)

    def oval(self, center: Point, rx: float, ry: float, ink: Ink) -> None:
        x, y = self.xy(center)
        p = self.size * self.scale
        self.pen.ellipse([x - rx * p, y - ry * p, x + rx * p, y + ry * p], fill=ink)

    def stroke(self, points: Sequence[Point], width: float, ink: Ink) -> None:
        pixels = max(1, round(width * self.size * self.scale))
        self.pen.line([self.xy(p) for p in points], fill=ink, width=pixels, joint="curve")

    def tube(self, points: Sequence[Point], widths: Sequence[float], ink: Ink) -> None:
        """A limb: a smooth line of varying thickness."""
        path = spline(points, 6, closed=False)
        thick = np.interp(np.linspace(0, 1, len(path)), np.linspace(0, 1, len(widths)), widths)
        for (x, y), width in zip(path, thick.tolist(), strict=True):
            self.oval((x, y), width, width, ink)
        for (a, b), w0, w1 in zip(itertools.pairwise(path), thick[:-1].tolist(), thick[1:].tolist(), strict=True):
            dx, dy = b[0] - a[0], b[1] - a[1]
            length = math.hypot(dx, dy) or 1.0
            nx, ny = -dy / length, dx / length
            self.poly(
                [
                    (a[0] + nx * w0, a[1] + ny * w0),
                    (b[0] + nx * w1, b[1] + ny * w1),
                    (b[0] - nx * w1, b[1] - ny * w1),
                    (a[0] - nx * w0, a[1] - ny * w0),
                ],
                ink,
            )

    def column(self, low: tuple[float, float], high: tuple[float, float], material: Lch) -> None:
        """A round tower between (half width, y) pairs, shaded around its axis."""
        strips = 16
        for i in range(strips):
            a, b = -1 + 2 * i / strips, -1 + 2 * (i + 1) / strips
            facing = max(0.0, math.cos((self.side * 0.72 - (a + b) / 2) * 1.35)) ** 1.4
            points = [(a * low[0], low[1]), (b * low[0], low[1]), (b * high[0], high[1]), (a * high[0], high[1])]
            self.poly(points, self.ink(material, 0.06 + 0.9 * facing))

    def window(self, center: Point, rx: float, ry: float) -> None:
        """A pane: lit from inside when the light of the scene asks for lamps."""
        x, y = center
        if not self.stage.light.lamps:
            self.rect(x - rx, y - ry, x + rx, y + ry, self.ink((0.38, 0.04, 250), 0.3))
            return
        r, g, b = (int(v * 255) for v in _lamp(self.depth))
        self.rect(x - rx, y - ry, x + rx, y + ry, (r, g, b, 255))
        self.lamps.append((center, max(rx, ry) * 2.6, 0.5))

    def shadow(self, width: float, strength: float = 0.4) -> None:
        """A soft contact shadow on the ground."""
        canvas = self.stage.canvas
        x, y = self.at
        rx, ry = width * self.size, width * self.size * 0.16
        top, bottom = max(0, int(y - ry * 2)), min(canvas.height, int(y + ry * 2) + 1)
        if top < bottom:
            fall = np.exp(-(((canvas.x - x) / rx) ** 2) - ((canvas.rows(top, bottom) - y) / ry) ** 2)
            canvas.wash(self.stage.tone((0.25, 0.02, 270), 0), fall * strength, top, bottom)

    def hang(self, *, opacity: float = 1.0, rim: float = 0.55, mirror: float | None = None) -> None:
        """Lay the drawing into the scene. Mirror: the water row (pixels) in which it is reflected first."""
        sheet = self.sheet.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if self.flip else self.sheet
        sprite = _rimmed(sheet.convert("RGBa").reduce(self.scale), self.stage, rim * (1 - 0.7 * self.depth))
        left = self.box[0] if not self.flip else -self.box[2]
        x, y = round(self.at[0] + left * self.size), round(self.at[1] - self.box[3] * self.size)
        if mirror is not None:
            self._reflect(sprite, x, mirror)
        self.stage.canvas.stamp(sprite, x, y, opacity)
        for (px, py), radius, strength in self.lamps:
            lamp = (self.at[0] + (-px if self.flip else px) * self.size, self.at[1] - py * self.size)
            self.stage.canvas.glow(lamp, radius * self.size, _lamp(self.depth), strength)

    def _reflect(self, sprite: Image.Image, x: int, row: float) -> None:
        data = np.asarray(sprite)[::-1]
        rows = np.arange(data.shape[0])
        t = rows / max(1, data.shape[0])
        swing = np.sin(rows * (0.9 - 0.45 * t) * 3 / max(1.0, self.stage.canvas.unit / 340)) * t * self.size * 0.05
        columns = (np.arange(data.shape[1])[None, :] + swing[:, None]).astype(np.int32)
        bent = data[rows[:, None], np.clip(columns, 0, data.shape[1] - 1)].astype(np.float32)
        bent *= (0.55 * (1 - t) ** 0.7)[:, None, None]
        mirrored = _premultiplied(bent)
        top = round(2 * row - self.at[1] + self.box[1] * self.size)
        self.stage.canvas.stamp(mirrored, x, top)


def _premultiplied(planes: Grid) -> Image.Image:
    height, width, _ = planes.shape
    return Image.frombytes("RGBa", (width, height), np.ascontiguousarray(planes.astype(np.uint8)).tobytes())


def _lamp(depth: float) -> Grid:
    return rgb_of((_LAMP[0] - 0.1 * depth, _LAMP[1], _LAMP[2]))


def _rimmed(sprite: Image.Image, stage: Stage, strength: float) -> Image.Image:
    """Edges that look towards the light catch it."""
    if strength <= 0 or stage.light.lamp == "none":
        return sprite
    data = np.asarray(sprite, dtype=np.float32)
    alpha = data[..., 3]
    reach = max(1, round(stage.canvas.unit / 420))
    away = np.zeros_like(alpha)
    if stage.side > 0:
        away[reach:, :-reach] = alpha[:-reach, reach:]
    else:
        away[reach:, reach:] = alpha[:-reach, :-reach]
    edge = np.clip(alpha - away, 0, 255) / 255 * strength
    out = data.copy()
    key = stage.key_rgb * 255
    out[..., :3] += (key[None, None, :] * (alpha / 255)[..., None] - data[..., :3]) * edge[..., None]
    return _premultiplied(np.clip(out, 0, 255))
