"""Who can draw what, how big it is, and where it belongs."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final, Literal, TypeAlias

from providers.local import buildings, creatures, figures, hoofed, oddities, plants, vehicles
from providers.local.easel import Point
from providers.local.stage import Stage

Draw: TypeAlias = Callable[[Stage, Point, float, float], None]
Place: TypeAlias = Literal["ground", "water", "sky"]


@dataclass(frozen=True)
class Prop:
    draw: Draw
    size: float
    """Height as a share of the picture's shorter side."""
    place: Place = "ground"
    many: int = 1
    """How many there are when it is the main subject."""


PROPS: Final[dict[str, Prop]] = {
    "lighthouse": Prop(buildings.lighthouse, 0.42),
    "castle": Prop(buildings.castle, 0.40),
    "temple": Prop(buildings.temple, 0.40),
    "windmill": Prop(buildings.windmill, 0.36),
    "house": Prop(buildings.house, 0.17),
    "village": Prop(buildings.house, 0.10, many=7),
    "tent": Prop(buildings.tent, 0.15),
    "tree": Prop(plants.tree, 0.44),
    "blossom": Prop(partial(plants.tree, kind="blossom"), 0.48),
    "palm": Prop(plants.palm, 0.42, many=3),
    "fox": Prop(creatures.fox, 0.27),
    "cat": Prop(creatures.cat, 0.21),
    "wolf": Prop(creatures.wolf, 0.24),
    "deer": Prop(hoofed.deer, 0.30),
    "horse": Prop(hoofed.horse, 0.30),
    "bear": Prop(creatures.bear, 0.26),
    "owl": Prop(creatures.owl, 0.34),
    "person": Prop(figures.person, 0.30),
    "robot": Prop(figures.robot, 0.32),
    "rocket": Prop(vehicles.rocket, 0.42),
    "car": Prop(vehicles.car, 0.15),
    "mushroom": Prop(oddities.mushroom, 0.22, many=4),
    "campfire": Prop(oddities.campfire, 0.13),
    "boat": Prop(vehicles.boat, 0.20, "water"),
    "whale": Prop(creatures.whale, 0.30, "water"),
    "balloon": Prop(vehicles.balloon, 0.24, "sky", 4),
    "ufo": Prop(vehicles.ufo, 0.14, "sky"),
    "dragon": Prop(oddities.dragon, 0.24, "sky"),
    "butterfly": Prop(oddities.butterfly, 0.16, "sky", 3),
}
