# ruff: noqa: PLR2004 - the proportions of a drawing: a name for each number would hide the picture
"""Headlands: broken rock that stands in the sea, turf on top, foam at its foot."""

import numpy as np

from providers.local.color import rgb_of
from providers.local.easel import Easel
from providers.local.land import GRASS, ROCK, cover, ground_of, span, two_tone
from providers.local.noise import Grid, line, sample, smoothstep, soften
from providers.local.stage import Stage


def cliff(stage: Stage, name: str, edge: float, plateau: float, *, left: bool) -> Grid:
    """A headland that comes in from one side. Edge and plateau are shares of width and height. Returns its skyline."""
    canvas = stage.canvas
    aspect = canvas.width / canvas.unit
    x = np.linspace(0, 1, canvas.width, dtype=np.float32)
    inward = x if left else 1 - x
    rough = line(stage.dice("cliff", name), canvas.width, 9 * aspect, 6, 0.55)
    rng = stage.dice("ledges", name)
    fall = np.zeros_like(x)
    places = edge + np.cumsum(rng.uniform(0.012, 0.05, 6)) / max(1.0, aspect * 0.8)
    drops = rng.dirichlet(np.full(6, 2.5))
    for place, drop, width in zip(places, drops, rng.uniform(0.012, 0.09, 6), strict=True):
        fall += drop * smoothstep(place, place + width / aspect, inward + 0.016 * rough)
    rise = 0.05 * (1 - np.clip(inward / max(edge, 0.05), 0, 1)) ** 1.4
    profile = canvas.height * (plateau - rise * rng.uniform(-0.2, 1) + (1.02 - plateau) * fall)
    profile = profile + canvas.unit * (0.006 + 0.012 * fall) * rough
    foot = canvas.height * (0.86 + 0.1 * np.clip(1 - inward / max(0.1, edge), 0, 1)) + canvas.unit * 0.012 * rough
    profile = np.minimum(profile, foot + canvas.unit * 0.05 * (inward > edge + 0.3)).astype(np.float32)
    _cliff_face(stage, profile, foot.astype(np.float32), inward / max(0.05, edge))
    return np.asarray(profile)


def _stones(stage: Stage, x: Grid, y: Grid) -> tuple[Grid, Grid]:
    """Flat facets of broken rock, one around each seed: the facet's own light, and how far its rim is."""
    table = stage.dice("stones").random((64, 64, 3)).astype(np.float32)
    cx, cy = np.floor(x).astype(np.int32), np.floor(y).astype(np.int32)
    first = np.full(np.broadcast(x, y).shape, 9.0, dtype=np.float32)
    second, light = first.copy(), np.zeros_like(first)
    for dy in (-1, 0, 1):
        for dx in (-1, 0, 1):
            spot = table[(cy + dy) % 64, (cx + dx) % 64]
            away = (x - cx - dx - spot[..., 0]) ** 2 + (y - cy - dy - spot[..., 1]) ** 2
            nearer = away < first
            second = np.minimum(np.where(nearer, first, away), second)
            light = np.where(nearer, spot[..., 2], light)
            first = np.minimum(first, away)
    return light, np.sqrt(second) - np.sqrt(first)


def _cliff_face(stage: Stage, profile: Grid, foot: Grid, inward: Grid) -> None:
    canvas = stage.canvas
    unit = canvas.unit
    top, bottom = span(stage, profile)
    rows = canvas.rows(top, bottom)
    below = np.maximum(rows - profile[None, :], 0) / unit
    x, y = canvas.x / unit, rows / unit
    warp = sample(stage.cloudiness, x * 0.5, y * 0.5)
    light, seam = _stones(stage, x * 15 + warp * 0.5, y * 5.5 + warp * 0.35)
    fine, _ = _stones(stage, x * 38 + warp * 0.5 + 9, y * 17 + warp * 0.4 + 5)
    grit = sample(stage.ripples, x * 1.7, y * 1.2)
    exposed = smoothstep(0.25, 1.15, inward)[None, :]
    strata = np.sin(y * 46 + x * 5 * stage.side + warp * 1.2) * 0.06
    lit = 0.13 + 0.42 * exposed + 0.34 * (light - 0.36) + 0.16 * (fine - 0.5) + strata + 0.035 * grit
    lit = lit - 0.12 * smoothstep(0.1, 0.0, seam) + 0.2 * np.exp(-below * 14) - 0.22 * below
    planes = two_tone(stage, ROCK, np.clip(lit, 0, 1), 0.05)
    slope = np.abs(np.gradient(profile))
    turf = smoothstep(1.2, 0.4, slope)[None, :] * smoothstep(0.05, 0.03, below + 0.012 * grit + 0.02 * light)
    grass = two_tone(stage, ground_of(stage, GRASS), np.clip(0.6 + 0.06 * grit - 7 * below + 0.3 * exposed, 0, 1), 0.04)
    planes = planes + (grass - planes) * turf
    rim = np.exp(-below * 200) * 0.6 * smoothstep(-0.4, 0.7, np.gradient(profile) * stage.side)[None, :]
    planes = planes + (stage.key_rgb[:, None, None] - planes) * rim
    haze = rgb_of(stage.light.haze)[:, None, None]
    planes = planes + (haze - planes) * (0.28 * smoothstep(0.14, 0.0, (foot[None, :] - rows) / unit))
    stands = soften(smoothstep(0, unit * 0.05, foot - profile)[None, :], max(1, unit / 90))
    _wet_foot(stage, (top, bottom), foot, stands * smoothstep(0.0, unit * 0.03, foot - profile)[None, :], planes)
    mask = cover(stage, profile, top, bottom) * (1 - cover(stage, foot, top, bottom))
    canvas.wash(planes.astype(np.float32), mask, top, bottom)
    surf = np.exp(-(((rows - foot[None, :]) / unit + 0.003 * grit) ** 2) / 0.00003) * stands
    canvas.wash(stage.tone((0.98, 0.01, 220), 0.8), surf * np.clip(0.55 + 0.3 * grit, 0, 0.9), top, bottom)


def _wet_foot(stage: Stage, reach: tuple[int, int], foot: Grid, stands: Grid, planes: Grid) -> None:
    """The cliff's own dark reflection in the water at its foot."""
    canvas = stage.canvas
    rows = canvas.rows(*reach)
    dark = (planes.mean(axis=(1, 2)) * 0.5).astype(np.float32)
    depth = (rows - foot[None, :]) / canvas.unit
    swing = np.clip(
        0.8 + 0.3 * np.tanh(sample(stage.ripples, canvas.x / canvas.unit * 0.25, rows / canvas.unit * 1.6) * 2), 0, 1
    )
    canvas.wash(dark, smoothstep(0.2, 0.0, depth) * (depth > 0) * stands * swing * 0.66, *reach)


def rocks(stage: Stage, edge: float, *, left: bool) -> None:
    """A few stones in the water off a headland; edge is a share of the width."""
    canvas = stage.canvas
    rng = stage.dice("rocks")
    for i in range(5):
        off = edge + 0.05 + 0.17 * float(rng.random())
        x = canvas.width * (off if left else 1 - off)
        row = canvas.height * float(rng.uniform(0.83, 0.93))
        size = canvas.unit * float(rng.uniform(0.02, 0.055)) * (1 if i else 1.4)
        stone = Easel(stage, (x, row), size, 0.08, box=(-1.6, -0.25, 1.6, 1.3))
        top = [
            (-1.1, 0.0),
            (-0.8, float(rng.uniform(0.3, 0.6))),
            (-0.2, float(rng.uniform(0.7, 1.1))),
            (0.35, float(rng.uniform(0.5, 0.9))),
            (0.8, 0.35),
            (1.15, 0.0),
        ]
        low = [(0.6, -0.12), (-0.5, -0.14)]
        stone.poly([*top, *low], stone.ink(ROCK, 0.12))
        middle = (float(rng.uniform(-0.2, 0.2)), 0.0)
        lit = [p for p in top if p[0] * stone.side > -0.25]
        stone.poly([*lit, middle] if stone.side > 0 else [*lit, (middle[0], -0.1)], stone.ink(ROCK, 0.55))
        canvas.glow((x, row + size * 0.05), size * 0.75, stage.tone((0.98, 0.01, 220), 0.7), 0.2)
        stone.hang(mirror=row, rim=0.7)
