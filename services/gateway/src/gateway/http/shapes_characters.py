"""What is answered about characters."""

from datetime import datetime

from pydantic import BaseModel

from contracts.faces import Face
from gateway.http.shapes_shelf import UsingGraphShape
from gateway.http.shapes_values import ValueShape


class ReferenceShape(ValueShape):
    face: Face | None
    """The one that is the character's, in pixels of the picture as it is shown."""
    quality: float
    """0 to 1: how good a reference it is. 0: no face was found."""
    best: bool
    engine: str
    added_at: datetime


class CharacterShape(BaseModel):
    id: str
    name: str
    description: str
    tags: list[str]
    project_id: str
    references: list[ReferenceShape]
    """The best first: the first four travel with it to providers."""
    best_reference: str | None
    """An asset."""
    engine: str | None
    """That looked at its faces. null: none was found."""
    baseline: bool
    """The engine is the classical one, without weights: good for demonstrations, not to tell people apart."""
    created_at: datetime
    updated_at: datetime
    warnings: list[str]


class CandidateShape(BaseModel):
    character: CharacterShape
    score: float
    """Cosine, -1 to 1."""
    match: bool
    source_asset_id: str
    """Of the reference that is most alike."""
    face: int
    """Which face of the picture it is, by its place in `faces`."""


class FoundShape(BaseModel):
    engine: str
    baseline: bool
    threshold: float
    """From this score on the engine takes two faces for the same person."""
    faces: list[Face]
    """Of the picture, the largest first."""
    items: list[CandidateShape]
    """The best first."""
    warnings: list[str]


class NodeUsingShape(BaseModel):
    execution_id: str
    node_id: str
    execution_state: str
    project_id: str
    graph_id: str | None
    graph_name: str
    created_at: datetime


class CharacterUsesShape(BaseModel):
    class Graphs(BaseModel):
        count: int
        items: list[UsingGraphShape]

    class Executions(BaseModel):
        count: int
        items: list[NodeUsingShape]

    graphs: Graphs
    executions: Executions
