# ruff: noqa: PLR2004 - the proportions of a drawing: a name for each number would hide the picture
"""The worlds a scene can be in, each painted from the sky to the viewer's feet."""

from collections.abc import Callable
from typing import Final, TypeAlias

import numpy as np

from providers.local import (
    elsewhere,
    land,
    plants,
    shores,
    water,
    weather,
)
from providers.local.city import skyline
from providers.local.color import Lch
from providers.local.distance import backdrop
from providers.local.heavens import open_sky
from providers.local.noise import line
from providers.local.placing import aloft, extras, stand
from providers.local.stage import Stage

Subjects: TypeAlias = tuple[str, ...]
_MIDDLE: Final = 0.5


_CROPS: Final = frozenset({"wheat", "barley", "harvest", "prairie", "steppe", "savanna"})


def meadow(stage: Stage, subjects: Subjects) -> None:
    """Hills, fields, mountains: open land."""
    canvas = stage.canvas
    words = set(stage.reading.words)
    open_sky(stage, subjects)
    far = subjects if set(subjects) & {"mountain", "volcano", "hills", "city"} else (*subjects, "hills")
    backdrop(stage, far, water=False)
    stage.progress(0.4)
    material = land.LAVENDER if "lavender" in words else land.STRAW if words & _CROPS else land.GRASS
    slopes(stage, material)
    aloft(stage, subjects)
    depth = canvas.height - stage.horizon
    front = land.rolling(stage, "front", stage.horizon + depth * 0.72, canvas.unit * 0.08, 0.9, 3)
    land.hill(stage, front, 0.04, material)
    stage.progress(0.6)
    stand(stage, subjects, front + canvas.unit * 0.03)
    if {"flower", "field"} & set(subjects) and not words & _CROPS:
        flowers(stage, dense="flower" in subjects)
    foot = np.full(canvas.width, canvas.height * 0.985, dtype=np.float32)
    plants.grass(stage, "front", foot, canvas.unit * 0.075, material=material)
    extras(stage, subjects)


def slopes(stage: Stage, material: Lch) -> None:
    """Three fields one behind the other, with hedges of trees between them."""
    unit, depth = stage.canvas.unit, stage.canvas.height - stage.horizon
    for i, share in enumerate((0.02, 0.2, 0.42)):
        base = stage.horizon + depth * (share + 0.06)
        profile = land.rolling(stage, f"meadow {i}", base, unit * (0.07 + 0.02 * i), 1.5 - 0.3 * i, 3)
        land.hill(stage, profile, 0.5 - 0.22 * i, material)
        if i < 2 and "minimal" not in stage.reading.framing:
            tall = unit * (0.04 + 0.035 * i)
            plants.treeline(stage, f"hedge {i}", profile, tall, 0.45 - 0.2 * i, gaps=0.72 - 0.1 * i)


def flowers(stage: Stage, *, dense: bool) -> None:
    """From dots on the far slope to whole blossoms at our feet."""
    canvas = stage.canvas
    rng = stage.dice("flowers")
    start = stage.horizon + (canvas.height - stage.horizon) * 0.46
    count = 150 if dense else 50
    places = sorted((float(t), float(x)) for t, x in zip(rng.random(count) ** 0.8, rng.random(count), strict=True))
    big = 1.5 if "closeup" in stage.reading.framing else 1.0
    for number, (t, x) in enumerate(places):
        size = canvas.unit * (0.014 + 0.12 * t**1.5) * big * (1 if dense else 0.7)
        head = start + (canvas.height * 0.96 - start) * t
        plants.flower(stage, (x * canvas.width, head + size), size, 0.25 * (1 - t), number % 23)


def desert(stage: Stage, subjects: Subjects) -> None:
    canvas = stage.canvas
    open_sky(stage, subjects)
    backdrop(stage, subjects, water=False)
    depth = canvas.height - stage.horizon
    for i in range(5):
        t = (i + 0.3) / 4.6
        base = stage.horizon + depth * (0.02 + t**1.35)
        profile = land.crests(stage, f"dune {i}", base, canvas.unit * (0.045 + 0.17 * t), 1.1 + 1.2 * (1 - t))
        land.dune(stage, profile, 0.8 * (1 - t))
        if i == 1:
            aloft(stage, subjects)
            stage.progress(0.5)
        if i == 3:
            stand(stage, subjects, profile + canvas.unit * 0.012)
    extras(stage, subjects)


def town(stage: Stage, subjects: Subjects) -> None:
    canvas = stage.canvas
    open_sky(stage, subjects)
    if "mountain" in subjects:
        backdrop(stage, ("mountain",), water=False)
    aloft(stage, subjects)
    for i, (tall, depth) in enumerate(((0.36, 0.85), (0.44, 0.5), (0.34, 0.15))):
        skyline(stage, f"row {i}", stage.horizon, canvas.unit * tall, depth)
        weather.mist(stage, stage.horizon, canvas.unit * 0.07, 0.35 * (1 - 0.3 * i))
        stage.progress(0.2 + 0.12 * i)
    water.paint_water(stage, stage.horizon, chop=0.35)
    if set(subjects) & {"person", "cat", "fox", "robot", "car", "wolf", "owl", "tree", "palm", "blossom", "train"}:
        edge = canvas.height * 0.93 + canvas.unit * 0.004 * line(stage.dice("quay"), canvas.width, 8, 2)
        land.mountain(stage, edge.astype(np.float32), 0.0, canvas.height)
        stand(stage, subjects, edge.astype(np.float32) + canvas.unit * 0.012)
    extras(stage, subjects)


def woods(stage: Stage, subjects: Subjects) -> None:
    """Row behind row of trees with mist between them."""
    canvas = stage.canvas
    open_sky(stage, subjects)
    if "mountain" in subjects:
        backdrop(stage, subjects, water=False)
    for row in range(5):
        rank(stage, row / 4, f"wood {row}")
        stage.progress(0.1 + 0.1 * row)
    if stage.light.lamp == "sun":
        weather.sunbeams(stage, 0.5)
    front = land.rolling(stage, "floor", canvas.height * 0.92, canvas.unit * 0.05, 1.0, 3)
    land.hill(stage, front, 0.0, land.GRASS)
    edge = 0.15 if stage.focus > _MIDDLE else 0.85
    for x, size in ((0.03, 0.95), (0.97, 0.86), (edge, 0.62)):
        column = int(x * canvas.width)
        plants.pine(stage, (x * canvas.width, float(front[column]) + canvas.unit * 0.04), canvas.unit * size, 0.0)
    stand(stage, subjects, front + canvas.unit * 0.025)
    plants.grass(stage, "floor", np.full(canvas.width, canvas.height * 0.99, dtype=np.float32), canvas.unit * 0.07)
    extras(stage, subjects)


def rank(stage: Stage, nearness: float, name: str) -> None:
    """One row of the wood, standing in its own mist."""
    canvas, t = stage.canvas, nearness
    base = stage.horizon + (canvas.height - stage.horizon) * (-0.12 + 0.62 * t)
    profile = land.rolling(stage, name, base, canvas.unit * 0.09, 1.2, 3)
    tall = canvas.unit * (0.13 + 0.2 * t**1.5)
    plants.treeline(stage, name, profile, tall, 0.9 - 0.72 * t, gaps=0.12 + 0.42 * t)
    top, bottom = land.span(stage, profile)
    crown, foot = stage.ridge_tone(0.85 - 0.7 * t)
    tone = (crown + foot) / 2
    land.fill(stage, profile, tone[:, None, None] * np.ones((1, bottom - top, 1), np.float32), top)
    strength = 0.5 * (1 - 0.55 * t) * (0.5 + stage.light.haziness)
    weather.mist(stage, float(profile.mean()) + canvas.unit * 0.02, canvas.unit * 0.06, strength)


WORLDS: Final[dict[str, Callable[[Stage, Subjects], None]]] = {
    "sea": shores.sea, "lake": shores.lake, "waterfall": shores.falls, "land": meadow, "desert": desert,
    "city": town, "forest": woods, "space": elsewhere.cosmos, "underwater": elsewhere.underwater,
    "portrait": elsewhere.portrait,
}  # fmt: skip
