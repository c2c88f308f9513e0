# ruff: noqa: PLR2004 - the proportions of a drawing: a name for each number would hide the picture
"""Water mirrors what stands above it, bends it with waves, and glitters under the sun."""

import numpy as np

from providers.local.color import Lch, lab_of, mix, to_rgb
from providers.local.noise import Grid, sample, smoothstep
from providers.local.stage import Stage


def deep(stage: Stage) -> Grid:
    """The colour of the water itself, seen when looking straight down."""
    light = stage.light
    body: Lch = (light.ambient[0] * 0.62 + 0.04, max(0.045, light.ambient[1]), 235)
    own = lab_of(body)
    sky = lab_of(light.sky[1]) * np.array([0.6, 0.9, 0.9], dtype=np.float32)
    return np.asarray(to_rgb(own * 0.45 + sky * 0.55), dtype=np.float32)


def paint_water(stage: Stage, shore: float, *, chop: float = 0.5) -> None:
    """Fill everything below a row (pixels) with water that reflects what is above it. Chop: 0 mirror, 1 rough sea."""
    canvas = stage.canvas
    top = max(1, min(canvas.height - 1, int(shore)))
    rows = canvas.rows(top, canvas.height)
    t = (rows - top) / max(1.0, canvas.height - shore)
    away = 1 / (t * (1.0 if chop > 0.2 else 1.3) + 0.045)
    u = (canvas.x - canvas.width / 2) / canvas.unit * away * 0.115
    wave = sample(stage.ripples, u, away * 0.3) * smoothstep(0.0, 0.06, t)
    fine = sample(stage.ripples, u * 3.1 + 0.4, away * 0.93) * smoothstep(0.02, 0.2, t)
    planes = _mirror(stage, top, t, wave * 0.7 + fine * 0.3, chop)
    fresnel = np.clip(0.93 - 0.62 * t**0.75 + (0.14 + 0.12 * chop) * wave * t + 0.08 * fine, 0.12, 0.96)
    planes = planes * fresnel + deep(stage)[:, None, None] * (1 - fresnel)
    crest = smoothstep(1.0, 2.4, wave + 0.5 * fine) * (0.08 + 0.3 * chop * chop) * smoothstep(0, 0.3, t)
    planes += (stage.tone((0.97, 0.01, 220), 0.75)[:, None, None] - planes) * crest
    canvas.rgb[:, top:] = planes
    if stage.light.lamp != "none":
        _glitter(stage, top, t, wave, fine)
    _shoreline(stage, top)


def _mirror(stage: Stage, top: int, t: Grid, wave: Grid, chop: float) -> Grid:
    canvas = stage.canvas
    strength = (0.25 + chop) * t**0.8
    up = (canvas.rows(top, canvas.height) - top) * 0.92
    up = up + wave * strength * canvas.unit * 0.045
    rows = np.clip(top - 1 - np.abs(up), 0, top - 1).astype(np.int32)
    columns = np.clip(canvas.x + wave * strength * canvas.unit * 0.012, 0, canvas.width - 1).astype(np.int32)
    return np.asarray(canvas.rgb[:, rows, columns])


def _glitter(stage: Stage, top: int, t: Grid, wave: Grid, fine: Grid) -> None:
    canvas, light = stage.canvas, stage.light
    x = stage.sun[0]
    low = 1 - min(1.0, light.elevation * 1.1)
    width = canvas.unit * (0.035 + 0.19 * t)
    path = np.exp(-(((canvas.x - x + wave * canvas.unit * 0.02) / width) ** 2))
    spark = smoothstep(0.15, 1.0, wave * 0.6 + fine * 0.85 + 0.5 * path - 0.35 * t)
    strength = (0.35 + 0.6 * low) * (1.0 if light.lamp == "sun" else 0.6)
    amount = path * (0.2 * (1 - t) + 0.8 * spark) * strength
    canvas.shine(mix(stage.key_rgb, stage.sun_rgb, 0.6), amount, top)


def _shoreline(stage: Stage, top: int) -> None:
    """A breath of haze where water meets sky or land."""
    canvas = stage.canvas
    reach = max(2, int(canvas.unit * 0.02))
    first, last = max(0, top - reach), min(canvas.height, top + reach)
    haze = np.asarray(to_rgb(lab_of(stage.light.haze)), dtype=np.float32)
    band = np.exp(-(((canvas.rows(first, last) - top) / (reach * 0.45)) ** 2)) * (0.12 + 0.3 * stage.light.haziness)
    canvas.wash(haze, band * np.ones((1, canvas.width), np.float32), first, last)


def foam(stage: Stage, profile: Grid, row: float) -> None:
    """White water where a cliff's skyline goes under a row (both in pixels)."""
    canvas = stage.canvas
    under = np.nonzero(profile >= row)[0]
    if under.size in (0, canvas.width):
        return
    white = stage.tone((0.98, 0.01, 220), 0.8)
    rng = stage.dice("foam")
    edge = float(under[0] if profile[0] < row else under[-1])
    for _ in range(26):
        x = edge + rng.normal(0, canvas.unit * 0.022)
        y = row + rng.normal(0, canvas.unit * 0.006)
        canvas.glow((float(x), float(y)), canvas.unit * rng.uniform(0.003, 0.011), white, 0.4)
