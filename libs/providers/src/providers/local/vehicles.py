# ruff: noqa: PLR2004 - the proportions of a drawing: a name for each number would hide the picture
"""Things that move: boat, balloon, rocket, saucer, train, car."""

import math

from providers.local.buildings import IRON, ROOF, WHITE, WOOD, dyed
from providers.local.color import Lch
from providers.local.easel import Easel, Point, spline
from providers.local.stage import Stage


def boat(stage: Stage, at: Point, size: float, depth: float = 0.0, *, flip: bool = False) -> None:
    easel = Easel(stage, at, size, depth, box=(-0.62, -0.1, 0.62, 1.1), flip=flip)
    hull, sail = dyed(stage, "boat", (0.45, 0.09, 40)), WHITE
    if "boat" in stage.reading.dyed:
        hull, sail = WOOD, hull
    front = 0.72 if easel.side > 0 else 0.4
    easel.stroke([(0.02, 0.1), (0.02, 1.0)], 0.016, easel.ink(WOOD, 0.4))
    main = spline([(0.0, 0.17), (-0.03, 0.6), (0.005, 0.96)], 8, closed=False)
    easel.poly([*main, (-0.12, 0.6), (-0.4, 0.19)], easel.ink(sail, 1.05 - front))
    easel.poly([(-0.4, 0.19), (-0.23, 0.42), (-0.03, 0.4), (0.0, 0.17)], easel.ink(sail, 0.9 - front * 0.6))
    jib = spline([(0.46, 0.17), (0.2, 0.45), (0.045, 0.88)], 8, closed=False)
    easel.poly([*jib, (0.06, 0.2)], easel.ink(sail, front))
    deck = [(-0.46, 0.13), (0.0, 0.095), (0.5, 0.15), (0.36, 0.0), (0.2, -0.035), (-0.32, -0.03)]
    easel.poly(deck, easel.ink(hull, 0.3))
    easel.poly(
        [(-0.46, 0.13), (0.0, 0.095), (0.5, 0.15), (0.47, 0.115), (0.0, 0.065), (-0.45, 0.1)], easel.ink(WHITE, 0.5)
    )
    easel.poly([(0.02, 1.0), (-0.09, 0.975), (0.02, 0.95)], easel.ink((0.6, 0.2, 27), 0.7))
    if stage.light.lamps:
        easel.oval((-0.2, 0.15), 0.014, 0.014, (255, 230, 170, 255))
        easel.lamps.append(((-0.2, 0.15), 0.06, 0.6))
    easel.hang(mirror=at[1] + size * 0.02)


_BALLOON: tuple[tuple[Lch, Lch], ...] = (
    ((0.62, 0.19, 28), (0.92, 0.06, 85)), ((0.72, 0.15, 60), (0.50, 0.12, 255)), ((0.60, 0.12, 195), (0.95, 0.05, 90)),
    ((0.80, 0.15, 85), (0.55, 0.18, 15)), ((0.55, 0.16, 300), (0.88, 0.10, 75)),
)  # fmt: skip


def balloon(stage: Stage, at: Point, size: float, depth: float = 0.0, kind: int = 0) -> None:
    easel = Easel(stage, at, size, depth, box=(-0.5, -0.1, 0.5, 1.1))
    first, second = _BALLOON[kind % len(_BALLOON)]
    first = dyed(stage, "balloon", first)
    gores = 12
    for i in range(gores):
        a, b = -1 + 2 * i / gores, -1 + 2 * (i + 1) / gores
        a, b = math.sin(a * math.pi / 2), math.sin(b * math.pi / 2)
        facing = max(0.0, math.cos((easel.side * 0.6 - (a + b) / 2) * 1.3))
        rows = [
            (math.sin(t * math.pi / 20) ** 0.75 if t > 10 else math.sin(t * math.pi / 20) ** 0.9 * 0.86 + 0.14, t / 20)
            for t in range(21)
        ]
        rows[0], rows[-1] = (0.17, 0.0), (0.0, 1.0)
        left = [(a * r * 0.4, 0.26 + 0.78 * t) for r, t in rows]
        right = [(b * r * 0.4, 0.26 + 0.78 * t) for r, t in reversed(rows)]
        easel.poly([*left, *right], easel.ink(first if i % 4 < 2 else second, 0.12 + 0.85 * facing))
    for x in (-0.055, 0.055):
        easel.stroke([(x, 0.12), (x * 1.25, 0.27)], 0.006, easel.ink(IRON, 0.3))
    easel.blob([(-0.06, 0.0), (-0.07, 0.12), (0.07, 0.12), (0.06, 0.0)], easel.ink(WOOD, 0.45))
    if stage.light.lamps:
        easel.lamps += [((0, 0.24), 0.05, 0.8), ((0, 0.45), 0.26, 0.38)]
    easel.hang(rim=0.35)


def rocket(stage: Stage, at: Point, size: float, depth: float = 0.0) -> None:
    easel = Easel(stage, at, size, depth, box=(-0.4, -0.5, 0.4, 1.1))
    fin = dyed(stage, "rocket", ROOF)
    for r, flame in ((0.1, (255, 140, 60, 255)), (0.065, (255, 205, 110, 255)), (0.035, (255, 246, 220, 255))):
        easel.blob([(-r, 0.1), (-r * 1.15, -0.05), (0, -0.42 * (r / 0.1) ** 0.5), (r * 1.15, -0.05), (r, 0.1)], flame)
    easel.poly([(-0.1, 0.32), (-0.24, 0.0), (-0.07, 0.1)], easel.ink(fin, 0.5))
    easel.poly([(0.1, 0.32), (0.24, 0.0), (0.07, 0.1)], easel.ink(fin, 0.25))
    for i in range(14):
        a, b = -1 + 2 * i / 14, -1 + 2 * (i + 1) / 14
        facing = max(0.0, math.cos((easel.side * 0.7 - (a + b) / 2) * 1.35))
        shape = [(0.09, 0.08), (0.125, 0.25), (0.13, 0.5), (0.1, 0.75)]
        tip = [(0.1, 0.75), (0.06, 0.9), (0.0, 1.02)]
        for part, color in ((shape, WHITE), (tip, fin)):
            points = [(a * w, y) for w, y in part] + [(b * w, y) for w, y in reversed(part)]
            easel.poly(points, easel.ink(color, 0.1 + 0.85 * facing))
    easel.oval((0, 0.58), 0.056, 0.056, easel.ink(IRON, 0.6))
    easel.oval((0, 0.58), 0.041, 0.041, easel.ink((0.7, 0.1, 225), 0.8))
    easel.lamps += [((0, -0.05), 0.14, 0.9), ((0, -0.1), 0.4, 0.5)]
    easel.hang()


def ufo(stage: Stage, at: Point, size: float, depth: float = 0.0) -> None:
    easel = Easel(stage, at, size, depth, box=(-0.8, -1.9, 0.8, 0.6))
    for i in range(8):
        spread = 0.5 + 0.02 * i
        easel.poly([(-0.16, 0.02), (0.16, 0.02), (spread, -1.9), (-spread, -1.9)], (190, 255, 225, 8))
    easel.blob([(-0.22, 0.16), (-0.18, 0.34), (0, 0.42), (0.18, 0.34), (0.22, 0.16)], easel.ink((0.75, 0.1, 200), 0.7))
    easel.oval((0, 0.1), 0.62, 0.13, easel.ink((0.62, 0.02, 250), 0.35))
    easel.oval((0, 0.135), 0.6, 0.085, easel.ink((0.8, 0.02, 250), 0.7))
    for i in range(7):
        x = -0.48 + 0.16 * i
        easel.oval((x, 0.05 + 0.05 * abs(x)), 0.025, 0.02, (190, 255, 225, 255))
        easel.lamps.append(((x, 0.05), 0.05, 0.3))
    easel.hang()


def train(stage: Stage, row: float, size: float, depth: float = 0.05) -> None:
    """A steam train crossing; row is the rail, in pixels."""
    canvas = stage.canvas
    easel = Easel(stage, (canvas.width * stage.focus, row), size, depth, box=(-3.4, -0.1, 1.2, 1.2))
    green = dyed(stage, "train", (0.42, 0.09, 155))
    for i in range(3):
        x = -3.2 + i * 0.98
        easel.rect(x, 0.14, x + 0.9, 0.62, easel.ink(ROOF if "train" not in stage.reading.dyed else green, 0.42))
        easel.rect(x - 0.02, 0.6, x + 0.92, 0.68, easel.ink(IRON, 0.4))
        for pane in range(4):
            easel.window((x + 0.15 + pane * 0.2, 0.42), 0.062, 0.075)
        for wheel in (0.2, 0.7):
            easel.oval((x + wheel, 0.09), 0.09, 0.09, easel.ink(IRON, 0.15))
    easel.rect(-0.24, 0.14, 0.12, 0.74, easel.ink(green, 0.4))
    easel.rect(-0.29, 0.72, 0.16, 0.79, easel.ink(IRON, 0.4))
    easel.window((-0.06, 0.58), 0.08, 0.08)
    easel.rect(0.1, 0.24, 0.86, 0.55, easel.ink(green, 0.5))
    easel.rect(0.1, 0.47, 0.86, 0.55, easel.ink(green, 0.8))
    easel.poly([(0.86, 0.02), (1.06, 0.02), (0.86, 0.3)], easel.ink(IRON, 0.3))
    easel.rect(0.66, 0.55, 0.78, 0.8, easel.ink(IRON, 0.4))
    easel.rect(0.63, 0.78, 0.81, 0.83, easel.ink(IRON, 0.5))
    for x, r in ((-0.08, 0.14), (0.26, 0.14), (0.56, 0.14), (0.82, 0.09)):
        easel.oval((x, r), r, r, easel.ink(IRON, 0.15))
        easel.oval((x, r), r * 0.5, r * 0.5, easel.ink(ROOF, 0.4))
    easel.lamps.append(((0.92, 0.45), 0.16, 0.8 if stage.light.lamps else 0.2))
    easel.hang()
    rng = stage.dice("steam")
    for i in range(22):
        puff = (easel.at[0] + size * (0.72 - 0.17 * i), row - size * (0.95 + 0.03 * i + 0.1 * float(rng.random())))
        canvas.glow(puff, size * (0.09 + 0.013 * i), stage.tone((0.97, 0.01, 90), 0.75), 0.5 * (1 - i / 24))


def car(stage: Stage, at: Point, size: float, depth: float = 0.0) -> None:
    easel = Easel(stage, at, size, depth, box=(-1.1, -0.15, 1.1, 0.9))
    paint = dyed(stage, "car", (0.58, 0.18, 28))
    easel.shadow(0.95, 0.5)
    body = [
        (-0.98, 0.16),
        (-0.96, 0.38),
        (-0.62, 0.42),
        (-0.36, 0.66),
        (0.3, 0.66),
        (0.58, 0.43),
        (0.95, 0.36),
        (0.99, 0.16),
    ]
    easel.poly([*spline(body[:-1], 5, closed=False), body[-1]], easel.ink(paint, 0.5))
    easel.rect(-0.97, 0.13, 0.98, 0.22, easel.ink(paint, 0.2))
    easel.poly([(-0.5, 0.43), (-0.31, 0.61), (-0.05, 0.61), (-0.05, 0.43)], easel.ink((0.6, 0.06, 235), 0.5))
    easel.poly([(0.0, 0.43), (0.0, 0.61), (0.27, 0.61), (0.47, 0.43)], easel.ink((0.6, 0.06, 235), 0.6))
    for x in (-0.58, 0.6):
        easel.oval((x, 0.14), 0.17, 0.17, easel.ink(IRON, 0.1))
        easel.oval((x, 0.14), 0.085, 0.085, easel.ink((0.8, 0.01, 250), 0.6))
    if stage.light.lamps:
        easel.lamps += [((0.97, 0.31), 0.12, 0.9), ((1.3, 0.26), 0.4, 0.3), ((-0.97, 0.31), 0.05, 0.5)]
    easel.hang()
