"""Enlarging: Lanczos, then detail where there are edges and none where there is only noise."""

import numpy as np
from PIL import Image

from providers.local.flatten import flatten
from providers.local.noise import smoothstep, soften
from providers.local.planes import image_of, luma, planes_of

FACTORS = (2, 4)


def upscale(image: Image.Image, factor: int) -> Image.Image:
    """Enlarge 2 or 4 times.

    Raises:
        ValueError: another factor.
    """
    if factor not in FACTORS:
        raise ValueError(f"factor is 2 or 4, not {factor}")
    flat = flatten(image)
    big = planes_of(flat.resize((flat.width * factor, flat.height * factor), Image.Resampling.LANCZOS))
    grey = luma(big)
    detail = grey - soften(grey, factor * 0.75)
    edge = smoothstep(0.004, 0.03, np.abs(detail))
    # Half a step of overshoot at most: halos are worse than softness.
    return image_of(big + np.clip(detail * 0.9 * edge, -0.06, 0.06)[None])
