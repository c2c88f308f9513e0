"""Deer and horse."""

from providers.local.creatures import begin
from providers.local.easel import Point
from providers.local.stage import Stage


def deer(stage: Stage, at: Point, size: float, depth: float = 0.0) -> None:
    easel, fur = begin(stage, "deer", at, size, depth)
    base, lit, dark, horn = (
        easel.ink(fur, 0.4),
        easel.ink(fur, 0.75),
        easel.ink(fur, 0.05),
        easel.ink((0.62, 0.04, 70), 0.5),
    )
    for x, ink in ((-0.1, dark), (0.22, dark), (-0.17, base), (0.29, base)):
        easel.tube([(x, 0.38), (x + 0.012, 0.22), (x, 0.02)], (0.055, 0.022, 0.016), ink)
    easel.blob(
        [
            (-0.24, 0.48),
            (-0.05, 0.54),
            (0.2, 0.53),
            (0.34, 0.49),
            (0.35, 0.38),
            (0.24, 0.31),
            (0.0, 0.32),
            (-0.18, 0.32),
        ],
        base,
    )
    easel.blob([(-0.2, 0.51), (0, 0.535), (0.3, 0.505), (0.33, 0.46), (0.0, 0.47)], lit)
    easel.oval((0.355, 0.46), 0.025, 0.045, easel.ink((0.95, 0.02, 75), 0.6))
    easel.tube([(-0.17, 0.42), (-0.25, 0.56), (-0.28, 0.7)], (0.1, 0.066, 0.05), base)
    easel.blob(
        [(-0.24, 0.72), (-0.3, 0.77), (-0.38, 0.7), (-0.47, 0.655), (-0.46, 0.62), (-0.34, 0.63), (-0.24, 0.65)], lit
    )
    easel.blob([(-0.22, 0.72), (-0.12, 0.77), (-0.2, 0.68)], base)
    for lean in (0.0, 0.1):
        stem = [(-0.27 + lean * 0.3, 0.75), (-0.24 + lean, 0.86), (-0.3 + lean * 2.2, 0.98), (-0.32 + lean * 2.6, 1.1)]
        easel.tube(stem, (0.014, 0.012, 0.009, 0.004), horn)
        for (x, y), (dx, dy) in zip(stem[1:], ((-0.1, 0.07), (-0.1, 0.08), (0.06, 0.04)), strict=True):
            easel.tube([(x, y), (x + dx * 0.7, y + dy * 0.5), (x + dx, y + dy)], (0.01, 0.008, 0.003), horn)
    easel.hang()


def horse(stage: Stage, at: Point, size: float, depth: float = 0.0) -> None:
    easel, fur = begin(stage, "horse", at, size, depth)
    base, lit, dark, mane = (
        easel.ink(fur, 0.4),
        easel.ink(fur, 0.7),
        easel.ink(fur, 0.06),
        easel.ink((0.28, 0.03, 40), 0.3),
    )
    easel.tube([(0.36, 0.52), (0.46, 0.4), (0.44, 0.16)], (0.03, 0.05, 0.012), mane)
    for x, knee, ink in ((-0.08, 0.0, dark), (0.2, 0.03, dark), (-0.2, -0.06, base), (0.3, 0.03, base)):
        easel.tube([(x, 0.38), (x + knee, 0.2), (x - 0.01, 0.03)], (0.075, 0.034, 0.024), ink)
        easel.rect(x - 0.045, 0, x + 0.022, 0.035, mane)
    easel.blob(
        [
            (-0.27, 0.5),
            (-0.1, 0.56),
            (0.1, 0.54),
            (0.3, 0.58),
            (0.39, 0.46),
            (0.32, 0.33),
            (0.05, 0.31),
            (-0.2, 0.31),
            (-0.29, 0.4),
        ],
        base,
    )
    easel.blob(
        [(-0.2, 0.34), (-0.3, 0.46), (-0.36, 0.66), (-0.3, 0.83), (-0.21, 0.84), (-0.14, 0.68), (-0.04, 0.52)], base
    )
    easel.blob([(-0.22, 0.85), (-0.1, 0.72), (-0.04, 0.56), (-0.1, 0.53), (-0.17, 0.66), (-0.24, 0.78)], mane)
    head = [(-0.24, 0.87), (-0.33, 0.83), (-0.44, 0.7), (-0.5, 0.63), (-0.47, 0.58), (-0.4, 0.59), (-0.31, 0.68)]
    easel.blob([*head, (-0.24, 0.74)], lit)
    easel.blob([(-0.26, 0.84), (-0.22, 0.94), (-0.2, 0.83)], base)
    easel.hang()
