# ruff: noqa: PLR2004 - the proportions of a drawing: a name for each number would hide the picture
"""Skylines: rows of towers, nearer ones darker and full of windows."""

import numpy as np
from PIL import Image, ImageDraw

from providers.local.color import Lch, rgb_of
from providers.local.noise import Grid, smoothstep
from providers.local.stage import Stage

_WARM: Lch = (0.87, 0.12, 80)
_SIGNS: tuple[Lch, ...] = ((0.72, 0.25, 345), (0.82, 0.15, 205), (0.75, 0.2, 300), (0.85, 0.17, 110), (0.72, 0.19, 40))


def skyline(stage: Stage, name: str, base: float, tall: float, depth: float) -> None:
    """One row of buildings standing on a row (pixels)."""
    canvas = stage.canvas
    rng = stage.dice("skyline", name)
    scale = 2
    top = max(0, int(base - tall * 1.5))
    bottom = min(canvas.height, int(base) + 1)
    if bottom - top < 2:
        return
    size = (canvas.width * scale, (bottom - top) * scale)
    mask, lit, panes = (Image.new("L", size) for _ in range(3))
    pens = [ImageDraw.Draw(sheet) for sheet in (mask, lit, panes)]
    x = -rng.uniform(0, 0.06) * canvas.unit
    while x < canvas.width:
        wide = canvas.unit * rng.uniform(0.04, 0.1) * (1.15 - 0.5 * depth)
        near = 1 - min(1.0, abs((x + wide / 2) / canvas.width - stage.focus) * 1.5)
        height = tall * (0.25 + 0.4 * rng.random() + 0.5 * near * rng.random() ** 0.7)
        box = (x, bottom - top - height, x + wide, float(bottom - top + 1))
        _tower(pens, (box[0] * scale, box[1] * scale, box[2] * scale, box[3] * scale), rng, stage)
        x += wide * rng.uniform(0.72, 1.12)
    _lay(
        stage,
        [np.asarray(sheet.reduce(scale), dtype=np.float32) / 255 for sheet in (mask, lit, panes)],
        (top, bottom),
        depth,
        name,
    )


def _tower(
    pens: list[ImageDraw.ImageDraw], box: tuple[float, float, float, float], rng: np.random.Generator, stage: Stage
) -> None:
    mask, lit, panes = pens
    x0, y0, x1, y1 = box
    wide = x1 - x0
    kind = int(rng.integers(6))
    if kind == 0:  # a spire
        mask.polygon([(x0 + wide * 0.3, y0), (x0 + wide * 0.5, y0 - wide * 1.5), (x0 + wide * 0.7, y0)], fill=255)
    elif kind == 1:  # set-backs
        mask.rectangle([x0 + wide * 0.2, y0 - wide * 0.45, x1 - wide * 0.2, y0], fill=255)
        mask.rectangle([x0 + wide * 0.48, y0 - wide * 1.2, x0 + wide * 0.53, y0], fill=255)
    elif kind == 2:  # a slanted roof
        mask.polygon([(x0, y0), (x1, y0 - wide * 0.5), (x1, y0 + 1)], fill=255)
    for pen in (lit, panes):
        pen.rectangle([x0, y0 - wide * 1.6, x1, y1], fill=0)
    mask.rectangle([x0, y0, x1, y1], fill=255)
    edge = (x1 - wide * 0.36, x1) if stage.side > 0 else (x0, x0 + wide * 0.36)
    lit.rectangle([edge[0], y0, edge[1], y1], fill=255)
    step = max(4.0, stage.canvas.unit / 1024 * 22)
    share = rng.uniform(0.12, 0.5) if stage.light.lamps else 0.2
    y = y0 + step * 0.7
    while y < y1 - step:
        x = x0 + step * 0.45
        while x < x1 - step * 0.6:
            if rng.random() < share:
                panes.rectangle([x, y, x + step * 0.42, y + step * 0.55], fill=int(rng.integers(90, 256)))
            x += step * 0.78
        y += step


def _lay(stage: Stage, sheets: list[Grid], rows: tuple[int, int], depth: float, name: str) -> None:
    canvas = stage.canvas
    mask, lit, panes = sheets
    top, bottom = rows
    body: Lch = (0.50, 0.03, 265)
    dark, side = stage.tone(body, 0.05, depth * 0.85), stage.tone(body, 0.65, depth * 0.85)
    planes = dark[:, None, None] + (side - dark)[:, None, None] * lit[None]
    haze = rgb_of(stage.light.haze)[:, None, None]
    t = smoothstep(0.25, 1.05, (canvas.rows(top, bottom) - top) / (bottom - top)) * (
        0.2 + 0.5 * depth + 0.2 * stage.light.haziness
    )
    planes = planes + (haze - planes) * t
    canvas.wash(planes, mask, top, bottom)
    if not stage.light.lamps:
        canvas.wash(stage.tone((0.8, 0.06, 230), 0.9, depth), panes * mask * 0.3, top, bottom)
        return
    glow = panes * mask * (1 - 0.55 * depth)
    canvas.wash(rgb_of(_WARM), glow * 0.92, top, bottom)
    if "neon" in stage.reading.lights:
        _signs(stage, name, rows)


def _signs(stage: Stage, name: str, rows: tuple[int, int]) -> None:
    canvas = stage.canvas
    rng = stage.dice("signs", name)
    for _ in range(int(9 * canvas.width / canvas.unit)):
        color = rgb_of(_SIGNS[int(rng.integers(len(_SIGNS)))])
        x = float(rng.uniform(0, canvas.width))
        y = float(rng.uniform(rows[0] + (rows[1] - rows[0]) * 0.5, rows[1]))
        tall, wide = canvas.unit * rng.uniform(0.02, 0.06), canvas.unit * 0.006
        t, b = max(0, int(y - tall)), min(canvas.height, int(y))
        left, right = max(0, int(x)), min(canvas.width, int(x + wide) + 1)
        canvas.rgb[:, t:b, left:right] = np.clip(color * 1.15, 0, 1)[:, None, None]
        canvas.glow((x, y - tall / 2), canvas.unit * 0.05, color, 0.5)
