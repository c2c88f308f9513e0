"""What React Flow's toObject() gives, as far as a graph can be made of it; the rest is how it looks."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

MAX_FLOW_NODES = 5_000
MAX_FLOW_EDGES = 20_000
_Id = Annotated[str, Field(min_length=1, max_length=500)]
_Handle = Annotated[str | None, Field(max_length=500)]
_Coordinate = Annotated[float, Field(ge=-1e9, le=1e9, allow_inf_nan=False)]


class _Lax(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class FlowPosition(_Lax):
    x: _Coordinate = 0
    y: _Coordinate = 0


class FlowNode(_Lax):
    id: _Id
    type: Annotated[str, Field(max_length=200)] | None = None
    position: FlowPosition = FlowPosition()
    data: dict[str, Any] = {}
    parentId: _Id | None = None  # noqa: N815  as React Flow calls it
    parentNode: _Id | None = None  # noqa: N815  as version 11 called it
    width: float | None = None
    height: float | None = None
    measured: dict[str, Any] = {}

    @property
    def parent(self) -> str | None:
        return self.parentId or self.parentNode


class FlowEdge(_Lax):
    id: Annotated[str, Field(max_length=500)] | None = None
    source: _Id
    target: _Id
    sourceHandle: _Handle = None  # noqa: N815  as React Flow calls it
    targetHandle: _Handle = None  # noqa: N815
    data: dict[str, Any] | None = None


class Flow(_Lax):
    nodes: Annotated[tuple[FlowNode, ...], Field(max_length=MAX_FLOW_NODES)]
    edges: Annotated[tuple[FlowEdge, ...], Field(max_length=MAX_FLOW_EDGES)] = ()
