"""Films made from one picture or two: the camera moves, the air is alive, and one picture becomes the other.

The first frame is the first picture and the last frame the last one, so that films can be joined end to end.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from kit.reel import Pixels, reel
from kit.sounds import RATE
from providers.local.air import Air
from providers.local.camera import Move, eased
from providers.local.chance import chance
from providers.local.flatten import flatten
from providers.local.noise import enlarge, tile
from providers.local.portrait import layer
from providers.local.sound import ambience
from providers.local.stage import silent

FPS: Final = 24
_BEGIN, _END = 0.2, 0.8
"""Of the time: when one picture begins to become the other, and has become it."""
_SOFT: Final = 0.35


@dataclass(frozen=True)
class Shape:
    """Of a film."""

    width: int = 854
    """Pixels; even, as is the height."""
    height: int = 480
    seconds: float = 4.0
    rate: Fraction = Fraction(FPS)
    """Frames in a second."""
    with_sound: bool = True

    @property
    def size(self) -> tuple[int, int]:
        return self.width, self.height

    @property
    def frames(self) -> int:
        return max(2, round(self.seconds * self.rate))


@dataclass(frozen=True)
class Shots:
    """What is filmed."""

    first: Image.Image
    last: Image.Image | None = None
    set_in: Sequence[Image.Image] = ()
    """Pictures that hang before it all the time, still and clear: `portrait`."""


def film(shots: Shots, shape: Shape, prompt: str, seed: int, progress: Callable[[float], None] = silent) -> bytes:
    """An MP4. The same in, the same bytes out. `progress`: after each frame, how much is done."""
    count = shape.frames
    sound = ambience(prompt, float(count / shape.rate), seed) if shape.with_sound else np.zeros((0, 2), np.float32)
    with TemporaryDirectory(prefix="groove-film-") as place:
        path = Path(place) / "film.mp4"
        with reel(path, shape.size, shape.rate, with_sound=shape.with_sound) as out:
            for index, pixels in enumerate(_frames(shots, shape, prompt, seed)):
                out.show(pixels)
                out.hear_up_to_here(sound)
                progress((index + 1) / count)
            out.hear(sound[out.heard : int(count / shape.rate * RATE)])
        return path.read_bytes()


def _frames(shots: Shots, shape: Shape, prompt: str, seed: int) -> Iterator[Pixels]:
    move, air = Move.by(prompt, seed), Air(prompt, seed, shape.size)
    one = fitted(shots.first, shape.size)
    other = fitted(shots.last, shape.size) if shots.last is not None else None
    order = _order(shape.size, seed) if other is not None else None
    prints = layer(shape.size, shots.set_in) if shots.set_in else None
    for index in range(shape.frames):
        t = index / (shape.frames - 1)
        pixels = np.array(move.shot(one, eased(t)))
        if other is not None and order is not None:
            pixels = _between(pixels, np.asarray(move.back().shot(other, eased(1 - t))), order, t)
        alive = math.sin(math.pi * t) if other is not None else min(1.0, t * 4)
        if alive > 0:
            air.fill(pixels, float(index / shape.rate), alive)
        yield pixels if prints is None else _before(pixels, prints)


def fitted(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Filling the frame, cut at the sides that are too long."""
    return ImageOps.fit(flatten(ImageOps.exif_transpose(picture)), size, Image.Resampling.LANCZOS)


def _before(pixels: Pixels, prints: Image.Image) -> Pixels:
    scene = Image.fromarray(pixels)
    scene.paste(prints, mask=prints.getchannel("A"))
    return np.asarray(scene)


def _order(size: tuple[int, int], seed: int) -> NDArray[np.float32]:
    """When each place changes, 0 to 1: in drifting patches, not all at once."""
    grain = enlarge(tile(chance("film", seed), 128, 2.1), *size)
    low, high = float(grain.min()), float(grain.max())
    return ((grain - low) / max(high - low, 1e-6)).astype(np.float32)


def _between(one: Pixels, other: Pixels, order: NDArray[np.float32], t: float) -> Pixels:
    if t <= _BEGIN:
        return one
    if t >= _END:
        return np.array(other)
    way = (t - _BEGIN) / (_END - _BEGIN) * (1 + _SOFT)
    share = np.clip((way - order) / _SOFT, 0, 1)[..., None]
    mixed: Pixels = (one + (other.astype(np.float32) - one) * share).astype(np.uint8)
    return mixed
