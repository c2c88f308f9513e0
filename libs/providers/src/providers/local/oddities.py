"""Mushroom, campfire, dragon, butterfly, fish."""

from typing import Final

from providers.local.buildings import WOOD, dyed
from providers.local.easel import Easel, Point, spline
from providers.local.stage import Stage


def mushroom(stage: Stage, at: Point, size: float, depth: float = 0.0) -> None:
    easel = Easel(stage, at, size, depth, box=(-0.7, -0.05, 0.7, 1.1))
    cap = dyed(stage, "mushroom", (0.56, 0.2, 28))
    pale = (0.95, 0.03, 80)
    easel.shadow(0.4)
    easel.column((0.14, -0.02), (0.1, 0.55), pale)
    easel.blob([(-0.2, 0.42), (0, 0.47), (0.2, 0.42), (0.12, 0.36), (-0.12, 0.36)], easel.ink(pale, 0.3))
    easel.blob(
        [(-0.5, 0.52), (-0.4, 0.78), (0, 0.98), (0.4, 0.78), (0.5, 0.52), (0.2, 0.47), (-0.2, 0.47)],
        easel.ink(cap, 0.35),
    )
    s = easel.side
    easel.blob([(s * 0.46, 0.57), (s * 0.36, 0.78), (0, 0.95), (s * 0.08, 0.75), (s * 0.2, 0.56)], easel.ink(cap, 0.75))
    for x, y, r in (
        (-0.26, 0.68, 0.06),
        (0.02, 0.84, 0.065),
        (0.26, 0.66, 0.055),
        (-0.04, 0.6, 0.045),
        (-0.38, 0.57, 0.03),
        (0.14, 0.73, 0.03),
    ):
        easel.oval((x, y), r, r * 0.75, easel.ink(pale, 0.8))
    easel.hang()


def campfire(stage: Stage, at: Point, size: float, depth: float = 0.0) -> None:
    easel = Easel(stage, at, size, depth, box=(-0.9, -0.15, 0.9, 1.3))
    rng = stage.dice("campfire")
    for a, b in (((-0.42, 0.0), (0.3, 0.14)), ((0.42, 0.0), (-0.3, 0.14)), ((-0.2, -0.04), (0.24, 0.1))):
        easel.tube([a, b], (0.055, 0.05), easel.ink(WOOD, 0.3))
    for scale, color in ((1.0, (240, 96, 40, 255)), (0.74, (255, 166, 60, 255)), (0.46, (255, 232, 160, 255))):
        for lean in (-0.16, 0.15, 0.0):
            w, h = 0.2 * scale, (0.62 + 0.4 * (lean == 0)) * scale
            tip = lean * 1.4 + rng.uniform(-0.06, 0.06)
            easel.blob(
                [
                    (lean - w, 0.14),
                    (lean - w * 0.7, 0.14 + h * 0.42),
                    (tip, 0.1 + h),
                    (lean + w * 0.8, 0.14 + h * 0.4),
                    (lean + w, 0.14),
                    (lean, 0.06),
                ],
                color,
            )
    easel.lamps += [((0, 0.35), 0.45, 0.7), ((0, 0.3), 1.5, 0.42)]
    easel.hang(rim=0)
    for x, y, p in rng.random((24, 3)):
        spark = (at[0] + size * float(x - 0.5) * (0.5 + float(y)), at[1] - size * (0.6 + 1.7 * float(y)))
        stage.canvas.glow(spark, max(0.7, size * 0.012), stage.sun_rgb, float(0.5 + 0.5 * p))


_FAR_WING: Final[tuple[Point, ...]] = (
    (0.02, 0.16), (0.3, 0.55), (0.62, 0.9), (0.7, 0.6), (0.82, 0.42), (0.62, 0.34), (0.6, 0.14), (0.4, 0.16),
    (0.3, 0.02),
)  # fmt: skip
_NEAR_WING: Final[tuple[Point, ...]] = (
    (-0.1, 0.14), (-0.16, 0.6), (-0.34, 1.0), (0.0, 0.84), (0.06, 0.68), (0.22, 0.72), (0.24, 0.5), (0.42, 0.46),
    (0.34, 0.28), (0.28, 0.04),
)  # fmt: skip


def dragon(stage: Stage, at: Point, size: float, depth: float = 0.0) -> None:
    """In flight, to the left, wings raised."""
    easel = Easel(stage, at, size, depth, box=(-1.2, -0.7, 1.2, 1.1), flip=stage.side > 0)
    skin = dyed(stage, "dragon", (0.42, 0.1, 20))
    base, lit, dark = easel.ink(skin, 0.35), easel.ink(skin, 0.75), easel.ink(skin, 0.08)
    easel.poly(_FAR_WING, dark)
    easel.tube([(0.2, 0.0), (0.5, -0.12), (0.8, -0.06), (1.08, -0.22)], (0.12, 0.07, 0.035, 0.01), base)
    easel.poly([(1.02, -0.2), (1.16, -0.14), (1.14, -0.32)], base)
    easel.blob([(-0.28, 0.1), (0.0, 0.18), (0.28, 0.06), (0.3, -0.06), (0.05, -0.16), (-0.22, -0.08)], base)
    easel.tube([(-0.2, 0.04), (-0.45, 0.2), (-0.64, 0.22), (-0.78, 0.14)], (0.11, 0.075, 0.06, 0.055), base)
    easel.blob([(-0.7, 0.2), (-0.82, 0.22), (-1.0, 0.12), (-1.02, 0.07), (-0.86, 0.06), (-0.72, 0.08)], lit)
    for x in (-0.72, -0.78):
        easel.poly([(x, 0.2), (x + 0.16, 0.36), (x + 0.07, 0.19)], base)
    easel.poly(_NEAR_WING, lit)
    for tip in ((-0.34, 1.0), (0.22, 0.72), (0.42, 0.46)):
        easel.stroke([(-0.08, 0.14), (-0.13, 0.55), tip], 0.016, base)
    for x in (0.12, -0.08):
        easel.tube([(x, -0.08), (x + 0.07, -0.24), (x + 0.0, -0.32)], (0.05, 0.035, 0.02), base)
    easel.hang()


def butterfly(stage: Stage, at: Point, size: float, depth: float = 0.0) -> None:
    easel = Easel(stage, at, size, depth, box=(-0.7, -0.1, 0.7, 1.1))
    rng = stage.dice("butterfly", round(at[0]), round(at[1]))
    color = dyed(stage, "butterfly", (0.70, 0.16, float(rng.choice([50, 250, 320, 85]))))
    edge = easel.ink((0.2, 0.02, 280), 0.2)
    lean = rng.uniform(-0.12, 0.12)
    for s in (-1, 1):
        facing = 0.75 if s * easel.side > 0 else 0.4
        for grow, ink in ((1.0, edge), (0.86, easel.ink(color, facing))):
            g = grow
            easel.blob(
                [
                    (s * 0.02 + lean, 0.52),
                    (s * 0.2 * g + lean, 0.86 * g + 0.07),
                    (s * 0.52 * g, 1.0 * g + 0.04),
                    (s * 0.56 * g, 0.72),
                    (s * 0.3 * g, 0.5),
                ],
                ink,
            )
            easel.blob(
                [
                    (s * 0.02 + lean, 0.5),
                    (s * 0.34 * g, 0.47),
                    (s * 0.4 * g, 0.26),
                    (s * 0.2 * g, 0.12 / g),
                    (s * 0.06 + lean, 0.3),
                ],
                ink,
            )
        easel.oval((s * 0.4, 0.84), 0.045, 0.05, easel.ink((0.96, 0.03, 90), 0.8))
        easel.oval((s * 0.26, 0.31), 0.04, 0.045, easel.ink((0.96, 0.03, 90), 0.8))
        easel.stroke(
            spline([(lean, 0.7), (s * 0.06 + lean, 0.86), (s * 0.15 + lean, 0.93)], 6, closed=False), 0.01, edge
        )
    easel.tube([(lean, 0.74), (lean, 0.5), (lean * 0.6, 0.24)], (0.03, 0.035, 0.016), edge)
    easel.hang(rim=0.3)


def fish(stage: Stage, at: Point, size: float, depth: float, number: int) -> None:
    rng = stage.dice("fish", number)
    easel = Easel(stage, at, size, depth, box=(-1.0, -0.6, 1.0, 0.6), flip=bool(number % 5 == 0))
    color = dyed(
        stage, "fish", ((0.76, 0.17, 55), (0.70, 0.12, 230), (0.85, 0.15, 95), (0.65, 0.2, 20))[int(rng.integers(4))]
    )
    base, lit, pale = easel.ink(color, 0.5), easel.ink(color, 0.95), easel.ink((0.97, 0.02, 90), 0.9)
    easel.blob([(0.42, 0.0), (0.72, 0.3), (0.66, 0.0), (0.72, -0.3)], base)
    easel.blob([(-0.1, 0.2), (0.1, 0.44), (0.3, 0.12)], base)
    easel.blob(
        [(-0.62, -0.02), (-0.35, 0.24), (0.05, 0.28), (0.5, 0.04), (0.5, -0.06), (0.05, -0.25), (-0.38, -0.2)], base
    )
    easel.blob([(-0.6, 0.0), (-0.34, 0.23), (0.05, 0.27), (0.48, 0.03), (0.0, 0.06)], lit)
    for x in (-0.2, 0.12):
        easel.blob([(x, 0.24), (x + 0.07, 0.0), (x, -0.22), (x - 0.08, 0.0)], pale)
    easel.oval((-0.42, 0.06), 0.05, 0.05, pale)
    easel.oval((-0.43, 0.06), 0.028, 0.028, (20, 20, 30, 255))
    easel.hang(rim=0.3)
