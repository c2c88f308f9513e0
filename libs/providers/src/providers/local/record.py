"""Samples as a file: AAC in MPEG-4, the same bytes for the same samples."""

from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import av
import numpy as np

from kit.sounds import RATE, Sound

MIME: Final = "audio/mp4"
_BITS: Final = 160_000
_BLOCK: Final = 1024


def recorded(sound: Sound) -> bytes:
    """Encode. The box is written to a file, since its head comes last."""
    with TemporaryDirectory(prefix="groove-") as folder:
        path = Path(folder) / "sound.m4a"
        options = {"movflags": "+faststart", "fflags": "+bitexact"}
        with av.open(str(path), "w", format="ipod", options=options) as box:
            stream = box.add_stream("aac", rate=RATE, options={"flags": "+bitexact"})
            stream.layout, stream.bit_rate = "stereo", _BITS
            for at in range(0, len(sound), _BLOCK):
                block = np.ascontiguousarray(sound[at : at + _BLOCK].T, np.float32)
                frame = av.AudioFrame.from_ndarray(block, format="fltp", layout="stereo")
                frame.sample_rate, frame.pts, frame.time_base = RATE, at, Fraction(1, RATE)
                box.mux(stream.encode(frame))
            box.mux(stream.encode(None))
        return path.read_bytes()
