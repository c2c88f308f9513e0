"""How much what was made shows the characters that it was made with."""

import statistics
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from contracts.base import UserId
from contracts.values import Identity
from face_embedding.comparing import BASELINE_NOTE, Comparer, best, likeness
from face_embedding.faces import Found, Vector
from face_embedding.looking import NotAPicture
from kit.confined import Screening
from kit.filming import NotAFilm
from providers.interface import Character, Done, Media, Request

_STILLS = 5
"""Pictures of a film that are looked at."""
_UNKNOWN = "{name} has no picture with a face, so only the others were compared."
_NOBODY = "None of its characters has a picture with a face, so there is nothing to compare."


@dataclass(frozen=True)
class Judge:
    comparer: Comparer
    screening: Screening = field(default_factory=Screening)

    async def judge(self, request: Request) -> Done:
        """Compare every result with every character.

        Raises:
            Unavailable: Qdrant is away.
        """
        user = UserId(request.user_id)
        known = [(one, await self.comparer.known(user, one)) for one in request.characters]
        if not any(vectors for _, vectors in known):
            return Done((), notes=(_NOBODY,))
        notes = [_UNKNOWN.format(name=one.name or "One of its characters") for one, vectors in known if not vectors]
        judged = [await self._one(made, known, notes) for made in request.media.get("made", ())]
        if self.comparer.eyes.engine.baseline:
            notes.append(BASELINE_NOTE)
        return Done((), identities=tuple(judged), notes=tuple(dict.fromkeys(notes)))

    async def _one(self, made: Media, known: Sequence[tuple[Character, list[Vector]]], notes: list[str]) -> Identity:
        engine = self.comparer.eyes.engine
        shots = [faces for faces in await self._shots(made, notes) if faces]
        told = [likeness(character, _score(shots, vectors)) for character, vectors in known]
        # who has no face to go by does not count: made again, and paid again, it would be no better known
        counts = [one.score for one, (_, vectors) in zip(told, known, strict=True) if vectors]
        scores = [score for score in counts if score is not None]
        score = min(scores) if scores and len(scores) == len(counts) else None
        match = score is not None and score >= engine.threshold
        return Identity(
            score=score, threshold=engine.threshold, match=match, engine=engine.name, characters=tuple(told)
        )

    async def _shots(self, made: Media, notes: list[str]) -> list[Sequence[Found]]:
        """The faces of a picture, or of each of a few pictures of a film."""
        try:
            if made.mime.startswith("image/"):
                return [(await self.comparer.eyes.look(made.data, made.sha256)).faces]
            return await self._filmed(made)
        except (*NotAPicture, NotAFilm) as error:
            notes.append(f"It could not be looked at: {error}.")
            return []

    async def _filmed(self, made: Media) -> list[Sequence[Found]]:
        """A film is taken apart in a child process, which may use only so much time and memory."""
        with tempfile.TemporaryDirectory(prefix="groove-") as name:
            folder = Path(name)
            (folder / "film").write_bytes(made.data)
            stills = await self.screening.stills(folder / "film", folder, _STILLS)
            return [(await self.comparer.eyes.look(still.read_bytes())).faces for still in stills]


def _score(shots: Sequence[Sequence[Found]], known: Sequence[Vector]) -> float | None:
    """The median of the best of each shot: one lucky or unlucky frame says little."""
    scores = [match.score for faces in shots if (match := best(faces, known))]
    return round(statistics.median(scores), 4) if scores else None
