"""Where embeddings of faces are kept, and found again: what this service needs of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from contracts.base import AssetId, CharacterId, ProjectId, UserId
from face_embedding.faces import Engine, Vector

BASELINE, DIMENSION = "-baseline", 512


@dataclass(frozen=True)
class Kept:
    """A face of a character, as one of its pictures shows it."""

    user_id: UserId
    project_id: ProjectId
    character_id: CharacterId
    source_asset_id: AssetId
    vector: Vector = field(repr=False, compare=False)
    quality: float = 0.0
    face: int = 0
    """Which of the picture it is, the largest first."""
    saved: bool = True
    """Of a character that is kept, and not only of a picture that a node looked at."""


@dataclass(frozen=True)
class Alike:
    character_id: CharacterId
    source_asset_id: AssetId
    score: float
    """Cosine, -1 to 1."""


def by_score(one: Alike) -> tuple[float, str]:
    """To sort by. Of equals, as of two characters with one picture, the newer one counts for more."""
    return round(one.score, 4), one.character_id


class Vectors(Protocol):
    """Those of one engine are kept, given and searched; forgetting is for those of all engines.

    Every method raises `Unavailable` when it cannot be done now.
    """

    async def keep(self, points: Sequence[Kept]) -> None:
        """Put them in. Again, nothing changes."""
        ...

    async def of_character(self, user: UserId, character: CharacterId) -> list[Kept]: ...

    async def alike(self, user: UserId, vector: Vector, limit: int, project: ProjectId | None = None) -> list[Alike]:
        """The user's saved characters, best first, each once."""
        ...

    async def forget(
        self, *, user: UserId | None = None, character: CharacterId | None = None, asset: AssetId | None = None
    ) -> None:
        """Remove what is of all that is given, whichever engine made it."""
        ...

    async def users(self) -> set[UserId]:
        """Whose faces are kept."""
        ...

    async def filled(self) -> bool:
        """Whether all that the log tells of characters was put in once: from then on following is enough."""
        ...

    async def fill(self) -> None:
        """It is."""
        ...

    async def clear(self) -> None:
        """Remove all of this engine, as if it had never been filled."""
        ...

    async def reachable(self) -> None: ...


def collection(base: str, engine: Engine) -> str:
    """`characters` for InsightFace's 512 numbers. Others have collections of their own."""
    name = base + (BASELINE if engine.baseline else "")
    return name if engine.baseline or engine.dimension == DIMENSION else f"{name}-{engine.dimension}"
