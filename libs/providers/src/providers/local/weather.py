# ruff: noqa: PLR2004 - the proportions of a drawing: a name for each number would hide the picture
"""What is between us and the scene: mist, rain, snow, lightning, sunbeams, fireflies."""

import math

import numpy as np
from PIL import Image, ImageDraw

from providers.local.color import rgb_of
from providers.local.noise import Grid, enlarge, sample, smoothstep
from providers.local.stage import Stage


def mist(stage: Stage, row: float, reach: float, strength: float) -> None:
    """A drifting bank of mist around a row; all but strength in pixels."""
    canvas = stage.canvas
    top, bottom = max(0, int(row - 2 * reach)), min(canvas.height, int(row + 2 * reach))
    if bottom - top < 4:
        return
    w, h = max(8, canvas.width // 4), max(4, (bottom - top) // 4)
    x = np.linspace(0, canvas.width / canvas.unit, w, dtype=np.float32)[None, :]
    y = np.linspace(top, bottom, h, dtype=np.float32)[:, None]
    wisps = sample(stage.cloudiness, x * 0.22 + row / canvas.unit, y / canvas.unit * 0.9)
    alpha = np.exp(-(((y - row) / reach) ** 2)) * np.clip(0.6 + 0.35 * wisps, 0, 1.2) * strength
    canvas.wash(rgb_of(stage.light.haze), np.clip(enlarge(alpha, canvas.width, bottom - top), 0, 1), top, bottom)


def rain(stage: Stage) -> None:
    canvas = stage.canvas
    rng = stage.dice("rain")
    sheet = Image.new("L", (canvas.width, canvas.height))
    pen = ImageDraw.Draw(sheet)
    slant = rng.uniform(0.12, 0.3) * rng.choice([-1, 1])
    for x, y, p in rng.random((int(520 * canvas.width / canvas.unit), 3)):
        length = canvas.unit * (0.02 + 0.055 * p)
        a = (float(x) * canvas.width * 1.2 - 0.1 * canvas.width, float(y) * canvas.height)
        pen.line(
            [a, (a[0] + slant * length, a[1] + length)],
            fill=int(40 + 120 * p),
            width=max(1, round(canvas.unit / 900 * (0.6 + p))),
        )
    veil = np.asarray(sheet, dtype=np.float32) / 255
    canvas.shine(rgb_of((0.88, 0.02, 230)), veil * 0.42)
    canvas.wash(rgb_of(stage.light.haze), np.full((1, 1), 0.1, np.float32))


def snow(stage: Stage) -> None:
    canvas = stage.canvas
    rng = stage.dice("snow")
    white = np.array([0.97, 0.98, 1.0], dtype=np.float32)
    for x, y, p in rng.random((int(420 * canvas.width / canvas.unit), 3)):
        size = canvas.unit * (0.0011 + 0.0045 * p**5)
        canvas.glow((float(x) * canvas.width, float(y) * canvas.height), size, white, float(0.5 + 0.4 * (1 - p)))


def lightning(stage: Stage) -> None:
    canvas = stage.canvas
    rng = stage.dice("lightning")
    scale = 2
    sheet = Image.new("L", (canvas.width * scale, canvas.height * scale))
    pen = ImageDraw.Draw(sheet)
    start = rng.uniform(0.25, 0.75) * canvas.width
    bolts = [(start, 0.0, stage.horizon, 1.0)]
    while bolts:
        x, y, foot, power = bolts.pop()
        step = canvas.unit * 0.028
        while y < foot:
            nx, ny = x + rng.normal(0, step * 0.75), y + step * rng.uniform(0.5, 1.2)
            pen.line(
                [(x * scale, y * scale), (nx * scale, ny * scale)],
                fill=int(255 * power),
                width=max(1, round(canvas.unit / 260 * power * scale / 2)),
            )
            if power > 0.5 and rng.random() < 0.12:
                bolts.append((nx, ny, min(foot, ny + canvas.unit * rng.uniform(0.1, 0.3)), power * 0.45))
            x, y = nx, ny
    bolt = np.asarray(sheet.reduce(scale), dtype=np.float32) / 255
    color = rgb_of((0.95, 0.04, 270))
    canvas.glow((start, stage.horizon * 0.3), canvas.unit * 0.4, color, 0.45)
    wide = enlarge(
        np.asarray(
            sheet.reduce(scale * 8).resize((max(2, canvas.width // 24), max(2, canvas.height // 24))), dtype=np.float32
        )
        / 255,
        canvas.width,
        canvas.height,
    )
    canvas.shine(color, np.clip(wide * 3, 0, 0.8))
    canvas.shine(np.ones(3, np.float32), bolt)


def sunbeams(stage: Stage, strength: float) -> None:
    """Shafts that fan out from the sun."""
    canvas = stage.canvas
    w, h = max(8, canvas.width // 3), max(8, canvas.height // 3)
    x = np.linspace(0, canvas.width, w, dtype=np.float32)[None, :] - stage.sun[0]
    y = np.linspace(0, canvas.height, h, dtype=np.float32)[:, None] - stage.sun[1]
    angle = np.arctan2(y, x) / (2 * math.pi)
    rays: Grid = (
        sample(stage.ripples, angle * 1.0, np.full_like(angle, 0.37)) * 0.7
        + sample(stage.ripples, angle * 2.0, np.full_like(angle, 0.71)) * 0.3
    )
    fall = np.exp(-np.hypot(x, y) / (canvas.unit * 0.55))
    canvas.shine(
        stage.key_rgb, np.clip(enlarge(smoothstep(0.0, 1.6, rays) * fall * strength, canvas.width, canvas.height), 0, 1)
    )


def fireflies(stage: Stage) -> None:
    canvas = stage.canvas
    rng = stage.dice("fireflies")
    color = rgb_of((0.93, 0.14, 105))
    for x, y, p in rng.random((46, 3)):
        at = (
            float(x) * canvas.width,
            stage.horizon + (canvas.height - stage.horizon) * float(y) * 0.95 - canvas.unit * 0.1,
        )
        canvas.glow(at, canvas.unit * (0.012 + 0.012 * p), color, float(0.3 + 0.3 * p))
        canvas.glow(at, canvas.unit * 0.0025, np.ones(3, np.float32), 0.9)
