"""The pen draws what the eye sees: edges as lines, tones as hatching, the same drawing at every size."""

import numpy as np
import pytest
from PIL import Image

from providers.local.color import rgb_of
from providers.local.pen import ink


def drawn(planes):
    """How much ink is at each pixel, about 0..1."""
    return 1 - ink(np.asarray(planes, dtype=np.float32), np.random.default_rng(1)).mean(axis=0)


def two_halves(left, right, side):
    planes = np.empty((3, side, side), dtype=np.float32)
    planes[:, :, : side // 2] = rgb_of(left)[:, None, None]
    planes[:, :, side // 2 :] = rgb_of(right)[:, None, None]
    return planes


@pytest.mark.parametrize("side", [64, 240])
def test_a_border_of_two_colours_of_one_lightness_is_a_line(side):
    marks = drawn(two_halves((0.8, 0.12, 30), (0.8, 0.12, 220), side))
    middle = marks[:, side // 2 - 2 : side // 2 + 2].max(axis=1)
    assert np.median(middle) > 0.5
    assert np.median(marks[:, side // 8 : side // 4]) < 0.15


def test_darker_tones_hold_more_ink_and_black_is_solid():
    steps = np.repeat(np.linspace(1, 0, 6), 60)
    marks = drawn(np.broadcast_to(steps, (3, 180, 360)))
    held = [marks[:, at + 15 : at + 45].mean() for at in range(0, 360, 60)]
    assert held[2:] == sorted(held[2:])
    assert held[3] > held[0] + 0.08
    assert max(held[:2]) < 0.1
    assert held[-1] > 0.7


def test_a_larger_picture_is_the_same_drawing_with_thicker_strokes():
    y, x = np.mgrid[0:120, 0:160]
    disc = np.where(np.hypot(x - 80, y - 60) < 40, 60, 225).astype(np.uint8)
    small = Image.fromarray(disc).convert("RGB")
    large = small.resize((480, 360), Image.Resampling.LANCZOS)
    amounts = [drawn(np.asarray(picture).transpose(2, 0, 1) / 255).mean() for picture in (small, large)]
    assert amounts[0] == pytest.approx(amounts[1], rel=0.35)
