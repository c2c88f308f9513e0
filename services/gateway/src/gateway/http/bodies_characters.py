"""What may be sent about characters."""

from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from contracts.base import Id
from gateway.casting import MOST_REFERENCES
from gateway.http.bodies import Name, Strict
from gateway.http.shapes_shelf import MOST_TAGS, Tag

MOST_DESCRIPTION = 2_000
_FaceIndex = Annotated[int, Field(ge=0, le=999)]


def _each_once(items: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(items))


Description = Annotated[str, Field(max_length=MOST_DESCRIPTION)]
Tags = Annotated[tuple[Tag, ...], Field(max_length=MOST_TAGS), AfterValidator(_each_once)]


class FromNode(Strict):
    """A `face_analysis` node whose character is to be kept."""

    execution_id: Id
    node_id: Id


class NewCharacter(Strict):
    name: Name
    description: Description = ""
    """Providers are told it, in words, wherever the character is used."""
    tags: Tags = ()
    project_id: Id | None = None
    references: Annotated[tuple[Id, ...], Field(max_length=MOST_REFERENCES), AfterValidator(_each_once)] = ()
    """Assets: pictures of it, and best of it alone."""
    from_: Annotated[FromNode | None, Field(alias="from")] = None
    """Its references are those of the character that this node made."""

    @model_validator(mode="after")
    def _one_of_two(self) -> "NewCharacter":
        if self.references and self.from_ is not None:
            raise ValueError("give either references or from")
        return self


class CharacterChange(Strict):
    """What is absent stays; `tags` are replaced whole."""

    name: Name | None = None
    description: Description | None = None
    tags: Tags | None = None


class NewReference(Strict):
    asset_id: Id
    face_index: _FaceIndex | None = None
    """Which face of the picture it is, the largest being 0. Absent: the largest."""


class Search(Strict):
    asset_id: Id
    """The picture."""
    project_id: Id | None = None
    """Only characters of this project."""
    limit: Annotated[int, Field(ge=1, le=100)] = 10


class Merge(Strict):
    from_: Annotated[Id, Field(alias="from")]
    """The other one, which ends: its references come here, and graphs that name it get this one."""
