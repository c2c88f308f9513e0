"""What a video or a sound really is, and pictures made from it. Runs files of strangers through FFmpeg: `kit.confined`.

Nothing here is for a service's own process. Files in and out are given by path.
"""

import mmap
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Literal

import av
from av.container import InputContainer
from av.stream import Disposition
from av.video.stream import VideoStream
from PIL import Image, ImageDraw, ImageStat

from kit.filming import Film, FilmLimits, NotAFilm, sniff

_DEMUXERS = {
    "video/mp4": "mov",
    "video/quicktime": "mov",
    "video/webm": "matroska",
    "audio/mp4": "mov",
    "audio/mpeg": "mp3",
    "audio/wav": "wav",
    "audio/ogg": "ogg",
    "audio/flac": "flac",
}
CODECS = frozenset({"h264", "hevc", "av1", "vp8", "vp9", "mpeg4", "prores", "mjpeg"})
_SOUNDS = frozenset({"aac", "mp3", "opus", "vorbis", "flac", "alac"})
_PLACES = (b"\xa9xyz", b"quicktime.location", b"GPSLatitude", b"GPSCoordinates", b"loci")
DAMAGE = (av.FFmpegError, ValueError, IndexError, ZeroDivisionError, OverflowError)
_POSTER, _THUMBNAIL, _PREVIEW = 1280, 512, 320
_PREVIEW_S, _PREVIEW_FPS = 3.0, 8
_SLACK_S = 1.0
"""That the header may say more than there is: codecs pad, and durations are rounded."""
_DARK = 12.0


@dataclass(frozen=True)
class _Length:
    seconds: float
    frames: int


def look(path: Path, folder: Path, limits: FilmLimits) -> Film:
    """Prove that it can be played, and write `thumb.webp`, of a video `poster.webp` and `preview.webp`, into `folder`.

    If it says where it was taken, `clean` is the same without that.

    Raises:
        NotAFilm: with its kind, and a sentence a person can act on.
    """
    with path.open("rb") as file:
        mime = sniff(file.read(4096))
    if mime is None:
        raise NotAFilm("not-what-it-says", "this is no video or sound that can be used")
    try:
        with opened(path, mime) as box:
            film = (_watch if _moves(box, mime) else _listen)(box, mime, folder, limits)
        cleaned = _DEMUXERS[mime] == "mov" and _tells_places(path)
        if cleaned:
            _without_places(path, folder / "clean", mime)
    except DAMAGE as error:
        if isinstance(error, NotAFilm):
            raise
        raise NotAFilm("not-what-it-says", "the file is damaged or cut short and cannot be played whole") from error
    return Film(**{**vars(film), "cleaned": cleaned})


def stills(path: Path, folder: Path, count: int, limits: FilmLimits) -> list[str]:
    """Write `count` pictures of a video, or as many as it has, evenly spread, as PNG into `folder`. Gives their names.

    Raises:
        NotAFilm: as `look`.
    """
    with path.open("rb") as file:
        mime = sniff(file.read(4096))
    if mime is None or mime.startswith("audio/"):
        raise NotAFilm("not-what-it-says", "there are no pictures in it")
    try:
        with opened(path, mime) as box:
            if not moving(box):
                raise NotAFilm("not-what-it-says", "there are no pictures in this video")
            _short_enough(box, limits.video_s)
            frames = _spread(box, moving(box)[0], count, limits)
            names = [f"still-{nth}.png" for nth in range(len(frames))]
            for name, frame in zip(names, frames, strict=True):
                frame.save(folder / name)
    except DAMAGE as error:
        if isinstance(error, NotAFilm):
            raise
        raise NotAFilm("not-what-it-says", "the file is damaged or cut short and cannot be played whole") from error
    return names


def _spread(box: InputContainer, stream: VideoStream, count: int, limits: FilmLimits) -> list[Image.Image]:
    length = _measured(box, stream, limits.video_s)
    begin = float((stream.start_time or 0) * (stream.time_base or 0))
    frames: list[Image.Image] = []
    for nth in range(min(count, length.frames)):
        at = begin + length.seconds * (nth + 0.5) / count
        box.seek(int(at * av.time_base))
        shown: av.VideoFrame | None = None
        for frame in box.decode(stream):
            if shown is not None and (frame.time or 0.0) > at:
                break
            shown = frame
        if shown is not None:
            upright: Image.Image = shown.to_image()  # type: ignore[no-untyped-call]  # as above
            frames.append(_small(upright.rotate(shown.rotation, expand=True), _POSTER))
    return frames


@contextmanager
def opened(path: Path, mime: str) -> Iterator[InputContainer]:
    """Read by the one demuxer that it claims to be for: no playlist, and nothing else that names other files."""
    options = {"protocol_whitelist": "file", "enable_drefs": "0"} if _DEMUXERS[mime] == "mov" else {}
    with av.open(str(path), "r", format=_DEMUXERS[mime], options=options) as box:
        yield box


def _moves(box: InputContainer, mime: str) -> bool:
    """Has pictures; the cover of a record is a stream of one, and does not count."""
    return (_DEMUXERS[mime] == "mov" or mime.startswith("video/")) and bool(moving(box))


def moving(box: InputContainer) -> list[VideoStream]:
    """Its streams of pictures, without covers."""
    return [stream for stream in box.streams.video if not stream.disposition & Disposition.attached_pic]


def _watch(box: InputContainer, mime: str, folder: Path, limits: FilmLimits) -> Film:
    stream = moving(box)[0]
    codec = stream.codec.canonical_name
    if codec not in CODECS:
        raise NotAFilm("not-what-it-says", f"its pictures are coded as {codec}; that cannot be played")
    if stream.width * stream.height > limits.pixels:
        size = f"{stream.width} x {stream.height}"
        raise NotAFilm("too-many-pixels", f"its pictures have {size} pixels; at most {limits.pixels:,} are accepted")
    _short_enough(box, limits.video_s)
    length = _measured(box, stream, limits.video_s)
    sound = box.streams.audio[0].codec.canonical_name if box.streams.audio else None
    first, frames = _pictures(box, stream)
    _last_plays(box, stream)
    _write(first, folder / "poster.webp", _POSTER)
    _write(first, folder / "thumb.webp", _THUMBNAIL)
    pace = round(1000 / _PREVIEW_FPS)
    frames[0].save(
        folder / "preview.webp", save_all=True, append_images=frames[1:], duration=pace, loop=0, quality=50, method=2
    )
    rate = float(stream.average_rate or 0) or length.frames / length.seconds
    return Film(
        type="video",
        mime="video/mp4" if mime == "audio/mp4" else mime,
        width=first.width,
        height=first.height,
        duration_s=round(length.seconds, 3),
        fps=round(rate, 3),
        codecs=(codec, sound) if sound else (codec,),
    )


def _short_enough(box: InputContainer, most_s: float) -> None:
    """By what its header says."""
    says = (box.duration or 0) / av.time_base
    if says > most_s:
        raise NotAFilm("too-long", f"it plays for {says:,.0f} seconds; at most {most_s:,.0f} are accepted")


def _measured(box: InputContainer, stream: VideoStream, most_s: float) -> _Length:
    """By what is in it."""
    start, end, count = None, 0.0, 0
    for packet in box.demux(stream):
        if packet.pts is None or packet.time_base is None:
            continue
        at = float(packet.pts * packet.time_base)
        start = at if start is None else min(start, at)
        end = max(end, at + float((packet.duration or 0) * packet.time_base))
        count += 1
        if end - start > most_s + _SLACK_S:
            raise NotAFilm("too-long", f"it plays for more than {most_s:,.0f} seconds, the most accepted")
    if start is None or not count:
        raise NotAFilm("not-what-it-says", "there is no picture in this video")
    says = float(stream.duration * stream.time_base) if stream.duration and stream.time_base else 0.0
    seconds = end - start
    if seconds + _SLACK_S < says:
        raise NotAFilm("not-what-it-says", f"the video is cut short: {seconds:.1f} of {says:.1f} seconds are there")
    return _Length(seconds or 1 / float(stream.average_rate or 25), count)


def _pictures(box: InputContainer, stream: VideoStream) -> tuple[Image.Image, list[Image.Image]]:
    """The first good one, and those of the preview."""
    box.seek(0)
    good, first, frames, due, begun = None, None, list[Image.Image](), 0.0, None
    for frame in box.decode(stream):
        begun = frame.time or 0.0 if begun is None else begun
        at = (frame.time or 0.0) - begun
        if at >= _PREVIEW_S or len(frames) >= _PREVIEW_S * _PREVIEW_FPS:
            break
        if at + 1e-6 < due:
            continue
        due += 1 / _PREVIEW_FPS
        upright: Image.Image = frame.to_image()  # type: ignore[no-untyped-call]  # PyAV leaves out its type
        shown = upright.rotate(frame.rotation, expand=True)
        first = first or shown
        good = good or (shown if max(ImageStat.Stat(shown.convert("L")).stddev) > _DARK else None)
        frames.append(_small(shown, _PREVIEW))
    if first is None:
        raise NotAFilm("not-what-it-says", "there is no picture in this video")
    return good or first, frames


def _last_plays(box: InputContainer, stream: VideoStream) -> None:
    """The end decodes as well as the beginning."""
    if stream.duration and stream.time_base:
        end = (stream.start_time or 0) + stream.duration
        box.seek(max(0, int(end - 2 / stream.time_base)), stream=stream)
        if not any(True for _ in islice(box.decode(stream), 1)):
            raise NotAFilm("not-what-it-says", "the end of this video cannot be played")


def _listen(box: InputContainer, mime: str, folder: Path, limits: FilmLimits) -> Film:
    if mime in {"video/webm", "video/quicktime"} or not box.streams.audio:
        raise NotAFilm("not-what-it-says", "there are no pictures in this video" if "video" in mime else "it is silent")
    stream = box.streams.audio[0]
    codec = stream.codec.canonical_name
    if codec not in _SOUNDS and not codec.startswith("pcm_"):
        raise NotAFilm("not-what-it-says", f"its sound is coded as {codec}; that cannot be played")
    _short_enough(box, limits.audio_s)
    peaks, samples, seconds, rate = list[float](), 0, 0.0, stream.rate
    for frame in box.decode(stream):
        samples += frame.samples
        seconds = samples / (frame.sample_rate or rate)
        if seconds > limits.audio_s + _SLACK_S:
            raise NotAFilm("too-long", f"it plays for more than {limits.audio_s:,.0f} seconds, the most accepted")
        loud = abs(frame.to_ndarray().astype("float32"))
        peaks.append(float(loud.max()) if loud.size else 0.0)
    says = float(stream.duration * stream.time_base) if stream.duration and stream.time_base else 0.0
    if not samples:
        raise NotAFilm("not-what-it-says", "there is no sound in it")
    if seconds + _SLACK_S < says:
        raise NotAFilm("not-what-it-says", f"the sound is cut short: {seconds:.1f} of {says:.1f} seconds are there")
    _wave(peaks).save(folder / "thumb.webp", "WEBP", quality=82)
    mime = "audio/mp4" if mime == "video/mp4" else mime
    return Film(type="audio", mime=mime, duration_s=round(seconds, 3), codecs=(codec,))


def _wave(peaks: list[float], width: int = 512, height: int = 128) -> Image.Image:
    image = Image.new("RGB", (width, height), "#16181d")
    draw, most, half = ImageDraw.Draw(image), max(peaks) or 1.0, height // 2
    for x in range(0, width, 4):
        part = peaks[x * len(peaks) // width : max(x * len(peaks) // width + 1, (x + 4) * len(peaks) // width)]
        tall = max(1, round(max(part) / most * (half - 4)))
        draw.rectangle((x, half - tall, x + 2, half + tall), fill="#7dd3c0")
    return image


def _small(image: Image.Image, edge: int) -> Image.Image:
    small = image.copy()
    small.thumbnail((edge, edge), Image.Resampling.LANCZOS)
    return small


def _write(image: Image.Image, path: Path, edge: int) -> None:
    _small(image, edge).save(path, "WEBP", quality=82, method=4)


def _tells_places(path: Path) -> bool:
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        if any(data.find(word) >= 0 for word in _PLACES):
            return True
    with av.open(str(path), "r", format="mov") as box:
        told = [box.metadata, *(stream.metadata for stream in box.streams)]
        return bool(box.streams.data) or any("location" in key.lower() for some in told for key in some)


def _without_places(path: Path, target: Path, mime: str) -> None:
    """The same pictures and sounds in a new box, without what else was in the old one."""
    kind: Literal["mov", "mp4"] = "mov" if mime == "video/quicktime" else "mp4"
    with (
        av.open(str(path), "r", format="mov") as box,
        av.open(str(target), "w", format=kind, options={"movflags": "+faststart"}) as new,
    ):
        wanted = [*moving(box), *box.streams.audio]
        kept = {stream.index: new.add_stream_from_template(stream) for stream in wanted}
        for packet in box.demux(wanted):
            if packet.dts is not None:
                packet.stream = kept[packet.stream_index]
                new.mux(packet)
