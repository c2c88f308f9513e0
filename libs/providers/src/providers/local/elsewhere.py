# ruff: noqa: PLR2004 - the proportions of a drawing: a name for each number would hide the picture
"""Worlds without a horizon: space, the sea from below, and the inside of a head."""

import numpy as np

from providers.local import creatures, land, oddities, silhouette, sky, space, vehicles, weather
from providers.local.color import lab_of, rgb_of, to_rgb
from providers.local.easel import Easel
from providers.local.placing import aloft, extras
from providers.local.stage import Stage


def cosmos(stage: Stage, subjects: tuple[str, ...]) -> None:
    canvas = stage.canvas
    space.paint_nebula(stage)
    stage.progress(0.4)
    unit = canvas.unit
    if "planet" in subjects or "moon" in subjects or stage.dice("world").random() < 0.7:
        rings = bool(set(stage.reading.words) & {"saturn", "rings", "ringed"}) or stage.dice("rings").random() < 0.5
        space.planet(stage, (canvas.width * stage.focus, canvas.height * 0.56), unit * 0.23, rings=rings, kind=0)
        space.planet(stage, (canvas.width * (1 - stage.focus), canvas.height * 0.28), unit * 0.045, rings=False, kind=2)
    aloft(stage, subjects)
    if "rocket" in subjects:
        vehicles.rocket(stage, (canvas.width * (1 - stage.focus), canvas.height * 0.72), unit * 0.36)


def underwater(stage: Stage, _subjects: tuple[str, ...]) -> None:
    canvas = stage.canvas
    t = np.linspace(0, 1, canvas.height, dtype=np.float32)
    top, low = lab_of((0.84, 0.09, 200)), lab_of((0.24, 0.09, 250))
    planes = to_rgb(top[:, None] + (low - top)[:, None] * t**0.7)
    canvas.rgb[:] = planes[:, :, None]
    stage.sun = (canvas.width * (1 - stage.focus), -canvas.height * 0.1)
    weather.sunbeams(stage, 1.3)
    for i in range(3):
        profile = land.rolling(stage, f"reef {i}", canvas.height * (0.74 + 0.11 * i), canvas.unit * 0.2, 2.2, 5)
        haze = rgb_of((0.46 - 0.12 * i, 0.09, 225 + 10 * i))
        top_row, bottom = land.span(stage, profile)
        land.fill(stage, profile, haze[:, None, None] * np.ones((1, bottom - top_row, 1), np.float32), top_row)
    rng = stage.dice("school")
    for n, (x, y, p) in enumerate(sorted(rng.random((16, 3)).tolist(), key=lambda row: row[2])):
        size = canvas.unit * (0.03 + 0.12 * p**2)
        oddities.fish(stage, (x * canvas.width, canvas.height * (0.15 + 0.6 * y)), size, 0.55 * (1 - p), n)
    corals(stage)
    for x, y, p in rng.random((60, 3)):
        canvas.glow(
            (float(x) * canvas.width, float(y) * canvas.height),
            canvas.unit * (0.002 + 0.005 * p**3),
            np.ones(3, np.float32),
            0.35,
        )


def corals(stage: Stage) -> None:
    canvas = stage.canvas
    rng = stage.dice("coral")
    for _ in range(16):
        x, size = float(rng.uniform(0, canvas.width)), canvas.unit * float(rng.uniform(0.1, 0.24))
        easel = Easel(stage, (x, canvas.height * 1.01), size, 0.1, box=(-0.6, -0.05, 0.6, 1.15))
        color = ((0.66, 0.19, 15), (0.72, 0.15, 50), (0.6, 0.17, 330), (0.75, 0.12, 160))[int(rng.integers(4))]
        for arm in range(7):
            lean = (arm - 3) * 0.13
            tip = (lean * 1.8 + float(rng.normal(0, 0.05)), float(rng.uniform(0.5, 1.0)))
            easel.tube(
                [(lean * 0.3, 0), (lean, tip[1] * 0.5), tip],
                (0.06, 0.045, 0.035),
                easel.ink(color, float(rng.uniform(0.25, 0.7))),
            )
        easel.hang(rim=0.3)


def portrait(stage: Stage, subjects: tuple[str, ...]) -> None:
    canvas = stage.canvas
    stage.horizon = canvas.height * 1.05
    sky.paint_sky(stage)
    sky.paint_clouds(stage)
    stage.sun = (canvas.width * 0.5, canvas.height * 0.44)
    disc = np.clip(
        canvas.unit * 0.37 - np.hypot(canvas.x - stage.sun[0], canvas.rows(0, canvas.height) - stage.sun[1]) + 0.5, 0, 1
    )
    canvas.glow(stage.sun, canvas.unit * 0.42, stage.key_rgb, 0.3)
    canvas.wash(stage.sun_rgb * 0.5 + stage.key_rgb * 0.5, disc * 0.85)
    silhouette.bust(stage, subjects)
    if "bird" not in subjects:
        creatures.birds(stage, 5, (canvas.width * 0.22, canvas.height * 0.3), canvas.unit * 0.08, canvas.unit * 0.03)
    extras(stage, (*subjects, "bird"))
