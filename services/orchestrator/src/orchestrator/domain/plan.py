"""From a drawn graph to what will run: everything resolved, or everything that is wrong with it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter

from contracts.base import MicroCredits, NodeId
from contracts.catalogue import NODE_TYPES
from contracts.graph import Edge, Node
from contracts.models import ModelBook
from contracts.problems import Flaw, Reason, Rejected, reject
from contracts.run import Plan, PlannedInput, PlannedNode, StartRun
from orchestrator.domain.bypass import Flow
from orchestrator.domain.inline import read
from orchestrator.domain.resolve import resolve
from orchestrator.domain.run_state import sources_of

MAX_FLAWS = 100
"""Of one refusal: it must fit a message, and nobody reads more at once."""


@dataclass(frozen=True)
class Before:
    """The run that is forked."""

    plan: Mapping[NodeId, PlannedNode]
    results: Mapping[NodeId, PlannedNode]
    """Nodes of it that have a result and are drawn as they were: if their sources still are, they stay as they are,
    also where they could not be run any more."""


_NOTHING = Before({}, {})


def plan(
    start: StartRun, nodes: Sequence[Node], edges: Sequence[Edge], book: ModelBook, before: Before = _NOTHING
) -> Plan:
    """What a request makes run.

    Args:
        start: the request. Of its `inline` graph nothing is believed: it is checked as if it were drawn.
        nodes: of the graph.
        edges: of the graph.
        book: the models there are.
        before: what came of it before.

    Raises:
        Rejected: it cannot run; with every flaw that was found.
    """
    if start.inline is not None:
        nodes = read(start.inline, start.assets, book)
        edges = start.inline.edges
    if not nodes:
        raise reject(Reason.EMPTY_GRAPH, "The graph is empty: there is nothing to run.")
    drawn = {node.id: node for node in nodes}
    flow = Flow(drawn, edges)
    outputs = _outputs(start.output_node_ids, drawn, flow)
    inputs = _needed(outputs, drawn, flow)
    order = TopologicalSorter(
        {node: [source.node_id for given in ports for source in given.sources] for node, ports in inputs.items()}
    ).static_order()
    return Plan(nodes=_resolved(order, inputs, start, book, drawn, before), outputs=outputs)


def _resolved(
    order: Iterable[NodeId],
    inputs: Mapping[NodeId, tuple[PlannedInput, ...]],
    start: StartRun,
    book: ModelBook,
    drawn: Mapping[NodeId, Node],
    before: Before,
) -> tuple[PlannedNode, ...]:
    flaws: list[Flaw] = []
    planned: list[PlannedNode] = []
    stay: set[NodeId] = set()
    for node_id in order:
        there, was = before.results.get(node_id), before.plan.get(node_id)
        if there is not None and there.inputs == inputs[node_id] and stay.issuperset(sources_of(there)):
            planned.append(there)
            stay.add(node_id)
            continue
        wish = start
        if was is not None and was.model is not None:  # it is made by what made it before, if that still can
            wish = start.model_copy(update={"preferred_models": (was.model, *start.preferred_models)})
        try:
            planned.append(resolve(drawn[node_id], inputs[node_id], wish, book))
        except Rejected as no:
            flaws += no.rejection.errors
    if flaws:
        raise Rejected(*flaws[:MAX_FLAWS])
    return tuple(planned)


def cost(plan: Plan) -> dict[NodeId, MicroCredits]:
    """What each node that a worker does is expected to cost, if none of it was made before."""
    return {node.id: node.estimate for node in plan.nodes if node.queue is not None}


def _outputs(named: Sequence[NodeId], drawn: Mapping[NodeId, Node], flow: Flow) -> tuple[NodeId, ...]:
    flaws = []
    for index, node_id in enumerate(named):
        if node_id not in drawn:
            flaws.append(_no_output(index, f"There is no node {node_id!r} to run."))
        elif not flow.makers(node_id):
            flaws.append(_no_output(index, f"{node_id} is bypassed, and nothing of its kind flows into it."))
    if flaws:
        raise Rejected(*flaws[:MAX_FLAWS])
    wanted = named or [node.id for node in drawn.values() if node.type == "output"] or flow.ends()
    makers = tuple(dict.fromkeys(maker for node_id in wanted for maker in flow.makers(node_id)))
    if not makers:
        raise reject(Reason.EMPTY_GRAPH, "Every output is bypassed, and nothing flows into them.")
    return makers


def _no_output(index: int, message: str) -> Flaw:
    return Flaw(reason=Reason.UNKNOWN_OUTPUT, message=message, loc=("output_node_ids", index))


def _needed(
    outputs: Sequence[NodeId], drawn: Mapping[NodeId, Node], flow: Flow
) -> dict[NodeId, tuple[PlannedInput, ...]]:
    """Walk back from the outputs: the nodes that are needed, with what flows into them."""
    found: dict[NodeId, tuple[PlannedInput, ...]] = {}
    pile = list(reversed(outputs))
    while pile:
        node_id = pile.pop()
        if node_id in found:
            continue
        kind = NODE_TYPES.get(drawn[node_id].type)
        given = [
            PlannedInput(port=port.name, many=port.many, sources=flow.sources(node_id, port.name))
            for port in (kind.inputs if kind else ())
        ]
        found[node_id] = tuple(one for one in given if one.sources)
        pile += [source.node_id for one in reversed(found[node_id]) for source in reversed(one.sources)]
    return found
