"""The light of a scene: sky, sun, haze, and what falls on things."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from providers.local import lexicon
from providers.local.color import Lch, blend_lch, lean
from providers.local.reading import Reading


@dataclass(frozen=True)
class Light:
    sky: tuple[Lch, ...]
    """From the zenith down to the horizon."""
    haze: Lch
    ambient: Lch
    """What reaches the shadows."""
    key: Lch
    """What reaches a surface that faces the light."""
    sun: Lch
    lamp: str = "sun"
    """sun, moon or none: what hangs in the sky."""
    elevation: float = 0.1
    """Above the horizon, as a share of the sky's height."""
    stars: float = 0.0
    lamps: bool = False
    """Whether windows and lanterns are lit."""
    clouds: float = 0.45
    haziness: float = 0.55


LIGHTS: Final[dict[str, Light]] = {
    "sunset": Light(
        sky=((0.36, 0.10, 285), (0.47, 0.13, 320), (0.62, 0.16, 15), (0.74, 0.16, 48), (0.84, 0.14, 74)),
        haze=(0.72, 0.13, 40), ambient=(0.40, 0.07, 310), key=(0.88, 0.14, 60), sun=(0.985, 0.06, 95),
        elevation=0.15, lamps=True, clouds=0.55,
    ),
    "sunrise": Light(
        sky=((0.55, 0.09, 255), (0.68, 0.08, 285), (0.79, 0.09, 350), (0.86, 0.10, 55), (0.93, 0.09, 88)),
        haze=(0.82, 0.07, 40), ambient=(0.52, 0.05, 285), key=(0.93, 0.11, 75), sun=(0.98, 0.06, 92), elevation=0.2,
    ),
    "dawn": Light(
        sky=((0.40, 0.08, 265), (0.54, 0.08, 290), (0.70, 0.09, 335), (0.81, 0.09, 25), (0.89, 0.08, 65)),
        haze=(0.74, 0.06, 330), ambient=(0.42, 0.06, 285), key=(0.82, 0.09, 35), sun=(0.96, 0.07, 70),
        elevation=0.05, stars=0.12, lamps=True,
    ),
    "golden": Light(
        sky=((0.60, 0.07, 235), (0.72, 0.05, 210), (0.83, 0.06, 95), (0.89, 0.10, 85), (0.93, 0.11, 82)),
        haze=(0.86, 0.10, 78), ambient=(0.50, 0.05, 290), key=(0.95, 0.13, 78), sun=(0.98, 0.08, 95),
        elevation=0.34, clouds=0.4,
    ),
    "day": Light(
        sky=((0.55, 0.14, 252), (0.65, 0.12, 245), (0.76, 0.09, 237), (0.85, 0.06, 228), (0.92, 0.03, 215)),
        haze=(0.84, 0.05, 232), ambient=(0.58, 0.06, 255), key=(0.99, 0.03, 95), sun=(0.99, 0.04, 100),
        elevation=0.78, clouds=0.5, haziness=0.45,
    ),
    "dusk": Light(
        sky=((0.20, 0.07, 275), (0.29, 0.10, 280), (0.41, 0.12, 300), (0.55, 0.12, 340), (0.74, 0.12, 45)),
        haze=(0.48, 0.10, 310), ambient=(0.28, 0.07, 285), key=(0.62, 0.10, 330), sun=(0.90, 0.10, 60),
        lamp="moon", elevation=0.62, stars=0.5, lamps=True,
    ),
    "night": Light(
        sky=((0.12, 0.04, 272), (0.17, 0.06, 270), (0.23, 0.07, 266), (0.30, 0.08, 260), (0.39, 0.08, 250)),
        haze=(0.33, 0.07, 258), ambient=(0.26, 0.05, 268), key=(0.68, 0.05, 245), sun=(0.95, 0.02, 95),
        lamp="moon", elevation=0.68, stars=1.0, lamps=True, clouds=0.3,
    ),
    "storm": Light(
        sky=((0.22, 0.02, 255), (0.31, 0.03, 245), (0.42, 0.04, 235), (0.55, 0.04, 215), (0.72, 0.05, 150)),
        haze=(0.48, 0.03, 220), ambient=(0.30, 0.03, 245), key=(0.58, 0.04, 180), sun=(0.85, 0.03, 150),
        lamp="none", elevation=0.2, clouds=0.95, lamps=True, haziness=0.7,
    ),
    "overcast": Light(
        sky=((0.52, 0.03, 245), (0.60, 0.03, 240), (0.70, 0.025, 230), (0.79, 0.02, 220), (0.86, 0.015, 180)),
        haze=(0.74, 0.02, 230), ambient=(0.52, 0.03, 245), key=(0.76, 0.02, 150), sun=(0.95, 0.01, 100),
        lamp="none", elevation=0.5, clouds=0.8, haziness=0.75,
    ),
    "fog": Light(
        sky=((0.66, 0.03, 235), (0.73, 0.028, 225), (0.81, 0.025, 190), (0.87, 0.03, 110), (0.91, 0.035, 90)),
        haze=(0.86, 0.022, 150), ambient=(0.50, 0.035, 240), key=(0.82, 0.04, 90), sun=(0.98, 0.03, 95),
        elevation=0.45, clouds=0.15, haziness=1.0, lamps=True,
    ),
    "neon": Light(
        sky=((0.14, 0.08, 290), (0.20, 0.12, 295), (0.31, 0.17, 310), (0.48, 0.23, 340), (0.72, 0.20, 25)),
        haze=(0.42, 0.20, 325), ambient=(0.26, 0.12, 290), key=(0.72, 0.19, 345), sun=(0.83, 0.17, 60),
        elevation=0.25, stars=0.6, lamps=True, clouds=0.25,
    ),
}  # fmt: skip
LIGHTS["moonlight"] = replace(
    LIGHTS["night"],
    sky=((0.15, 0.05, 262), (0.21, 0.06, 258), (0.29, 0.07, 252), (0.39, 0.07, 245), (0.52, 0.06, 235)),
    haze=(0.45, 0.05, 242), ambient=(0.30, 0.05, 260), key=(0.76, 0.05, 235), elevation=0.5, stars=0.6, clouds=0.5,
)  # fmt: skip
LIGHTS["aurora"] = replace(
    LIGHTS["night"],
    sky=((0.11, 0.04, 275), (0.16, 0.06, 265), (0.22, 0.07, 245), (0.30, 0.08, 210), (0.40, 0.09, 185)),
    haze=(0.34, 0.07, 200), key=(0.55, 0.10, 165), lamp="none", clouds=0.08,
)  # fmt: skip

_DARK: Final = frozenset({"night", "aurora", "moonlight", "dusk", "neon", "storm"})
_GREYS: Final = frozenset({"black", "white", "grey", "gray", "silver", "monochrome", "beige"})


def _grade(color: Lch, reading: Reading) -> Lch:
    lightness, chroma, hue = color
    if "vivid" in reading.moods:
        chroma *= 1.3
    if "pastel" in reading.moods:
        lightness, chroma = lightness * 0.72 + 0.27, chroma * 0.72
    if "muted" in reading.moods:
        chroma *= 0.5
    if "dark" in reading.moods:
        lightness, chroma = lightness * 0.68, chroma * 0.85
    graded = (lightness, chroma, hue)
    if "warm" in reading.moods:
        graded = lean(graded, 60, 0.25, 0.08)
    if "cool" in reading.moods:
        graded = lean(graded, 245, 0.28, 0.07)
    return graded


def dye(color: Lch, names: Iterable[str], amount: float) -> Lch:
    """Pull one colour towards colour words; of two words each takes the colours that were nearer to it."""
    chosen = list(names)[:2]
    if not chosen:
        return color
    name = min(chosen, key=lambda word: abs((lexicon.COLORS[word][2] - color[2] + 180) % 360 - 180))
    target = lexicon.COLORS[name]
    if name in _GREYS:
        lift = {"white": 0.16, "silver": 0.05, "beige": 0.08, "black": -0.22}.get(name, 0.0)
        return blend_lch(color, (min(1.0, max(0.05, color[0] + lift)), target[1], target[2]), amount)
    return blend_lch(color, lean((color[0] * 0.8 + target[0] * 0.2, *color[1:]), target[2], 0.9, target[1]), amount)


def _each(light: Light, reading: Reading, amount: float) -> Light:
    def turn(color: Lch) -> Lch:
        return dye(_grade(color, reading), reading.palette, amount)

    return replace(
        light,
        sky=tuple(turn(color) for color in light.sky),
        haze=turn(light.haze),
        ambient=turn(light.ambient),
        key=turn(light.key),
        sun=blend_lch(light.sun, turn(light.sun), 0.5),
    )


def light_for(reading: Reading, fallback: str) -> Light:
    """The first light named is the main one; night wins over whatever else was said, and moods and colours grade it."""
    named = list(reading.lights) or [fallback]
    first = "neon" if "neon" in named else next((name for name in named if name in _DARK), named[0])
    light = LIGHTS[first]
    if "fog" in named and first != "fog":
        light = replace(light, haziness=1.0, haze=blend_lch(light.haze, light.sky[-1], 0.5))
    if "clouds" in reading.weather:
        light = replace(light, clouds=max(light.clouds, 0.75))
    if "stars" in reading.weather and first in _DARK:
        light = replace(light, stars=1.0)
    if "moon" in reading.weather and light.lamp == "none":
        light = replace(light, lamp="moon", elevation=0.6)
    return _each(light, reading, 0.75)
