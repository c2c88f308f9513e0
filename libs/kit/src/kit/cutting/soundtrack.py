"""The sound of a joined film, on disk while it is being made: an hour of it would not fit into the child's memory."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Final

import av
import numpy as np
from av.filter import Graph

from kit.cutting.clips import Clip, sound
from kit.cutting.orders import CannotCut, CutLimits, Role
from kit.cutting.plan import Plan
from kit.filming import sniff
from kit.sounds import RATE, Sound, fade, loudness, repeated, rise, under

_UNDER: Final = 10 ** (-14 / 20)
"""How much quieter a music bed is than the clips' own sound."""
_MOST: Final = 4.0
_FADE_IN_S, _FADE_OUT_S = 0.4, 2.0
_LUFS: Final = -16.0
"""By EBU R 128, as loud as films on the web are: for players that make nothing louder or quieter."""
_SILENT_LUFS, _MOST_DB = -60.0, 30.0
_CEILING: Final = 0.84
"""-1.5 dB: what decoders make of AAC may be a little louder than what went in."""
_PIECE: Final = RATE


@dataclass(frozen=True)
class Beside:
    """A sound that was wired in."""

    role: Role
    samples: Sound

    @property
    def seconds(self) -> float:
        return len(self.samples) / RATE


def beside(path: Path, role: Role, limits: CutLimits) -> Beside:
    """Read it.

    Raises:
        CannotCut: there is no sound in it, or too much.
    """
    name = "The audio input"
    with path.open("rb") as file:
        mime = sniff(file.read(4096))
    if mime is None:
        raise CannotCut(f"{name} cannot be used: this is no sound.")
    pieces: list[Sound] = []
    for piece in sound(path, mime, name):
        pieces.append(piece)
        if sum(map(len, pieces)) > limits.seconds * RATE:
            if role == "narration":
                raise CannotCut(f"{name} cannot be used: it is longer than {limits.seconds:,.0f} seconds.")
            break  # of music no more is wanted than the longest film has
    if not any(map(len, pieces)):
        raise CannotCut(f"{name} cannot be used: there is no sound in it.")
    return Beside(role, np.concatenate(pieces))


def soundtrack(plan: Plan, extra: Beside | None, folder: Path, *, level: bool) -> Sound | None:
    """The whole film's, backed by a file in `folder`. None: nothing is to be heard.

    Raises:
        CannotCut: the sound of a clip is damaged.
    """
    if extra is None and not any(clip.has_sound for clip in plan.clips):
        return None
    length = math.ceil(plan.frames * RATE / plan.rate)
    track: Sound = np.memmap(folder / "sound", np.float32, "w+", shape=(length, 2))
    for index, clip in enumerate(plan.clips):
        if clip.has_sound:
            _lay(track, plan, index, clip)
    if extra is not None:
        _mix(track, extra)
    if level and loudness(track) > 0:
        _level(track)
    return track


def _lay(track: Sound, plan: Plan, index: int, clip: Clip) -> None:
    """A clip's own sound where its pictures are, rising and falling with them."""
    begin, end = (round(at * RATE / plan.rate) for at in _span(plan, index))
    rises = round((plan.fades[index - 1] if index else 0) * RATE / plan.rate)
    falls = round(plan.fades[index] * RATE / plan.rate)
    at = begin
    for piece in sound(clip.path, clip.mime, clip.name, clip.begins_s):
        part = piece[: end - at]
        if not len(part):
            if at >= end:
                break
            continue
        _shape(part, at - begin, rise(rises))
        _shape(part[::-1], end - at - len(part), rise(falls))
        track[at : at + len(part)] += part
        at += len(part)


def _span(plan: Plan, index: int) -> tuple[int, int]:
    start = plan.starts[index]
    return start, start + plan.counts[index]


def _shape(part: Sound, offset: int, curve: Sound) -> None:
    """Multiply, in place, by the piece of a curve that begins `offset` samples before the part."""
    if offset < len(curve):
        some = curve[offset : offset + len(part)]
        part[: len(some)] *= some


def _mix(track: Sound, extra: Beside) -> None:
    own, given = loudness(track), loudness(extra.samples)
    if extra.role == "narration":
        voice = extra.samples[: len(track)]
        under(track, voice)
        track[: len(voice)] += voice
        return
    bed = repeated(extra.samples, len(track))
    fade(bed, _FADE_IN_S, _FADE_OUT_S)
    bed *= np.float32(min(_MOST, own * _UNDER / given) if own and given else 1.0)
    track += bed


def _level(track: Sound) -> None:
    """Bring it to the loudness of films, in place: the same gain throughout, and no peak above the ceiling."""
    told = ""
    for frame in _through(track, ("ebur128", "metadata=1:framelog=quiet")):
        told = frame.metadata.get("lavfi.r128.I", told)
    lufs = float(told or "nan")
    if not lufs > _SILENT_LUFS:
        return
    gain = 10 ** (min(_MOST_DB, _LUFS - lufs) / 20)
    limit = f"level_in={gain:.6f}:limit={_CEILING}:attack=5:release=80:level=0:latency=1"
    at = 0
    for frame in _through(track, ("alimiter", limit)):
        part = frame.to_ndarray().reshape(-1, 2)[: len(track) - at]  # of what lies behind what was read already
        track[at : at + len(part)] = part
        at += len(part)


def _through(track: Sound, step: tuple[str, str]) -> Iterator[av.AudioFrame]:
    graph = Graph()
    source = graph.add_abuffer(sample_rate=RATE, format="flt", layout="stereo", time_base=Fraction(1, RATE))
    plain = graph.add("aformat", f"sample_fmts=flt:channel_layouts=stereo:sample_rates={RATE}")
    graph.link_nodes(source, graph.add(*step), plain, graph.add("abuffersink")).configure()
    for at in range(0, len(track), _PIECE):
        part = np.ascontiguousarray(track[at : at + _PIECE]).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(part, format="flt", layout="stereo")
        frame.sample_rate, frame.pts, frame.time_base = RATE, at, Fraction(1, RATE)
        graph.push(frame)
        yield from _pulled(graph)
    graph.push(None)
    yield from _pulled(graph)


def _pulled(graph: Graph) -> Iterator[av.AudioFrame]:
    while True:
        try:
            frame = graph.pull()
        except (av.BlockingIOError, av.EOFError):
            return
        assert isinstance(frame, av.AudioFrame)  # noqa: S101  the sink's
        yield frame
