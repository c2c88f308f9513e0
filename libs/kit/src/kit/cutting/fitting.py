"""A picture of any size, shape, rotation and colour into a film's own: whole, upright, with black beside it."""

from typing import Final

import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import VideoReformatter

from kit.reel import BT709, Pixels

_BT2020: Final = 9
_BT601: Final = 5
_LIMITED, _FULL = 1, 2
_BLACK = (16, 128, 128)
_FULL_RANGE = ("yuvj", "rgb", "bgr", "gbr", "argb", "abgr", "pal8")


def coded(frame: VideoFrame) -> dict[str, int]:
    """How its colours are to be read: as it says, or as is usual where it says nothing."""
    matrix = int(frame.colorspace)
    spaces = {BT709: BT709, _BT2020: _BT2020, 10: _BT2020}
    ranges = _FULL if frame.format.name.startswith(_FULL_RANGE) else _LIMITED
    return {
        "src_colorspace": spaces.get(matrix, _BT601),
        "src_color_range": int(frame.color_range) if int(frame.color_range) in (_LIMITED, _FULL) else ranges,
    }


class Fit:
    """Made for one film: what FFmpeg prepares for its pictures is kept."""

    def __init__(self, size: tuple[int, int], turn: int, canvas: tuple[int, int]) -> None:
        scale = min(canvas[0] / size[0], canvas[1] / size[1])
        self._inner = tuple(
            min(whole, max(2, round(side * scale / 2) * 2)) for side, whole in zip(size, canvas, strict=True)
        )
        self._turn, self._canvas, self._into = turn, canvas, VideoReformatter()

    def planes(self, frame: VideoFrame) -> Pixels:
        """YUV 4:2:0 in limited BT.709, planes below each other."""
        width, height = self._inner[::-1] if self._turn % 2 else self._inner
        small = self._into.reformat(
            frame, width, height, "yuv420p", dst_colorspace=BT709, dst_color_range=_LIMITED, threads=1, **coded(frame)
        )
        flat = np.asarray(small.to_ndarray(), np.uint8)
        if not self._turn and self._inner == self._canvas:
            return flat
        return self._laid(flat, width, height)

    def _laid(self, flat: Pixels, width: int, height: int) -> Pixels:
        whole: Pixels = np.empty((self._canvas[1] * 3 // 2, self._canvas[0]), np.uint8)
        planes = zip(_split(whole, *self._canvas), _split(flat, width, height), _BLACK, (2, 1, 1), strict=True)
        # in steps of two pixels, for the two planes of colour have half as many
        left, top = ((all_ - some) // 4 for all_, some in zip(self._canvas, self._inner, strict=True))
        for plane, part, ground, grain in planes:
            upright = np.rot90(part, self._turn)
            rows, columns = upright.shape
            plane[:] = ground
            plane[top * grain : top * grain + rows, left * grain : left * grain + columns] = upright
        return whole


def _split(flat: Pixels, width: int, height: int) -> tuple[Pixels, Pixels, Pixels]:
    """Views of its three planes."""
    small = (height // 2, width // 2)
    rest = flat.reshape(-1)[width * height :]
    quarter = small[0] * small[1]
    return flat[:height], rest[:quarter].reshape(small), rest[quarter : 2 * quarter].reshape(small)
