"""Sky, sun, moon, stars, clouds, aurora."""

import numpy as np

from providers.local.color import Lch, lab_of, mix, ramp, rgb_of, to_rgb
from providers.local.noise import Grid, enlarge, sample, smoothstep
from providers.local.stage import Stage

_PLACES = (0.0, 0.3, 0.58, 0.82, 1.0)


def paint_sky(stage: Stage) -> None:
    canvas, light = stage.canvas, stage.light
    foot = min(canvas.height, int(stage.horizon) + 2)
    at = np.linspace(0, 1, foot, dtype=np.float32)
    colors = ramp(list(zip(_PLACES, light.sky, strict=True)), at)
    canvas.rgb[:, :foot] = colors[:, :, None]
    canvas.rgb[:, foot:] = rgb_of(light.haze)[:, None, None]
    if light.stars > 0:
        _stars(stage, foot)
    if light.lamp != "none":
        _halo(stage, foot)


def _halo(stage: Stage, foot: int) -> None:
    """Light scattered around the sun: a wide flat warmth near the horizon and a tight round glow."""
    canvas, light = stage.canvas, stage.light
    x, y = stage.sun
    unit = canvas.unit
    dx = (canvas.x - x) / unit
    dy = (canvas.rows(0, foot) - y) / unit
    low = 1 - min(1.0, light.elevation * 1.5)
    wide = np.exp(-((dx * 1.1) ** 2) - (dy * 2.6) ** 2) * (0.14 + 0.26 * low)
    near = np.exp(-(dx**2 + dy**2) * 30) * 0.3
    if light.lamp == "moon":
        wide *= 0.35
    canvas.shine(stage.key_rgb, wide, 0, foot)
    canvas.shine(stage.sun_rgb, near, 0, foot)


def paint_sun(stage: Stage, scale: float = 1.0) -> None:
    canvas, light = stage.canvas, stage.light
    if light.lamp == "none":
        return
    x, y = stage.sun
    radius = canvas.unit * (0.046 if light.lamp == "sun" else 0.042) * scale
    if light.lamp == "sun":
        canvas.glow((x, y), radius * 2.2, stage.sun_rgb, 0.42)
    top, bottom = max(0, int(y - radius - 2)), min(canvas.height, int(y + radius + 3))
    if top >= bottom:
        return
    distance = np.hypot(canvas.x - x, canvas.rows(top, bottom) - y)
    disc = np.clip(radius - distance + 0.5, 0, 1)
    if light.lamp == "sun":
        canvas.wash(stage.sun_rgb, disc * 0.97, top, bottom)
        return
    canvas.glow((x, y), radius * 2.4, stage.sun_rgb, 0.3)
    seas = sample(
        stage.cloudiness, (canvas.x - x) / radius * 0.055 + 0.3, (canvas.rows(top, bottom) - y) / radius * 0.055
    )
    face = 1 - 0.2 * smoothstep(0.1, 1.1, seas)
    canvas.wash(stage.sun_rgb[:, None, None] * face[None], disc, top, bottom)


def _stars(stage: Stage, foot: int) -> None:
    canvas = stage.canvas
    rng = stage.dice("stars")
    count = int(520 * stage.light.stars * max(0.5, canvas.width / canvas.height * 0.8))
    xs = rng.random(count) * canvas.width
    ys = rng.random(count) ** 1.25 * foot
    power = rng.random(count) ** 5
    warmth = rng.random(count)
    size = max(0.55, canvas.unit / 1100)
    for x, y, p, w in zip(xs, ys, power, warmth, strict=True):
        color = np.array([0.86 + 0.14 * w, 0.9, 1.0 - 0.2 * w], dtype=np.float32)
        fade = 1 - 0.75 * (y / foot) ** 2
        canvas.glow((float(x), float(y)), size * (0.75 + 1.5 * p), color, float((0.35 + 0.9 * p) * fade))
    if stage.light.stars >= 1:
        _milky_way(stage, foot)


def _milky_way(stage: Stage, foot: int) -> None:
    canvas = stage.canvas
    rng = stage.dice("milky way")
    slope, offset = rng.uniform(0.5, 1.1) * rng.choice([-1, 1]), rng.uniform(0.35, 0.6)
    w, h = max(8, canvas.width // 4), max(8, foot // 4)
    x = np.linspace(-0.5, 0.5, w, dtype=np.float32)[None, :] * canvas.width / canvas.unit
    y = np.linspace(0, 1, h, dtype=np.float32)[:, None] * foot / canvas.unit
    dust = sample(stage.cloudiness, x * 0.6 + 5, y * 0.6)
    away = (y - offset * foot / canvas.unit - slope * x) + 0.06 * dust
    band = np.exp(-((away / 0.17) ** 2)) * smoothstep(-1.4, 1.6, dust) * 0.34
    band -= np.exp(-(((away - 0.03) / 0.05) ** 2)) * smoothstep(0, 1.5, dust) * 0.16
    canvas.shine(rgb_of((0.74, 0.07, 290)), np.maximum(enlarge(band, canvas.width, foot), 0), 0, foot)
    keep = rng.random((700, 3))
    for a, b, p in keep:
        px = float(a) * canvas.width
        py = (offset + slope * (a - 0.5) * canvas.width / foot + (b - 0.5) * 0.24) * foot
        if 0 <= py < foot:
            canvas.glow((px, float(py)), max(0.5, canvas.unit / 1500), np.ones(3, np.float32), float(0.2 + 0.35 * p))


def paint_clouds(stage: Stage) -> None:
    """Sheets of cloud in perspective, lit from the side of the sun and flattening towards the horizon."""
    canvas, light = stage.canvas, stage.light
    if light.clouds <= 0:
        return
    foot = min(canvas.height, int(stage.horizon) + 1)
    w, h = max(8, canvas.width // 2), max(8, foot // 2)
    x = (np.arange(w, dtype=np.float32)[None, :] + 0.5) / w
    y = (np.arange(h, dtype=np.float32)[:, None] + 0.5) / h
    away = 1 / (1.16 - y)
    u = (x - 0.5) * canvas.width / canvas.unit * 0.16 * (0.6 + 0.4 * away) + 0.37
    v = 0.24 * away
    density = sample(stage.cloudiness, u, v)
    sx, sy = stage.sun[0] / canvas.width, stage.sun[1] / foot
    toward = 0.012 * np.tanh((sx - x) * 5)
    ahead = sample(stage.cloudiness, u + toward, v + 0.012 * np.tanh((sy - y) * 5))
    cover = 1.55 - 2.3 * light.clouds
    alpha = (
        smoothstep(cover, cover + 1.5, density) * (0.93 - 0.35 * (y > 1)) * (0.35 + 0.65 * smoothstep(0.0, 0.25, 1 - y))
    )
    lit = np.clip(0.5 + 0.8 * (density - ahead) - 0.18 * (density - cover - 0.6), 0, 1)
    glare = np.exp(-(((x - sx) * canvas.width / canvas.unit * 1.5) ** 2) - ((y - sy) * 1.6) ** 2)
    lit = np.clip(lit * (0.72 + 0.5 * glare) + 0.3 * glare - 0.04, 0, 1)
    colors = ramp(_cloud_tones(stage), np.linspace(0, 1, 256, dtype=np.float32))
    planes = colors[:, (lit * 255).astype(np.uint8)]
    full = [enlarge(plane, canvas.width, foot) for plane in planes]
    canvas.wash(np.stack(full), np.clip(enlarge(alpha * 0.9, canvas.width, foot), 0, 1), 0, foot)


def _cloud_tones(stage: Stage) -> list[tuple[float, Lch]]:
    light = stage.light
    shade = light.sky[1]
    dark: Lch = (shade[0] * 0.94 + light.haze[0] * 0.06, shade[1] * 0.75, shade[2])
    middle = light.haze if light.lamp != "moon" else light.sky[3]
    bright: Lch = (min(0.98, light.key[0] * 0.5 + 0.5 * light.sky[-1][0] + 0.03), light.key[1] * 0.62, light.key[2])
    if light.lamp == "moon":
        bright = (light.sky[-1][0] + 0.12, light.sky[-1][1] * 0.7, light.sky[-1][2])
    if light.lamp == "none":
        dark = (dark[0] * 0.85, dark[1], dark[2])
        bright = (light.sky[3][0] + 0.05, light.sky[3][1], light.sky[3][2])
    return [(0.0, dark), (0.5, middle), (1.0, bright)]


def paint_aurora(stage: Stage) -> None:
    """Curtains: a folded line whose light streams upwards, green at the foot and violet above."""
    canvas = stage.canvas
    foot = int(stage.horizon)
    rng = stage.dice("aurora")
    w = canvas.width
    t = np.linspace(0, 1, w, dtype=np.float32)
    rows = canvas.rows(0, foot) / foot
    low, high = lab_of((0.82, 0.2, 155)), lab_of((0.55, 0.2, 310))
    wash = np.exp(-(((rows - 0.72) / 0.3) ** 2)) * 0.2 * np.ones((1, w), np.float32)
    canvas.shine(rgb_of((0.7, 0.14, 165)), wash, 0, foot)
    for curtain in range(3):
        phase, waves = rng.uniform(0, 6.28), rng.uniform(0.7, 1.6)
        base = (
            0.62 - 0.13 * curtain + 0.12 * np.sin(6.28 * waves * t + phase) + 0.05 * np.sin(17 * t * waves + phase * 2)
        )
        rays = sample(stage.ripples, t[None, :] * 2.2 + curtain * 0.31, np.full((1, w), 0.13 * curtain, np.float32))[0]
        length = 0.26 + 0.14 * rng.random() + 0.06 * rays
        up = (base - rows) / length
        body = np.where(up > 0, np.exp(-up * 1.9) * smoothstep(0, 0.35, up), 0)
        body = body * np.clip(0.62 + 0.3 * rays, 0.1, 1.3) * (0.85 - 0.2 * curtain)
        for step, share in enumerate((0.75, 0.5)):
            color = np.asarray(to_rgb(mix(low, high, 0.1 + 0.75 * step)), dtype=np.float32)
            weight = body * (share if step == 0 else share * np.clip(up * 1.3, 0, 1))
            canvas.shine(color, weight, 0, foot)


def paint_rainbow(stage: Stage) -> None:
    canvas = stage.canvas
    foot = int(stage.horizon) + 1
    rng = stage.dice("rainbow")
    cx = canvas.width * (1 - stage.sun[0] / canvas.width * 0.6 - 0.2)
    radius = canvas.unit * rng.uniform(0.52, 0.62)
    distance = np.hypot(canvas.x - cx, canvas.rows(0, foot) - stage.horizon * 1.05)
    for band in range(14):
        color = rgb_of((0.78, 0.17, 20 + band * 21))
        ring = np.exp(-(((distance - radius + band * canvas.unit * 0.0052) / (canvas.unit * 0.006)) ** 2))
        canvas.shine(color, ring * 0.17, 0, foot)


def sky_color(stage: Stage, share: float) -> Grid:
    """The sky's colour at a share of its height (0 = zenith)."""
    return ramp(list(zip(_PLACES, stage.light.sky, strict=True)), np.array([share], dtype=np.float32))[:, 0]
