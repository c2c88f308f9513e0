"""This machine as a provider: the procedural engine behind the interface that paid vendors have."""

import asyncio
import math
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from io import BytesIO
from typing import TypeVar

from PIL import Image, ImageOps

from contracts.base import CharacterId
from contracts.failures import FailureKind
from contracts.models import LOCAL
from contracts.storyboard import StoryboardValue
from kit import media
from kit.cutting.room import CuttingRoom
from providers import enhancing, local_cast, local_films, local_sounds
from providers.at_once import AtOnce
from providers.interface import (
    Artifact,
    Done,
    Job,
    Media,
    OnProgress,
    Prepared,
    ProviderError,
    Request,
)
from providers.local import engine

T = TypeVar("T")
Step = Callable[[float], None]
_SIDES = {"512": 512, "1K": 1024, "2K": 2048, "4K": 4096}
_LONGEST = 4096
_GRAIN = 8
"""Pixels: sides are multiples of it."""
_SEEDS = 2**31
NOTE = "Made procedurally on this machine, without a generative model."
_LABEL = {
    "Software": "Pixel Groove local procedural engine",
    "Source": "synthetic: procedural, made by the local provider",
}
_WATCH_S = 0.25
_LOOKING = frozenset({"image_to_text", "image_to_image", "upscale"})


class _Unwanted(Exception):
    """Raised inside the engine, to get out of it."""


class LocalProvider(AtOnce):
    """Free, deterministic, and done at once. CPU work, so it runs in threads; numpy and Pillow let others run."""

    name = LOCAL

    def __init__(self, *, threads: int = 4, room: CuttingRoom | None = None) -> None:
        self._room = room or CuttingRoom()
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="local")

    def prepare(self, request: Request) -> Prepared:
        if request.operation not in request.model.operations:
            raise _no(FailureKind.UNSUPPORTED, f"{request.model.title} cannot do {request.operation}.")
        picture = next(iter(request.media.get("image", ())), None)
        if request.operation in _LOOKING and picture is None:
            raise _no(FailureKind.INVALID_REQUEST, "There is no picture at the image input.")
        if request.operation == "upscale" and picture:
            _check_size(picture, int(request.params.get("factor", 2)))
        if request.operation in local_sounds.SOUNDING:
            return Prepared(request, str(request.params.get("prompt", "")), (NOTE, *local_sounds.check(request)))
        if request.operation in local_films.FILMING:
            return Prepared(request, str(request.params.get("prompt", "")), (NOTE, *local_films.check(request)))
        notes: tuple[str, ...] = (NOTE, *local_cast.notes(request))
        if request.operation == "image_to_image" and str(request.params.get("negative_prompt", "")).strip():
            text = "The negative prompt was left out: the local painter has no use for it when it changes a picture."
            notes = (*notes, text)
        return Prepared(request, str(request.params.get("prompt", "")), notes)

    async def submit(self, prepared: Prepared, on_progress: OnProgress) -> Done | Job:
        if (complete := enhancing.unchanged(prepared.request)) is not None:
            return complete
        count = int(prepared.request.params.get("count", 1))
        artifacts = [await self._one(prepared, index, count, on_progress) for index in range(count)]
        return enhancing.finished(prepared.request, Done(tuple(artifacts), response={"engine": _LABEL["Software"]}))

    async def _one(self, prepared: Prepared, index: int, count: int, on_progress: OnProgress) -> Artifact:
        request, seed = prepared.request, (prepared.request.seed + index) % _SEEDS

        async def tell(done: float) -> None:
            await on_progress((index + done) / count, f"{index + 1} of {count}" if count > 1 else "at work")

        if request.operation == "video_extend":
            return await local_films.extended(request, seed, self._room, self._threaded, tell)
        return await self._threaded(partial(_make, request, seed), tell)

    async def _threaded(self, work: Callable[[Step], T], tell: Callable[[float], Awaitable[None]]) -> T:
        """Beside the event loop. Cancelled, it ends at its next step."""
        unwanted, reached = threading.Event(), 0.0

        def step(done: float) -> None:
            nonlocal reached
            reached = done
            if unwanted.is_set():
                raise _Unwanted

        made = asyncio.get_running_loop().run_in_executor(self._threads, work, step)
        try:
            while not (await asyncio.wait({made}, timeout=_WATCH_S))[0]:
                await tell(reached)
        except BaseException:
            unwanted.set()
            made.cancel()
            raise
        try:
            return made.result()
        except ValueError as error:
            raise _no(FailureKind.INVALID_REQUEST, f"This cannot be made: {error}.") from error

    async def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)


def _no(kind: FailureKind, message: str) -> ProviderError:
    return ProviderError(kind, message, provider=LOCAL)


def _check_size(picture: Media, factor: int) -> None:
    pixels = (picture.width or 0) * (picture.height or 0) * factor * factor
    if pixels > (most := media.Limits().pixels):
        text = (
            f"Enlarged {factor} times the picture has {pixels / 1e6:.0f} megapixels; at most {most / 1e6:.0f} are made."
        )
        raise _no(FailureKind.INVALID_INPUT, text)


def _make(request: Request, seed: int, step: Step) -> Artifact:
    params, prompt = request.params, str(request.params.get("prompt", ""))
    match request.operation:
        case "text_to_text":
            context = request.texts.get("context", ())
            words = int(params.get("max_words", 200))
            return Artifact(text=engine.write(prompt, context=context, seed=seed, max_words=words))
        case "prompt_enhance":
            seen = engine.describe(_open(request.media["image"][0])) if request.media.get("image") else ""
            target = str(params.get("target_model", ""))
            return Artifact(text=engine.enhance(prompt, target=target, image_description=seen, seed=seed))
        case "image_to_text":
            said = engine.describe(_open(request.media["image"][0]), prompt or None)
            return Artifact(text=_shortened(said, int(params.get("max_words", 120))))
        case "text_to_speech" | "text_to_audio":
            return local_sounds.sounded(request, seed, step)
        case "text_to_video" | "image_to_video":
            return local_films.filmed(request, seed, step)
        case "storyboard":
            return Artifact(value=_storyboard(request, prompt, seed))
        case _:
            picture = _picture(request, prompt, seed, step)
            return Artifact(data=media.encode_png(picture, _LABEL), mime="image/png")


def _storyboard(request: Request, prompt: str, seed: int) -> StoryboardValue:
    who = [one for one in request.characters if one.name]
    board = engine.storyboard(
        prompt,
        scenes=int(request.params.get("scenes", 4)),
        style=str(request.params.get("style", "")),
        names=[one.name for one in who],
        seed=seed,
    )
    return board.model_copy(update={"characters": tuple(CharacterId(one.id) for one in request.characters)})


def _picture(request: Request, prompt: str, seed: int, step: Step) -> Image.Image:
    params = request.params
    if request.operation == "upscale":
        return engine.upscale(_open(request.media["image"][0]), int(params.get("factor", 2)))
    if request.operation == "image_to_image":
        changed = engine.edit(
            _open(request.media["image"][0]),
            prompt,
            strength=float(params.get("strength", 0.6)),
            seed=seed,
            references=[_open(item) for item in request.media.get("reference", ())],
            progress=step,
        )
        return local_cast.with_prints(changed, request, _open)
    width, height = size_of(str(params.get("aspect_ratio", "1:1")), str(params.get("resolution", "1K")))
    unwanted = str(params.get("negative_prompt", ""))
    scene = engine.paint(prompt, width=width, height=height, seed=seed, negative_prompt=unwanted, progress=step)
    return local_cast.with_prints(scene, request, _open)


def size_of(aspect_ratio: str, resolution: str) -> tuple[int, int]:
    """Pixels: as many as a square of the resolution has, with no side over 4096."""
    wide, high = (int(part) for part in aspect_ratio.split(":"))
    side = _SIDES[resolution]
    scale = min(side / math.sqrt(wide * high), _LONGEST / max(wide, high))
    return _even(wide * scale), _even(high * scale)


def _even(pixels: float) -> int:
    return max(_GRAIN, round(pixels / _GRAIN) * _GRAIN)


def _open(item: Media) -> Image.Image:
    with Image.open(BytesIO(item.data)) as image:
        return ImageOps.exif_transpose(image)


def _shortened(text: str, words: int) -> str:
    """Whole sentences while they fit; a first sentence that is too long is cut."""
    kept: list[str] = []
    for sentence in text.replace(". ", ".\n").split("\n"):
        if len(" ".join([*kept, sentence]).split()) > words:
            break
        kept.append(sentence)
    return " ".join(kept) if kept else " ".join(text.split()[:words]).rstrip(",;:.") + "…"
