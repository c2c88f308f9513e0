"""A graph while it is being changed: mutable, and private to one decision or one fold."""

import json
from dataclasses import dataclass, field
from typing import Any

from contracts.base import EdgeId, GraphId, NodeId, ProjectId, UserId
from contracts.graph import (
    Edge,
    EdgeAdded,
    EdgeRemoved,
    GraphCreated,
    GraphDeleted,
    GraphDescribed,
    GraphEvent,
    Node,
    NodeAdded,
    NodeChanged,
    NodeRemoved,
)
from orchestrator.domain.connect import Wiring

Words = tuple[dict[str, Any], ...]


@dataclass
class Drawing:
    id: GraphId
    project_id: ProjectId
    user_id: UserId
    name: str
    nodes: dict[NodeId, Node]
    edges: dict[EdgeId, Edge]
    notes: Words
    frames: Words
    deleted: bool
    body_digest: str
    size: int
    """Bytes of its JSON, near enough."""
    _wiring: Wiring | None = field(default=None, repr=False)

    @property
    def wiring(self) -> Wiring:
        """Built once, then kept up to date: a fold never asks for it, a decision asks for every edge."""
        if self._wiring is None:
            self._wiring = Wiring(self.edges.values())
        return self._wiring

    def same_content(self, name: str, nodes: object, edges: object, notes: Words, frames: Words) -> bool:
        return (self.name, self.notes, self.frames) == (name, notes, frames) and (
            self.nodes == nodes and self.edges == edges
        )

    def evolve(self, event: GraphEvent) -> None:
        match event:
            case GraphCreated():
                self.id, self.project_id, self.user_id = event.graph_id, event.project_id, event.user_id
                self.name, self.body_digest = event.name, event.body_digest
            case NodeAdded() | NodeChanged():
                self._put(event.node)
            case NodeRemoved():
                self._drop(event.node_id)
            case EdgeAdded():
                self._connect(event.edge)
            case EdgeRemoved():
                self._disconnect(event.edge_id)
            case GraphDescribed():
                self._describe(event)
            case GraphDeleted():
                self.deleted = True

    def _put(self, node: Node) -> None:
        if before := self.nodes.get(node.id):
            self.size -= weight(before)
        self.size += weight(node)
        self.nodes[node.id] = node

    def _drop(self, node_id: NodeId) -> None:
        self.size -= weight(self.nodes.pop(node_id))

    def _connect(self, edge: Edge) -> None:
        self.edges[edge.id] = edge
        self.size += weight(edge)
        if self._wiring is not None:
            self._wiring.add(edge)

    def _disconnect(self, edge_id: EdgeId) -> None:
        edge = self.edges.pop(edge_id)
        self.size -= weight(edge)
        if self._wiring is not None:
            self._wiring.remove(edge)

    def _describe(self, event: GraphDescribed) -> None:
        self.name = self.name if event.name is None else event.name
        for words, before in ((event.notes, self.notes), (event.frames, self.frames)):
            if words is not None:
                self.size += len(json.dumps(words)) - len(json.dumps(before))
        self.notes = self.notes if event.notes is None else event.notes
        self.frames = self.frames if event.frames is None else event.frames


def weight(thing: Node | Edge) -> int:
    return len(thing.model_dump_json().encode())
