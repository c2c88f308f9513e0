"""Films of this machine: painted or given pictures, filmed; and films that go on from their last picture."""

from collections.abc import Awaitable, Callable
from fractions import Fraction
from functools import partial
from io import BytesIO
from typing import Any, Protocol, TypeVar

from PIL import Image, ImageOps

from contracts.failures import FailureKind
from contracts.models import LOCAL
from kit.cutting.orders import CannotCut, Join, Still
from kit.cutting.room import CuttingRoom
from providers.cast import called
from providers.interface import Artifact, Character, Media, ProviderError, Request
from providers.local import engine, portrait

FILMING = frozenset({"text_to_video", "image_to_video", "video_extend"})
Step = Callable[[float], None]
Tell = Callable[[float], Awaitable[None]]
T = TypeVar("T")
_LINES = {"360p": 360, "480p": 480, "720p": 720, "1080p": 1080}
"""Pixels of the shorter side."""
_WIDEST = 2.4
"""A picture that is longer still, either way, is cut."""
_LONGEST_SIDE = 1920
_LOOKED, _FILMED = 0.05, 0.6
"""How much of the work of going on is done when the last picture is found, and when what follows is filmed."""


class Threaded(Protocol):
    """Runs work beside the event loop."""

    async def __call__(self, work: Callable[[Step], T], tell: Tell) -> T: ...


def check(request: Request) -> list[str]:
    """What has to be said to the person.

    Raises:
        ProviderError: there is nothing to film.
    """
    needed = {"image_to_video": ("image", "picture"), "video_extend": ("video", "video")}.get(request.operation)
    if needed and not request.media.get(needed[0]):
        message = f"There is no {needed[1]} at the {needed[0]} input."
        raise ProviderError(FailureKind.INVALID_REQUEST, message, provider=LOCAL)
    said = []
    if owners := _owners(request):
        said.append(portrait.note(owners))
    said += [f"There is no picture of {called(one)}, so nobody was set in for it." for one in _faceless(request)]
    if request.operation == "image_to_video" and str(request.params.get("negative_prompt", "")).strip():
        said.append("The negative prompt was left out: nothing new is painted when a picture is filmed.")
    if (many := len(_pictures(request))) > portrait.MOST:
        said.append(f"{many - portrait.MOST} more pictures were left out: at most {portrait.MOST} are set in.")
    return said


def filmed(request: Request, seed: int, step: Step) -> Artifact:
    """A film from words, or from a first picture and perhaps a last one. `step` is called after each frame."""
    from providers.local.film import Shape, Shots, film  # noqa: PLC0415  FFmpeg only where films are made

    params, prompt = request.params, str(request.params.get("prompt", ""))
    lines = _LINES[str(params.get("resolution", "480p"))]
    last = None
    if request.operation == "text_to_video":
        wide, high = (int(part) for part in str(params.get("aspect_ratio", "16:9")).split(":"))
        size = _sized(wide / high, lines)
        unwanted = str(params.get("negative_prompt", ""))
        step(0.0)
        first = engine.paint(
            prompt, width=size[0], height=size[1], seed=seed, negative_prompt=unwanted, progress=lambda _: step(0.0)
        )
    else:
        first = _open(request.media["image"][0])
        size = _sized(first.width / first.height, lines)
        last = next((_open(one) for one in request.media.get("last_image", ())), None)
    prints = [_open(one) for one in _pictures(request)[: portrait.MOST]]
    shape = Shape(*size, seconds=float(params.get("duration_s", 4)), with_sound=bool(params.get("audio", True)))
    return Artifact(data=film(Shots(first, last, prints), shape, prompt, seed, step), mime="video/mp4")


async def extended(request: Request, seed: int, room: CuttingRoom, threaded: Threaded, tell: Tell) -> Artifact:
    """What follows the last picture of a film: alone, or with the film before it.

    Raises:
        ProviderError: INVALID_INPUT, with the reason.
    """
    film = request.media["video"][0].data
    try:
        still = await room.still(film, Still("last"))
        await tell(_LOOKED)
        joined = request.params.get("mode", "joined") == "joined"
        work = partial(_continued, request, seed, still.data, still.facts)
        made = await threaded(work, _part(tell, _LOOKED, _FILMED if joined else 1.0))
        if joined:
            whole = Join(loudness=False)  # what was there stays as loud as it was
            made = (await room.join([film, made], whole, tell=_part(tell, _FILMED, 1.0))).data
    except CannotCut as error:
        raise ProviderError(FailureKind.INVALID_INPUT, str(error), provider=LOCAL) from error
    return Artifact(data=made, mime="video/mp4")


def _continued(request: Request, seed: int, last: bytes, facts: dict[str, Any], step: Step) -> bytes:
    from providers.local.film import Shape, Shots, film  # noqa: PLC0415  as above

    picture = Image.open(BytesIO(last))
    shrink = min(1.0, _LONGEST_SIDE / max(picture.size))
    shape = Shape(
        _even(picture.width * shrink),
        _even(picture.height * shrink),
        seconds=float(request.params.get("duration_s", 4)),
        rate=Fraction(*facts["rate"]),
        with_sound=bool(facts["sound"]),
    )
    return film(Shots(picture), shape, str(request.params.get("prompt", "")), seed, step)


def _part(tell: Tell, begin: float, end: float) -> Tell:
    async def told(done: float) -> None:
        await tell(begin + (end - begin) * done)

    return told


def _owners(request: Request) -> list[str]:
    """Whose pictures are set in; "" for references."""
    named = [one.name or "the character" for one in request.characters if one.pictures]
    return [*named, *([""] if request.media.get("reference") else [])][: portrait.MOST]


def _faceless(request: Request) -> list[Character]:
    return [one for one in request.characters if not one.pictures]


def _pictures(request: Request) -> list[Media]:
    """The best of each character, then the references."""
    return [
        *(one.pictures[0] for one in request.characters if one.pictures),
        *request.media.get("reference", ()),
    ]


def _sized(shape: float, lines: int) -> tuple[int, int]:
    """Even numbers of pixels. `shape`: width by height; `lines`: pixels of the shorter side."""
    shape = min(_WIDEST, max(1 / _WIDEST, shape))
    return _even(lines * max(1.0, shape)), _even(lines * max(1.0, 1 / shape))


def _even(pixels: float) -> int:
    return max(32, round(pixels / 2) * 2)


def _open(item: Media) -> Image.Image:
    with Image.open(BytesIO(item.data)) as image:
        return ImageOps.exif_transpose(image)
