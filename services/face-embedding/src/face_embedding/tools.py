"""What the face worker does of a node's work: it looks for faces, compares them, and judges what others made."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

from contracts.base import AssetId, CharacterId, ProjectId, UserId
from contracts.catalogue import JUDGE
from contracts.failures import FailureKind
from contracts.values import CharacterValue
from face_embedding.comparing import BASELINE_NOTE, Comparer, best
from face_embedding.faces import TINY, Seen
from face_embedding.judging import Judge
from face_embedding.looking import NotAPicture
from face_embedding.vectors import Kept
from kit.errors import Unavailable
from kit.ids import named_id
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

_FIRST_WAIT_S, _LONGEST_WAIT_S = 0.5, 10.0
_NO_FACE = (
    "No face was found in this picture. Use a photograph in which a face is seen from the front, "
    "larger than 40 pixels; drawings and masks are often not recognised."
)
Work = Callable[[Request], Awaitable[Done]]
T = TypeVar("T")
log = logging.getLogger(__name__)


class Tools(AtOnce):
    """Free, and done at once; while Qdrant is away it waits for it, and nothing fails for that."""

    name = "faces"

    def __init__(self, comparer: Comparer, judge: Judge, *, first_wait_s: float = _FIRST_WAIT_S) -> None:
        self._comparer = comparer
        self._judge = judge
        self._first_wait_s = first_wait_s

    def prepare(self, request: Request) -> Prepared:
        if request.operation != JUDGE and not request.media.get("image"):
            raise ProviderError(FailureKind.INVALID_REQUEST, "There is no picture at the image input.")
        if request.operation in {"face_match", JUDGE} and not request.characters:
            raise ProviderError(FailureKind.INVALID_REQUEST, "There is no character to compare with.")
        return Prepared(request, "")

    async def submit(self, prepared: Prepared, on_progress: OnProgress) -> Done | Job:
        work: Mapping[str, Work] = {"face_analysis": self._analyse, "face_match": self._match, JUDGE: self._judge.judge}
        request, wait_s = prepared.request, self._first_wait_s
        while True:
            try:
                return await work[request.operation](request)
            except Unavailable as error:
                log.warning("waiting: %s", error, extra={"task": request.key})
                await on_progress(0.0, "waiting for the store of faces")
                await asyncio.sleep(wait_s)
                wait_s = min(2 * wait_s, _LONGEST_WAIT_S)

    async def _analyse(self, request: Request) -> Done:
        picture = request.media["image"][0]
        seen = await self._look(picture)
        if not seen.faces:
            raise ProviderError(FailureKind.INVALID_INPUT, _NO_FACE)
        engine = self._comparer.eyes.engine
        user, first = UserId(request.user_id), seen.faces[0]
        character = CharacterId(named_id("character", user, picture.sha256))
        asset = picture.value.asset_id if picture.value else AssetId(picture.sha256)
        project, quality = ProjectId(request.project_id), first.face.quality
        kept = Kept(user, project, character, asset, first.vector, quality, saved=False)
        await self._comparer.vectors.keep([kept])
        references = (picture.value,) if picture.value else ()
        value = CharacterValue(character_id=character, references=references, engine=engine.name)
        told = {**self._told(), "width": seen.width, "height": seen.height, "faces": _faces(seen)}
        return Done(
            (Artifact(value=value, port="character"), Artifact(text=json.dumps(told), port="text")),
            notes=self._notes(seen),
        )

    async def _match(self, request: Request) -> Done:
        character = request.characters[0]
        seen = await self._look(request.media["image"][0])
        known = await self._comparer.known(UserId(request.user_id), character)
        if not known:
            raise ProviderError(FailureKind.INVALID_INPUT, "This character has no picture in which a face was found.")
        engine, found = self._comparer.eyes.engine, best(seen.faces, known)
        told = {
            **self._told(),
            "score": found.score if found else None,
            "threshold": engine.threshold,
            "match": found is not None and found.score >= engine.threshold,
            "character_id": character.id,
            "name": character.name,
            "faces": len(seen.faces),
            "best_face": _faces(seen)[found.face] if found else None,
        }
        notes = [] if seen.faces else ["No face was found in this picture, so there is no score."]
        return Done((Artifact(text=json.dumps(told), port="text"),), notes=(*notes, *self._labels()))

    async def _look(self, picture: Media) -> Seen:
        try:
            return await self._comparer.eyes.look(picture.data, picture.sha256)
        except NotAPicture as error:
            raise ProviderError(FailureKind.INVALID_INPUT, f"The image input cannot be used: {error}.") from error

    def _told(self) -> dict[str, Any]:
        engine = self._comparer.eyes.engine
        return {"engine": engine.name, "baseline": engine.baseline}

    def _notes(self, seen: Seen) -> tuple[str, ...]:
        notes = []
        if len(seen.faces) > 1:
            notes.append(f"There are {len(seen.faces)} faces in this picture; the largest one is the character.")
        face = seen.faces[0].face
        if min(face.width, face.height) < TINY:
            size = f"{face.width:.0f} x {face.height:.0f}"
            notes.append(f"The face has only {size} pixels: as a reference it is of low quality.")
        return (*notes, *self._labels())

    def _labels(self) -> tuple[str, ...]:
        return (BASELINE_NOTE,) if self._comparer.eyes.engine.baseline else ()

    async def close(self) -> None:
        self._comparer.eyes.close()


def _faces(seen: Seen) -> list[dict[str, Any]]:
    return [
        {
            "box": [one.face.x, one.face.y, one.face.width, one.face.height],
            "landmarks": [list(point) for point in one.face.landmarks],
            "score": one.face.score,
            "quality": one.face.quality,
            "age": one.face.age,
            "sex": one.face.sex,
        }
        for one in seen.faces
    ]
