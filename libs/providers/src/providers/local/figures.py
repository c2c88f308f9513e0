"""People and robots, seen as the posters show them: from behind, looking at the view."""

from collections.abc import Sequence

from providers.local.buildings import IRON, dyed
from providers.local.easel import Easel, Point
from providers.local.stage import Stage


def person(stage: Stage, at: Point, size: float, depth: float = 0.0, *, hat: bool = False) -> None:
    """Seen from behind, looking at the view, a coat in the wind."""
    easel = Easel(stage, at, size, depth, box=(-0.5, -0.06, 0.5, 1.1), flip=stage.side > 0)
    coat = dyed(stage, "person", (0.40, 0.10, 30))
    cloth, lit, dark = easel.ink(coat, 0.3), easel.ink(coat, 0.7), easel.ink((0.28, 0.02, 270), 0.2)
    easel.shadow(0.22)
    easel.tube([(-0.055, 0.45), (-0.07, 0.2), (-0.08, 0.02)], (0.06, 0.042, 0.034), dark)
    easel.tube([(0.055, 0.45), (0.065, 0.2), (0.07, 0.02)], (0.06, 0.042, 0.034), dark)
    coat_shape: Sequence[Point] = [
        (-0.13, 0.8),
        (0, 0.84),
        (0.13, 0.8),
        (0.155, 0.6),
        (0.19, 0.33),
        (0.3, 0.27),
        (0.08, 0.3),
        (-0.06, 0.28),
        (-0.16, 0.3),
        (-0.145, 0.6),
    ]
    easel.blob(coat_shape, cloth)
    easel.blob([(-0.13, 0.79), (-0.09, 0.81), (-0.1, 0.55), (-0.1, 0.31), (-0.16, 0.31), (-0.145, 0.58)], lit)
    easel.tube([(-0.135, 0.76), (-0.19, 0.6), (-0.16, 0.47)], (0.042, 0.038, 0.03), lit)
    easel.tube([(0.135, 0.76), (0.19, 0.6), (0.175, 0.46)], (0.042, 0.038, 0.03), cloth)
    easel.rect(-0.03, 0.82, 0.03, 0.88, dark)
    easel.oval((0, 0.915), 0.062, 0.075, easel.ink((0.33, 0.04, 50), 0.35))
    if hat:
        easel.oval((0, 0.945), 0.15, 0.022, dark)
        easel.blob([(-0.075, 0.945), (-0.06, 1.02), (0.06, 1.02), (0.075, 0.945)], dark)
    else:
        easel.blob(
            [(-0.07, 0.83), (0.0, 0.86), (0.1, 0.82), (0.24, 0.87), (0.22, 0.81), (0.08, 0.78), (-0.06, 0.79)],
            easel.ink((0.6, 0.18, 28), 0.6),
        )
    easel.hang(rim=0.8)


def robot(stage: Stage, at: Point, size: float, depth: float = 0.0) -> None:
    easel = Easel(stage, at, size, depth, box=(-0.6, -0.06, 0.6, 1.15), flip=stage.side > 0)
    shell = dyed(stage, "robot", (0.82, 0.03, 85))
    base, lit, dark = easel.ink(shell, 0.4), easel.ink(shell, 0.8), easel.ink(IRON, 0.25)
    easel.shadow(0.34)
    for x in (-0.11, 0.11):
        easel.tube([(x, 0.3), (x * 1.1, 0.16), (x * 1.1, 0.06)], (0.045, 0.045, 0.05), dark)
        easel.blob([(x * 1.1 - 0.085, 0), (x * 1.1 - 0.07, 0.08), (x * 1.1 + 0.06, 0.08), (x * 1.1 + 0.075, 0)], base)
    for s, ink in ((-1, lit), (1, base)):
        easel.tube([(s * 0.22, 0.58), (s * 0.34, 0.44), (s * 0.31, 0.28)], (0.045, 0.04, 0.038), dark)
        easel.oval((s * 0.31, 0.25), 0.055, 0.06, ink)
        easel.oval((s * 0.22, 0.58), 0.07, 0.075, ink)
    easel.blob(
        [(-0.2, 0.62), (0, 0.65), (0.2, 0.62), (0.22, 0.45), (0.16, 0.28), (0, 0.26), (-0.16, 0.28), (-0.22, 0.45)],
        base,
    )
    easel.blob([(-0.2, 0.61), (-0.1, 0.63), (-0.12, 0.45), (-0.08, 0.28), (-0.16, 0.29), (-0.21, 0.45)], lit)
    easel.oval((0.02, 0.46), 0.06, 0.06, dark)
    easel.oval((0.02, 0.46), 0.04, 0.04, (120, 235, 255, 255))
    easel.rect(-0.05, 0.64, 0.05, 0.7, dark)
    easel.blob([(-0.22, 0.72), (-0.2, 0.93), (0, 0.98), (0.2, 0.93), (0.22, 0.72), (0, 0.68)], base)
    easel.blob(
        [(-0.17, 0.75), (-0.16, 0.88), (0, 0.91), (0.16, 0.88), (0.17, 0.75), (0, 0.72)],
        easel.ink((0.2, 0.02, 250), 0.2),
    )
    for x in (-0.08, 0.08):
        easel.oval((x, 0.82), 0.036, 0.042, (120, 235, 255, 255))
        easel.lamps.append(((x, 0.82), 0.07, 0.55))
    easel.stroke([(0.08, 0.96), (0.11, 1.07)], 0.012, dark)
    easel.oval((0.11, 1.075), 0.024, 0.024, (255, 120, 90, 255))
    easel.lamps += [((0.02, 0.46), 0.1, 0.5), ((0.11, 1.075), 0.05, 0.5)]
    easel.hang()
