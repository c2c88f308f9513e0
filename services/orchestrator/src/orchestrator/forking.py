"""Reads the run that is to be forked, and what it was made from."""

from datetime import datetime

from contracts.base import GraphId, ProjectId, RunId
from contracts.envelope import RunLetter, Unreadable, unseal
from contracts.plan import Frozen, InlineGraph
from contracts.problems import Reason, reject
from contracts.run import RunStarted, StartRun
from orchestrator.domain.fork import Fork, born, fork
from orchestrator.graphs import Graphs
from orchestrator.imported import refuse_imported
from orchestrator.items import GraphKey, RunKey
from orchestrator.ports import World
from orchestrator.runs import Runs


async def forked(world: World, runs: Runs, graphs: Graphs, letter: RunLetter, command: StartRun) -> Fork:
    """What a request to fork makes run.

    Raises:
        Rejected: it cannot be forked so.
        Stale: the log as it was read does not reach what the sender saw.
    """
    now: datetime = world.clock()
    key = RunKey(letter.project_id, RunId(command.fork_of or ""))
    try:
        source = await runs.peek(key, command.fork_basis)
    except Unreadable as error:  # it pauses that run, not its forks
        message = "The execution holds something that this release cannot read, so it cannot be forked."
        raise reject(Reason.NOT_FORKABLE, message, "fork_of") from error
    if source.started is None:
        await refuse_imported(world, key)
    frozen = await _frozen(world, graphs, key, born(source, letter.user_id))
    return fork(command, source, frozen, world.book, now)


async def _frozen(world: World, graphs: Graphs, key: RunKey, started: RunStarted) -> Frozen:
    if started.frozen is not None:
        return started.frozen
    asked = await _asked(world, key, started)
    graph = asked.inline or await _saved(graphs, key.project_id, started)
    return Frozen(
        graph=graph,
        assets=asked.assets,
        characters=asked.characters,
        output_node_ids=asked.output_node_ids,
        preferred_models=asked.preferred_models,
    )


async def _asked(world: World, key: RunKey, started: RunStarted) -> StartRun:
    """The request that began it: of those under its id, the first with the body that was obeyed."""
    for record in await world.log.read(world.subjects.command("run", key.project_id, key.id)):
        command = unseal(RunLetter, record.data).command
        if isinstance(command, StartRun) and command.body_digest == started.body_digest:
            return command
    raise reject(Reason.NOT_FORKABLE, "The request that began the execution is not in the log any more.", "fork_of")


async def _saved(graphs: Graphs, project_id: ProjectId, started: RunStarted) -> InlineGraph:
    graph = await graphs.at(GraphKey(project_id, GraphId(started.graph_id or "")), started.graph_version)
    if graph is None:
        raise reject(Reason.NOT_FORKABLE, "The graph of the execution is not in the log any more.", "fork_of")
    return InlineGraph(name=graph.name, nodes=tuple(graph.nodes.values()), edges=tuple(graph.edges.values()))
