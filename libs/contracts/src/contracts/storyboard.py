"""A film in scenes, as a storyboard node gives it. Small enough to travel: its texts are bounded."""

import hashlib
from typing import Annotated, Literal

from pydantic import Field

from contracts.base import CharacterId, Message

MAX_SCENES = 24
MAX_SCENE_TEXT = 600
"""Characters of each text of a scene."""
MAX_STYLE = 1_000
SceneText = Annotated[str, Field(max_length=MAX_SCENE_TEXT)]
Transition = Literal["cut", "crossfade"]


class Scene(Message):
    title: Annotated[str, Field(max_length=120)] = ""
    start: SceneText
    """Prompt of its first frame."""
    end: SceneText
    """Prompt of its last frame."""
    motion: SceneText
    """What moves between the two, and how the camera does."""
    transition: Transition = "crossfade"
    """Into the next scene."""
    characters: tuple[str, ...] = ()
    """Names of those who are seen in it."""


class StoryboardValue(Message):
    type: Literal["storyboard"] = "storyboard"
    title: Annotated[str, Field(max_length=200)] = ""
    style: Annotated[str, Field(max_length=MAX_STYLE)] = ""
    """The style guide: in every prompt already, and kept for who reads it."""
    scenes: Annotated[tuple[Scene, ...], Field(min_length=1, max_length=MAX_SCENES)]
    characters: tuple[CharacterId, ...] = ()

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()
