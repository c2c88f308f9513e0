"""Media that was brought in from outside. What a run makes is in the run's own facts."""

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


AssetEvent = Annotated[AssetAdded, Field(discriminator="type")]
