"""Films as they come: what there is of each, its pictures at any size and rate, its sound. Runs in the child alone."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Final

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from kit.cutting.fitting import Fit
from kit.cutting.orders import CannotCut, CutLimits
from kit.filming import sniff
from kit.films import CODECS, DAMAGE, moving, opened
from kit.reel import Pixels
from kit.sounds import RATE, Sound

_SLACK_S: Final = 1.0
"""That the header may say more than there is."""
_RATES = tuple(Fraction(n, 1001) * 1000 for n in (24, 30, 60)) + tuple(map(Fraction, (24, 25, 30, 48, 50, 60)))
_SLOWEST, _FASTEST = Fraction(12), Fraction(60)
_NEAR: Final = 0.005
_PIECE_S: Final = 1


@dataclass(frozen=True)
class Clip:
    path: Path
    mime: str
    name: str
    """What the person calls it, to begin a sentence with."""
    size: tuple[int, int]
    """Width and height as shown: upright, its pixels square."""
    turn: int
    """Quarters, against the clock, that its pictures have to be turned to stand upright."""
    begins_s: float
    seconds: float
    rate: Fraction
    """Frames in a second: its own where it is even, else near it."""
    frames: int
    has_sound: bool

    def frames_at(self, rate: Fraction) -> int:
        return max(1, round(self.seconds * rate))


def examine(path: Path, name: str, limits: CutLimits) -> Clip:
    """Read it once without decoding more than a picture.

    Raises:
        CannotCut: it is none that can be used.
    """
    with path.open("rb") as file:
        mime = sniff(file.read(4096))
    if mime is None:
        raise CannotCut(f"{name} cannot be used: this is no video.")
    try:
        with opened(path, mime) as box:
            return _examined(box, path, mime, name, limits)
    except (CannotCut, MemoryError):
        raise
    except DAMAGE as error:
        raise CannotCut(f"{name} cannot be used: the file is damaged or cut short.") from error


def _examined(box: InputContainer, path: Path, mime: str, name: str, limits: CutLimits) -> Clip:
    streams = moving(box)
    if not streams:
        raise CannotCut(f"{name} cannot be used: there are no pictures in it, only sound.")
    stream = streams[0]
    _check(stream, (box.duration or 0) / av.time_base, name, limits)
    begins, seconds, count = _length(box, stream, limits.seconds)
    if not count:
        raise CannotCut(f"{name} cannot be used: there is no picture in it.")
    if seconds <= 0:
        raise CannotCut(f"{name} cannot be used: it is 0 seconds long.")
    if seconds > limits.seconds:
        raise CannotCut(_too_long(name, seconds, limits))
    says = float(stream.duration * stream.time_base) if stream.duration and stream.time_base else 0.0
    if seconds + _SLACK_S < says:
        raise CannotCut(f"{name} cannot be used: it is cut short, {seconds:.1f} of {says:.1f} seconds are there.")
    box.seek(0)
    first = next(box.decode(stream))
    turn = round(first.rotation / 90) % 4
    wide = first.width * float(stream.sample_aspect_ratio or 1)
    size = (first.height, round(wide)) if turn % 2 else (round(wide), first.height)
    rate = _snapped(count / seconds)
    return Clip(path, mime, name, size, turn, begins, seconds, rate, count, bool(box.streams.audio))


def _check(stream: VideoStream, says_s: float, name: str, limits: CutLimits) -> None:
    codec = stream.codec.canonical_name
    if codec not in CODECS:
        raise CannotCut(f"{name} cannot be used: its pictures are coded as {codec}.")
    if stream.width * stream.height > limits.pixels:
        size = f"{stream.width} x {stream.height}"
        raise CannotCut(f"{name} cannot be used: its pictures have {size} pixels; at most {limits.pixels:,} are taken.")
    if says_s > limits.seconds + _SLACK_S:
        raise CannotCut(_too_long(name, says_s, limits))


def _too_long(name: str, seconds: float, limits: CutLimits) -> str:
    return f"{name} cannot be used: it plays for {seconds:,.0f} seconds; at most {limits.seconds:,.0f} are taken."


def _length(box: InputContainer, stream: VideoStream, most_s: float) -> tuple[float, float, int]:
    """When it begins, how long it is, how many pictures it has: by what is in it, whatever its header says."""
    begins, ends, count = 0.0, 0.0, 0
    for packet in box.demux(stream):
        if packet.pts is None or packet.time_base is None:
            continue
        at = float(packet.pts * packet.time_base)
        begins = min(begins, at) if count else at
        ends = max(ends, at + float((packet.duration or 0) * packet.time_base))
        count += 1
        if ends - begins > most_s + _SLACK_S:
            break
    return begins, ends - begins, count


def _snapped(rate: float) -> Fraction:
    """The usual rate that it is all but exactly, else a whole one; never slower or faster than films are."""
    near = [usual for usual in _RATES if abs(rate / float(usual) - 1) < _NEAR]
    chosen = min(near, key=lambda usual: abs(rate - float(usual))) if near else Fraction(round(rate))
    return min(_FASTEST, max(_SLOWEST, chosen))


def decoded(box: InputContainer, stream: VideoStream) -> Iterator[VideoFrame]:
    stream.codec_context.thread_count = 1  # more threads keep more pictures in memory
    return (frame for frame in box.decode(stream) if frame.pts is not None)


def pictures(clip: Clip, canvas: tuple[int, int], rate: Fraction) -> Iterator[Pixels]:
    """All of them at another size and rate, as `Reel.show_planes` takes them: `clip.frames_at(rate)`.

    Raises:
        CannotCut: it is damaged in the middle.
    """
    total, given, last = clip.frames_at(rate), 0, None
    fit = Fit(clip.size, clip.turn, canvas)
    try:
        with opened(clip.path, clip.mime) as box:
            shown: VideoFrame | None = None
            for frame in decoded(box, moving(box)[0]):
                at = (frame.time or 0.0) - clip.begins_s
                while shown is not None and given < total and (given + 0.5) / rate < at:
                    last = fit.planes(shown) if last is None else last
                    yield last
                    given += 1
                shown, last = frame, None
            while shown is not None and given < total:
                last = fit.planes(shown) if last is None else last
                yield last
                given += 1
    except MemoryError:
        raise
    except DAMAGE as error:
        raise CannotCut(f"{clip.name} cannot be used: it is damaged {given / rate:.1f} seconds in.") from error


def sound(path: Path, mime: str, name: str, begins_s: float | None = None) -> Iterator[Sound]:
    """Its sound in pieces. `begins_s`: where in the file's own time the pictures begin; None: from its first sample.

    Raises:
        CannotCut: it is damaged.
    """
    try:
        with opened(path, mime) as box:
            if not box.streams.audio:
                raise CannotCut(f"{name} cannot be used: there is no sound in it.")
            resampler = AudioResampler("fltp", "stereo", RATE, RATE * _PIECE_S)
            ahead: int | None = 0 if begins_s is None else None
            for frame in box.decode(audio=0):
                if ahead is None:
                    ahead = round(((frame.time or 0.0) - (begins_s or 0.0)) * RATE)
                    if ahead > 0:
                        yield np.zeros((ahead, 2), np.float32)
                for piece in resampler.resample(frame):
                    samples = _samples(piece)
                    cut, ahead = (min(len(samples), -ahead), min(0, ahead + len(samples))) if ahead < 0 else (0, ahead)
                    yield samples[cut:]
            yield from map(_samples, resampler.resample(None))
    except DAMAGE as error:
        if isinstance(error, CannotCut | MemoryError):
            raise
        raise CannotCut(f"{name} cannot be used: its sound is damaged.") from error


def _samples(frame: AudioFrame) -> Sound:
    return np.ascontiguousarray(frame.to_ndarray().T, np.float32)
