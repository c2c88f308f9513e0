# ruff: noqa: PLR2004 - the proportions of a drawing: a name for each number would hide the picture
"""Worlds with water: sea, beach, lake, waterfall."""

import numpy as np

from providers.local import cliffs, land, plants, water, weather
from providers.local.distance import backdrop
from providers.local.heavens import open_sky
from providers.local.noise import line, sample, smoothstep
from providers.local.placing import afloat, aloft, extras, stand
from providers.local.stage import Stage


def chop_of(stage: Stage) -> float:
    if "calm" in stage.reading.weather:
        return 0.12
    return 0.95 if "wind" in stage.reading.weather or "storm" in stage.reading.lights else 0.4


def sea(stage: Stage, subjects: tuple[str, ...]) -> None:
    canvas = stage.canvas
    open_sky(stage, subjects)
    backdrop(stage, subjects, water=True)
    stage.progress(0.4)
    water.paint_water(stage, stage.horizon, chop=chop_of(stage))
    afloat(stage, subjects)
    aloft(stage, subjects)
    grounded = [
        s
        for s in subjects
        if s in ("lighthouse", "castle", "temple", "house", "cliff", "village", "windmill", "tree", "blossom")
    ]
    if "beach" in subjects or "palm" in subjects:
        beach(stage, subjects)
    elif grounded or any(
        s
        for s in subjects
        if s in ("person", "fox", "cat", "wolf", "deer", "horse", "robot", "bear", "tent", "campfire", "rocket", "owl")
    ):
        left = stage.focus < 0.5
        near = stage.focus if left else 1 - stage.focus
        profile = cliffs.cliff(stage, "main", near + 0.14, max(0.3, stage.horizon / canvas.height - 0.02), left=left)
        cliffs.rocks(stage, near + 0.14, left=left)
        stage.progress(0.6)
        stand(stage, subjects, profile)
    extras(stage, subjects)


def beach(stage: Stage, subjects: tuple[str, ...]) -> None:
    canvas = stage.canvas
    t = np.linspace(0, 1, canvas.width, dtype=np.float32)
    lean = t if stage.focus > 0.5 else 1 - t
    shore = canvas.height * (1.02 - 0.24 * lean**1.3) + canvas.unit * 0.02 * line(
        stage.dice("beach"), canvas.width, 3, 4
    )
    shore = shore.astype(np.float32)
    top, bottom = land.span(stage, shore - canvas.unit * 0.03)
    white = stage.tone((0.98, 0.01, 210), 0.85)
    for offset, strength in ((0.022, 0.35), (0.008, 0.9)):
        edge = (
            shore - canvas.unit * offset + canvas.unit * 0.006 * line(stage.dice("surf", offset), canvas.width, 18, 3)
        )
        canvas.wash(white, land.cover(stage, edge, top, bottom) * strength, top, bottom)
    land.hill(stage, shore, 0.0, land.SAND)
    stand(stage, subjects, shore + canvas.unit * 0.05)


def lake(stage: Stage, subjects: tuple[str, ...]) -> None:
    canvas = stage.canvas
    open_sky(stage, subjects)
    far = (
        subjects
        if any(s in subjects for s in ("mountain", "volcano", "hills", "forest", "city", "castle"))
        else (*subjects, "hills")
    )
    backdrop(stage, far, water=True)
    if "city" not in subjects and "desert" not in subjects:
        shore = stage.horizon + canvas.unit * 0.004 * line(stage.dice("far shore"), canvas.width, 5, 3)
        plants.treeline(stage, "far shore", shore.astype(np.float32), canvas.unit * 0.05, 0.35, gaps=0.15)
    stage.progress(0.4)
    water.paint_water(stage, stage.horizon, chop=0.12 if "wind" not in stage.reading.weather else 0.7)
    afloat(stage, subjects)
    aloft(stage, subjects)
    base = canvas.height * 0.95
    lean = np.abs(np.linspace(0, 1, canvas.width, dtype=np.float32) - (1 - stage.focus)) ** 1.6
    bank = (
        base
        + canvas.unit * 0.03
        - lean * canvas.unit * 0.2
        + canvas.unit * 0.012 * line(stage.dice("bank"), canvas.width, 4, 4)
    )
    land.hill(stage, bank.astype(np.float32), 0.0, land.GRASS)
    stand(stage, subjects, bank.astype(np.float32))
    plants.grass(stage, "bank", bank.astype(np.float32) + canvas.unit * 0.035, canvas.unit * 0.06)
    extras(stage, subjects)


def falls(stage: Stage, subjects: tuple[str, ...]) -> None:
    """A wall of rock, a white ribbon, mist at its foot, a pool before us."""
    canvas = stage.canvas
    open_sky(stage, subjects)
    backdrop(stage, ("mountain",) if "mountain" in subjects else ("hills",), water=False)
    foot = canvas.height * 0.78
    lip = canvas.unit * 0.1 * np.exp(-(((canvas.x[0] / canvas.width - stage.focus) / 0.07) ** 2))
    wall = stage.horizon + canvas.unit * 0.05 * line(stage.dice("wall"), canvas.width, 6, 5) + lip * 0.6
    wall = wall.astype(np.float32)
    land.mountain(stage, wall, 0.12, foot)
    plants.treeline(stage, "rim", wall, canvas.unit * 0.1, 0.2, gaps=0.3)
    top, bottom = int(wall.min()), int(foot)
    rows = canvas.rows(top, bottom)
    t = (rows - top) / max(1, bottom - top)
    center = stage.focus * canvas.width + canvas.unit * 0.012 * np.sin(t * 7)
    width = canvas.unit * (0.05 + 0.035 * t)
    streaks = sample(stage.ripples, (canvas.x - center) / canvas.unit * 2.6 / (0.8 + 0.4 * t), t * 0.22)
    veil = smoothstep(1.0, 0.55, np.abs(canvas.x - center) / width + 0.08 * streaks) * (rows > wall[None, :] + 1)
    shade = 0.78 + 0.16 * streaks
    canvas.wash(
        stage.tone((0.99, 0.012, 220), 0.9)[:, None, None] * np.clip(shade, 0.4, 1.05),
        np.clip(veil * (0.82 + 0.15 * streaks), 0, 1),
        top,
        bottom,
    )
    water.paint_water(stage, foot, chop=0.5)
    weather.mist(stage, foot, canvas.unit * 0.06, 0.75)
    bank = (
        canvas.height * 0.97
        - canvas.unit * 0.12 * np.abs(canvas.x[0] / canvas.width - stage.focus) ** 1.3 * 2
        + canvas.unit * 0.02 * line(stage.dice("bank"), canvas.width, 6, 4)
    )
    land.hill(stage, bank.astype(np.float32), 0.0, land.GRASS)
    stand(stage, tuple(s for s in subjects if s != "mountain"), bank.astype(np.float32))
    plants.grass(stage, "bank", bank.astype(np.float32) + canvas.unit * 0.04, canvas.unit * 0.06)
    aloft(stage, subjects)
    extras(stage, subjects)
