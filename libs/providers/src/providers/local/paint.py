"""A picture from words."""

from collections.abc import Callable

from PIL import Image

from providers.local.finish import finish
from providers.local.planes import image_of
from providers.local.reading import read
from providers.local.scene import compose
from providers.local.stage import silent
from providers.local.worlds import WORLDS

SMALLEST, LARGEST = 16, 4096


def paint(
    prompt: str,
    *,
    width: int,
    height: int,
    seed: int,
    negative_prompt: str = "",
    progress: Callable[[float], None] = silent,
) -> Image.Image:
    """Paint the scene that the words of the prompt describe. Same arguments, same pixels, in any process.

    Raises:
        ValueError: a side outside 16..4096 pixels.
    """
    if not (SMALLEST <= width <= LARGEST and SMALLEST <= height <= LARGEST):
        raise ValueError(f"a picture has sides of {SMALLEST} to {LARGEST} pixels, not {width}x{height}")
    reading = read(prompt, negative_prompt)
    key = (" ".join(prompt.split()), seed)
    stage, subjects, world = compose(reading, key, (width, height))
    stage.progress = progress
    progress(0.05)
    WORLDS[world](stage, subjects)
    progress(0.75)
    picture = image_of(finish(stage.canvas.rgb, reading.styles, key))
    progress(1.0)
    return picture
