"""What may be sent and is answered about media on the shelf."""

import unicodedata
from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, Field

from gateway.http.bodies import Name, Strict

MOST_TAGS = 50


def normal(tag: str) -> str:
    """Tags are the same whatever their capitals, spaces and Unicode form.

    Raises:
        ValueError: nothing is left of it, or too much.
    """
    plain = " ".join(unicodedata.normalize("NFKC", tag).casefold().split()).removeprefix("#").strip()
    if not 1 <= len(plain) <= 50:  # noqa: PLR2004  said in the sentence
        raise ValueError("a tag has 1 to 50 characters")
    if any(unicodedata.category(c) in {"Cc", "Cs"} for c in plain):
        raise ValueError("a tag must not contain control characters")
    return plain


def _each_once(tags: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(tags))


Tag = Annotated[str, Field(max_length=200), AfterValidator(normal)]


class AssetChange(Strict):
    """What is absent stays; `tags` are replaced whole."""

    name: Name | None = None
    tags: Annotated[tuple[Tag, ...], Field(max_length=MOST_TAGS), AfterValidator(_each_once)] | None = None


class UsingGraphShape(BaseModel):
    id: str
    name: str
    project_id: str
    node_ids: list[str]


class UsingExecutionShape(BaseModel):
    execution_id: str
    node_id: str
    how: Literal["made", "given", "cached", "inherited", "shown"]
    """Made there; put in by an `asset` node; taken over; or the result of an `output`."""
    execution_state: str
    project_id: str
    graph_id: str | None
    graph_name: str
    created_at: datetime


class UsingCharacterShape(BaseModel):
    id: str
    name: str
    project_id: str


class UsesShape(BaseModel):
    class Graphs(BaseModel):
        count: int
        items: list[UsingGraphShape]

    class Executions(BaseModel):
        count: int
        items: list[UsingExecutionShape]

    class Characters(BaseModel):
        count: int
        items: list[UsingCharacterShape]

    graphs: Graphs
    characters: Characters
    """That have it as a reference."""
    executions: Executions
    recipes: list[str]
    """Results that are made again when they are wanted again."""


class DeletedShape(BaseModel):
    id: str
    deleted_at: datetime
    restorable_until: datetime
    used_by: UsesShape
