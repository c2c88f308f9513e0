"""A graph that came with the request: nobody checked it before, so it is drawn here as if by hand."""

from collections.abc import Mapping

from contracts.base import NodeId
from contracts.graph import MAX_EDGES, MAX_NODES, Edge, Node
from contracts.models import ModelBook
from contracts.problems import Flaw, Reason, Rejected, reject
from contracts.run import InlineGraph
from contracts.values import MediaValue
from orchestrator.domain.connect import Wiring, reason
from orchestrator.domain.ops import below, checked, known_type, outputs

MAX_FLAWS = 100


def read(graph: InlineGraph, assets: Mapping[str, MediaValue], book: ModelBook) -> tuple[Node, ...]:
    """Its nodes, with their outputs. Its edges are as they were sent.

    Raises:
        Rejected: with every flaw of its nodes, or else every flaw of its edges.
    """
    if len(graph.nodes) > MAX_NODES or len(graph.edges) > MAX_EDGES:
        message = f"A graph may have at most {MAX_NODES:,} nodes and {MAX_EDGES:,} edges."
        raise reject(Reason.GRAPH_TOO_LARGE, message, "graph")
    nodes: dict[NodeId, Node] = {}
    flaws: list[Flaw] = []
    for index, node in enumerate(graph.nodes):
        try:
            if node.id in nodes:
                raise reject(Reason.DUPLICATE_ID, f"There are two nodes {node.id!r}.", "id")
            nodes[node.id] = _read(node, assets, book)
        except Rejected as no:
            flaws += below(no, "graph", "nodes", index).rejection.errors
    flaws = flaws or _edge_flaws(graph.edges, nodes)
    if flaws:
        raise Rejected(*flaws[:MAX_FLAWS])
    return tuple(nodes.values())


def _read(node: Node, assets: Mapping[str, MediaValue], book: ModelBook) -> Node:
    kind = known_type(node.type, "type")
    params = checked(kind, node.params, book)
    asset = assets.get(params["asset_id"]) if node.type == "asset" else None
    return node.model_copy(update={"params": params, "outputs": outputs(kind, asset.type if asset else None)})


def _edge_flaws(edges: tuple[Edge, ...], nodes: Mapping[NodeId, Node]) -> list[Flaw]:
    wiring, seen, flaws = Wiring(), set[str](), []
    wiring.foresee([(edge.source_node_id, edge.target_node_id) for edge in edges])
    for index, edge in enumerate(edges):
        if edge.id in seen:
            message = f"There are two edges {edge.id!r}."
            flaws.append(Flaw(reason=Reason.DUPLICATE_ID, message=message, loc=("graph", "edges", index, "id")))
        elif flaw := reason(edge, nodes, wiring):
            flaws.append(flaw.model_copy(update={"loc": ("graph", "edges", index, *flaw.loc)}))
        else:
            wiring.add(edge)
        seen.add(edge.id)
    return flaws
