"""Media: brought in from outside, and whatever people say of media later. What a run makes is in the run's own facts.

What is said of an asset lies on its own subject, under the project that it was added to or made in.
"""

from typing import Annotated, Literal

from pydantic import Field

from contracts.base import Fact, ProjectId, UserId
from contracts.values import MediaValue


class AssetAdded(Fact):
    """Its bytes were verified and lie in object storage."""

    type: Literal["AssetAdded"] = "AssetAdded"
    asset: MediaValue
    user_id: UserId
    project_id: ProjectId
    name: str
    """As it was called where it came from."""
    tags: tuple[str, ...] = ()
    fingerprint: str | None = None
    """64 bits, as hex, that pictures which look alike have almost in common."""


class AssetRenamed(Fact):
    type: Literal["AssetRenamed"] = "AssetRenamed"
    name: str


class AssetTagged(Fact):
    type: Literal["AssetTagged"] = "AssetTagged"
    tags: tuple[str, ...]
    """All that it has from now on."""


class AssetDeleted(Fact):
    """It is out of sight. For a while it can be had back; then its bytes go, unless others are the same bytes."""

    type: Literal["AssetDeleted"] = "AssetDeleted"


class AssetRestored(Fact):
    type: Literal["AssetRestored"] = "AssetRestored"


AssetEvent = Annotated[
    AssetAdded | AssetRenamed | AssetTagged | AssetDeleted | AssetRestored, Field(discriminator="type")
]


def deleted(events: tuple[AssetEvent, ...]) -> bool:
    """Whether it is deleted after the newest decision about it: nothing but a restoration follows a deletion."""
    return any(isinstance(event, AssetDeleted) for event in events[-1:])
