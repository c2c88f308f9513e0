# ruff: noqa: PLR2004 - the proportions of a drawing: a name for each number would hide the picture
"""Things people built: lighthouse, house, castle, temple, windmill, bridge, tent."""

import math
from typing import Final

import numpy as np

from providers.local import lexicon
from providers.local.color import Lch, blend_lch
from providers.local.easel import Easel, Point
from providers.local.stage import Stage

WHITE: Final[Lch] = (0.97, 0.012, 85)
STONE: Final[Lch] = (0.70, 0.02, 70)
WOOD: Final[Lch] = (0.50, 0.07, 50)
ROOF: Final[Lch] = (0.50, 0.13, 32)
IRON: Final[Lch] = (0.34, 0.015, 260)
SLATE: Final[Lch] = (0.44, 0.03, 260)


def dyed(stage: Stage, subject: str, otherwise: Lch) -> Lch:
    """The colour word that stood before the subject, else its usual colour."""
    name = stage.reading.dyed.get(subject)
    return blend_lch(lexicon.COLORS[name], otherwise, 0.3) if name else otherwise


def lighthouse(stage: Stage, at: Point, size: float, depth: float = 0.0) -> None:
    _beams(stage, at, size)
    easel = Easel(stage, at, size, depth, box=(-0.62, -0.06, 0.62, 1.06))
    band = dyed(stage, "lighthouse", (0.55, 0.19, 28))
    _keepers_house(easel)
    rings = 6
    for i in range(rings):
        low, high = i / rings, (i + 1) / rings
        color = band if i % 2 else WHITE
        easel.column((_taper(low), 0.74 * low - 0.02), (_taper(high), 0.74 * high), color)
    for row in (0.2, 0.44):
        easel.window((0.0, row), 0.012, 0.022)
    easel.column((0.088, 0.735), (0.1, 0.765), IRON)
    for i in range(9):
        x = -0.098 + 0.0245 * i
        easel.stroke([(x, 0.765), (x, 0.805)], 0.005, easel.ink(IRON, 0.3))
    easel.stroke([(-0.1, 0.805), (0.1, 0.805)], 0.007, easel.ink(IRON, 0.5))
    easel.column((0.05, 0.765), (0.05, 0.865), (0.93, 0.09, 88))
    if stage.light.lamps:
        easel.oval((0, 0.815), 0.036, 0.04, (255, 246, 214, 255))
        easel.lamps += [((0, 0.815), 0.05, 0.9), ((0, 0.815), 0.17, 0.55)]
    for x in (-0.05, -0.018, 0.018, 0.05):
        easel.stroke([(x, 0.765), (x, 0.87)], 0.007, easel.ink(IRON, 0.25))
    easel.column((0.064, 0.862), (0.062, 0.878), IRON)
    easel.column((0.06, 0.878), (0.012, 0.945), band)
    easel.oval((0, 0.952), 0.013, 0.013, easel.ink(IRON, 0.6))
    easel.stroke([(0, 0.95), (0, 1.0)], 0.006, easel.ink(IRON, 0.4))
    _bushes(easel)
    easel.hang()


def _bushes(easel: Easel) -> None:
    """What hides the line where a wall meets the ground."""
    rng = easel.stage.dice("bushes")
    for x, size, shade in rng.random((34, 3)):
        at = (-0.16 + 0.6 * float(x)) * -easel.side
        r = 0.012 + 0.022 * float(size) ** 2
        easel.oval((at, -0.028 + r * 0.4), r * 1.2, r, easel.ink((0.48, 0.09, 128), 0.1 + 0.5 * float(shade)))


def _taper(t: float) -> float:
    return 0.112 - 0.05 * t + 0.018 * (1 - t) ** 3


def _keepers_house(easel: Easel) -> None:
    side = -easel.side
    left, right = sorted((0.06 * side, 0.4 * side))
    easel.rect(left, -0.025, right, 0.13, easel.ink(WHITE, 0.34))
    gable = right if easel.side > 0 else left
    easel.rect(
        min(gable, gable - 0.05 * easel.side),
        -0.025,
        max(gable, gable - 0.05 * easel.side),
        0.13,
        easel.ink(WHITE, 0.75),
    )
    easel.poly(
        [(left - 0.02, 0.125), (right + 0.02, 0.125), (right - 0.03, 0.21), (left + 0.03, 0.21)], easel.ink(ROOF, 0.45)
    )
    easel.rect(right - 0.12, 0.18, right - 0.085, 0.25, easel.ink(STONE, 0.4))
    for x in (0.3, 0.55, 0.8):
        easel.window((left + (right - left) * x, 0.06), 0.017, 0.024)


def _beams(stage: Stage, at: Point, size: float) -> None:
    if not stage.light.lamps:
        return
    canvas = stage.canvas
    x0, y0 = at[0], at[1] - 0.815 * size
    strength = 0.2 if stage.light.stars < 0.4 else 0.34
    dx, dy = canvas.x - x0, canvas.rows(0, canvas.height) - y0
    for angle, weight in ((0.05 * stage.side, 1.0), (math.pi - 0.07 * stage.side, 0.75)):
        along = dx * math.cos(angle) - dy * math.sin(angle)
        across = dx * math.sin(angle) + dy * math.cos(angle)
        spread = np.maximum(along, 1) * 0.055 + size * 0.012
        beam = np.exp(-((across / spread) ** 2)) * np.exp(-along / (canvas.unit * 0.55)) * (along > 0)
        canvas.shine(np.array([1.0, 0.93, 0.74], np.float32), beam * strength * weight)


def house(stage: Stage, at: Point, size: float, depth: float = 0.0) -> None:
    easel = Easel(stage, at, size, depth, box=(-0.9, -0.15, 0.9, 1.3))
    wall = dyed(stage, "house", WOOD if stage.dice("house").random() < 0.6 else WHITE)
    roof = (0.97, 0.01, 250) if "snow" in stage.reading.weather else ROOF if wall != ROOF else SLATE
    s = easel.side
    easel.shadow(0.7)
    gable, long = 0.75 * (s > 0) + 0.3 * (s < 0), 0.75 * (s < 0) + 0.3 * (s > 0)
    easel.rect(-0.6, 0, 0.12, 0.42, easel.ink(wall, long))
    easel.poly([(0.12, 0), (0.6, 0), (0.6, 0.42), (0.36, 0.72), (0.12, 0.42)], easel.ink(wall, gable))
    for y in (0.1, 0.2, 0.3):
        easel.stroke([(-0.6, y), (0.12, y)], 0.007, easel.ink(wall, long * 0.55))
    easel.rect(-0.44, 0.62, -0.34, 0.9, easel.ink(STONE, 0.5))
    easel.poly([(-0.68, 0.38), (0.1, 0.38), (0.36, 0.77), (-0.44, 0.77)], easel.ink(roof, long))
    easel.stroke([(0.08, 0.37), (0.36, 0.76), (0.66, 0.37)], 0.045, easel.ink(roof, gable))
    easel.rect(0.3, 0, 0.42, 0.26, easel.ink(WOOD, 0.12))
    for center in ((-0.45, 0.22), (-0.14, 0.22), (0.36, 0.47)):
        easel.window(center, 0.06, 0.065)
        easel.stroke([(center[0], center[1] - 0.065), (center[0], center[1] + 0.065)], 0.012, easel.ink(WOOD, 0.2))
    easel.hang()
    if stage.light.lamps:
        for i in range(6):
            puff = (at[0] + size * (-0.39 + 0.05 * i * stage.side), at[1] - size * (1.0 + 0.14 * i))
            stage.canvas.glow(puff, size * (0.05 + 0.022 * i), stage.tone((0.9, 0.01, 250), 0.6), 0.22 - 0.03 * i)


def castle(stage: Stage, at: Point, size: float, depth: float = 0.0) -> None:
    easel = Easel(stage, at, size, depth, box=(-0.75, -0.15, 0.75, 1.2))
    wall, roof = dyed(stage, "castle", (0.80, 0.03, 75)), (0.48, 0.09, 265)
    towers = (
        (-0.02, 0.115, 0.66, 0.3),
        (-0.22, 0.07, 0.5, 0.2),
        (0.2, 0.075, 0.56, 0.22),
        (-0.42, 0.085, 0.36, 0.2),
        (0.43, 0.09, 0.38, 0.22),
    )
    for x, half, tall, cap in towers[:3]:
        _turret(easel, x, half, tall, cap, (wall, roof))
    easel.rect(-0.5, -0.08, 0.5, 0.22, easel.ink(wall, 0.38))
    for i in range(14):
        easel.rect(-0.49 + i * 0.072, 0.22, -0.455 + i * 0.072, 0.25, easel.ink(wall, 0.42))
    for x, half, tall, cap in towers[3:]:
        _turret(easel, x, half, tall, cap, (wall, roof))
    easel.blob([(-0.07, -0.08), (-0.07, 0.07), (0, 0.13), (0.07, 0.07), (0.07, -0.08)], easel.ink(IRON, 0.1))
    for x in (-0.27, -0.17, 0.17, 0.27):
        easel.window((x, 0.1), 0.012, 0.024)
    easel.hang()


def _turret(easel: Easel, x: float, half: float, tall: float, cap: float, colors: tuple[Lch, Lch]) -> None:
    wall, roof = colors
    strips = 10
    for i in range(strips):
        a, b = x + half * (-1 + 2 * i / strips), x + half * (-1 + 2 * (i + 1) / strips)
        facing = max(0.0, math.cos((easel.side * 0.7 + 1 - (2 * i + 1) / strips) * 1.35))
        easel.rect(a, -0.08, b, tall, easel.ink(wall, 0.08 + 0.85 * facing))
        tip = (x, tall + cap)
        wide = 1.22
        easel.poly([(x + (a - x) * wide, tall), (x + (b - x) * wide, tall), tip], easel.ink(roof, 0.1 + 0.8 * facing))
    easel.stroke([(x, tall + cap), (x, tall + cap + 0.06)], 0.006, easel.ink(IRON, 0.4))
    flag = [(x, tall + cap + 0.06), (x + 0.07, tall + cap + 0.045), (x, tall + cap + 0.028)]
    easel.poly(flag, easel.ink((0.58, 0.2, 27), 0.7))
    for y in (0.45, 0.75):
        easel.window((x, tall * y), 0.012, 0.025)


def temple(stage: Stage, at: Point, size: float, depth: float = 0.0) -> None:
    easel = Easel(stage, at, size, depth, box=(-0.6, -0.1, 0.6, 1.2))
    red, roof = dyed(stage, "temple", (0.55, 0.17, 30)), SLATE
    easel.shadow(0.5)
    easel.rect(-0.36, -0.04, 0.36, 0.05, easel.ink(STONE, 0.5))
    for i in range(5):
        y, w = 0.05 + i * 0.17, 0.25 - i * 0.034
        easel.rect(-w, y, w, y + 0.11, easel.ink(red, 0.4))
        near, far = sorted((0.0, w * easel.side))
        easel.rect(near, y, far, y + 0.11, easel.ink(red, 0.62))
        for x in (-0.55, 0, 0.55):
            easel.window((x * w, y + 0.05), 0.026, 0.032)
        e = w + 0.13
        eave = [
            (-e, y + 0.135),
            (-e * 0.75, y + 0.105),
            (0, y + 0.098),
            (e * 0.75, y + 0.105),
            (e, y + 0.135),
            (w * 0.75, y + 0.175),
            (-w * 0.75, y + 0.175),
        ]
        easel.poly([*eave[:5], *eave[5:]], easel.ink(roof, 0.45))
    easel.stroke([(0, 0.89), (0, 1.1)], 0.014, easel.ink((0.75, 0.13, 85), 0.6))
    for i in range(4):
        easel.oval((0, 0.93 + 0.035 * i), 0.024 - 0.004 * i, 0.008, easel.ink((0.75, 0.13, 85), 0.7))
    easel.hang()


def windmill(stage: Stage, at: Point, size: float, depth: float = 0.0) -> None:
    easel = Easel(stage, at, size, depth, box=(-0.62, -0.1, 0.62, 1.25))
    easel.shadow(0.35)
    easel.column((0.17, -0.02), (0.11, 0.6), dyed(stage, "windmill", WHITE))
    easel.column((0.125, 0.6), (0.03, 0.75), ROOF)
    for y in (0.2, 0.42):
        easel.window((0.0, y), 0.022, 0.032)
    easel.rect(-0.035, -0.02, 0.035, 0.1, easel.ink(WOOD, 0.2))
    turn = stage.dice("windmill").uniform(0.2, 1.2)
    hub = (0.0, 0.66)
    for i in range(4):
        a = turn + i * math.pi / 2
        c, s = math.cos(a), math.sin(a)
        tip = (hub[0] + 0.52 * c, hub[1] + 0.52 * s)
        easel.stroke([hub, tip], 0.016, easel.ink(WOOD, 0.3))
        near, far = 0.12, 0.52
        sail = [
            (hub[0] + r * c - w * s, hub[1] + r * s + w * c) for r, w in ((near, 0), (far, 0), (far, 0.1), (near, 0.1))
        ]
        easel.poly(sail, easel.ink((0.93, 0.03, 80), 0.5 + 0.3 * c * easel.side))
        for r in (0.2, 0.28, 0.36, 0.44):
            easel.stroke(
                [(hub[0] + r * c, hub[1] + r * s), (hub[0] + r * c - 0.1 * s, hub[1] + r * s + 0.1 * c)],
                0.007,
                easel.ink(WOOD, 0.3),
            )
    easel.oval(hub, 0.026, 0.026, easel.ink(IRON, 0.5))
    easel.hang()


def tent(stage: Stage, at: Point, size: float, depth: float = 0.0) -> None:
    easel = Easel(stage, at, size, depth, box=(-0.9, -0.1, 0.9, 0.9))
    cloth = dyed(stage, "tent", (0.72, 0.15, 60))
    easel.shadow(0.7)
    easel.poly([(-0.62, 0), (-0.08, 0.6), (0.22, 0)], easel.ink(cloth, 0.6))
    easel.poly([(-0.08, 0.6), (0.22, 0), (0.62, 0.05), (0.24, 0.58)], easel.ink(cloth, 0.28))
    easel.poly([(-0.28, 0), (-0.08, 0.55), (-0.04, 0)], easel.ink((0.35, 0.06, 50), 0.2))
    if stage.light.lamps:
        easel.poly([(-0.26, 0), (-0.085, 0.48), (-0.05, 0)], (255, 214, 140, 255))
        easel.lamps += [((-0.12, 0.2), 0.28, 0.6)]
    easel.hang()


def bridge(stage: Stage, row: float, size: float, depth: float = 0.25) -> None:
    """A suspension bridge across the whole picture; row is its deck, in pixels."""
    width = stage.canvas.width / size
    easel = Easel(stage, (0, row), size, depth, box=(-0.05, -0.5, width + 0.05, 1.1))
    ink, shade = (
        easel.ink(dyed(stage, "bridge", (0.52, 0.16, 33)), 0.5),
        easel.ink(dyed(stage, "bridge", (0.52, 0.16, 33)), 0.1),
    )
    left, right = width * 0.27, width * 0.77
    for x in (left, right):
        for off in (-0.035, 0.035):
            easel.rect(x + off - 0.017, -0.5, x + off + 0.017, 0.72, ink if off * easel.side > 0 else shade)
        for y in (0.2, 0.44, 0.68):
            easel.rect(x - 0.05, y, x + 0.05, y + 0.035, ink)
    for a, b, low in ((left, right, 0.08), (left - (right - left), left, 0.08), (right, right + right - left, 0.08)):
        points = [(a + (b - a) * t, low + (0.7 - low) * (2 * t - 1) ** 2) for t in np.linspace(0, 1, 40).tolist()]
        easel.stroke(points, 0.014, ink)
        for x, y in points[1:-1:2]:
            easel.stroke([(x, 0.0), (x, y)], 0.005, shade)
    easel.rect(-0.05, -0.03, width + 0.05, 0.015, ink)
    easel.rect(-0.05, -0.045, width + 0.05, -0.03, shade)
    easel.hang()
