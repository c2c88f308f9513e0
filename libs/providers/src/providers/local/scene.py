"""A scene from a reading: which world it is, where the horizon and the sun are, and in which order things are laid."""

from providers.local import worlds
from providers.local.canvas import Canvas
from providers.local.chance import chance
from providers.local.light import light_for
from providers.local.props import PROPS
from providers.local.reading import Reading, dream
from providers.local.stage import Stage, silent

_WATERY = ("sea", "lake", "beach", "island", "boat", "whale", "lighthouse", "cliff", "river", "bridge")
_DRY = ("field", "desert", "canyon", "forest", "city", "village", "windmill")
_FALLBACK = {"space": "night", "planet": "night", "campfire": "dusk", "owl": "moonlight", "wolf": "moonlight", "ufo": "night",
             "city": "dusk", "robot": "golden", "desert": "golden", "dragon": "sunset", "rocket": "dawn", "tent": "dusk",
             "moon": "night", "fireflies": "dusk", "lighthouse": "sunset"}  # fmt: skip
_ANY = ("sunset", "golden", "day", "dawn", "sunrise", "day", "dusk")


def world_of(subjects: tuple[str, ...]) -> str:
    if "fish" in subjects:
        return "underwater"
    if "portrait" in subjects:
        return "portrait"
    grounded = [s for s in subjects if s not in ("space", "planet", "moon", "ufo", "rocket", "balloon", "bird")]
    if not grounded and any(s in subjects for s in ("space", "planet")):
        return "space"
    for name in ("sea", "beach", "island", "lighthouse", "whale"):
        if name in subjects:
            return "sea"
    for name in ("lake", "river", "boat", "bridge"):
        if name in subjects and not any(dry in subjects for dry in ("desert",)):
            return "lake"
    if "cliff" in subjects and "mountain" not in subjects:
        return "sea"
    for name, world in (
        ("waterfall", "waterfall"),
        ("desert", "desert"),
        ("canyon", "desert"),
        ("city", "city"),
        ("forest", "forest"),
        ("mushroom", "forest"),
        ("owl", "forest"),
    ):
        if name in subjects:
            return world
    return "land"


def compose(reading: Reading, key: tuple[str, int], size: tuple[int, int]) -> tuple[Stage, tuple[str, ...], str]:
    """The empty stage, the subjects on it, and the world it shows."""
    rng = chance(*key, "compose")
    subjects = reading.subjects or (dream(*key) if not (reading.lights or reading.weather) else dream(*key))
    fallback = next((_FALLBACK[s] for s in subjects if s in _FALLBACK), _ANY[int(rng.integers(len(_ANY)))])
    if "snow" in reading.weather and not reading.lights:
        fallback = ("dawn", "day", "dusk")[int(rng.integers(3))]
    light = light_for(reading, fallback)
    world = world_of(subjects)
    width, height = size
    share = {
        "sea": 0.6,
        "lake": 0.57,
        "land": 0.6,
        "desert": 0.5,
        "city": 0.74,
        "forest": 0.62,
        "waterfall": 0.4,
        "portrait": 0.66,
    }.get(world, 0.62)
    if "aerial" in reading.framing:
        share -= 0.2
    if "minimal" in reading.framing:
        share += 0.1
    horizon = height * (share + rng.uniform(-0.02, 0.02))
    centered = "symmetrical" in reading.framing or world == "portrait"
    focus = 0.5 if centered else float(rng.choice([0.3, 0.7]) + rng.uniform(-0.03, 0.03))
    sun_x = 0.5 if centered else float(np_clip(1 - focus + rng.uniform(-0.05, 0.06), 0.12, 0.88))
    sun = (width * sun_x, horizon * (1 - light.elevation))
    stage = Stage(Canvas(width, height), light, reading, key, horizon, sun, focus)
    return stage, subjects, world


def np_clip(value: float, low: float, high: float) -> float:
    return min(high, max(low, value))


def paint_scene(stage: Stage, subjects: tuple[str, ...], world: str) -> None:
    worlds.WORLDS[world](stage, subjects)


__all__ = ["PROPS", "compose", "paint_scene", "silent", "world_of"]
