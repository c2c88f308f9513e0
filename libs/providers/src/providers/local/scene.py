"""A scene from a reading: which world it is, where the horizon and the sun are, and in which order things are laid."""

from providers.local.canvas import Canvas
from providers.local.chance import chance
from providers.local.light import light_for
from providers.local.reading import Reading, dream
from providers.local.stage import Stage

_FALLBACK = {
    "space": "night",
    "planet": "night",
    "campfire": "dusk",
    "owl": "moonlight",
    "wolf": "moonlight",
    "ufo": "night",
    "city": "dusk",
    "robot": "golden",
    "desert": "golden",
    "dragon": "sunset",
    "rocket": "dawn",
    "tent": "dusk",
    "moon": "night",
    "fireflies": "dusk",
    "lighthouse": "sunset",
}
_ANY = ("sunset", "golden", "day", "dawn", "sunrise", "day", "dusk")


_WORLDS = (
    ("fish", "underwater"), ("portrait", "portrait"), ("sea", "sea"), ("beach", "sea"), ("island", "sea"),
    ("lighthouse", "sea"), ("whale", "sea"), ("waterfall", "waterfall"), ("lake", "lake"), ("river", "lake"),
    ("boat", "lake"), ("bridge", "lake"), ("cliff", "sea"), ("desert", "desert"), ("canyon", "desert"),
    ("city", "city"), ("forest", "forest"), ("mushroom", "forest"), ("owl", "forest"),
)  # fmt: skip
"""The first of these that was named decides where we are."""
_FLOATING = frozenset({"space", "planet", "moon", "ufo", "rocket", "balloon", "bird"})


def world_of(subjects: tuple[str, ...]) -> str:
    if {"space", "planet"} & set(subjects) and not set(subjects) - _FLOATING:
        return "space"
    return next((world for subject, world in _WORLDS if subject in subjects), "land")


_HORIZONS = {
    "sea": 0.6, "lake": 0.57, "land": 0.6, "desert": 0.5, "city": 0.74, "forest": 0.62, "waterfall": 0.4,
    "portrait": 0.66,
}  # fmt: skip
"""How far down the horizon is, as a share of the height."""


def compose(reading: Reading, key: tuple[str, int], size: tuple[int, int]) -> tuple[Stage, tuple[str, ...], str]:
    """The empty stage, the subjects on it, and the world it shows."""
    rng = chance(*key, "compose")
    subjects = reading.subjects or dream(*key)
    fallback = next((_FALLBACK[s] for s in subjects if s in _FALLBACK), _ANY[int(rng.integers(len(_ANY)))])
    if "snow" in reading.weather and not reading.lights:
        fallback = ("dawn", "day", "dusk")[int(rng.integers(3))]
    light = light_for(reading, fallback)
    world = world_of(subjects)
    width, height = size
    share = _HORIZONS.get(world, 0.62)
    if "aerial" in reading.framing:
        share -= 0.2
    if "minimal" in reading.framing:
        share += 0.1
    horizon = height * (share + rng.uniform(-0.02, 0.02))
    centered = "symmetrical" in reading.framing or world == "portrait"
    focus = 0.5 if centered else float(rng.choice([0.3, 0.7]) + rng.uniform(-0.03, 0.03))
    sun_x = 0.5 if centered else min(0.88, max(0.12, 1 - focus + float(rng.uniform(-0.05, 0.06))))
    sun = (width * sun_x, horizon * (1 - light.elevation))
    stage = Stage(Canvas(width, height), light, reading, key, horizon, sun, focus)
    return stage, subjects, world
