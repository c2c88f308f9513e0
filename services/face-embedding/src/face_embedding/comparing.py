"""Whether a picture shows a character: its faces against all that is known of the character's."""

from collections.abc import Sequence
from dataclasses import dataclass

from contracts.base import CharacterId, UserId
from contracts.values import Likeness
from face_embedding.faces import Found, Vector, alike
from face_embedding.looking import Eyes, NotAPicture
from face_embedding.vectors import Vectors
from providers.interface import Character

BASELINE_NOTE = (
    "Faces were compared without weights, by the classical baseline: "
    "good to show how it works, not to tell people apart."
)


@dataclass(frozen=True)
class Match:
    """The best of the faces, and how much it is the character's."""

    face: int
    score: float
    """Cosine, -1 to 1."""


@dataclass(frozen=True)
class Comparer:
    eyes: Eyes
    vectors: Vectors

    async def known(self, user: UserId, character: Character) -> list[Vector]:
        """The character's embeddings by this engine: those that are kept, else of the pictures that came with it.

        Raises:
            Unavailable: Qdrant is away.
        """
        self.eyes.counts.searches += 1
        kept = await self.vectors.of_character(user, CharacterId(character.id))
        if kept:
            return [one.vector for one in kept]
        found: list[Vector] = []
        for picture in character.pictures:
            try:
                seen = await self.eyes.look(picture.data, picture.sha256)
            except NotAPicture:
                continue
            found += [one.vector for one in seen.faces[:1]]
        return found


def best(faces: Sequence[Found], known: Sequence[Vector]) -> Match | None:
    """None: there is nothing to compare, here or there."""
    scores = [(max(alike(one.vector, vector) for vector in known), nth) for nth, one in enumerate(faces) if known]
    if not scores:
        return None
    score, nth = max(scores, key=lambda one: (one[0], -one[1]))
    return Match(nth, round(score, 4))


def likeness(character: Character, score: float | None) -> Likeness:
    return Likeness(character_id=CharacterId(character.id), name=character.name, score=score)
