"""Writes frames and sound into a film: H.264 and AAC in MP4, ready to play while it loads, the same bytes each time."""

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Final, TypeAlias

import av
import numpy as np
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.video.reformatter import VideoReformatter
from av.video.stream import VideoStream
from numpy.typing import NDArray

from kit.sounds import RATE, Sound

Pixels: TypeAlias = NDArray[np.uint8]
BT709: Final = 1
_LIMITED: Final = 1
_BLOCK: Final = 1024
_KEY_S: Final = 2
_STEADY = {"preset": "veryfast", "threads": "1", "x264-params": "no-mbtree=1"}
"""The same bytes each time: x264's macroblock tree reads memory that was never written (in PyAV 18.1: on a busy machine
one clip in three came out different), and more threads keep more frames in memory."""
_EXACT = {"movflags": "+faststart", "fflags": "+bitexact"}


class Reel:
    """A film being written. Sound goes beside the pictures: whoever writes lets neither run far ahead."""

    def __init__(self, box: OutputContainer, video: VideoStream, audio: AudioStream | None, rate: Fraction) -> None:
        self._box, self._video, self._audio, self._rate = box, video, audio, rate
        self._into = VideoReformatter()
        self._frames = self._samples = 0

    @property
    def seconds(self) -> float:
        """Shown so far."""
        return float(self._frames / self._rate)

    @property
    def heard(self) -> int:
        """Samples so far."""
        return self._samples

    def show(self, pixels: Pixels) -> None:
        """RGB: rows by columns by three."""
        frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
        self._show(self._into.reformat(frame, format="yuv420p", dst_colorspace=BT709, dst_color_range=_LIMITED))

    def show_planes(self, planes: Pixels) -> None:
        """YUV 4:2:0 in limited BT.709, its planes below each other as numpy and FFmpeg have them."""
        self._show(av.VideoFrame.from_ndarray(planes, format="yuv420p"))

    def _show(self, frame: av.VideoFrame) -> None:
        frame.pts, frame.time_base = self._frames, 1 / self._rate
        self._frames += 1
        self._box.mux(self._video.encode(frame))

    def hear(self, sound: Sound) -> None:
        """Whole blocks of `BLOCK` samples, except the last."""
        for at in range(0, len(sound), _BLOCK):
            part = np.ascontiguousarray(sound[at : at + _BLOCK].T)
            frame = av.AudioFrame.from_ndarray(part, format="fltp", layout="stereo")
            frame.sample_rate, frame.pts, frame.time_base = RATE, self._samples, Fraction(1, RATE)
            self._samples += part.shape[1]
            if self._audio is not None:
                self._box.mux(self._audio.encode(frame))

    def hear_up_to_here(self, sound: Sound) -> None:
        """As much of the whole film's sound as belongs to the pictures shown so far."""
        due = int(self.seconds * RATE) // _BLOCK * _BLOCK
        self.hear(sound[self._samples : due])

    def finish(self) -> None:
        self._box.mux(self._video.encode(None))
        if self._audio is not None:
            self._box.mux(self._audio.encode(None))


@contextmanager
def reel(path: Path, size: tuple[int, int], rate: Fraction, *, with_sound: bool, crf: int = 20) -> Iterator[Reel]:
    """`size`: width and height, both even. `crf`: 0 is lossless, 51 the worst."""
    with av.open(str(path), "w", format="mp4", options=_EXACT) as box:
        video = box.add_stream("libx264", rate=rate, options={"crf": str(crf), **_STEADY})
        video.width, video.height, video.pix_fmt = *size, "yuv420p"
        context = video.codec_context
        context.time_base, context.gop_size = 1 / rate, max(1, round(_KEY_S * rate))
        context.color_primaries = context.color_trc = context.colorspace = BT709
        context.color_range = _LIMITED
        audio = box.add_stream("aac", rate=RATE) if with_sound else None
        if audio is not None:
            audio.codec_context.layout, audio.bit_rate = "stereo", 128_000
        film = Reel(box, video, audio, rate)
        yield film
        film.finish()
