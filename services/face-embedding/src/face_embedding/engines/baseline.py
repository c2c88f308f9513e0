"""Without weights: a classical cascade finds faces, and histograms of gradients compare them.

Good to show how everything works together, and to tell copies of one picture from another. It does not know people:
between two photographs of one person taken on different days it is little better than chance.
"""

import threading
from functools import cached_property
from typing import Any

import numpy as np
from PIL import Image, ImageOps

from contracts.faces import Face
from face_embedding.engines.quality import quality
from face_embedding.faces import Found, Vector, area, normed

_EDGE = 480
"""Pixels of the longer side, in which faces are looked for."""
_SMALLEST = 28
_CROP = 64
_FLAT = 10.0
_NEIGHBOURS = 3
"""Windows that must agree."""


class Baseline:
    name = "baseline/lbp-hog"
    baseline = True
    threshold = 0.7
    dimension = 1764

    def __init__(self, threshold: float | None = None) -> None:
        self.threshold = self.threshold if threshold is None else threshold
        self._one_at_a_time = threading.Lock()

    @cached_property
    def _cascade(self) -> Any:
        import skimage.data  # noqa: PLC0415  loaded when the first picture comes
        from skimage.feature import Cascade  # noqa: PLC0415

        file = skimage.data.lbp_frontal_face_cascade_filename()  # type: ignore[no-untyped-call]  # scikit-image is typed in part
        return Cascade(file)

    def find(self, picture: Image.Image) -> list[Found]:
        small = picture.copy()
        small.thumbnail((_EDGE, _EDGE), Image.Resampling.BILINEAR)
        scale = picture.width / small.width
        if min(small.size) < _SMALLEST:
            return []
        with self._one_at_a_time:
            windows = self._cascade.detect_multi_scale(
                img=np.asarray(small),
                scale_factor=1.2,
                step_ratio=1,
                min_size=(_SMALLEST, _SMALLEST),
                max_size=(min(small.size), min(small.size)),
                min_neighbor_number=_NEIGHBOURS,
            )
        found = [self._face(picture, one, scale) for one in windows]
        return sorted((one for one in found if one is not None), key=area, reverse=True)

    def _face(self, picture: Image.Image, window: dict[str, int], scale: float) -> Found | None:
        left, top, width, height = (window[key] * scale for key in ("c", "r", "width", "height"))
        box = (left, top, left + width, top + height)
        vector = _embedded(picture, box) if _like_a_face(picture, box) else None
        if vector is None:
            return None
        face = Face(
            x=round(left, 2),
            y=round(top, 2),
            width=round(width, 2),
            height=round(height, 2),
            score=1.0,
            quality=quality(picture, box, 0.5, ()),
        )
        return Found(face, vector)


def _like_a_face(picture: Image.Image, box: tuple[float, float, float, float]) -> bool:
    """Eyes are darker than cheeks and than what is between them. Bricks and grass, which the cascade likes, are not."""
    small = picture.resize((32, 32), Image.Resampling.BILINEAR, box=_within(picture, box)).convert("L")
    light = np.asarray(small, np.float32)
    spread = float(light.std())
    eyes, cheeks = light[9:15, 4:28].mean(), light[17:23, 6:26].mean()
    left, between, right = light[9:16, 5:13].mean(), light[9:16, 14:18].mean(), light[9:16, 19:27].mean()
    return bool(spread > _FLAT and cheeks - eyes > 0.1 * spread and between - (left + right) / 2 > 0.05 * spread)


def _embedded(picture: Image.Image, box: tuple[float, float, float, float]) -> Vector | None:
    """The same for its mirror image, which is the same person."""
    from skimage.feature import hog  # noqa: PLC0415  as above

    crop = picture.resize((_CROP, _CROP), Image.Resampling.BILINEAR, box=_within(picture, box))
    grey = ImageOps.autocontrast(crop.convert("L"))
    both = [np.asarray(one, np.float64) / 255 for one in (grey, ImageOps.mirror(grey))]
    told = sum(hog(one, orientations=9, pixels_per_cell=(8, 8), cells_per_block=(2, 2)) for one in both)
    return normed(told - np.mean(told))


def _within(picture: Image.Image, box: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    left, top, right, bottom = box
    return max(0.0, left), max(0.0, top), min(float(picture.width), right), min(float(picture.height), bottom)
