"""Videos and sounds made on the spot."""

import wave
from fractions import Fraction
from io import BytesIO

import av
import numpy as np
from PIL import Image

RATE = 48_000
PLACE = "+52.5200+013.4050/"
_FPS = 12
_TURNED = b"".join(n.to_bytes(4, signed=True) for n in (0, 65536, 0, -65536, 0, 0, 0, 0, 1 << 30))
_UPRIGHT = b"".join(n.to_bytes(4) for n in (65536, 0, 0, 0, 65536, 0, 0, 0, 1 << 30))


def film(path, seconds=1.0, *, size=(160, 96), sound=False, codec="libx264", tagged=False):
    """A picture that slides by, and a hum."""
    options = {"movflags": "+faststart" + "+use_metadata_tags" * tagged} if path.suffix in {".mp4", ".mov"} else {}
    picture = Image.effect_mandelbrot((size[0] * 2, size[1]), (-2, -1, 1, 1), 30).convert("RGB")
    with av.open(str(path), "w", options=options) as box:
        if tagged or path.suffix == ".mov":
            box.metadata["com.apple.quicktime.location.ISO6709" if tagged else "location"] = PLACE
        stream = box.add_stream(codec, rate=_FPS)
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        hum = (
            box.add_stream("libopus" if path.suffix == ".webm" else "aac", rate=RATE, layout="stereo")
            if sound
            else None
        )
        for n in range(round(seconds * _FPS)):
            shown = picture.crop((n % size[0], 0, n % size[0] + size[0], size[1]))
            frame = av.VideoFrame.from_image(shown)
            frame.pts, frame.time_base = n, Fraction(1, _FPS)
            box.mux(stream.encode(frame))
        box.mux(stream.encode(None))
        if hum is not None:
            _hum(box, hum, seconds)
    return path.read_bytes()


def sound(path, codec, seconds=1.0):
    with av.open(str(path), "w") as box:
        _hum(box, box.add_stream(codec, rate=RATE), seconds)
    return path.read_bytes()


def _hum(box, stream, seconds):
    resampler = av.AudioResampler(format=stream.format.name, layout="stereo", rate=RATE, frame_size=960)
    time = np.arange(round(seconds * RATE), dtype=np.float32) / RATE
    block = np.stack([np.sin(time * 2765) * 0.5] * 2)
    frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(block), format="fltp", layout="stereo")
    frame.sample_rate, frame.pts, frame.time_base = RATE, 0, Fraction(1, RATE)
    for part in [*resampler.resample(frame), *resampler.resample(None)]:
        box.mux(stream.encode(part))
    box.mux(stream.encode(None))


def wav(seconds=1.0, rate=8_000):
    out = BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(rate)
        file.writeframes(bytes([100, 150] * round(seconds * rate / 2)))
    return out.getvalue()


def turned(data):
    """The same film, held upright by whoever took it."""
    at = data.find(_UPRIGHT, data.find(b"tkhd"))
    return data[:at] + _TURNED + data[at + len(_TURNED) :]
