"""What travels along an edge: short texts, and references to media. Never bytes."""

import hashlib
from typing import Annotated, Literal

from pydantic import Field

from contracts.base import AssetId, Message

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

    @property
    def digest(self) -> str:
        return self.sha256


Value = Annotated[TextValue | MediaValue, Field(discriminator="type")]
Outputs = dict[str, tuple[Value, ...]]
"""By output port, in order: one value, or `count` of them."""
