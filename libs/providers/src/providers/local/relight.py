# ruff: noqa: PLR2004 - the proportions of a drawing: a name for each number would hide the picture
"""Another hour and another weather for a picture that already is: its sky is found, its ground is lit anew."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from providers.local import sky, weather
from providers.local.canvas import Canvas
from providers.local.chance import chance
from providers.local.color import lab_of, rgb_of, to_lab, to_rgb
from providers.local.light import LIGHTS, Light
from providers.local.noise import Grid, enlarge, sample, smoothstep, soften, tile
from providers.local.reading import Reading
from providers.local.stage import Stage

_HALF: Final = 0.5
_SHINING: Final = 0.89
_SOLID: Final = 0.8
_TRACE: Final = 0.01


@dataclass
class Scene:
    planes: Grid
    sky: Grid
    """1 where the sky seems to be, 0 elsewhere; soft at the edge."""
    lamps: Grid
    """1 where something small, bright and warm shines on the ground."""
    horizon: float
    """Row, in pixels: where most columns of sky end."""
    reading: Reading
    key: tuple[str, int]

    def stage(self, light: Light) -> Stage:
        """An easel set up in front of this picture."""
        _, height, width = self.planes.shape
        canvas = Canvas(width, height)
        canvas.rgb = self.planes.copy()
        rng = chance(*self.key, "relight")
        horizon = max(height * 0.2, self.horizon)
        sun = (width * float(rng.uniform(0.14, 0.86)), horizon * (1 - light.elevation))
        return Stage(canvas, light, self.reading, self.key, horizon, sun, 1 - sun[0] / width)


def look_at(planes: Grid, reading: Reading, key: tuple[str, int]) -> Scene:
    """Find the sky: each column down to its first real edge, then what looks like it behind small things."""
    _, height, width = planes.shape
    step = max(1, min(height, width) // 160)
    lab = to_lab(planes[:, ::step, ::step])
    mask = _columns_of_sky(lab)
    rows = mask.shape[0]
    ends = (mask > _HALF).sum(axis=0) / max(1, rows) * height
    horizon = float(min(0.86 * height, np.percentile(ends, 88)))
    for _ in range(3):
        mask = np.maximum(mask, _behind(lab, mask, horizon / height))
    mask = np.maximum(mask, _disc(lab, mask, horizon / height))
    full = np.clip(enlarge(mask, width, height), 0, 1)
    # A picture without a sky (a wall, a face) has no columns of it worth the name.
    present = float(smoothstep(0.06, 0.16, np.array([horizon / height]))[0])
    full = full * np.float32(present)
    return Scene(planes, full, _lamps(planes, full), horizon if present > _HALF else height * 0.5, reading, key)


def _lamps(planes: Grid, sky_mask: Grid) -> Grid:
    lab = to_lab(planes)
    yellow = smoothstep(0.86, 0.93, lab[0]) * smoothstep(0.055, 0.09, lab[2])
    white_hot = smoothstep(0.955, 0.975, lab[0]) * smoothstep(0.015, 0.03, lab[2])
    warm = np.maximum(yellow, white_hot) * (1 - sky_mask)
    # A window glows; a whole sunlit wall or sea does not.
    return warm * smoothstep(0.34, 0.14, soften(warm, max(2, min(warm.shape) / 34)))


def _columns_of_sky(lab: Grid) -> Grid:
    across = np.abs(np.diff(soften(lab[0], 1), axis=0, prepend=lab[0][:1])) * 2
    turn = np.abs(np.diff(lab[1], axis=0, prepend=lab[1][:1])) + np.abs(np.diff(lab[2], axis=0, prepend=lab[2][:1]))
    seen = np.cumsum(np.maximum(across + turn * 1.5 - 0.035, 0), axis=0)
    return smoothstep(0.28, 0.12, seen)


def _behind(lab: Grid, mask: Grid, share: float) -> Grid:
    """A bird ends its column too early: above the horizon, whatever has its row's sky colour is sky as well."""
    rows = lab.shape[1]
    weight = mask + 1e-4
    total = weight.sum(axis=1)
    away = np.zeros_like(mask)
    for axis, scale in ((0, 1.0), (1, 2.0), (2, 2.0)):
        near = soften(lab[axis] * weight, 9) / soften(weight, 9)
        row = ((lab[axis] * weight).sum(axis=1) / total)[:, None]
        usual = near + (row - near) * np.clip(1 - soften(mask, 9) * 3, 0, 1)
        away += ((lab[axis] - usual) * scale) ** 2
    above = smoothstep(share + 0.01, share - 0.03, np.arange(rows, dtype=np.float32)[:, None] / rows)
    known = smoothstep(0.02, 0.12, total / lab.shape[2])[:, None]
    return smoothstep(0.13, 0.07, np.sqrt(away)) * above * known


def _disc(lab: Grid, mask: Grid, share: float) -> Grid:
    """The old sun or moon is sky too: a bright spot above the horizon, too broad to be a lamp, with sky around it."""
    bright = (lab[0] > _SHINING) & (np.arange(lab.shape[1])[:, None] < share * lab.shape[1])
    core = soften(bright.astype(np.float32), 2) > _SOLID
    disc = bright & (soften(core.astype(np.float32), 5) > _TRACE) & (soften(mask, 12) > _HALF / 2)
    return np.asarray(np.clip(soften(disc.astype(np.float32), 1) * 2.5, 0, 1))


def relight(name: str) -> Callable[[Scene], Grid]:
    """The step that turns a scene's hour to the one named."""
    light = LIGHTS[name]

    def step(scene: Scene) -> Grid:
        stage = scene.stage(light)
        ground = _ground(scene, light)
        if stage.canvas.height > 1:
            sky.paint_sky(stage)
            if name == "aurora":
                sky.paint_aurora(stage)
            sky.paint_sun(stage)
        fresh = _carry_clouds(scene, stage.canvas.rgb)
        return ground + (fresh - ground) * scene.sky * np.float32(0.94)

    return step


def _carry_clouds(scene: Scene, fresh: Grid) -> Grid:
    """Keep the old sky's own shapes in the new one."""
    grey = to_lab(scene.planes)[0]
    detail = grey - soften(grey, min(grey.shape) / 14)
    return np.asarray(np.clip(fresh + np.clip(detail, -0.2, 0.05) * 1.1 * (0.35 + fresh), 0, 1))


def _ground(scene: Scene, light: Light) -> Grid:
    lab = to_lab(scene.planes)
    land_part = lab[0][scene.sky < 0.5]
    middle = float(land_part.mean()) if land_part.size else float(lab[0].mean())
    dark = light.stars > 0.3 or light.lamps
    want = (light.ambient[0] + light.key[0]) / 2 * (0.68 if dark else 0.9)
    gain = min(1.7, max(0.34, want / max(0.12, middle)))
    out = lab.copy()
    out[0] = np.clip(lab[0] * gain, 0, 1)
    if dark:
        out[0] = np.minimum(out[0], 0.3 + 0.55 * out[0])
    ambient, key = lab_of(light.ambient), lab_of(light.key)
    for axis in (1, 2):
        tint = float(ambient[axis]) + (float(key[axis]) - float(ambient[axis])) * out[0]
        out[axis] = lab[axis] * (0.38 if dark else 0.72) + tint * 0.8
    lit: Grid = np.clip(to_rgb(out), 0, 1).astype(np.float32)
    if not dark:
        return np.asarray(lit)
    flame = rgb_of((0.92, 0.11, 84))[:, None, None]
    lit = lit + (flame - lit) * scene.lamps
    halo = soften(scene.lamps, max(1, min(scene.lamps.shape) / 45))
    return np.asarray(lit + (1 - lit) * np.clip(flame * halo * 1.6, 0, 0.9), dtype=np.float32)


def snow(scene: Scene) -> Grid:
    """White on what lies, less on what stands; a paler day; flakes in the air."""
    pale = relight("overcast")(scene)
    lab = to_lab(scene.planes + (pale - scene.planes) * np.float32(0.55))
    _, height, width = lab.shape
    unit = min(height, width)
    drift = sample(
        tile(chance(*scene.key, "drift"), 256, 1.5),
        np.arange(width, dtype=np.float32)[None, :] / unit,
        np.arange(height, dtype=np.float32)[:, None] / unit,
    )
    fine = soften(lab[0], max(1, unit / 300))
    facing = np.gradient(fine, axis=0)
    lies = smoothstep(-0.25, 0.8, 0.2 - facing * 26 + 0.16 * drift + 0.6 * (lab[0] - 0.45)) * (1 - scene.sky)
    dark_walls = smoothstep(0.08, 0.3, lab[0])
    white = lies * (0.3 + 0.6 * dark_walls) * 0.85
    out = lab.copy()
    out[0] = lab[0] + (0.55 + 0.42 * lab[0] - lab[0]) * white
    out[1] *= 1 - 0.8 * white
    out[2] = lab[2] * (1 - 0.85 * white) - 0.012 * (1 - scene.sky)
    out[1:] *= np.float32(0.75)
    stage = replace(scene, planes=np.clip(to_rgb(out), 0, 1).astype(np.float32)).stage(LIGHTS["overcast"])
    weather.snow(stage)
    return stage.canvas.rgb


def autumn(scene: Scene) -> Grid:
    """Greens ripen to amber and rust."""
    lab = to_lab(scene.planes)
    chroma = np.hypot(lab[1], lab[2])
    hue = np.degrees(np.arctan2(lab[2], lab[1])) % 360
    leafy = smoothstep(85, 110, hue) * smoothstep(200, 165, hue) * smoothstep(0.012, 0.04, chroma)
    target = np.radians(52 + 18 * np.sin(lab[0] * 14))
    rich = np.maximum(chroma * 1.5, 0.1)
    lab[1] += (rich * np.cos(target) - lab[1]) * leafy
    lab[2] += (rich * np.sin(target) - lab[2]) * leafy
    lab[0] += 0.05 * leafy
    lab[1] += 0.012
    lab[2] += 0.03
    return np.clip(to_rgb(lab), 0, 1)


def rain(scene: Scene) -> Grid:
    gloomy = relight("overcast")(scene)
    stage = replace(scene, planes=gloomy.astype(np.float32)).stage(LIGHTS["overcast"])
    weather.rain(stage)
    return stage.canvas.rgb


def storm(scene: Scene) -> Grid:
    dark = relight("storm")(scene)
    stage = replace(scene, planes=dark.astype(np.float32)).stage(LIGHTS["storm"])
    stage.light = replace(stage.light, clouds=0.8)
    before = stage.canvas.rgb.copy()
    sky.paint_clouds(stage)
    stage.canvas.rgb = before + (stage.canvas.rgb - before) * scene.sky
    weather.lightning(stage)
    weather.rain(stage)
    return stage.canvas.rgb


def fog(scene: Scene) -> Grid:
    """Thickest at the horizon, thinning towards the viewer."""
    _, height, width = scene.planes.shape
    rows = np.arange(height, dtype=np.float32)[:, None]
    away = np.exp(-(((rows - scene.horizon) / (height * 0.3)) ** 2))
    unit = min(height, width)
    wisp = sample(
        tile(chance(*scene.key, "fog"), 256, 1.9),
        np.arange(width, dtype=np.float32)[None, :] / unit * 0.4,
        rows / unit * 0.9,
    )
    alpha = np.clip(0.25 + 0.62 * away + 0.09 * wisp, 0, 0.94)
    mean = to_lab(scene.planes).reshape(3, -1).mean(axis=1)
    pale = rgb_of((min(0.92, float(mean[0]) * 0.5 + 0.5), 0.014, 240))
    return np.asarray(scene.planes + (pale[:, None, None] - scene.planes) * alpha)
