"""What is answered of a value: a text, a reference to media, a character, a storyboard."""

from typing import Literal

from pydantic import BaseModel

from contracts.storyboard import Scene
from contracts.values import Identity


class ValueShape(BaseModel):
    type: Literal["text", "image", "audio", "video", "character", "storyboard"]
    text: str | None = None
    asset_id: str | None = None
    sha256: str | None = None
    mime: str | None = None
    bytes: int | None = None
    width: int | None = None
    height: int | None = None
    duration_s: float | None = None
    url: str | None = None
    thumbnail_url: str | None = None
    poster_url: str | None = None
    preview_url: str | None = None
    identity: Identity | None = None
    """Of a picture or a film that was made with characters: how much it shows them."""
    character_id: str | None = None
    name: str | None = None
    description: str | None = None
    references: list["ValueShape"] | None = None
    """Of a character: its pictures, the best first."""
    engine: str | None = None
    title: str | None = None
    style: str | None = None
    scenes: list[Scene] | None = None
    """Of a storyboard."""
