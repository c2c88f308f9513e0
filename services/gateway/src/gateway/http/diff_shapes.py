"""How the difference of two executions is told: the documentation of it."""

from datetime import datetime
from typing import Any, Generic, Literal, TypeVar

from pydantic import BaseModel

from contracts.base import MicroCredits
from contracts.run import NodeState, RunState
from gateway.http.shapes_values import ValueShape

T = TypeVar("T")


class Pair(BaseModel, Generic[T]):
    a: T
    b: T


class Differing(Pair[T], Generic[T]):
    difference: T
    """b - a."""


class ChangeShape(Pair[Any]):
    field: str
    """`params.prompt`, `model`, `inputs.image`…"""


class ComparedRunShape(BaseModel):
    id: str
    graph_id: str | None
    graph_version: int | None
    graph_name: str
    forked_from: str | None
    state: RunState
    cost: MicroCredits
    seconds: float | None
    """From when it was asked for; null: it is not over."""
    created_at: datetime
    completed_at: datetime | None


class DrawnNodeShape(BaseModel):
    id: str
    type: str
    title: str | None
    params: dict[str, Any]


class RedrawnNodeShape(BaseModel):
    id: str
    type: str
    title: str | None
    changes: list[ChangeShape]


class EndsShape(BaseModel):
    source_node_id: str
    source_port: str
    target_node_id: str
    target_port: str


class ReorderedShape(Pair[list[str]]):
    """An input that gets the same things in another order."""

    target_node_id: str
    target_port: str


class NodesDiffShape(BaseModel):
    added: list[DrawnNodeShape]
    removed: list[DrawnNodeShape]
    changed: list[RedrawnNodeShape]


class EdgesDiffShape(BaseModel):
    added: list[EndsShape]
    removed: list[EndsShape]
    changed: list[ReorderedShape]


class GraphDiffShape(BaseModel):
    """Of what was drawn. Where it lies on the canvas does not count."""

    nodes: NodesDiffShape
    edges: EdgesDiffShape


class OutputDiffShape(Pair[list[ValueShape]]):
    same: bool


class NodeDiffShape(BaseModel):
    node_id: str
    type: str
    title: str | None
    change: Literal["same", "changed", "added", "removed"]
    """By what it was asked and what came of it; state, cost and time do not count."""
    different: list[str]
    """Why `changed`: fields, `prompt_sent`, `outputs`."""
    changes: list[ChangeShape]
    """As it ran, every default filled in."""
    prompt_sent: Pair[str | None]
    """Of a result that was taken over: as it was sent when it was made."""
    provider: Pair[str | None]
    model: Pair[str | None]
    state: Pair[NodeState | None]
    cost: Pair[MicroCredits | None]
    seconds: Pair[float | None]
    outputs: dict[str, OutputDiffShape]


class CountsShape(BaseModel):
    same: int
    changed: int
    added: int
    removed: int


class OutputCountsShape(BaseModel):
    same: int
    different: int


class TotalsShape(BaseModel):
    nodes: CountsShape
    outputs: OutputCountsShape
    cost: Differing[MicroCredits]
    seconds: Differing[float | None]


class DiffShape(BaseModel):
    a: ComparedRunShape
    b: ComparedRunShape
    identical: bool
    """Nothing that was drawn, asked or made differs."""
    graph: GraphDiffShape
    variables: list[ChangeShape]
    nodes: list[NodeDiffShape]
    totals: TotalsShape
