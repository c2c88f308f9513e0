"""What is known of videos and sounds without decoding them."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["not-what-it-says", "too-long", "too-many-pixels", "too-large", "too-much-work"]
FILMS = ("video/mp4", "video/webm", "video/quicktime")
SOUNDS = ("audio/mpeg", "audio/wav", "audio/ogg", "audio/flac", "audio/mp4")
_SOUND_BRANDS = {b"M4A ", b"M4B ", b"M4P "}
_FILM_BRANDS = (b"iso", b"mp4", b"avc", b"M4V", b"dash", b"MSNV", b"3gp", b"3g2", b"hvc", b"f4v", b"cmf")
_SYNC, _LAYER_3 = 0xFFE0, 0b01


class NotAFilm(ValueError):
    """It cannot be taken, and the message says why."""

    def __init__(self, kind: Kind, message: str) -> None:
        super().__init__(message)
        self.kind = kind


@dataclass(frozen=True)
class FilmLimits:
    bytes: int = 500_000_000
    pixels: int = 9_000_000
    """Of one picture: 4K is 8.8 million."""
    video_s: float = 600
    audio_s: float = 3_600
    cpu_s: int = 60
    wall_s: float = 120
    memory_bytes: int = 2_000_000_000


@dataclass(frozen=True)
class Film:
    type: Literal["video", "audio"]
    mime: str
    duration_s: float
    codecs: tuple[str, ...]
    """Of a video first that of its pictures, then, if it has sound, that of its sound."""
    width: int | None = None
    """Pixels, as shown."""
    height: int | None = None
    fps: float | None = None
    cleaned: bool = False
    """A file without where it was taken lies beside."""


def sniff(data: bytes) -> str | None:
    """Say what the first bytes promise, whatever the name or the declared type."""
    if data[4:8] == b"ftyp":
        return _boxed(data[8:12])
    if data.startswith(b"\x1aE\xdf\xa3"):
        return "video/webm" if b"webm" in data[:64] else None
    if data.startswith(b"RIFF"):
        return "audio/wav" if data[8:12] == b"WAVE" else None
    if data.startswith(b"OggS"):
        return "audio/ogg"
    if data.startswith(b"fLaC"):
        return "audio/flac"
    head = int.from_bytes(data[:2])
    mp3 = head & _SYNC == _SYNC and head >> 1 & 0b11 == _LAYER_3
    return "audio/mpeg" if data.startswith(b"ID3") or mp3 else None


def _boxed(brand: bytes) -> str | None:
    if brand == b"qt  ":
        return "video/quicktime"
    if brand in _SOUND_BRANDS:
        return "audio/mp4"
    return "video/mp4" if brand.startswith(_FILM_BRANDS) else None
