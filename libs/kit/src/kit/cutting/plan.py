"""What comes when in a joined film: pure arithmetic in frames."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Final

from kit.cutting.clips import Clip
from kit.cutting.orders import LINES, CannotCut, CutLimits, Join

_LONGEST_SIDE: Final = 1920
_SHORTEST_SIDE: Final = 32
_CLOSE: Final = 0.05
"""Seconds by which a crossfade may be shorter than was asked for without a word."""


@dataclass(frozen=True)
class Plan:
    clips: tuple[Clip, ...]
    size: tuple[int, int]
    rate: Fraction
    counts: tuple[int, ...]
    """Frames of each clip."""
    fades: tuple[int, ...]
    """Frames that each clip shares with the next; the last is 0."""
    held: int = 0
    """Frames that the last picture is shown for, once the clips are over."""
    notes: tuple[str, ...] = ()

    @property
    def starts(self) -> tuple[int, ...]:
        """The frame of the film at which each clip begins."""
        starts, at = [], 0
        for count, fade in zip(self.counts, self.fades, strict=True):
            starts.append(at)
            at += count - fade
        return tuple(starts)

    @property
    def frames(self) -> int:
        return sum(self.counts) - sum(self.fades) + self.held

    @property
    def seconds(self) -> float:
        return float(self.frames / self.rate)


def plan(clips: Sequence[Clip], order: Join, limits: CutLimits, beside_s: float = 0.0) -> Plan:
    """Lay the clips out. `beside_s`: how long a narration is; the film is held until it is over.

    Raises:
        CannotCut: the film would be too long.
    """
    size, told = _size(clips[0], order.resolution)
    rate = max(clip.rate for clip in clips)
    counts = tuple(clip.frames_at(rate) for clip in clips)
    fades = _fades(counts, round(order.crossfade_s * rate))
    notes = [*told, *_shorter(fades, order, rate)]
    length = sum(counts) - sum(fades)
    held = max(0, math.ceil(beside_s * rate) - length)
    if (length + held) / rate > limits.seconds:
        seconds = float((length + held) / rate)
        raise CannotCut(f"The film would be {seconds:,.0f} seconds long; at most {limits.seconds:,.0f} are made.")
    if held:
        notes.append(f"The last picture is held for {float(held / rate):.1f} seconds, until the narration is over.")
    return Plan(tuple(clips), size, rate, counts, fades, held, tuple(notes))


def _size(first: Clip, resolution: str) -> tuple[tuple[int, int], list[str]]:
    """Even numbers of pixels, in the first clip's shape."""
    lines = LINES.get(resolution, min(first.size))
    scale = lines / min(first.size)
    shrink = min(1.0, _LONGEST_SIDE / (max(first.size) * scale))
    width, height = (max(_SHORTEST_SIDE, round(side * scale * shrink / 2) * 2) for side in first.size)
    notes = [f"The film is {width} x {height}: no side is made longer than {_LONGEST_SIDE} pixels."]
    return (width, height), notes if shrink < 1 else []


def _fades(counts: Sequence[int], wanted: int) -> tuple[int, ...]:
    """As long as was asked for, but of no clip more than is left of it beside its other fade."""
    ends = {0, len(counts) - 1}
    room = [count - 1 if index in ends else (count - 1) // 2 for index, count in enumerate(counts)]
    return (*(min(wanted, one, other) for one, other in pairwise(room)), 0)


def _shorter(fades: Sequence[int], order: Join, rate: Fraction) -> list[str]:
    less = [fade / rate for fade in fades[:-1] if fade / rate < order.crossfade_s - _CLOSE]
    if not less:
        return []
    which = "The crossfade was" if len(fades) == 2 else f"{len(less)} of {len(fades) - 1} crossfades were"  # noqa: PLR2004  clips
    return [
        f"{which} made shorter than {order.crossfade_s:g} s, down to {float(min(less)):.2g} s: the clips are short."
    ]
