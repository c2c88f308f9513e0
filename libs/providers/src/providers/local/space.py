# ruff: noqa: PLR2004 - the proportions of a drawing: a name for each number would hide the picture
"""Deep space: nebulae, planets with bands and rings, galaxies."""

import numpy as np

from providers.local import lexicon
from providers.local.color import Lch, ramp, rgb_of
from providers.local.easel import Point
from providers.local.noise import Grid, enlarge, sample, smoothstep, tile
from providers.local.stage import Stage

_NEBULAE: tuple[tuple[Lch, Lch, Lch], ...] = (
    ((0.35, 0.14, 290), (0.60, 0.19, 350), (0.85, 0.12, 60)), ((0.32, 0.10, 240), (0.58, 0.13, 200), (0.88, 0.09, 160)),
    ((0.30, 0.11, 275), (0.55, 0.17, 310), (0.80, 0.13, 220)), ((0.33, 0.12, 20), (0.62, 0.17, 45), (0.90, 0.11, 90)),
)  # fmt: skip


def paint_nebula(stage: Stage) -> None:
    canvas = stage.canvas
    rng = stage.dice("nebula")
    colors = list(_NEBULAE[int(rng.integers(len(_NEBULAE)))])
    for i, word in enumerate(stage.reading.palette[:3]):
        hue, chroma = lexicon.COLORS[word][2], lexicon.COLORS[word][1]
        colors[i] = (colors[i][0], min(chroma, colors[i][1] + 0.04), hue)
        if i == 0:
            colors[1] = (colors[1][0], min(chroma, colors[1][1] + 0.04), hue)
    w, h = max(8, canvas.width // 2), max(8, canvas.height // 2)
    x = (np.arange(w, dtype=np.float32)[None, :] / w - 0.5) * canvas.width / canvas.unit
    y = (np.arange(h, dtype=np.float32)[:, None] / h - 0.5) * canvas.height / canvas.unit
    soft = tile(stage.dice("nebula", 1), 256, 2.1)
    wx, wy = sample(soft, x * 0.4, y * 0.4), sample(soft, x * 0.4 + 0.5, y * 0.4 + 0.3)
    gas = sample(stage.cloudiness, x * 0.34 + 0.07 * wx, y * 0.34 + 0.07 * wy)
    dust = sample(stage.cloudiness, x * 0.5 + 0.05 * wy + 0.6, y * 0.5 - 0.05 * wx)
    angle = rng.uniform(-0.7, 0.7)
    lane = np.exp(-(((y * np.cos(angle) + x * np.sin(angle) + 0.07 * wx) / 0.36) ** 2))
    amount = np.clip(0.12 + 0.75 * lane + 0.28 * gas * (0.35 + lane), 0, 1.2)
    amount = amount * (1 - 0.62 * smoothstep(0.3, 1.7, dust) * lane)
    stops = [(0.0, (0.08, 0.03, 275)), (0.32, colors[0]), (0.72, colors[1]), (1.0, colors[2])]
    table = ramp([(p, c) for p, c in stops], np.linspace(0, 1, 256, dtype=np.float32))
    planes = table[:, (np.clip(amount / 1.5, 0, 1) ** 1.35 * 255).astype(np.uint8)]
    canvas.rgb[:] = np.stack([enlarge(plane, canvas.width, canvas.height) for plane in planes])
    _starfield(stage)


def _starfield(stage: Stage) -> None:
    canvas = stage.canvas
    rng = stage.dice("starfield")
    count = int(900 * max(1.0, canvas.width * canvas.height / canvas.unit**2 * 0.8))
    data = rng.random((count, 4))
    for x, y, p, w in data:
        power = p**9
        color = np.array([0.8 + 0.2 * w, 0.88, 1.0 - 0.25 * w], dtype=np.float32)
        at = (float(x) * canvas.width, float(y) * canvas.height)
        canvas.glow(at, max(0.5, canvas.unit / 1250) * (0.7 + 2.2 * power), color, float(0.3 + 0.8 * p**3))
        if power > 0.72:
            canvas.glow(at, canvas.unit * 0.012, color, 0.35)


def planet(stage: Stage, center: Point, radius: float, *, rings: bool, kind: int) -> None:
    """A lit ball with cloud bands, a night side, a glowing rim of air and maybe rings; pixels."""
    canvas = stage.canvas
    rng = stage.dice("planet", kind)
    hue = rng.uniform(0, 360)
    name = stage.reading.dyed.get("planet") or (stage.reading.palette[0] if stage.reading.palette else None)
    tone: Lch = lexicon.COLORS[name] if name else (0.7, 0.12, hue)
    reach = radius * (2.4 if rings else 1.25)
    top, bottom = max(0, int(center[1] - reach)), min(canvas.height, int(center[1] + reach) + 1)
    if top >= bottom:
        return
    x, y = (canvas.x - center[0]) / radius, (canvas.rows(top, bottom) - center[1]) / radius
    tilt = rng.uniform(0.15, 0.42) * rng.choice([-1, 1])
    u, v = x * np.cos(tilt) + y * np.sin(tilt), y * np.cos(tilt) - x * np.sin(tilt)
    if rings:
        _ring(stage, (u, v), (top, bottom), tone, back=True)
    r2 = x * x + y * y
    z = np.sqrt(np.clip(1 - r2, 0, 1))
    disc = np.clip((1 - np.sqrt(r2)) * radius + 0.5, 0, 1)
    light = np.array([stage.side * 0.72, -0.42, 0.55])
    facing = np.clip(x * light[0] + y * light[1] + z * light[2], -0.2, 1)
    lat = v / np.maximum(0.35 + 0.65 * z, 0.35)
    swirl = sample(stage.cloudiness, u / (0.6 + z) * 0.13 + kind * 0.3, v * 0.13)
    bands = 0.5 + 0.5 * np.sin(lat * rng.uniform(7, 13) + swirl * 1.1 + 2 * np.sin(lat * 3))
    low, high = (tone[0] * 0.68, tone[1], tone[2] - 12), (min(0.95, tone[0] * 1.22), tone[1] * 0.7, tone[2] + 22)
    table = ramp([(0.0, low), (0.5, tone), (1.0, high)], np.linspace(0, 1, 128, dtype=np.float32))
    surface = table[:, (np.clip(bands * 0.8 + 0.1 + 0.06 * swirl, 0, 1) * 127).astype(np.uint8)]
    planes = surface * (0.05 + 1.05 * smoothstep(-0.12, 1.0, facing))
    canvas.wash(planes.astype(np.float32), disc, top, bottom)
    air = np.exp(-(((np.sqrt(r2) - 1) / 0.035) ** 2)) * smoothstep(-0.1, 0.9, x * light[0] + y * light[1])
    canvas.shine(rgb_of((0.85, 0.09, tone[2])), air * 0.75, top, bottom)
    if rings:
        _ring(stage, (u, v), (top, bottom), tone, back=False)


def _ring(stage: Stage, uv: tuple[Grid, Grid], rows: tuple[int, int], tone: Lch, *, back: bool) -> None:
    u, v = uv
    distance = np.hypot(u, v * 3.9)
    grooves = 0.6 + 0.4 * np.sin(distance * 38) * np.sin(distance * 17)
    alpha = smoothstep(1.32, 1.38, distance) * smoothstep(2.25, 2.15, distance) * grooves
    alpha = alpha * (1 - 0.85 * np.exp(-(((distance - 1.92) / 0.03) ** 2)))
    alpha = alpha * ((v < 0) if back else (v >= 0))
    stage.canvas.wash(rgb_of((0.86, tone[1] * 0.5, tone[2] + 20)), alpha * 0.85, *rows)
