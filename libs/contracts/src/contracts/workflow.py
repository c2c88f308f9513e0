"""The workflow file: `examples/`, `groove run FILE`, import and export."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from contracts.base import ID_PATTERN
from contracts.graph import MAX_EDGES, Point


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class WorkflowNode(_Strict):
    id: str = Field(pattern=ID_PATTERN)
    type: str = Field(max_length=64)
    title: str | None = Field(default=None, max_length=200)
    params: dict[str, Any] = {}
    position: Point = Point()
    bypassed: bool = False
    variation: int = Field(default=0, ge=0, le=1_000_000)


class WorkflowEdge(_Strict):
    id: str | None = Field(default=None, pattern=ID_PATTERN)
    source_node_id: str = Field(pattern=ID_PATTERN)
    source_port: str = Field(max_length=64)
    target_node_id: str = Field(pattern=ID_PATTERN)
    target_port: str = Field(max_length=64)
    order: int | None = None


class Workflow(_Strict):
    name: str = Field(min_length=1, max_length=200)
    nodes: tuple[WorkflowNode, ...]
    edges: tuple[WorkflowEdge, ...] = Field(default=(), max_length=MAX_EDGES)
    outputs: tuple[str, ...] = ()
    """Node ids; empty: all `output` nodes, else all sinks."""
    variables: dict[str, str] = {}
    description: str = Field(default="", max_length=4_000)
