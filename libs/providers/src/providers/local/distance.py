# ruff: noqa: PLR2004 - the proportions of a drawing: a name for each number would hide the picture
"""What stands behind everything: ranges, volcanoes, islands, mesas, far cities."""

import numpy as np

from providers.local import land
from providers.local.city import skyline
from providers.local.color import rgb_of
from providers.local.noise import Grid, line, smoothstep
from providers.local.plants import treeline
from providers.local.stage import Stage
from providers.local.weather import mist


def backdrop(stage: Stage, subjects: tuple[str, ...], *, water: bool) -> None:
    canvas = stage.canvas
    if "mountain" in subjects:
        alps(stage, snowy=bool({"snow"} & stage.reading.weather) or "snowcapped" in stage.reading.words)
    if "volcano" in subjects:
        volcano(stage)
    if "canyon" in subjects:
        mesas(stage)
    if "hills" in subjects:
        ranges(stage)
    if "city" in subjects and water:
        for i, depth in enumerate((0.9, 0.6)):
            skyline(stage, f"far {i}", stage.horizon, canvas.unit * (0.2 - 0.04 * i), depth)
    if "island" in subjects:
        islands(stage)
    elif water and not {"mountain", "volcano", "hills", "city", "canyon"} & set(subjects):
        coast(stage)
    if "forest" in subjects and water and "mountain" not in subjects:
        woods(stage)


def ranges(stage: Stage) -> None:
    """Hills behind hills."""
    unit = stage.canvas.unit
    for i, depth in enumerate((0.95, 0.78, 0.6)):
        base = stage.horizon - unit * 0.01 * (2 - i)
        profile = land.rolling(stage, f"far {i}", base, unit * (0.2 - 0.05 * i), 1.5 + 0.4 * i)
        land.ridge(stage, profile, depth, stage.horizon + unit * 0.02)


def woods(stage: Stage) -> None:
    unit = stage.canvas.unit
    for i in range(2):
        profile = land.rolling(stage, f"wooded {i}", stage.horizon, unit * (0.1 - 0.04 * i), 2)
        treeline(stage, f"wooded {i}", profile, unit * (0.06 + 0.03 * i), 0.7 - 0.25 * i)


def alps(stage: Stage, *, snowy: bool) -> None:
    canvas = stage.canvas
    unit = canvas.unit
    room = min(unit * 0.46, stage.horizon * 0.78)
    center = 1 - stage.focus if stage.focus != 0.5 else 0.5
    for i, depth in enumerate((1.0, 0.86)):
        profile = land.alpine(stage, f"far {i}", stage.horizon, room * (0.62 - 0.14 * i))
        land.ridge(stage, profile, depth, stage.horizon)
    main = land.alpine(stage, "main", stage.horizon, room, center)
    land.mountain(stage, main, 0.42, stage.horizon, snow=0.62 if snowy else 0.36)
    mist(stage, stage.horizon - unit * 0.02, unit * 0.06, 0.35 + 0.35 * stage.light.haziness)
    foothills = land.alpine(stage, "foot", stage.horizon + unit * 0.01, room * 0.3)
    land.ridge(stage, foothills, 0.45, stage.horizon + unit * 0.05)


def volcano(stage: Stage) -> None:
    canvas = stage.canvas
    unit = canvas.unit
    center = 0.5 + (stage.focus - 0.5) * 0.45
    x = (canvas.x[0] / canvas.width - center) * canvas.width / unit
    tall = min(unit * 0.44, stage.horizon * 0.7)
    cone = np.exp(-np.abs(x) * 3.1) * 1.25
    crater = 0.84 - 0.03 * np.cos(x * 40)
    rough = line(stage.dice("cone"), canvas.width, 14, 4)
    profile = stage.horizon - tall * np.minimum(cone + 0.02 * rough, crater)
    profile = profile.astype(np.float32)
    land.ridge(stage, land.rolling(stage, "behind", stage.horizon, unit * 0.12, 2), 0.9, stage.horizon)
    erupting = bool(set(stage.reading.words) & {"lava", "eruption", "erupting", "volcanic"})
    mouth = (center * canvas.width, stage.horizon - tall * 0.85)
    if erupting:
        rng = stage.dice("plume")
        for i in range(46):
            t = i / 46
            at = (mouth[0] + unit * (0.09 * t + rng.normal(0, 0.03 + 0.07 * t)), mouth[1] - unit * 0.42 * t)
            canvas.glow(
                (float(at[0]), float(at[1])), unit * (0.02 + 0.035 * t), stage.tone((0.6 - 0.2 * t, 0.05, 40), 0.6), 0.3
            )
        canvas.glow(mouth, unit * 0.1, rgb_of((0.75, 0.2, 45)), 0.9)
    land.mountain(stage, profile, 0.3, stage.horizon, snow=0.0 if erupting else 0.3)
    if erupting:
        lava(stage, profile, mouth)


def lava(stage: Stage, profile: Grid, mouth: tuple[float, float]) -> None:
    canvas = stage.canvas
    rng = stage.dice("lava")
    hot = rgb_of((0.78, 0.19, 50))
    for _ in range(4):
        x, y = mouth[0] + rng.normal(0, canvas.unit * 0.02), mouth[1] + canvas.unit * 0.004
        drift = rng.normal(0, 0.8)
        while y < stage.horizon:
            column = int(np.clip(x, 0, canvas.width - 1))
            if y > profile[column]:
                canvas.glow((float(x), float(y)), canvas.unit * 0.0032, hot, 0.9)
                canvas.glow((float(x), float(y)), canvas.unit * 0.012, rgb_of((0.6, 0.22, 32)), 0.13)
            y += canvas.unit * 0.003
            x += canvas.unit * 0.003 * (drift + rng.normal(0, 0.9))


def mesas(stage: Stage) -> None:
    canvas = stage.canvas
    unit = canvas.unit
    for i, depth in enumerate((0.8, 0.5, 0.25)):
        wave = line(stage.dice("mesa", i), canvas.width, (2.6 - 0.4 * i) * canvas.width / unit, 3, 0.4)
        flat = smoothstep(0.0, 0.05, wave) * 0.6 + smoothstep(0.22, 0.26, wave) * 0.4
        rough = line(stage.dice("mesa edge", i), canvas.width, 20, 4) * 0.02
        profile = stage.horizon + unit * 0.03 * i - unit * (0.1 + 0.07 * i) * (flat + rough * (1 + flat))
        land.mountain(stage, profile.astype(np.float32), depth, stage.horizon + unit * (0.05 + 0.05 * i))


def islands(stage: Stage) -> None:
    canvas = stage.canvas
    rng = stage.dice("islands")
    for i, depth in enumerate((0.85, 0.6, 0.35)):
        center = (1 - stage.focus) if i == 2 else rng.uniform(0.05, 0.95)
        half = (0.1 + 0.08 * i) * canvas.unit / canvas.width
        t = np.clip(1 - ((canvas.x[0] / canvas.width - center) / half) ** 2, 0, None)
        rough = line(stage.dice("island", i), canvas.width, 9 * canvas.width / canvas.unit, 5)
        profile = stage.horizon + 1 - canvas.unit * (0.06 + 0.035 * i) * np.sqrt(t) * (1 + 0.55 * rough)
        profile = np.where(t > 0, profile, stage.horizon + 4).astype(np.float32)
        land.mountain(stage, profile, depth * 0.6, stage.horizon + 2)


def coast(stage: Stage) -> None:
    """A faint far coast on one side, so that the horizon is not a ruler."""
    canvas = stage.canvas
    if "minimal" in stage.reading.framing:
        return
    t = np.linspace(0, 1, canvas.width, dtype=np.float32)
    inward = t if stage.focus < 0.5 else 1 - t
    for i, depth in enumerate((0.97, 0.82)):
        swell = smoothstep(0.35 + 0.25 * i, 0.95, inward)
        rough = line(stage.dice("coast", i), canvas.width, 5 * canvas.width / canvas.unit, 5)
        profile = stage.horizon + 2 - canvas.unit * (0.075 - 0.025 * i) * swell * (1 + 0.6 * rough)
        profile = np.where(swell > 0.01, profile, stage.horizon + 4).astype(np.float32)
        land.ridge(stage, profile, depth, stage.horizon + canvas.unit * 0.01)
