"""The worlds a scene can be in, each painted from the sky to the viewer's feet."""

from collections.abc import Callable
from typing import Final, TypeAlias

import numpy as np

from providers.local import creatures, land, oddities, plants, silhouette, sky, space, vehicles, water, weather
from providers.local.city import skyline
from providers.local.color import lab_of, rgb_of, to_rgb
from providers.local.distance import backdrop
from providers.local.easel import Easel
from providers.local.noise import line, sample, smoothstep
from providers.local.placing import afloat, aloft, extras, stand
from providers.local.stage import Stage

Subjects: TypeAlias = tuple[str, ...]
_MIDDLE: Final = 0.5


def open_sky(stage: Stage, subjects: Subjects) -> None:
    sky.paint_sky(stage)
    if "aurora" in stage.reading.weather:
        sky.paint_aurora(stage)
    sky.paint_sun(stage, 2.3 if "moon" in subjects or "closeup" in stage.reading.framing else 1.0)
    sky.paint_clouds(stage)
    if "rainbow" in stage.reading.weather:
        sky.paint_rainbow(stage)
    if "planet" in subjects or ("space" in subjects and "fantasy" in stage.reading.words):
        unit = stage.canvas.unit
        space.planet(
            stage, (stage.canvas.width * (1 - stage.focus * 0.9), stage.horizon * 0.42), unit * 0.17, rings=True, kind=1
        )
    if "lightning" in stage.reading.weather:
        weather.lightning(stage)


def chop_of(stage: Stage) -> float:
    if "calm" in stage.reading.weather:
        return 0.12
    return 0.95 if "wind" in stage.reading.weather or "storm" in stage.reading.lights else 0.4


def sea(stage: Stage, subjects: Subjects) -> None:
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
        profile = land.cliff(stage, "main", near + 0.14, max(0.3, stage.horizon / canvas.height - 0.02), left=left)
        land.rocks(stage, near + 0.14, left=left)
        stage.progress(0.6)
        stand(stage, subjects, profile)
    extras(stage, subjects)


def beach(stage: Stage, subjects: Subjects) -> None:
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


def lake(stage: Stage, subjects: Subjects) -> None:
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


def meadow(stage: Stage, subjects: Subjects) -> None:
    """Hills, fields, mountains: open land."""
    canvas = stage.canvas
    open_sky(stage, subjects)
    backdrop(
        stage,
        subjects if set(subjects) & {"mountain", "volcano", "hills", "city"} else (*subjects, "hills"),
        water=False,
    )
    stage.progress(0.4)
    material = (
        land.STRAW
        if set(stage.reading.words) & {"wheat", "barley", "harvest", "prairie", "steppe", "savanna"}
        else land.GRASS
    )
    if "lavender" in stage.reading.words:
        material = (0.58, 0.13, 300)
    depth = canvas.height - stage.horizon
    rows = (0.02, 0.2, 0.42)
    for i, share in enumerate(rows):
        profile = land.rolling(
            stage,
            f"meadow {i}",
            stage.horizon + depth * (share + 0.06),
            canvas.unit * (0.07 + 0.02 * i),
            1.5 - 0.3 * i,
            3,
        )
        land.hill(stage, profile, 0.5 - 0.22 * i, material)
        if i < 2 and "minimal" not in stage.reading.framing:
            plants.treeline(
                stage, f"hedge {i}", profile, canvas.unit * (0.04 + 0.035 * i), 0.45 - 0.2 * i, gaps=0.72 - 0.1 * i
            )
    aloft(stage, subjects)
    front = land.rolling(stage, "front", stage.horizon + depth * 0.72, canvas.unit * 0.08, 0.9, 3)
    land.hill(stage, front, 0.04, material)
    stage.progress(0.6)
    stand(stage, subjects, front + canvas.unit * 0.03)
    foot = np.full(canvas.width, canvas.height * 0.985, dtype=np.float32)
    if {"flower", "field"} & set(subjects) and not set(stage.reading.words) & {"wheat", "barley"}:
        flowers(stage, dense="flower" in subjects)
    plants.grass(stage, "front", foot, canvas.unit * 0.075, material=material)
    extras(stage, subjects)


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
    depth = canvas.height - stage.horizon
    for i in range(5):
        t = i / 4
        profile = land.rolling(
            stage, f"wood {i}", stage.horizon + depth * (-0.12 + 0.62 * t), canvas.unit * 0.09, 1.2, 3
        )
        plants.treeline(
            stage, f"wood {i}", profile, canvas.unit * (0.13 + 0.2 * t**1.5), 0.9 - 0.72 * t, gaps=0.12 + 0.42 * t
        )
        bottom, foot = stage.ridge_tone(0.85 - 0.7 * t)
        land.fill(
            stage,
            profile,
            ((bottom + foot) / 2)[:, None, None]
            * np.ones((1, canvas.height, 1), np.float32)[:, land.span(stage, profile)[0] :],
            land.span(stage, profile)[0],
        )
        weather.mist(
            stage,
            float(profile.mean()) + canvas.unit * 0.02,
            canvas.unit * 0.06,
            0.5 * (1 - 0.55 * t) * (0.5 + stage.light.haziness),
        )
        stage.progress(0.1 + 0.1 * i)
    if stage.light.lamp == "sun":
        weather.sunbeams(stage, 0.5)
    front = land.rolling(stage, "floor", canvas.height * 0.92, canvas.unit * 0.05, 1.0, 3)
    land.hill(stage, front, 0.0, land.GRASS)
    edge = 0.15 if stage.focus > _MIDDLE else 0.85
    for x, size in ((0.03, 0.95), (0.97, 0.86), (edge, 0.62)):
        column = int(np.clip(x, 0, 0.999) * canvas.width)
        plants.pine(stage, (x * canvas.width, float(front[column]) + canvas.unit * 0.04), canvas.unit * size, 0.0)
    stand(stage, subjects, front + canvas.unit * 0.025)
    plants.grass(stage, "floor", np.full(canvas.width, canvas.height * 0.99, dtype=np.float32), canvas.unit * 0.07)
    extras(stage, subjects)


def falls(stage: Stage, subjects: Subjects) -> None:
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


def cosmos(stage: Stage, subjects: Subjects) -> None:
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


def underwater(stage: Stage, subjects: Subjects) -> None:
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


def portrait(stage: Stage, subjects: Subjects) -> None:
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


WORLDS: Final[dict[str, Callable[[Stage, Subjects], None]]] = {
    "sea": sea, "lake": lake, "land": meadow, "desert": desert, "city": town, "forest": woods, "waterfall": falls,
    "space": cosmos, "underwater": underwater, "portrait": portrait,
}  # fmt: skip
