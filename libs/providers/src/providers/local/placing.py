# ruff: noqa: PLR2004 - the proportions of a drawing: a name for each number would hide the picture
"""Where the things of a scene stand, swim and fly."""

from typing import Final

import numpy as np

from providers.local import buildings, creatures, vehicles, weather
from providers.local.noise import Grid
from providers.local.props import PROPS
from providers.local.stage import Stage

_SHIFTS: Final = (0.0, 0.2, -0.17, 0.36, -0.3)
"""How far from the main subject each further one stands, as a share of the width."""


def stand(stage: Stage, subjects: tuple[str, ...], ground: Grid) -> None:
    """Put what belongs on the ground on a skyline (pixels per column), the main subject at the focus."""
    canvas = stage.canvas
    named = [s for s in subjects if s in PROPS and PROPS[s].place == "ground"]
    if "train" in subjects:
        vehicles.train(stage, float(np.median(ground)) + canvas.unit * 0.02, canvas.unit * 0.14)
    inward = 1 if stage.focus < 0.5 else -1
    big = (
        1.35
        if "closeup" in stage.reading.framing
        else 0.75
        if {"wide", "minimal", "aerial"} & stage.reading.framing
        else 1.0
    )
    tall_first = sorted(enumerate(named[:5]), key=lambda pair: -PROPS[pair[1]].size)
    for rank, (_, name) in enumerate(tall_first):
        prop = PROPS[name]
        many = prop.many if rank == 0 or prop.many > 1 else 1
        rng = stage.dice("stand", name)
        for copy in range(many):
            x = stage.focus + inward * _SHIFTS[rank] + (float(rng.uniform(-0.26, 0.26)) if copy else 0.0)
            x = min(0.97, max(0.03, x))
            size = canvas.unit * prop.size * big * (1.0 if copy == 0 else float(rng.uniform(0.55, 0.9)))
            column = int(x * (canvas.width - 1))
            row = min(float(ground[column]), canvas.height * 0.985)
            size = min(size, row * 0.93)
            prop.draw(stage, (x * canvas.width, row + size * 0.012), size, 0.0 if copy == 0 else 0.06)


def afloat(stage: Stage, subjects: tuple[str, ...]) -> None:
    canvas = stage.canvas
    depth = canvas.height - stage.horizon
    grounded = any(s in PROPS and PROPS[s].place == "ground" for s in subjects)
    if "bridge" in subjects:
        buildings.bridge(stage, stage.horizon + canvas.unit * 0.0 - canvas.unit * 0.09, canvas.unit * 0.36)
    for name in subjects:
        prop = PROPS.get(name)
        if prop is None or prop.place != "water":
            continue
        x = 1 - stage.focus if grounded else stage.focus
        scale = 0.62 if grounded else 1.5
        row = stage.horizon + depth * (0.13 if grounded else 0.36)
        prop.draw(
            stage,
            (canvas.width * (x + (0.07 if x < 0.5 else -0.07)), row),
            canvas.unit * prop.size * scale,
            0.12 if grounded else 0.03,
        )
        fleet = {"boats", "sails", "sailboats", "regatta", "ships", "fishing"} & set(stage.reading.words)
        rng = stage.dice("fleet")
        for _ in range(5 if fleet else 1):
            at = (canvas.width * float(rng.uniform(0.08, 0.92)), stage.horizon + depth * float(rng.uniform(0.02, 0.09)))
            if name == "boat" and abs(at[0] / canvas.width - x) > 0.12:
                vehicles.boat(
                    stage, at, canvas.unit * float(rng.uniform(0.045, 0.08)), 0.55, flip=bool(rng.random() < 0.5)
                )


def aloft(stage: Stage, subjects: tuple[str, ...]) -> None:
    canvas = stage.canvas
    grounded = any(s in PROPS and PROPS[s].place == "ground" for s in subjects)
    lead, height = (1 - stage.focus, 0.36) if grounded else (stage.focus, 0.52)
    for name in subjects:
        prop = PROPS.get(name)
        if prop is None or prop.place != "sky":
            continue
        rng = stage.dice("aloft", name)
        for copy in range(prop.many):
            far = copy / prop.many
            x = lead if copy == 0 else float(rng.uniform(0.06, 0.94))
            share = height if copy == 0 else float(rng.uniform(0.16, 0.7))
            size = canvas.unit * prop.size * (1.25 if copy == 0 else 0.85 - 0.7 * far)
            at = (canvas.width * x, stage.horizon * share + size * 0.4)
            if name == "balloon":
                vehicles.balloon(stage, at, size, 0.06 + 0.5 * far, int(rng.integers(5)))
            else:
                prop.draw(stage, at, size, 0.4 * far)
    if "bird" in subjects or "birds" in stage.reading.weather:
        creatures.birds(
            stage,
            11,
            (canvas.width * (1 - stage.focus * 0.8), stage.horizon * 0.5),
            canvas.unit * 0.2,
            canvas.unit * 0.05,
        )


def extras(stage: Stage, subjects: tuple[str, ...]) -> None:
    """What nobody asked for but every picture of the kind has, and the weather in front of all."""
    canvas = stage.canvas
    quiet = stage.light.stars > 0.2 or {"rain", "snow", "lightning"} & stage.reading.weather
    if (
        not quiet
        and "bird" not in subjects
        and "minimal" not in stage.reading.framing
        and stage.dice("gulls").random() < 0.75
    ):
        creatures.birds(
            stage, 5, (canvas.width * (1 - stage.focus), stage.horizon * 0.52), canvas.unit * 0.09, canvas.unit * 0.026
        )
    if "fog" in stage.reading.weather:
        weather.mist(stage, stage.horizon, canvas.unit * 0.16, 0.75)
        weather.mist(stage, stage.horizon + canvas.unit * 0.24, canvas.unit * 0.1, 0.5)
    if "fireflies" in stage.reading.weather:
        weather.fireflies(stage)
    if "rain" in stage.reading.weather:
        weather.rain(stage)
    if "snow" in stage.reading.weather:
        weather.snow(stage)
