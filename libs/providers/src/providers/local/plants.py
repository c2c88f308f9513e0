# ruff: noqa: PLR2004 - the proportions of a drawing: a name for each number would hide the picture
"""Trees, palms, flowers, grass."""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from PIL import Image, ImageDraw

from providers.local.buildings import WOOD, dyed
from providers.local.color import Lch
from providers.local.easel import Easel, Point, spline
from providers.local.land import fill
from providers.local.noise import Grid, smoothstep
from providers.local.stage import Stage

PINE: Final[Lch] = (0.46, 0.07, 150)
LEAF: Final[Lch] = (0.58, 0.13, 135)
BLOSSOM: Final[Lch] = (0.86, 0.09, 0)


def foliage(stage: Stage, otherwise: Lch) -> Lch:
    weather = stage.reading.weather
    if "autumn" in weather:
        return (0.66, 0.16, 52)
    if "snow" in weather:
        return (0.80, 0.03, 220)
    return otherwise


def treeline(stage: Stage, name: str, ground: Grid, tall: float, depth: float, *, gaps: float = 0.0) -> None:
    """A row of conifers on a skyline (both in pixels); far rows are silhouettes, near rows show their branches."""
    canvas = stage.canvas
    rng = stage.dice("treeline", name)
    scale = 2 if canvas.unit > 160 else 3
    peak = max(0, int(ground.min() - tall * 1.35))
    bottom = min(canvas.height, int(ground.max() + tall * 0.3) + 2)
    if bottom <= peak:
        return
    sheet = Image.new("L", (canvas.width * scale, (bottom - peak) * scale))
    pen = ImageDraw.Draw(sheet)
    x = -tall * 0.3
    while x < canvas.width + tall * 0.3:
        height = tall * rng.uniform(0.5, 1.15) * (1.15 if rng.random() < 0.15 else 1)
        foot = float(ground[int(np.clip(x, 0, canvas.width - 1))]) + tall * 0.08
        clump = math.sin(x / canvas.unit * 9 + rng.uniform(-1, 1)) * 0.5 + 0.5
        if clump >= gaps:
            _conifer(pen, (x * scale, (foot - peak) * scale), height * scale, rng)
        x += tall * rng.uniform(0.1, 0.27)
    mask = np.asarray(sheet.reduce(scale), dtype=np.float32) / 255
    top, foot_tone = stage.ridge_tone(depth)
    body = stage.tone(foliage(stage, PINE), 0.18, depth)
    top = top * 0.5 + body * 0.5
    t = smoothstep(0, 1, (canvas.rows(peak, bottom)[:, 0] - ground.min() + tall * 0.7) / (tall * 1.3))
    planes = top[:, None, None] * (1 - t[:, None]) + foot_tone[:, None, None] * t[:, None]
    canvas.wash(planes, mask, peak, bottom)


def _conifer(pen: ImageDraw.ImageDraw, foot: Point, height: float, rng: np.random.Generator) -> None:
    x, y = foot
    half = height * rng.uniform(0.15, 0.22)
    tiers = 9
    left: list[Point] = []
    right: list[Point] = []
    for tier in range(tiers):
        low = (tier + 1) / tiers
        for side, out in ((-1, left), (1, right)):
            w = half * low**0.85 * rng.uniform(0.8, 1.15)
            drop = y - height * (1 - low * 0.94)
            out += [(x + side * w, drop + height * 0.012), (x + side * w * 0.5, drop - height * 0.012)]
    pen.polygon([(x, y - height), *right, (x + half * 0.12, y), (x - half * 0.12, y), *reversed(left)], fill=255)


def pine(stage: Stage, at: Point, size: float, depth: float = 0.0) -> None:
    """A single near conifer with lit branches."""
    easel = Easel(stage, at, size, depth, box=(-0.4, -0.04, 0.4, 1.06))
    rng = stage.dice("pine", round(at[0]))
    color = foliage(stage, PINE)
    easel.shadow(0.25)
    easel.rect(-0.02, -0.02, 0.02, 0.16, easel.ink(WOOD, 0.3))
    for tier in range(11):
        t = tier / 11
        y, w = 0.08 + 0.8 * t, 0.31 * (1 - t) ** 0.9 + 0.02
        points: list[Point] = [(0, y + 0.2)]
        for i in range(9):
            s = -1 + i / 4
            points.append(
                (
                    -s * w * rng.uniform(0.9, 1.1),
                    y - 0.05 * (1 - abs(s)) + (0.022 if i % 2 else -0.012) + rng.uniform(-0.008, 0.008),
                )
            )
        easel.poly(points, easel.ink(color, 0.12 + 0.3 * t))
        half = [(0, y + 0.2), *(p for p in points[1:] if p[0] * easel.side > w * 0.12)]
        if len(half) > 2:
            easel.poly(half, easel.ink(color, 0.5 + 0.3 * t))
    easel.hang(rim=0.35)


def tree(stage: Stage, at: Point, size: float, depth: float = 0.0, *, kind: str = "tree") -> None:
    """A broad crown on a branching trunk: leaf clusters in three tones, light on one side."""
    easel = Easel(stage, at, size, depth, box=(-0.85, -0.05, 0.85, 1.12))
    rng = stage.dice("tree", round(at[0]), kind)
    base = BLOSSOM if kind == "blossom" else LEAF
    color = dyed(stage, kind, base if kind == "blossom" else foliage(stage, base))
    easel.shadow(0.55)
    tips: list[Point] = []
    _branch(easel, rng, _Arm((0.0, -0.02), 0.26, math.pi / 2, 0.05, 5), tips)
    bark = easel.ink(WOOD, 0.2)
    easel.blob([(-0.1, -0.02), (-0.04, 0.06), (0.04, 0.06), (0.1, -0.02)], bark)
    for layer, (shift, facing, share) in enumerate(((0.0, 0.1, 1.0), (0.03, 0.42, 0.8), (0.055, 0.85, 0.55))):
        ink = easel.ink(color, facing)
        for x, y in tips:
            if rng.random() > share:
                continue
            for _ in range(5):
                a, r = rng.uniform(0, 6.28), rng.uniform(0, 0.085)
                cx = x + r * math.cos(a) + shift * easel.side
                cy = y + r * math.sin(a) * 0.8 + shift * 0.8
                s = rng.uniform(0.022, 0.06) * (1 - 0.24 * layer)
                easel.oval((cx, cy), s, s * 0.86, ink)
    easel.hang(rim=0.3)


@dataclass(frozen=True)
class _Arm:
    at: Point
    length: float
    angle: float
    width: float
    left: int
    """Generations of branches still to come."""


def _branch(easel: Easel, rng: np.random.Generator, arm: _Arm, tips: list[Point]) -> None:
    at, length, width = arm.at, arm.length, arm.width
    end = (at[0] + length * math.cos(arm.angle), at[1] + length * math.sin(arm.angle))
    middle = ((at[0] + end[0]) / 2 + rng.normal(0, length * 0.05), (at[1] + end[1]) / 2)
    easel.tube([at, middle, end], (width, width * 0.8, width * 0.66), easel.ink(WOOD, 0.25))
    if arm.left <= 2:
        tips.append(end)
    if arm.left == 0:
        return
    count = 3 if arm.left in (5, 3) else 2
    for i in range(count):
        turn = (i - (count - 1) / 2) * rng.uniform(0.5, 0.75) + rng.normal(0, 0.12)
        turn += (math.pi / 2 - arm.angle) * 0.12
        _branch(
            easel, rng, _Arm(end, length * rng.uniform(0.66, 0.82), arm.angle + turn, width * 0.62, arm.left - 1), tips
        )


def palm(stage: Stage, at: Point, size: float, depth: float = 0.0) -> None:
    easel = Easel(
        stage,
        at,
        size,
        depth,
        box=(-0.75, -0.05, 0.75, 1.2),
        flip=bool(stage.dice("palm", round(at[0])).random() < 0.5),
    )
    rng = stage.dice("palm fronds", round(at[0]))
    bend = rng.uniform(0.1, 0.26)
    trunk = [(0.0, -0.03), (bend * 0.25, 0.3), (bend * 0.6, 0.6), (bend, 0.84)]
    easel.shadow(0.2)
    easel.tube(trunk, (0.036, 0.026, 0.021, 0.018), easel.ink(WOOD, 0.35))
    crown = trunk[-1]
    for i in range(13):
        angle = -0.5 + i * (math.pi + 1.0) / 12 + rng.normal(0, 0.1)
        reach = rng.uniform(0.32, 0.44)
        c, s = math.cos(angle), math.sin(angle)
        rib = [
            crown,
            (crown[0] + c * reach * 0.5, crown[1] + s * reach * 0.45 + 0.08),
            (crown[0] + c * reach, crown[1] + s * reach * 0.42 - 0.12),
        ]
        path = spline(rib, 9, closed=False)
        ink = easel.ink((0.52, 0.11, 140), 0.15 + 0.6 * max(0.0, c * easel.side) + 0.15 * max(0.0, s))
        for k, (x, y) in enumerate(path[1:]):
            t = (k + 1) / len(path)
            leaf = 0.1 * math.sin(math.pi * min(1.0, t * 0.9 + 0.1)) + 0.012
            easel.poly([(x, y + 0.008), (x - 0.015 + c * 0.03, y - leaf), (x + 0.02, y)], ink)
        easel.stroke(path, 0.012, ink)
    easel.hang(rim=0.4)


_PETALS: Final[tuple[Lch, ...]] = (
    (0.62, 0.22, 25), (0.80, 0.12, 355), (0.88, 0.15, 95), (0.96, 0.02, 90), (0.62, 0.17, 300), (0.74, 0.17, 50),
)  # fmt: skip


def flower(stage: Stage, at: Point, size: float, depth: float, number: int) -> None:
    """One stem with a round head; size is the height of the whole plant."""
    easel = Easel(stage, at, size, depth, box=(-0.5, -0.02, 0.5, 1.3))
    rng = stage.dice("flower", number)
    color = dyed(stage, "flower", _PETALS[int(rng.integers(len(_PETALS)))])
    bend = rng.normal(0, 0.09)
    head = (bend * 1.6, 1.0)
    easel.tube([(0, 0), (bend * 0.4, 0.5), head], (0.016, 0.014, 0.011), easel.ink(LEAF, 0.35))
    for hand in (-1, 1):
        y = rng.uniform(0.15, 0.45)
        easel.blob(
            [(0, y), (hand * 0.1, y + 0.12), (hand * 0.26, y + 0.16), (hand * 0.12, y + 0.04)],
            easel.ink(LEAF, 0.5 if hand * easel.side > 0 else 0.2),
        )
    turn, petals, radius = rng.uniform(0, 1), int(rng.integers(6, 12)), rng.uniform(0.14, 0.2)
    for ring, share in ((0, 1.0), (1, 0.66)):
        for i in range(petals):
            a = turn + ring * math.pi / petals + i * 2 * math.pi / petals
            c, s = math.cos(a), math.sin(a) * 0.8
            r = radius * share
            w = r * 2.6 / petals
            petal = [
                head,
                (head[0] + c * r * 0.6 - s * w, head[1] + s * r * 0.6 + c * w),
                (head[0] + c * r, head[1] + s * r),
                (head[0] + c * r * 0.6 + s * w, head[1] + s * r * 0.6 - c * w),
            ]
            easel.blob(petal, easel.ink(color, 0.35 + 0.3 * ring + 0.25 * c * easel.side + 0.1 * s))
    easel.oval(head, radius * 0.26, radius * 0.24, easel.ink((0.78, 0.15, 80), 0.6))
    easel.hang(rim=0.2)


def grass(stage: Stage, name: str, ground: Grid, tall: float, *, material: Lch = LEAF, dense: float = 1.0) -> None:
    """Blades along the lower edge of the picture, dark against the light; tall in pixels."""
    canvas = stage.canvas
    rng = stage.dice("grass", name)
    scale = 2
    peak = max(0, int(ground.min() - tall * 1.4))
    rows = canvas.height - peak
    sheet = Image.new("L", (canvas.width * scale, max(1, rows) * scale))
    pen = ImageDraw.Draw(sheet)
    wind = 0.22 * rng.choice([-1, 1])
    count = int(canvas.width / tall * 26 * dense)
    for x, h, lean in zip(
        rng.uniform(-0.02, 1.02, count), rng.uniform(0.35, 1.1, count) ** 1.3, rng.normal(0, 0.16, count), strict=True
    ):
        px = float(x) * canvas.width
        foot = float(ground[int(np.clip(px, 0, canvas.width - 1))]) + tall * 0.2
        tip = (px + (wind + float(lean)) * tall * float(h), foot - tall * float(h))
        half = max(0.6, tall * 0.018)
        bow = (px + (tip[0] - px) * 0.3, foot - tall * float(h) * 0.55)
        blade = [
            (px - half, foot),
            (bow[0] - half * 0.7, bow[1]),
            tip,
            (bow[0] + half * 0.7, bow[1]),
            (px + half, foot),
        ]
        pen.polygon([(a * scale, (b - peak) * scale) for a, b in blade], fill=255)
    mask = np.asarray(sheet.reduce(scale), dtype=np.float32) / 255
    t = ((canvas.rows(peak, canvas.height)[:, 0] - peak) / max(1, rows))[:, None]
    bright, dark = stage.tone(material, 0.55)[:, None, None], stage.tone(material, 0.02)[:, None, None] * 0.7
    planes = bright * (1 - t) + dark * t
    canvas.wash(planes, mask, peak)
    fill(stage, ground + tall * 0.18, dark * np.ones((1, canvas.height - peak, 1), np.float32), peak)
