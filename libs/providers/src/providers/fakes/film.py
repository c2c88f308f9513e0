"""Small films that are really films: a colour that drifts, and a tone."""

import hashlib
import io
from functools import lru_cache
from typing import Any

_RATE, _SOUND_RATE = 8, 24_000
_SIZES = {"16:9": (96, 54), "9:16": (54, 96)}


@lru_cache(maxsize=32)
def mp4(essence: str, seconds: int, aspect_ratio: str = "16:9") -> bytes:
    """Give an MP4 (H.264, AAC) of this length, the same for the same essence."""
    import av  # noqa: PLC0415  half a second, and only where films are made

    held = io.BytesIO()
    with av.open(held, "w", format="mp4") as film:
        _picture(av, film, essence, seconds, _SIZES.get(aspect_ratio, _SIZES["16:9"]))
    return held.getvalue()


def _picture(av: Any, film: Any, essence: str, seconds: int, size: tuple[int, int]) -> None:
    import numpy as np  # noqa: PLC0415  as above

    picture = film.add_stream("libx264", rate=_RATE, options={"preset": "ultrafast", "threads": "1"})
    picture.width, picture.height, picture.pix_fmt = *size, "yuv420p"
    sound = film.add_stream("aac", rate=_SOUND_RATE, layout="mono")
    base = np.frombuffer(hashlib.sha256(essence.encode()).digest()[:3], np.uint8).astype(int)
    for n in range(seconds * _RATE):
        colour = ((base + 3 * n) % 256).astype(np.uint8)
        frame = av.VideoFrame.from_ndarray(np.full((size[1], size[0], 3), colour, np.uint8), format="rgb24")
        film.mux(picture.encode(frame))
    film.mux(picture.encode(None))
    wave = (np.sin(np.arange(seconds * _SOUND_RATE) * (0.04 + base[0] / 4000)) * 0.2).astype(np.float32)
    tone = av.AudioFrame.from_ndarray(wave.reshape(1, -1), format="fltp", layout="mono")
    tone.sample_rate, tone.pts = _SOUND_RATE, 0
    film.mux(sound.encode(tone))
    film.mux(sound.encode(None))
