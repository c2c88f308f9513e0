"""The work itself, on files. Runs films of strangers through FFmpeg: in the child alone."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np
from PIL import Image

from kit.cutting.clips import Clip, decoded, examine, pictures
from kit.cutting.fitting import coded
from kit.cutting.orders import CannotCut, CutLimits, Join, Still
from kit.cutting.plan import Plan, plan
from kit.cutting.soundtrack import beside, soundtrack
from kit.films import DAMAGE, moving, opened
from kit.reel import Pixels, reel
from kit.sounds import RATE, Sound

Facts = dict[str, Any]
_SEEK_BACK_S = 2.0
_FULL_RANGE = 2


def still(film: Path, order: Still, target: Path, limits: CutLimits) -> Facts:
    """Write one picture of a film as PNG, upright and at its own size.

    Raises:
        CannotCut: there is none, or not at that time.
    """
    clip = examine(film, "The video", limits)
    at_s = {"first": 0.0, "last": clip.seconds}.get(order.at, order.time_s)
    if at_s > clip.seconds:
        raise CannotCut(
            f"The video is {clip.seconds:.2f} seconds long: there is no picture at {order.time_s:g} seconds."
        )
    try:
        picture = _picture(clip, at_s)
    except DAMAGE as error:
        raise CannotCut("The video cannot be used: it is damaged where the picture should be.") from error
    picture.save(target, "PNG")
    rate = [clip.rate.numerator, clip.rate.denominator]
    return {
        "width": clip.size[0],
        "height": clip.size[1],
        "rate": rate,
        "seconds": clip.seconds,
        "sound": clip.has_sound,
    }


def _picture(clip: Clip, at_s: float) -> Image.Image:
    """The one that is shown then. Seeks to before it, and further back where that lands too late."""
    for back in (_SEEK_BACK_S, 10 * _SEEK_BACK_S, None):
        with opened(clip.path, clip.mime) as box:
            if back is not None:
                box.seek(max(0, int((clip.begins_s + at_s - back) * av.time_base)))
            shown: av.VideoFrame | None = None
            for frame in decoded(box, moving(box)[0]):
                if (frame.time or 0.0) - clip.begins_s > at_s + 1e-6 and shown is not None:
                    break
                if shown is None and back is not None and (frame.time or 0.0) - clip.begins_s > at_s + 1e-6:
                    break  # landed too late
                shown = frame
            if shown is not None:
                return _upright(shown, clip)
    raise CannotCut("The video cannot be used: there is no picture in it.")


def _upright(frame: av.VideoFrame, clip: Clip) -> Image.Image:
    rgb = frame.reformat(format="rgb24", dst_color_range=_FULL_RANGE, threads=1, **coded(frame))
    turned = Image.fromarray(np.ascontiguousarray(np.rot90(rgb.to_ndarray(), clip.turn)))
    return turned if turned.size == clip.size else turned.resize(clip.size, Image.Resampling.LANCZOS)


def join(
    films: list[Path], sound: Path | None, order: Join, target: Path, limits: CutLimits, tell: Callable[[float], None]
) -> list[str]:
    """Write films one after the other as one MP4, and give what is to be said of it. `tell`: how much is done.

    Raises:
        CannotCut: one of them cannot be used, or the film would be too long.
    """
    clips = [examine(path, _name(index, len(films)), limits) for index, path in enumerate(films)]
    extra = beside(sound, order.role, limits) if sound is not None else None
    spoken_s = extra.seconds if extra is not None and order.role == "narration" else 0.0
    layout = plan(clips, order, limits, spoken_s)
    track = soundtrack(layout, extra, target.parent, level=order.loudness)
    try:
        _write(target, layout, track, tell)
    except av.error.ExternalError as error:  # so says x264 when there is not enough for a frame
        raise MemoryError from error
    return list(layout.notes)


def _write(target: Path, layout: Plan, track: Sound | None, tell: Callable[[float], None]) -> None:
    with reel(target, layout.size, layout.rate, with_sound=track is not None) as out:
        for index, planes in enumerate(_frames(layout)):
            out.show_planes(planes)
            if track is not None:
                out.hear_up_to_here(track)
            tell((index + 1) / layout.frames)
        if track is not None:
            out.hear(track[out.heard : int(layout.frames / layout.rate * RATE)])


def _name(index: int, count: int) -> str:
    return "The clip" if count == 1 else f"Clip {index + 1}"


def _frames(layout: Plan) -> Iterator[Pixels]:
    """All of the film's. Of the clips never more than two are open: one that ends and one that begins."""
    before: Iterator[Pixels] | None = None
    faded, last = 0, None
    for clip, count, fade in zip(layout.clips, layout.counts, layout.fades, strict=True):
        frames = pictures(clip, layout.size, layout.rate)
        for index in range(count - fade):
            last = _next(frames, clip)
            if before is not None and index < faded:
                last = _blend(_next(before, clip), last, (index + 1) / (faded + 1))
            yield last
        before, faded = frames, fade
    for _ in range(layout.held if last is not None else 0):
        yield last  # type: ignore[misc]  # there is a last one, or none is held


def _next(frames: Iterator[Pixels], clip: Clip) -> Pixels:
    frame = next(frames, None)
    if frame is None:
        raise CannotCut(f"{clip.name} cannot be used: fewer pictures are in it than it says.")
    return frame


def _blend(one: Pixels, other: Pixels, share: float) -> Pixels:
    weight = np.uint32(round(share * 256))
    mixed: Pixels = ((one * (256 - weight) + other * weight + 128) >> 8).astype(np.uint8)
    return mixed
