"""Characters: people and figures that stay themselves. The gateway writes what is said of them; nobody else does.

Their embeddings are derived from their reference pictures and lie with the face service, which follows these facts.
"""

from typing import Annotated, Literal

from pydantic import Field

from contracts.base import AssetId, CharacterId, Fact, Message, ProjectId, UserId
from contracts.faces import Face
from contracts.values import MediaValue


class Reference(Message):
    """One picture of a character."""

    asset: MediaValue
    face: Face | None = None
    """The one that is the character's. None: no face was found; providers still get the picture."""
    engine: str = ""
    """That looked."""

    @property
    def quality(self) -> float:
        """0 to 1; 0: there is no face to go by."""
        return self.face.quality if self.face else 0.0


class CharacterCreated(Fact):
    type: Literal["CharacterCreated"] = "CharacterCreated"
    character_id: CharacterId
    user_id: UserId
    project_id: ProjectId
    name: str
    description: str = ""
    tags: tuple[str, ...] = ()
    body_digest: str = ""
    references: tuple[Reference, ...] = ()


class CharacterChanged(Fact):
    """Absent fields stay."""

    type: Literal["CharacterChanged"] = "CharacterChanged"
    name: str | None = None
    description: str | None = None
    tags: tuple[str, ...] | None = None


class ReferenceAdded(Fact):
    type: Literal["ReferenceAdded"] = "ReferenceAdded"
    reference: Reference
    """Takes the place of an earlier one of the same asset."""


class ReferenceRemoved(Fact):
    type: Literal["ReferenceRemoved"] = "ReferenceRemoved"
    asset_id: AssetId


class CharacterMerged(Fact):
    """It was the same as another, which has its references now. Nothing follows this."""

    type: Literal["CharacterMerged"] = "CharacterMerged"
    into: CharacterId


class CharacterDeleted(Fact):
    """Every vector of it goes. Nothing follows this."""

    type: Literal["CharacterDeleted"] = "CharacterDeleted"


CharacterEvent = Annotated[
    CharacterCreated | CharacterChanged | ReferenceAdded | ReferenceRemoved | CharacterMerged | CharacterDeleted,
    Field(discriminator="type"),
]
