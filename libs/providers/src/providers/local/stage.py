"""Where a scene is painted: the canvas, its light, its horizon and its own chance for each part."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from providers.local.canvas import Canvas
from providers.local.chance import chance
from providers.local.color import Lch, lab_of, rgb_of, to_rgb
from providers.local.light import Light, dye
from providers.local.noise import Grid, tile
from providers.local.reading import Reading


def silent(_done: float) -> None:
    """Progress nobody watches."""


@dataclass
class Stage:
    canvas: Canvas
    light: Light
    reading: Reading
    key: tuple[str, int]
    """Prompt and seed: what all chance comes from."""
    horizon: float
    """Row, in pixels."""
    sun: tuple[float, float]
    """Where the sun or moon stands, in pixels (also when it is out of sight)."""
    focus: float
    """Column of the main subject, as a share of the width."""
    progress: Callable[[float], None] = silent

    def dice(self, *part: object) -> np.random.Generator:
        return chance(*self.key, *part)

    @cached_property
    def cloudiness(self) -> Grid:
        return tile(self.dice("clouds"), 512, 1.75)

    @cached_property
    def ripples(self) -> Grid:
        return tile(self.dice("ripples"), 256, 1.15)

    @cached_property
    def rock(self) -> Grid:
        return tile(self.dice("rock"), 512, 1.6)

    @property
    def side(self) -> float:
        """+1 when light falls from the right of the main subject, -1 from its left."""
        return 1.0 if self.sun[0] >= self.focus * self.canvas.width else -1.0

    def tone(self, material: Lch, facing: float, depth: float = 0.0) -> Grid:
        """The sRGB of a material in this light. Facing: 0 shadow, 1 full light. Depth: 0 here, 1 in the haze."""
        material = dye(material, self.reading.palette, 0.3)
        ambient, key = lab_of(self.light.ambient), lab_of(self.light.key)
        light = ambient + (key - ambient) * facing
        body = lab_of(material)
        lit = np.array([body[0] * light[0] * 1.08, 0, 0], dtype=np.float32)
        lit[1:] = body[1:] * (0.35 + 0.6 * light[0]) + light[1:] * (0.25 + 0.55 * body[0])
        haze = lab_of(self.light.haze)
        return np.asarray(to_rgb(lit + (haze - lit) * depth), dtype=np.float32)

    def ridge_tone(self, depth: float) -> tuple[Grid, Grid]:
        """Top and foot of a silhouetted ridge: darker the nearer, its foot drowned in haze."""
        haze = lab_of(self.light.haze)
        shade = lab_of(self.light.ambient) * np.array([0.62, 0.9, 0.9], dtype=np.float32)
        top = shade + (haze - shade) * (0.86 * depth)
        foot = top + (haze - top) * (0.25 + 0.5 * self.light.haziness * (0.35 + 0.65 * depth))
        return np.asarray(to_rgb(top), dtype=np.float32), np.asarray(to_rgb(foot), dtype=np.float32)

    @cached_property
    def sun_rgb(self) -> Grid:
        return rgb_of(self.light.sun)

    @cached_property
    def key_rgb(self) -> Grid:
        return rgb_of(self.light.key)
