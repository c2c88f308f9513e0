"""A new run from an earlier one: what is unchanged keeps its result, the rest is planned anew."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from contracts.base import GraphId, NodeId, ProjectId, UserId
from contracts.catalogue import NODE_TYPES
from contracts.checks import variables_in
from contracts.graph import Node
from contracts.models import ModelBook
from contracts.plan import Frozen, InlineGraph, Plan, PlannedNode
from contracts.problems import Reason, reject
from contracts.run import RunStarted, StartRun
from orchestrator.domain.drawing import Drawing, weight
from orchestrator.domain.graph import perform_all
from orchestrator.domain.ops import Desk, outputs, tidied
from orchestrator.domain.plan import Before, plan
from orchestrator.domain.run_state import GOOD, Run, sources_of


@dataclass(frozen=True)
class Fork:
    """What the new run will be."""

    source: Run
    frozen: Frozen
    plan: Plan
    variables: Mapping[str, str]
    heirs: tuple[NodeId, ...]
    """Nodes that take over their result, each after its sources."""

    @property
    def version(self) -> int | None:
        """Of the saved graph that all this goes back to."""
        return self.source.started.graph_version if self.source.started else None


def born(run: Run, user_id: UserId) -> RunStarted:
    """How the run began that is to be forked.

    Raises:
        Rejected: it never did, or is another's.
    """
    if run.started is not None and run.user_id == user_id:
        return run.started
    if run.refused is not None and run.user_id == user_id:
        message = f"The execution was refused, so there is nothing to fork: {run.refused.rejection.message}"
        raise reject(Reason.NOT_FORKABLE, message, "fork_of")
    raise reject(Reason.UNKNOWN_RUN, "There is no such execution.", "fork_of")


def fork(command: StartRun, source: Run, frozen: Frozen, book: ModelBook, at: datetime) -> Fork:
    """Plan the new run.

    Args:
        command: the request.
        source: the run that is forked, started.
        frozen: what it was made from.
        book: the models there are.
        at: now.

    Raises:
        Rejected: an edit may not be made, or what comes of them cannot run.
    """
    drawn = _tidy(frozen)
    edited = _edited(drawn, command, book, at)
    then = source.started.variables if source.started else {}
    variables = {**then, **command.variables}
    changed = {name for name in variables if then.get(name) != variables[name]}
    before = Before(source.plan, _unchanged(source, drawn, edited, changed, command.gone))
    start = command.model_copy(
        update={
            "variables": variables,
            "assets": edited.assets,
            "characters": edited.characters,
            "preferred_models": edited.preferred_models,
            "output_node_ids": edited.output_node_ids,
        }
    )
    made = plan(start, edited.graph.nodes, edited.graph.edges, book, before)
    return Fork(source, edited, made, variables, _heirs(made, before.results))


def _tidy(frozen: Frozen) -> Frozen:
    """An inline graph lies in the log as it was sent; it was found good then, and is not judged again."""
    nodes = []
    for node in frozen.graph.nodes:
        kind = NODE_TYPES[node.type]
        asset = frozen.assets.get(str(node.params.get("asset_id"))) if node.type == "asset" else None
        ports = node.outputs if node.type == "asset" and asset is None else outputs(kind, asset.type if asset else None)
        nodes.append(node.model_copy(update={"params": tidied(kind, node.params), "outputs": ports}))
    return frozen.model_copy(update={"graph": frozen.graph.model_copy(update={"nodes": tuple(nodes)})})


def _edited(frozen: Frozen, command: StartRun, book: ModelBook, at: datetime) -> Frozen:
    graph = frozen.graph
    draft = Drawing(
        id=GraphId(""),
        project_id=ProjectId(""),
        user_id=UserId(""),
        name=graph.name,
        nodes={node.id: node for node in graph.nodes},
        edges={edge.id: edge for edge in graph.edges},
        notes=(),
        frames=(),
        deleted=False,
        body_digest="",
        size=sum(map(weight, graph.nodes)) + sum(map(weight, graph.edges)),
    )
    perform_all(command.edits, Desk(draft, book, at), "edits")
    there = tuple(node for node in frozen.output_node_ids if node in draft.nodes)
    return Frozen(
        graph=InlineGraph(name=draft.name, nodes=tuple(draft.nodes.values()), edges=tuple(draft.edges.values())),
        assets={**frozen.assets, **command.assets},
        characters={**frozen.characters, **command.characters},
        output_node_ids=command.output_node_ids or there,
        preferred_models=frozen.preferred_models,
    )


def _unchanged(
    source: Run, before: Frozen, after: Frozen, changed: set[str], gone: tuple[NodeId, ...]
) -> dict[NodeId, PlannedNode]:
    """Nodes with a result that are drawn as they were, as they were planned. What flows into them is not looked at."""
    drawn = {node.id: node for node in before.graph.nodes}
    return {
        node.id: source.plan[node.id].model_copy(update={"title": node.title})
        for node in after.graph.nodes
        if (step := source.steps.get(node.id)) is not None
        and step.state in GOOD
        and node.id not in gone
        and node.id in drawn
        and _same(drawn[node.id], node, changed)
    }


def _same(before: Node, after: Node, changed: set[str]) -> bool:
    if (before.type, before.params, before.variation) != (after.type, after.params, after.variation):
        return False
    texts = (after.params.get(param.name) for param in NODE_TYPES[after.type].params if param.multiline)
    return changed.isdisjoint(name for text in texts if isinstance(text, str) for name in variables_in(text))


def _heirs(made: Plan, results: Mapping[NodeId, PlannedNode]) -> tuple[NodeId, ...]:
    heirs: dict[NodeId, None] = {}
    for node in made.nodes:
        if results.get(node.id) == node and all(source in heirs for source in sources_of(node)):
            heirs[node.id] = None
    return tuple(heirs)
