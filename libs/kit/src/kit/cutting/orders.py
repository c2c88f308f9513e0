"""What may be asked of the cutting room, and how much it may take."""

from dataclasses import dataclass, field
from typing import Any, Literal

At = Literal["first", "last", "time"]
Role = Literal["music", "narration"]
LINES = {"480p": 480, "720p": 720, "1080p": 1080}
"""Pixels of the shorter side."""


class CannotCut(ValueError):
    """It cannot be done with these films; the message says why, as a whole sentence."""


@dataclass(frozen=True)
class CutLimits:
    seconds: float = 600
    """Of each film that comes in, and of the one that comes out."""
    clips: int = 64
    pixels: int = 9_000_000
    """Of one picture that comes in."""
    cpu_s: int = 3_600
    wall_s: float = 7_200
    memory_bytes: int = 2_000_000_000
    bytes: int = 4_000_000_000
    """Of any one file that is written."""


@dataclass(frozen=True)
class Still:
    """One picture of a film, as PNG."""

    at: At = "last"
    time_s: float = 0.0
    """From the beginning; for `at` "time"."""


@dataclass(frozen=True)
class Join:
    """Films one after the other."""

    crossfade_s: float = 0.0
    resolution: str = "first"
    """`first`: the first film's; or one of LINES, in the first film's shape."""
    role: Role = "music"
    """Of the sound beside the films, if there is one."""
    loudness: bool = True
    """Bring the whole to -16 LUFS. Else nothing is made louder or quieter."""


@dataclass(frozen=True)
class Cut:
    """What was made."""

    data: bytes = field(repr=False)
    facts: dict[str, Any]
    """Of a still: `width`, `height`, `rate` (as a fraction), `seconds` and `sound` of the film it is from."""
    notes: tuple[str, ...] = ()
    """What was not done as it was asked for, each in a sentence."""
