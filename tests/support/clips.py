"""Real films and sounds of a second, made here: of any size, rate, codec, rotation, with and without sound."""

import io
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory

import av
import numpy as np
from PIL import Image

RATE = 48_000
RED, GREEN, BLUE, WHITE = (200, 30, 40), (30, 160, 60), (40, 60, 200), (235, 235, 235)
Colour = tuple[int, int, int]


def tone(seconds: float, hertz: float = 440, level: float = 0.3) -> np.ndarray:
    wave = level * np.sin(2 * np.pi * hertz * np.arange(round(seconds * RATE)) / RATE)
    return np.stack([wave, wave], 1).astype(np.float32)


def clip(  # noqa: PLR0913  a film can differ in so much
    colour: Colour | Sequence[Colour] = RED,
    *,
    size: tuple[int, int] = (96, 54),
    rate: int = 24,
    seconds: float = 1.0,
    codec: str = "libx264",
    box: str = "mp4",
    sound: np.ndarray | None = None,
    turned: int = 0,
    times: Sequence[float] | None = None,
) -> bytes:
    """A film. `colour`: of each frame, or of all; the upper left quarter is white, so that it can be told what is up.

    `turned`: degrees against the clock by which players have to turn it. `times`: when each frame is shown, in seconds,
    for a rate that varies.
    """
    count = len(times) if times else round(seconds * rate)
    colours = [colour] * count if isinstance(colour[0], int) else list(colour)
    base = Fraction(1, 600)
    with TemporaryDirectory() as place:
        path = Path(place) / f"film.{box}"
        with av.open(str(path), "w", format=box) as out:
            video = out.add_stream(codec, rate=rate)
            video.width, video.height, video.pix_fmt = *size, "yuv420p"
            video.codec_context.time_base = base
            if turned:
                video.set_display_rotation(turned)
            audio = out.add_stream("aac" if box != "webm" else "libopus", rate=RATE) if sound is not None else None
            if audio is not None:
                audio.codec_context.layout = "stereo"
            for index, one in enumerate(colours):
                pixels = np.full((size[1], size[0], 3), one, np.uint8)
                pixels[: size[1] // 2, : size[0] // 2] = WHITE
                frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
                at = times[index] if times else index / rate
                frame.pts, frame.time_base = round(at / base), base
                out.mux(video.encode(frame))
            out.mux(video.encode(None))
            if audio is not None and sound is not None:
                _speak(out, audio, sound)
        return path.read_bytes()


def recording(sound: np.ndarray, *, codec: str = "pcm_s16le", box: str = "wav") -> bytes:
    out = io.BytesIO()
    with av.open(out, "w", format=box) as file:
        audio = file.add_stream(codec, rate=RATE)
        audio.codec_context.layout = "stereo"
        _speak(file, audio, sound)
    return out.getvalue()


def _speak(out, audio, sound: np.ndarray) -> None:
    for at in range(0, len(sound), 1024):
        part = np.ascontiguousarray(sound[at : at + 1024].T)
        frame = av.AudioFrame.from_ndarray(part, format="fltp", layout="stereo")
        frame.sample_rate, frame.pts, frame.time_base = RATE, at, Fraction(1, RATE)
        out.mux(audio.encode(frame))
    out.mux(audio.encode(None))


class Seen:
    """A film as a player shows it."""

    def __init__(self, data: bytes) -> None:
        with av.open(io.BytesIO(data)) as box:
            stream = box.streams.video[0]
            self.codec, self.rate = stream.codec.name, float(stream.average_rate)
            self.size = stream.width, stream.height
            frames = [*box.decode(stream)]
            self.frames = [frame.to_ndarray(format="rgb24") for frame in frames]
            self.seconds = box.duration / 1e6
        with av.open(io.BytesIO(data)) as box:
            self.sound = None
            if box.streams.audio:
                self.sound_codec, self.sound_rate = box.streams.audio[0].codec.name, box.streams.audio[0].rate
                self.sound = np.concatenate([frame.to_ndarray().T for frame in box.decode(audio=0)])
        self.faststart = data.find(b"moov") < data.find(b"mdat")

    def colour(self, index: int) -> tuple[int, ...]:
        """Of the lower right part of a frame."""
        rows, columns, _ = self.frames[index].shape
        part = self.frames[index][rows * 6 // 10 : rows * 9 // 10, columns * 6 // 10 : columns * 9 // 10]
        return tuple(int(v) for v in part.reshape(-1, 3).mean(0))

    def loud(self, begin_s: float, end_s: float) -> float:
        """Root mean square of a stretch of its sound."""
        part = self.sound[int(begin_s * RATE) : int(end_s * RATE)]
        return float(np.sqrt(np.square(part.astype(float)).mean()))


def near(one: Sequence[int], other: Sequence[int], by: int = 12) -> bool:
    return all(abs(int(a) - int(b)) <= by for a, b in zip(one, other, strict=True))


def png(colour: Colour = RED, size: tuple[int, int] = (96, 54)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, "PNG")
    return out.getvalue()
