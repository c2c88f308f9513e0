"""Between pictures and planes: float32 sRGB 0..1, shape (3, height, width)."""

import numpy as np
from PIL import Image

from providers.local.noise import Grid


def planes_of(image: Image.Image) -> Grid:
    data: Grid = np.asarray(image.convert("RGB"), dtype=np.float32)
    return np.ascontiguousarray(data.transpose(2, 0, 1)) / 255


def image_of(planes: Grid) -> Image.Image:
    eight = (np.clip(planes, 0, 1) * 255 + 0.5).astype(np.uint8)
    return Image.fromarray(np.ascontiguousarray(eight.transpose(1, 2, 0)))


def luma(planes: Grid) -> Grid:
    return np.asarray(0.2126 * planes[0] + 0.7152 * planes[1] + 0.0722 * planes[2])
