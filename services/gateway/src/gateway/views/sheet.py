"""A graph as its facts leave it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, assert_never

from contracts.graph import (
    EdgeAdded,
    EdgeRemoved,
    GraphCreated,
    GraphDeleted,
    GraphDescribed,
    GraphEvent,
    NodeAdded,
    NodeChanged,
    NodeRemoved,
)

Json = dict[str, Any]


@dataclass
class Sheet:
    """Changed in place while a batch is folded: a graph of 2,000 nodes is not copied for every node of a paste."""

    id: str
    project_id: str = ""
    user_id: str = ""
    name: str = ""
    version: int = 0
    nodes: dict[str, Json] = field(default_factory=dict)
    edges: dict[str, Json] = field(default_factory=dict)
    notes: list[Json] = field(default_factory=list)
    frames: list[Json] = field(default_factory=list)
    created_at: datetime | None = None
    updated_at: datetime | None = None
    deleted: bool = False
    seq: int = 0
    position: int = 0
    assets: list[str] = field(default_factory=list)
    """That its `asset` nodes name."""

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> "Sheet":
        """From its row."""
        fields = dict(row)
        content = fields.pop("content")
        sheet = cls(**fields)
        sheet.content = content
        return sheet

    @property
    def content(self) -> Json:
        return {
            "nodes": list(self.nodes.values()),
            "edges": list(self.edges.values()),
            "notes": self.notes,
            "frames": self.frames,
        }

    @content.setter
    def content(self, content: Json) -> None:
        self.nodes = {node["id"]: node for node in content["nodes"]}
        self.edges = {edge["id"]: edge for edge in content["edges"]}
        self.notes, self.frames = content["notes"], content["frames"]

    def turn(self, events: Iterable[GraphEvent], at: datetime) -> None:
        """Take the events of one decision: one more version."""
        for event in events:
            self._evolve(event)
        self.assets = sorted({str(n["params"].get("asset_id")) for n in self.nodes.values() if n["type"] == "asset"})
        self.version += 1
        self.updated_at = at
        if self.created_at is None:
            self.created_at = at

    def _evolve(self, event: GraphEvent) -> None:
        match event:
            case GraphCreated():
                self.project_id, self.user_id, self.name = event.project_id, event.user_id, event.name
            case NodeAdded() | NodeChanged():
                self.nodes[event.node.id] = event.node.model_dump(mode="json")
            case NodeRemoved():
                self.nodes.pop(event.node_id, None)
                self.edges = {
                    id_: edge
                    for id_, edge in self.edges.items()
                    if event.node_id not in (edge["source_node_id"], edge["target_node_id"])
                }
            case EdgeAdded():
                self.edges[event.edge.id] = event.edge.model_dump(mode="json")
            case EdgeRemoved():
                self.edges.pop(event.edge_id, None)
            case GraphDescribed():
                self._describe(event)
            case GraphDeleted():
                self.deleted = True
            case _:
                assert_never(event)

    def _describe(self, event: GraphDescribed) -> None:
        if event.name is not None:
            self.name = event.name
        if event.notes is not None:
            self.notes = list(event.notes)
        if event.frames is not None:
            self.frames = list(event.frames)
