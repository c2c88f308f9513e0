"""What travels along an edge: short texts, and references to media. Never bytes."""

import hashlib
from typing import Annotated, Literal

from pydantic import Field

from contracts.base import AssetId, CharacterId, Message
from contracts.storyboard import StoryboardValue

MAX_INLINE_TEXT = 16_384
"""UTF-8 bytes of text that a message may carry; a longer text lies in object storage and is referred to."""

MediaType = Literal["image", "audio", "video"]


class TextValue(Message):
    type: Literal["text"] = "text"
    text: str
    """The whole text, or its beginning when `sha256` is set."""
    sha256: str | None = None
    """Set when the text was too long for the bus: the object that holds all of it."""

    @property
    def digest(self) -> str:
        return self.sha256 or hashlib.sha256(self.text.encode()).hexdigest()


class Likeness(Message):
    """How much a result shows one character."""

    character_id: CharacterId
    name: str = ""
    score: float | None = None
    """Cosine of the faces, -1 to 1, of the best face found. None: no face to compare with, here or there."""


class Identity(Message):
    """How much a result shows the characters that it was made with. Judged by the face-embedding service."""

    score: float | None = None
    """The lowest of its characters'; of whom no face is known does not count. None: one who should be seen is not."""
    threshold: float
    """From here on the engine takes two faces for the same person."""
    match: bool
    engine: str
    """Scores of two engines cannot be compared."""
    characters: tuple[Likeness, ...] = ()


class MediaValue(Message):
    type: MediaType
    asset_id: AssetId
    sha256: str
    mime: str
    bytes: int
    width: int | None = None
    """Pixels, as shown (orientation applied)."""
    height: int | None = None
    duration_s: float | None = None
    identity: Identity | None = None
    """Set when it was made with a character and has been judged."""

    @property
    def digest(self) -> str:
        return self.sha256


MAX_REFERENCES = 4
"""Pictures of a character that travel with it."""


class CharacterValue(Message):
    """A character as nodes get it: who it is, and its best pictures. Embeddings stay with the face service."""

    type: Literal["character"] = "character"
    character_id: CharacterId
    name: str = ""
    description: str = ""
    references: tuple[MediaValue, ...] = ()
    """Best first, at most MAX_REFERENCES."""
    engine: str | None = None
    """Which looked at its faces. None: no face was found."""

    @property
    def digest(self) -> str:
        told = [self.character_id, self.name, self.description, *(one.sha256 for one in self.references)]
        return hashlib.sha256("\n".join(told).encode()).hexdigest()


Value = Annotated[TextValue | MediaValue | CharacterValue | StoryboardValue, Field(discriminator="type")]
Outputs = dict[str, tuple[Value, ...]]
"""By output port, in order: one value, or `count` of them."""
