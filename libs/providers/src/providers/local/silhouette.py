# ruff: noqa: PLR2004 - the proportions of a drawing: a name for each number would hide the picture
"""A portrait as a double exposure: a head in profile, filled with a landscape of its own."""

from dataclasses import replace
from typing import Final

import numpy as np
from PIL import Image, ImageDraw

from providers.local import land, plants, sky, water
from providers.local.canvas import Canvas
from providers.local.easel import Point, spline
from providers.local.light import LIGHTS
from providers.local.noise import Grid, smoothstep, soften
from providers.local.stage import Stage

_FACE: Final[tuple[Point, ...]] = (
    (-0.02, 1.0),
    (-0.14, 0.985),
    (-0.235, 0.93),
    (-0.285, 0.85),
    (-0.30, 0.775),
    (-0.297, 0.735),
    (-0.318, 0.69),
    (-0.352, 0.632),
    (-0.372, 0.600),
    (-0.362, 0.583),
    (-0.325, 0.575),
    (-0.318, 0.553),
    (-0.338, 0.528),
    (-0.330, 0.508),
    (-0.318, 0.500),
    (-0.330, 0.482),
    (-0.322, 0.455),
    (-0.302, 0.440),
    (-0.308, 0.412),
    (-0.300, 0.375),
    (-0.262, 0.350),
    (-0.205, 0.352),
    (-0.140, 0.372),
    (-0.095, 0.352),
    (-0.080, 0.290),
    (-0.088, 0.235),
    (-0.16, 0.185),
    (-0.32, 0.135),
    (-0.45, 0.06),
    (-0.5, -0.06),
)
"""From the crown down the front of the face to the chest; looks to the left."""
_BACK: Final[tuple[Point, ...]] = (
    (0.56, -0.06),
    (0.53, 0.06),
    (0.42, 0.145),
    (0.28, 0.195),
    (0.2, 0.245),
    (0.175, 0.32),
    (0.2, 0.40),
    (0.26, 0.49),
    (0.31, 0.60),
    (0.325, 0.72),
    (0.29, 0.84),
    (0.21, 0.93),
    (0.1, 0.985),
)
_BUN: Final = ((0.28, 0.8), 0.13)


def bust(stage: Stage, subjects: tuple[str, ...]) -> None:
    canvas = stage.canvas
    size = min(canvas.height * 0.86, canvas.width * 0.95)
    mask = _mask(canvas, size, hair=bool(stage.dice("bun").random() < _BUN[1] * 4))
    inner = _inner(stage, subjects)
    grey = inner.mean(axis=0)
    shade = smoothstep(0.0, 1.0, (canvas.rows(0, canvas.height) - canvas.height * 0.55) / (canvas.height * 0.45))
    dark = stage.tone((0.3, 0.06, 280), 0.1)[:, None, None]
    filled = inner + (dark - inner) * (0.1 + 0.75 * shade)
    canvas.wash(filled.astype(np.float32), mask * (0.97 - 0.12 * smoothstep(0.8, 1.0, grey)))
    soft = soften(mask, max(1, canvas.unit / 130))
    edge = np.clip(mask - soft, 0, 1) * smoothstep(0.85, 0.5, canvas.rows(0, canvas.height) / canvas.height)
    canvas.shine(stage.key_rgb, edge * 0.9)


def _mask(canvas: Canvas, size: float, *, hair: bool) -> Grid:
    scale = 2
    sheet = Image.new("L", (canvas.width * scale, canvas.height * scale))
    pen = ImageDraw.Draw(sheet)
    middle, foot = canvas.width / 2 + size * 0.02, canvas.height * 1.0

    def place(point: Point) -> Point:
        return (middle + point[0] * size) * scale, (foot - point[1] * size) * scale

    outline = [*spline(_FACE, 6, closed=False), *spline(_BACK, 6, closed=False)]
    pen.polygon([place(point) for point in outline], fill=255)
    if hair:
        (x, y), radius = _BUN
        left, top = place((x - radius * 0.6, y + radius))
        right, bottom = place((x + radius * 1.3, y - radius))
        pen.ellipse([left, top, right, bottom], fill=255)
    return np.asarray(sheet.reduce(scale), dtype=np.float32) / 255


def _inner(stage: Stage, subjects: tuple[str, ...]) -> Grid:
    """The landscape inside, under another hour than the one outside."""
    outer = stage.canvas
    dark = stage.light.stars > 0 or stage.light.sky[0][0] < 0.45
    light = replace(LIGHTS["sunrise" if dark else "night"], lamp="none")
    canvas = Canvas(outer.width, outer.height)
    horizon = outer.height * 0.6
    inner = Stage(
        canvas,
        light,
        stage.reading,
        (stage.key[0] + " within", stage.key[1]),
        horizon,
        (outer.width * 0.4, horizon * 0.6),
        0.6,
    )
    sky.paint_sky(inner)
    sky.paint_clouds(inner)
    if "sea" not in subjects:
        peaks = land.alpine(inner, "within", horizon, outer.unit * 0.3, 0.52)
        land.mountain(inner, peaks, 0.35, horizon, snow=0.4)
        for i in range(3):
            ground = land.rolling(inner, f"within {i}", horizon + outer.unit * (0.02 + 0.07 * i), outer.unit * 0.05, 2)
            plants.treeline(inner, f"within {i}", ground, outer.unit * (0.07 + 0.04 * i), 0.7 - 0.3 * i)
            land.ridge(inner, ground, 0.7 - 0.3 * i, horizon + outer.unit * 0.3)
    else:
        water.paint_water(inner, horizon)
    return canvas.rgb
