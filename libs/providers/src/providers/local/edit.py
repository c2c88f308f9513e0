"""A given picture, changed by words: relit, reweathered, recoloured, redrawn, turned; its structure stays."""

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
from PIL import Image

from providers.local import lexicon
from providers.local.chance import chance
from providers.local.color import lab_of, to_lab, to_rgb
from providers.local.finish import STYLES, bloom, dither, split_tone, vignette
from providers.local.flatten import flatten
from providers.local.light import LIGHTS
from providers.local.noise import Grid
from providers.local.placing import afloat, aloft, stand
from providers.local.planes import image_of, planes_of
from providers.local.props import PROPS
from providers.local.reading import Reading, read
from providers.local.relight import Scene, autumn, fog, look_at, rain, relight, snow, storm
from providers.local.stage import silent

_TIMES: Final = (
    "sunset",
    "sunrise",
    "dawn",
    "golden",
    "dusk",
    "night",
    "moonlight",
    "neon",
    "aurora",
    "day",
    "overcast",
)
_NIGHTFALL, _NOON = 0.4, 0.72
_LEAST: Final = 16
_HUES: Final = (28.0, 60.0, 85.0, 200.0, 250.0, 300.0, 345.0)


def edit(
    image: Image.Image,
    prompt: str,
    *,
    strength: float = 0.6,
    seed: int,
    references: Sequence[Image.Image] = (),
    progress: Callable[[float], None] = silent,
) -> Image.Image:
    """Change a picture by words, keeping its size. Strength 0 leaves it as it is, 1 changes all that the words can.

    Raises:
        ValueError: strength outside 0..1.
    """
    if not 0 <= strength <= 1:
        raise ValueError(f"strength is between 0 and 1, not {strength}")
    flat = flatten(image)
    # A picture of a few pixels has no sky and no strokes; it is worked on enlarged.
    source = planes_of(flat.resize([max(side, _LEAST) for side in flat.size]) if min(flat.size) < _LEAST else flat)
    if strength == 0:
        return flat.copy()
    reading = read(_instruction(prompt))
    key = (" ".join(prompt.split()), seed)
    turned = _turn(source, reading)
    progress(0.2)
    changed = _restyle(_recolor(_reweather(turned, reading, key), reading), reading, key)
    if not _known(reading) and not _ADDING & set(reading.words):
        changed = _mood(changed, key)
    changed = _add(changed, reading, key)
    progress(0.7)
    if references:
        changed = _borrow(changed, [planes_of(flatten(reference).resize((96, 96))) for reference in references])
    weight = np.float32(min(1.0, strength * 1.5))
    mixed = turned + (np.clip(changed, 0, 1) - turned) * weight
    lit = _shift_light(mixed, key, strength * (0.5 if _known(reading) else 1.0))
    progress(1.0)
    picture = image_of(dither(lit, chance("dither", *key)))
    return picture if picture.size == flat.size else picture.resize(flat.size, Image.Resampling.BOX)


def _instruction(prompt: str) -> str:
    """The last paragraph: what stands before it is what was wired in, often a description of this very picture."""
    paragraphs = [part for part in prompt.split("\n\n") if part.strip()]
    return paragraphs[-1] if paragraphs else prompt


def _known(reading: Reading) -> bool:
    return bool(reading.lights or reading.weather or reading.styles or reading.palette or reading.moods)


def _turn(planes: Grid, reading: Reading) -> Grid:
    words = set(reading.words)
    if words & {"mirror", "mirrored", "flip", "flipped"} and "vertically" not in words and "upside" not in words:
        planes = planes[:, :, ::-1]
    elif words & {"flip", "flipped", "upside"}:
        planes = planes[:, ::-1]
    if words & {"rotate", "rotated", "turn"}:
        # Half a turn is the one rotation that keeps every aspect.
        planes = planes[:, ::-1, ::-1]
    if words & {"zoom", "closer", "closeup", "crop"}:
        _, height, width = planes.shape
        box = (width * 0.17, height * 0.17, width * 0.83, height * 0.83)
        planes = planes_of(image_of(planes).resize((width, height), Image.Resampling.LANCZOS, box=box))
    return np.ascontiguousarray(planes)


def _reweather(planes: Grid, reading: Reading, key: tuple[str, int]) -> Grid:
    scene = look_at(planes, reading, key)
    time = next((name for name in _TIMES if name in reading.lights), None)
    if "night" in reading.lights:
        time = "moonlight" if "moonlight" in reading.lights else "night"
    if "aurora" in reading.lights:
        time = "aurora"
    steps: list[Callable[[Scene], Grid]] = []
    if "autumn" in reading.weather:
        steps.append(autumn)
    if "snow" in reading.weather:
        steps.append(snow)
    if time:
        steps.append(relight(time))
    if "storm" in reading.lights:
        steps.append(storm)
    elif "rain" in reading.weather:
        steps.append(rain)
    if "fog" in reading.weather:
        steps.append(fog)
    for step in steps:
        scene.planes = np.clip(step(scene), 0, 1)
    return scene.planes


def _recolor(planes: Grid, reading: Reading) -> Grid:
    lab = to_lab(planes)
    colors = [*reading.palette, *reading.dyed.values()]
    for word in colors[:2]:
        target = lab_of(lexicon.COLORS[word])
        chroma = np.hypot(lab[1], lab[2])
        pull = target[1:] / max(0.02, float(np.hypot(*target[1:])))
        want = pull[:, None, None] * np.minimum(np.maximum(chroma, 0.05) * 1.25, 0.2)[None]
        want = want * min(1.0, float(np.hypot(*target[1:])) / 0.06)
        lab[1:] += (want - lab[1:]) * (0.85 if len(colors) == 1 else 0.5)
        lab[0] += (float(target[0]) - 0.6) * 0.3
    moods = reading.moods
    gain = 1.4 * ("vivid" in moods) + 0.65 * ("pastel" in moods) + 0.5 * ("muted" in moods)
    if gain:
        lab[1:] *= np.float32(gain)
    if "pastel" in moods:
        lab[0] = 0.3 + lab[0] * 0.68
    if "dark" in moods:
        lab[0] *= np.float32(0.72)
    if "dramatic" in moods:
        lab[0] += 0.5 * (lab[0] - 0.55) * (1 - np.abs(lab[0] - 0.5))
    warmth = 0.035 * ("warm" in moods) - 0.035 * ("cool" in moods)
    lab[2] += np.float32(warmth)
    lab[1] += np.float32(warmth * 0.45)
    return np.clip(to_rgb(lab), 0, 1)


def _restyle(planes: Grid, reading: Reading, key: tuple[str, int]) -> Grid:
    for style in reading.styles[:3]:
        planes = np.clip(STYLES[style](planes, chance("style", style, *key)), 0, 1)
    if set(reading.words) & {"blur", "blurred", "dream", "dreamy", "soft"}:
        planes = bloom(planes, 0.9, 0.3)
    if set(reading.words) & {"invert", "negative", "inverted"}:
        planes = 1 - planes
    return planes


_ADDING: Final = frozenset({"add", "adding", "put", "place", "include", "with"})


def _add(planes: Grid, reading: Reading, key: tuple[str, int]) -> Grid:
    """Things the words ask to add, drawn in the picture's own light: afloat, aloft or on its ground."""
    wanted = tuple(name for name in reading.subjects if name in PROPS or name in ("bird", "planet"))
    if not wanted or not _ADDING & set(reading.words):
        return planes
    scene = look_at(planes, reading, key)
    level = float(to_lab(planes)[0].mean())
    stage = scene.stage(LIGHTS["night" if level < _NIGHTFALL else "golden" if level < _NOON else "day"])
    stage.focus = float(chance("add", *key).uniform(0.18, 0.82))
    stage.sun = (stage.canvas.width * (1 - stage.focus), stage.sun[1])
    afloat(stage, wanted)
    aloft(stage, wanted)
    stand(stage, wanted, np.full(stage.canvas.width, stage.canvas.height * 0.94, dtype=np.float32))
    return stage.canvas.rgb


def _mood(planes: Grid, key: tuple[str, int]) -> Grid:
    """For words the painter does not know: the picture in another key, chosen by them and the seed."""
    rng = chance("mood", *key)
    lab = to_lab(planes)
    turn = np.radians(rng.uniform(14, 46) * rng.choice([-1, 1]))
    a, b = lab[1] * np.cos(turn) - lab[2] * np.sin(turn), lab[1] * np.sin(turn) + lab[2] * np.cos(turn)
    lab[1], lab[2] = a * 1.08, b * 1.08
    lab[0] = np.clip(lab[0], 0, 1) ** np.float32(rng.uniform(0.78, 1.3))
    return np.clip(to_rgb(lab), 0, 1)


def _shift_light(planes: Grid, key: tuple[str, int], strength: float) -> Grid:
    """The seed's own say: from which side it is lit, how bright, which tint the lights and the shadows take."""
    rng = chance("shift", *key)
    _, height, width = planes.shape
    angle = rng.uniform(0, 2 * np.pi)
    x = np.linspace(-1, 1, width, dtype=np.float32)[None, :]
    y = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    slope = np.float32(np.cos(angle)) * x + np.float32(np.sin(angle)) * y * 0.6
    shadow, light = (float(_HUES[int(i)]) for i in rng.choice(len(_HUES), 2, replace=False))
    exposure = 1 + strength * (rng.uniform(-0.12, 0.1) + 0.2 * slope)
    toned = split_tone(planes * exposure, shadow, light, 0.9 * strength)
    return vignette(bloom(toned, 0.3 * strength), 0.2 * strength)


def _borrow(planes: Grid, references: Sequence[Grid]) -> Grid:
    """Move the picture's colours to the references' mean and spread, in OKLab (after Reinhard et al., 2001)."""
    pool = to_lab(np.concatenate([reference.reshape(3, -1) for reference in references], axis=1))
    lab = to_lab(planes)
    for axis, share in ((0, 0.45), (1, 0.85), (2, 0.85)):
        mean, spread = float(lab[axis].mean()), float(lab[axis].std()) + 1e-4
        ratio = min(2.5, max(0.4, (float(pool[axis].std()) + 1e-3) / spread))
        moved = (lab[axis] - mean) * ratio + float(pool[axis].mean())
        lab[axis] += (moved - lab[axis]) * np.float32(share)
    return np.clip(to_rgb(lab), 0, 1)
