"""Cutting films, which is no provider's: pictures taken out of them, and clips joined. Child processes do it."""

from collections.abc import Sequence
from typing import Literal, cast

from contracts.failures import FailureKind
from kit.cutting.orders import CannotCut, Cut, Join, Still
from kit.cutting.room import CuttingRoom
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


class Editor(AtOnce):
    """Free, deterministic, and done at once: the same films give the same bytes."""

    name = "tools"

    def __init__(self, room: CuttingRoom) -> None:
        self._room = room

    def prepare(self, request: Request) -> Prepared:
        match request.operation:
            case "extract_frame":
                _some(request.media.get("video", ()), "There is no video at the video input.")
            case "stitch":
                clips = _some(request.media.get("clips", ()), "There is no clip to join: wire at least one to clips.")
                if len(clips) > (most := self._room.limits.clips):
                    text = f"At most {most} clips are joined at once; {len(clips)} are wired to clips."
                    raise _no(FailureKind.INVALID_INPUT, text)
            case other:
                raise _no(FailureKind.UNSUPPORTED, f"The film editor cannot do {other}.")
        return Prepared(request, "")

    async def submit(self, prepared: Prepared, on_progress: OnProgress) -> Done | Job:
        request = prepared.request
        try:
            if request.operation == "extract_frame":
                cut, mime = await self._still(request), "image/png"
            else:
                cut, mime = await self._joined(request, on_progress), "video/mp4"
        except CannotCut as error:
            raise _no(FailureKind.INVALID_INPUT, str(error)) from error
        return Done((Artifact(data=cut.data, mime=mime),), notes=cut.notes)

    async def _still(self, request: Request) -> Cut:
        at = cast("Literal['first', 'last', 'time']", request.params.get("at", "last"))
        order = Still(at, float(request.params.get("time_s", 0)))
        return await self._room.still(request.media["video"][0].data, order)

    async def _joined(self, request: Request, on_progress: OnProgress) -> Cut:
        params, sound = request.params, next(iter(request.media.get("audio", ())), None)
        order = Join(
            crossfade_s=float(params.get("crossfade_s", 0.5)),
            resolution=str(params.get("resolution", "first")),
            role=cast("Literal['music', 'narration']", params.get("audio_role", "music")),
        )

        async def tell(done: float) -> None:
            await on_progress(done, "joining")

        clips = [one.data for one in request.media["clips"]]
        return await self._room.join(clips, order, sound.data if sound else None, tell)


def _some(given: Sequence[Media], otherwise: str) -> Sequence[Media]:
    if not given:
        raise _no(FailureKind.INVALID_INPUT, otherwise)
    return given


def _no(kind: FailureKind, message: str) -> ProviderError:
    return ProviderError(kind, message)
