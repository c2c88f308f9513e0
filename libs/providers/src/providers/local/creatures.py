# ruff: noqa: PLR2004 - the proportions of a drawing: a name for each number would hide the picture
"""Animals and people, drawn as the posters draw them: a few smooth shapes and a rim of light."""

from typing import Final

from providers.local.buildings import IRON, dyed
from providers.local.color import Lch
from providers.local.easel import Easel, Point
from providers.local.stage import Stage

FUR: Final[dict[str, Lch]] = {
    "fox": (0.66, 0.17, 48), "cat": (0.38, 0.02, 280), "wolf": (0.55, 0.015, 260), "deer": (0.55, 0.08, 55),
    "horse": (0.42, 0.07, 48), "bear": (0.38, 0.05, 50), "owl": (0.60, 0.05, 65), "whale": (0.42, 0.06, 250),
}  # fmt: skip


def begin(stage: Stage, name: str, at: Point, size: float, depth: float) -> tuple[Easel, Lch]:
    easel = Easel(stage, at, size, depth, box=(-0.8, -0.1, 0.8, 1.2), flip=stage.side > 0)
    easel.shadow(0.42)
    return easel, dyed(stage, name, FUR[name])


def fox(stage: Stage, at: Point, size: float, depth: float = 0.0) -> None:
    """Sitting, looking to the left."""
    easel, fur = begin(stage, "fox", at, size, depth)
    base, lit, dark = easel.ink(fur, 0.45), easel.ink(fur, 0.8), easel.ink(fur, 0.12)
    white, black = easel.ink((0.96, 0.02, 75), 0.6), easel.ink((0.25, 0.02, 40), 0.3)
    easel.tube([(0.22, 0.08), (0.45, 0.05), (0.56, 0.16), (0.52, 0.34)], (0.06, 0.1, 0.11, 0.02), dark)
    easel.tube([(0.55, 0.2), (0.545, 0.28), (0.52, 0.36)], (0.09, 0.07, 0.015), white)
    easel.blob(
        [(-0.12, 0.6), (0.06, 0.6), (0.2, 0.4), (0.3, 0.2), (0.28, 0.03), (0.1, 0.0), (-0.1, 0.0), (-0.16, 0.3)], base
    )
    easel.blob([(0.04, 0.24), (0.16, 0.31), (0.28, 0.22), (0.29, 0.05), (0.12, 0.0), (0.02, 0.02)], lit)
    easel.blob([(-0.2, 0.58), (-0.06, 0.6), (-0.02, 0.42), (-0.07, 0.2), (-0.14, 0.28), (-0.2, 0.42)], white)
    easel.tube([(-0.11, 0.34), (-0.12, 0.16), (-0.13, 0.04)], (0.055, 0.042, 0.035), base)
    easel.tube([(-0.01, 0.34), (-0.02, 0.16), (-0.03, 0.04)], (0.06, 0.046, 0.038), lit)
    easel.oval((-0.15, 0.022), 0.055, 0.026, black)
    easel.oval((-0.05, 0.02), 0.06, 0.028, black)
    easel.blob([(-0.01, 0.72), (0.07, 0.98), (0.1, 0.7)], base)
    easel.blob([(-0.19, 0.75), (-0.17, 1.0), (-0.06, 0.78)], lit)
    easel.blob([(-0.165, 0.8), (-0.16, 0.93), (-0.1, 0.8)], black)
    easel.blob(
        [
            (-0.22, 0.72),
            (-0.08, 0.83),
            (0.08, 0.76),
            (0.1, 0.62),
            (-0.02, 0.54),
            (-0.18, 0.56),
            (-0.4, 0.575),
            (-0.42, 0.62),
        ],
        lit,
    )
    easel.blob(
        [(-0.41, 0.59), (-0.24, 0.63), (-0.1, 0.62), (0.04, 0.55), (-0.06, 0.51), (-0.2, 0.54), (-0.38, 0.565)], white
    )
    easel.oval((-0.42, 0.603), 0.025, 0.02, black)
    easel.oval((-0.16, 0.685), 0.019, 0.017, black)
    easel.hang()


def cat(stage: Stage, at: Point, size: float, depth: float = 0.0) -> None:
    """Sitting with its back to us, watching the view."""
    easel, fur = begin(stage, "cat", at, size, depth)
    base, lit, dark = easel.ink(fur, 0.35), easel.ink(fur, 0.75), easel.ink(fur, 0.1)
    easel.tube(
        [(0.16, 0.06), (0.36, 0.02), (0.5, 0.12), (0.5, 0.3), (0.44, 0.36)], (0.05, 0.045, 0.042, 0.038, 0.03), base
    )
    easel.blob(
        [
            (-0.1, 0.6),
            (0.1, 0.6),
            (0.2, 0.4),
            (0.27, 0.18),
            (0.22, 0.0),
            (0, -0.01),
            (-0.22, 0.0),
            (-0.27, 0.18),
            (-0.2, 0.4),
        ],
        base,
    )
    easel.blob(
        [(0.02, 0.56), (0.1, 0.56), (0.18, 0.36), (0.24, 0.16), (0.2, 0.03), (0.12, 0.2), (0.08, 0.4)],
        lit if easel.side > 0 else dark,
    )
    for s in (-1, 1):
        easel.blob([(s * 0.05, 0.78), (s * 0.17, 0.97), (s * 0.185, 0.7)], base)
    easel.blob(
        [(-0.19, 0.68), (-0.14, 0.8), (0, 0.83), (0.14, 0.8), (0.19, 0.68), (0.13, 0.57), (0, 0.54), (-0.13, 0.57)],
        base,
    )
    easel.hang(rim=0.8)


def wolf(stage: Stage, at: Point, size: float, depth: float = 0.0) -> None:
    """Standing, howling."""
    easel, fur = begin(stage, "wolf", at, size, depth)
    base, lit, dark = easel.ink(fur, 0.4), easel.ink(fur, 0.75), easel.ink(fur, 0.08)
    easel.tube([(0.3, 0.44), (0.44, 0.32), (0.47, 0.12)], (0.05, 0.06, 0.02), base)
    for x, ink in ((-0.1, dark), (0.27, dark), (-0.17, base), (0.2, base)):
        easel.tube([(x, 0.36), (x - 0.01 + (0.04 if x > 0 else 0), 0.2), (x - 0.01, 0.03)], (0.07, 0.035, 0.026), ink)
        easel.oval((x - 0.025, 0.02), 0.045, 0.022, ink)
    easel.blob(
        [
            (-0.26, 0.5),
            (-0.1, 0.56),
            (0.12, 0.52),
            (0.31, 0.5),
            (0.33, 0.36),
            (0.22, 0.28),
            (0.0, 0.29),
            (-0.2, 0.26),
            (-0.28, 0.36),
        ],
        base,
    )
    easel.blob(
        [(-0.3, 0.44), (-0.33, 0.66), (-0.25, 0.76), (-0.12, 0.7), (-0.04, 0.5), (-0.15, 0.3), (-0.24, 0.3)], lit
    )
    easel.blob(
        [(-0.35, 0.68), (-0.44, 0.86), (-0.5, 1.0), (-0.455, 1.01), (-0.34, 0.88), (-0.22, 0.8), (-0.18, 0.7)], lit
    )
    easel.blob([(-0.46, 0.83), (-0.54, 0.93), (-0.515, 0.94), (-0.42, 0.85)], base)
    easel.blob([(-0.26, 0.8), (-0.12, 0.88), (-0.16, 0.72)], base)
    easel.hang()


def bear(stage: Stage, at: Point, size: float, depth: float = 0.0) -> None:
    easel, fur = begin(stage, "bear", at, size, depth)
    base, lit, dark = easel.ink(fur, 0.4), easel.ink(fur, 0.75), easel.ink(fur, 0.05)
    for x, ink in ((-0.12, dark), (0.3, dark), (-0.26, base), (0.42, base)):
        easel.tube([(x, 0.36), (x, 0.18), (x - 0.01, 0.05)], (0.13, 0.085, 0.07), ink)
        easel.oval((x - 0.03, 0.04), 0.1, 0.045, ink)
    easel.blob(
        [
            (-0.36, 0.52),
            (-0.2, 0.68),
            (0.05, 0.62),
            (0.35, 0.64),
            (0.53, 0.5),
            (0.52, 0.3),
            (0.2, 0.23),
            (-0.2, 0.22),
            (-0.36, 0.34),
        ],
        base,
    )
    easel.blob([(-0.3, 0.6), (-0.18, 0.67), (0.05, 0.61), (0.35, 0.63), (0.5, 0.52), (0.1, 0.52)], lit)
    easel.blob(
        [(-0.3, 0.62), (-0.44, 0.66), (-0.54, 0.56), (-0.68, 0.5), (-0.68, 0.43), (-0.5, 0.38), (-0.34, 0.36)], lit
    )
    easel.oval((-0.4, 0.655), 0.045, 0.045, base)
    easel.oval((-0.675, 0.475), 0.024, 0.022, easel.ink((0.2, 0.01, 40), 0.2))
    easel.hang()


def owl(stage: Stage, at: Point, size: float, depth: float = 0.0) -> None:
    easel, fur = begin(stage, "owl", at, size, depth)
    base, lit, dark, pale = (
        easel.ink(fur, 0.4),
        easel.ink(fur, 0.75),
        easel.ink(fur, 0.08),
        easel.ink((0.93, 0.03, 80), 0.6),
    )
    easel.tube([(-0.62, 0.04), (0.0, 0.07), (0.66, 0.02)], (0.035, 0.045, 0.03), easel.ink((0.36, 0.04, 50), 0.3))
    easel.blob(
        [(-0.2, 0.88), (0, 0.93), (0.2, 0.88), (0.29, 0.6), (0.24, 0.25), (0, 0.08), (-0.24, 0.25), (-0.29, 0.6)], base
    )
    easel.blob([(-0.17, 0.56), (0, 0.6), (0.17, 0.56), (0.16, 0.3), (0, 0.13), (-0.16, 0.3)], pale)
    for row in range(5):
        for col in range(-2, 3):
            easel.oval((col * 0.06 + 0.03 * (row % 2), 0.5 - row * 0.07), 0.014, 0.022, base)
    for s in (-1, 1):
        easel.blob([(s * 0.07, 0.87), (s * 0.22, 1.04), (s * 0.23, 0.82)], base)
        easel.blob(
            [(s * 0.2, 0.62), (s * 0.31, 0.5), (s * 0.26, 0.2), (s * 0.17, 0.12), (s * 0.15, 0.4)],
            lit if s * easel.side > 0 else dark,
        )
        easel.oval((s * 0.1, 0.74), 0.105, 0.11, pale)
        easel.oval((s * 0.1, 0.745), 0.062, 0.062, (248, 190, 60, 255))
        easel.oval((s * 0.1, 0.745), 0.032, 0.032, (22, 18, 24, 255))
        easel.oval((s * 0.1 + 0.015, 0.76), 0.011, 0.011, (255, 255, 255, 255))
    easel.poly([(-0.025, 0.71), (0.025, 0.71), (0, 0.64)], (226, 160, 60, 255))
    easel.hang()


def whale(stage: Stage, at: Point, size: float, depth: float = 0.0) -> None:
    """Breaching: cut off by the water at y = 0."""
    easel = Easel(stage, at, size, depth, box=(-0.9, 0.0, 0.9, 1.3), flip=stage.side > 0)
    skin = dyed(stage, "whale", FUR["whale"])
    base, lit, pale = easel.ink(skin, 0.3), easel.ink(skin, 0.7), easel.ink((0.9, 0.02, 230), 0.6)
    easel.blob(
        [
            (0.3, -0.3),
            (0.18, 0.3),
            (-0.08, 0.75),
            (-0.36, 1.0),
            (-0.48, 0.99),
            (-0.47, 0.84),
            (-0.36, 0.5),
            (-0.26, 0.1),
            (-0.25, -0.3),
        ],
        base,
    )
    easel.blob(
        [(-0.47, 0.9), (-0.36, 0.56), (-0.26, 0.16), (-0.25, -0.3), (-0.06, -0.3), (-0.12, 0.2), (-0.24, 0.6)], pale
    )
    for i in range(5):
        easel.stroke([(-0.43 + i * 0.035, 0.8 - i * 0.03), (-0.22 + i * 0.035, 0.0)], 0.006, base)
    easel.blob([(-0.2, 0.36), (0.16, 0.34), (0.42, 0.5), (0.46, 0.6), (0.2, 0.5), (-0.12, 0.52)], lit)
    easel.oval((-0.25, 0.72), 0.014, 0.014, easel.ink(IRON, 0.1))
    easel.hang(mirror=at[1])
    rng, white = stage.dice("splash"), stage.tone((0.98, 0.01, 220), 0.85)
    for _ in range(46):
        x, y = at[0] + rng.normal(0, size * 0.24), at[1] - abs(rng.normal(0, size * 0.09))
        stage.canvas.glow((float(x), float(y)), size * rng.uniform(0.008, 0.03), white, 0.55)


def birds(stage: Stage, count: int, center: Point, spread: float, size: float) -> None:
    """A loose flock; center and sizes in pixels."""
    rng = stage.dice("birds", count)
    for _ in range(count):
        s = size * rng.uniform(0.6, 1.25)
        at = (center[0] + spread * rng.normal(0, 0.6), center[1] + spread * rng.normal(0, 0.3))
        easel = Easel(
            stage,
            (float(at[0]), float(at[1])),
            float(s),
            0.12,
            box=(-0.7, -0.4, 0.7, 0.6),
            flip=bool(rng.random() < 0.5),
        )
        lift = rng.uniform(0.1, 0.34)
        ink = easel.ink((0.3, 0.02, 270), 0.3) if stage.light.lamp != "none" else easel.ink((0.9, 0.01, 240), 0.6)
        easel.tube([(-0.6, lift * 0.55), (-0.32, lift), (0, 0)], (0.008, 0.035, 0.055), ink)
        easel.tube([(0.6, lift * 0.75), (0.3, lift * 1.1), (0, 0)], (0.008, 0.035, 0.055), ink)
        easel.tube([(-0.1, -0.03), (0.16, 0.03)], (0.025, 0.05), ink)
        easel.hang(rim=0.2)
