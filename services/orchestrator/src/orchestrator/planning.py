"""From a request to the plan of a run, and what it would cost."""

from collections.abc import Mapping

from contracts.base import GraphId, NodeId, ProjectId, RunId
from contracts.envelope import Estimate, NodeEstimate, RunLetter
from contracts.models import ModelBook
from contracts.plan import Plan, PlannedNode
from contracts.problems import Reason, Rejected, reject
from contracts.run import NodeCached, NodeInherited, StartRun
from orchestrator.domain import judging, pricing
from orchestrator.domain.draft import Known
from orchestrator.domain.fork import Fork
from orchestrator.domain.plan import plan
from orchestrator.domain.run import look, start
from orchestrator.domain.run_state import Run
from orchestrator.forking import forked
from orchestrator.items import GraphKey
from orchestrator.orchestra import Orchestra

_ROUNDS = 100
"""Of asking what was made before: a chain may be in the cache as far as this."""


async def planned_of(desk: Orchestra, letter: RunLetter, command: StartRun) -> tuple[Plan, int | None, str]:
    """The plan of a run, with the version and name of the graph that it freezes.

    Raises:
        Rejected: it cannot run.
    """
    if command.inline is not None:
        made = plan(command, command.inline.nodes, command.inline.edges, desk.world.book)
        return made, None, command.inline.name
    key = GraphKey(letter.project_id, GraphId(command.graph_id or ""))
    graph = await desk.graphs.at(key, command.graph_version)
    if graph is None or graph.deleted:
        raise reject(Reason.UNKNOWN_GRAPH, "There is no such graph.", "graph_id")
    made = plan(command, tuple(graph.nodes.values()), tuple(graph.edges.values()), desk.world.book)
    return made, graph.version, graph.name


async def estimate(desk: Orchestra, letter: RunLetter) -> Estimate:
    """What a run would cost. Nothing is recorded."""
    command = letter.command
    if not isinstance(command, StartRun):
        raise TypeError("only a StartRun can be estimated")
    fork = None
    try:
        if command.fork_of is not None:
            fork = await forked(desk.world, desk.runs, desk.graphs, letter, command)
            made = fork.plan
        else:
            made, _, _ = await planned_of(desk, letter, command)
    except Rejected as no:
        return Estimate(rejection=no.rejection)
    there = await made_before(desk, letter, made, fork)
    details = {
        str(node.id): _estimate(node, desk.world.book, there.get(node.id))
        for node in made.nodes
        if node.queue is not None
    }
    nodes = {node_id: one.expected for node_id, one in details.items()}
    return Estimate(cost=sum(nodes.values()), nodes=nodes, details=details)


async def made_before(desk: Orchestra, letter: RunLetter, made: Plan, fork: Fork | None) -> dict[NodeId, str]:
    """The nodes that would cost nothing, because their result is there: found out by deciding, and storing nothing."""
    if not isinstance(letter.command, StartRun):
        return {}
    act = start(letter, letter.command, made, (None, ""), fork)
    known: Known = {}
    asking = Run(id=RunId(letter.aggregate_id), project_id=ProjectId(letter.project_id), user_id=letter.user_id)
    for _ in range(_ROUNDS):
        decided = look(Run(), desk.world.clock(), known, act)
        if not decided.needs:
            break
        known = {**known, **await desk.recipes.peek(asking, decided.needs)}
    why: Mapping[type, str] = {NodeCached: "made before", NodeInherited: "taken over from the execution that is forked"}
    return {
        event.node_id: why[type(event)] for event in decided.events if isinstance(event, NodeCached | NodeInherited)
    }


def _estimate(node: PlannedNode, book: ModelBook, there: str | None) -> NodeEstimate:
    said = {
        "units": int(node.params.get("count", 1)),
        "operation": node.type,
        "provider": node.provider,
        "model": node.model,
    }
    if there is not None:
        return NodeEstimate(basis=f"free: {there}", **said)
    model = book.find(node.provider, node.model) if node.model else None
    if model is None or not (node.paid or node.estimate):
        return NodeEstimate(basis="free: done here", **said)
    priced = pricing.of(node, model, book.day)
    low, expected, high = priced.low, priced.expected, max(priced.high, node.high or 0)
    tries = judging.most_tries(node)
    basis = priced.basis if tries == 1 else f"{priced.basis}; at most {tries} tries for likeness"
    return NodeEstimate(low=low, expected=expected, high=high * tries, basis=basis, paid=True, **said)
