"""How values flow once bypassed nodes are looked through."""

from collections.abc import Mapping, Sequence

from contracts.base import NodeId
from contracts.catalogue import NODE_TYPES
from contracts.graph import Edge, Node
from contracts.run import Source
from orchestrator.domain.connect import Wiring, output_of


class Flow:
    """A drawn graph, as it would run. It has no cycles."""

    def __init__(self, nodes: Mapping[NodeId, Node], edges: Sequence[Edge]) -> None:
        self._nodes = nodes
        self._wiring = Wiring(edges)

    def sources(self, node: NodeId, port: str) -> tuple[Source, ...]:
        """What really flows into a port, in the order of its edges."""
        found = (self._through(edge) for edge in self._wiring.into(node, port))
        return tuple(source for source in found if source is not None)

    def ends(self) -> list[NodeId]:
        """The nodes that nothing hangs on."""
        return [node for node in self._nodes if not self._wiring.out(node)]

    def makers(self, node_id: NodeId) -> tuple[NodeId, ...]:
        """Who makes what an output shows: the node itself, or whoever a bypassed one passes on; perhaps nobody."""
        node = self._nodes[node_id]
        if not node.bypassed:
            return (node_id,)
        passed = [self._past(node, output.name) for output in node.outputs]
        if not node.outputs:
            passed = [self._through(edge) for edge in self._wiring.into(node_id)]
        return tuple(dict.fromkeys(source.node_id for source in passed if source is not None))

    def _through(self, edge: Edge) -> Source | None:
        node = self._nodes[edge.source_node_id]
        return self._past(node, edge.source_port) if node.bypassed else Source(node_id=node.id, port=edge.source_port)

    def _past(self, node: Node, port: str) -> Source | None:
        """Whoever feeds the first connected input of the port's type, looking through any chain of bypassed nodes."""
        while node.bypassed:
            edge = self._same_type(node, port)
            if edge is None:
                return None
            node, port = self._nodes[edge.source_node_id], edge.source_port
        return Source(node_id=node.id, port=port)

    def _same_type(self, node: Node, port: str) -> Edge | None:
        wanted, kind = output_of(node, port), NODE_TYPES.get(node.type)
        for taken in kind.inputs if kind and wanted else ():
            edges = self._wiring.into(node.id, taken.name)
            if wanted and taken.type is wanted.type and edges:
                return edges[0]
        return None
