"""What may be connected to what."""

from collections.abc import Iterable, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter

from contracts.base import EdgeId, NodeId
from contracts.catalogue import NODE_TYPES
from contracts.graph import Edge, Node
from contracts.nodes import InputPort, OutputPort
from contracts.problems import Flaw, Reason


class Wiring:
    """Who is connected to whom, from both ends. Built once per decision and kept up to date."""

    def __init__(self, edges: Iterable[Edge] = ()) -> None:
        self._into: dict[NodeId, dict[EdgeId, Edge]] = {}
        self._out: dict[NodeId, dict[EdgeId, Edge]] = {}
        self._ends: dict[tuple[NodeId, str, NodeId, str], Edge] = {}
        self._rank: dict[NodeId, int] = {}
        """An order in which every edge points onwards, where one was foreseen."""
        for edge in edges:
            self.add(edge)

    def foresee(self, ends: Sequence[tuple[NodeId, NodeId]]) -> None:
        """Prepare for many edges (source, target) in this order: those up to the first cycle then cost no search."""
        low, high = 0, len(ends)
        while low <= high:
            # the whole at first, as most imports are sound; then the longest sound beginning, by halves
            many = high if high == len(ends) else (low + high) // 2
            rank = self._ranks(ends[:many])
            if rank is None:
                high = many - 1
            else:
                self._rank, low = rank, many + 1

    def _ranks(self, ends: Sequence[tuple[NodeId, NodeId]]) -> dict[NodeId, int] | None:
        before = {node: {edge.source_node_id for edge in edges.values()} for node, edges in self._into.items()}
        for source, target in ends:
            if source != target:  # refused before any search
                before.setdefault(target, set()).add(source)
        try:
            return {node: rank for rank, node in enumerate(TopologicalSorter(before).static_order())}
        except CycleError:
            return None

    def onwards(self, source: NodeId, target: NodeId) -> bool:
        """Whether an edge is known to close no cycle."""
        return source in self._rank and target in self._rank and self._rank[source] < self._rank[target]

    def add(self, edge: Edge) -> None:
        if self._rank and not self.onwards(edge.source_node_id, edge.target_node_id):
            self._rank = {}
        self._into.setdefault(edge.target_node_id, {})[edge.id] = edge
        self._out.setdefault(edge.source_node_id, {})[edge.id] = edge
        self._ends[_ends(edge)] = edge

    def remove(self, edge: Edge) -> None:
        del self._into[edge.target_node_id][edge.id]
        del self._out[edge.source_node_id][edge.id]
        self._ends.pop(_ends(edge), None)

    def twin(self, edge: Edge) -> Edge | None:
        """The edge that connects the same ports."""
        return self._ends.get(_ends(edge))

    def into(self, node: NodeId, port: str | None = None) -> list[Edge]:
        """Edges into a node, or into one of its ports, in their order."""
        edges = self._into.get(node, {}).values()
        return sorted((e for e in edges if port in (None, e.target_port)), key=lambda edge: edge.order)

    def out(self, node: NodeId) -> list[Edge]:
        return list(self._out.get(node, {}).values())

    def path(self, start: NodeId, goal: NodeId) -> list[NodeId] | None:
        """The nodes of a way along the edges, both ends included."""
        if not self._into.get(goal):
            return None
        came: dict[NodeId, NodeId] = {}
        seen, pile = {start}, [start]
        while pile:
            here = pile.pop()
            if here == goal:
                way = [here]
                while way[-1] != start:
                    way.append(came[way[-1]])
                return way[::-1]
            for edge in self._out.get(here, {}).values():
                if edge.target_node_id not in seen:
                    seen.add(edge.target_node_id)
                    came[edge.target_node_id] = here
                    pile.append(edge.target_node_id)
        return None


def _ends(edge: Edge) -> tuple[NodeId, str, NodeId, str]:
    return edge.source_node_id, edge.source_port, edge.target_node_id, edge.target_port


def input_of(node: Node, port: str) -> InputPort | None:
    kind = NODE_TYPES.get(node.type)
    return kind.input(port) if kind else None


def output_of(node: Node, port: str) -> OutputPort | None:
    return next((output for output in node.outputs if output.name == port), None)


def reason(edge: Edge, nodes: Mapping[NodeId, Node], wiring: Wiring) -> Flaw | None:
    """Why an edge may not be drawn; None if it may."""
    for field, node_id in (("source_node_id", edge.source_node_id), ("target_node_id", edge.target_node_id)):
        if node_id not in nodes:
            return Flaw(reason=Reason.UNKNOWN_NODE, message=f"There is no node {node_id!r}.", loc=(field,))
    if edge.source_node_id == edge.target_node_id:
        message = f"{edge.source_node_id} cannot be connected to itself."
        return Flaw(reason=Reason.SELF_LOOP, message=message, loc=("target_node_id",))
    source, target = nodes[edge.source_node_id], nodes[edge.target_node_id]
    return _ports(edge, source, target) or _room(edge, target, wiring) or _cycle(edge, wiring)


def _ports(edge: Edge, source: Node, target: Node) -> Flaw | None:
    output, taken = output_of(source, edge.source_port), input_of(target, edge.target_port)
    if output is None:
        return _no_port(source, edge.source_port, "output", [p.name for p in source.outputs])
    if taken is None:
        kind = NODE_TYPES.get(target.type)
        return _no_port(target, edge.target_port, "input", [p.name for p in kind.inputs] if kind else [])
    if not taken.type.accepts(output.type):
        message = f"{source.id}.{output.name} is {output.type}; {target.id}.{taken.name} takes {taken.type}."
        return Flaw(reason=Reason.TYPE_MISMATCH, message=message, loc=("target_port",))
    return None


def _no_port(node: Node, port: str, side: str, there: list[str]) -> Flaw:
    loc = "source_port" if side == "output" else "target_port"
    message = f"{node.id} ({node.type}) has no {side} {port!r}. It has: {', '.join(there) or 'none'}."
    return Flaw(reason=Reason.UNKNOWN_PORT, message=message, loc=(loc,))


def _room(edge: Edge, target: Node, wiring: Wiring) -> Flaw | None:
    port = input_of(target, edge.target_port)
    there = wiring.into(target.id, port.name) if port and not port.many else []
    if port and there:
        by = there[0]
        message = (
            f"{target.id}.{port.name} takes one connection, and "
            f"{by.source_node_id}.{by.source_port} is connected to it already (edge {by.id})."
        )
        return Flaw(reason=Reason.OCCUPIED_INPUT, message=message, loc=("target_port",))
    if twin := wiring.twin(edge):
        ends = f"{edge.source_node_id}.{edge.source_port} and {edge.target_node_id}.{edge.target_port}"
        message = f"{ends} are connected already (edge {twin.id})."
        return Flaw(reason=Reason.DUPLICATE_EDGE, message=message, loc=("source_node_id",))
    return None


def _cycle(edge: Edge, wiring: Wiring) -> Flaw | None:
    if wiring.onwards(edge.source_node_id, edge.target_node_id):
        return None
    way = wiring.path(edge.target_node_id, edge.source_node_id)
    if way is None:
        return None
    message = f"This would close a circle: {' → '.join((edge.source_node_id, *way))}."
    return Flaw(reason=Reason.CYCLE, message=message, loc=("target_node_id",))
