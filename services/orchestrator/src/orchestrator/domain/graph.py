"""A graph: what is remembered of it, what may be asked of it, what happens then."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from contracts.base import MAX_EVENTS_PER_DECISION, EdgeId, GraphId, MessageId, NodeId, ProjectId, UserId
from contracts.envelope import GraphDecision, GraphLetter
from contracts.graph import (
    AddEdge,
    CreateGraph,
    DeleteGraph,
    Edge,
    EdgeAdded,
    EdgeRemoved,
    EditGraph,
    GraphCreated,
    GraphDeleted,
    GraphDescribed,
    GraphEvent,
    Node,
    NodeAdded,
    NodeChanged,
    NodeRemoved,
    Op,
    RestoreGraph,
)
from contracts.models import ModelBook
from contracts.problems import Reason, Rejection, reject
from orchestrator.domain.drawing import Drawing, Words
from orchestrator.domain.ops import Desk, perform

MANY = 16
"""Edges in one edit from which an order of the whole graph is worth its cost."""

REMEMBERED = 256
"""Letters whose answer is kept, so that a repeated one is answered the same."""

Answered = tuple[int, int, Rejection | None]
"""Sequence of the decision, version of the graph after it, and the refusal if it was one."""


@dataclass(frozen=True)
class Graph:
    id: GraphId
    project_id: ProjectId
    user_id: UserId
    name: str
    version: int
    nodes: Mapping[NodeId, Node]
    edges: Mapping[EdgeId, Edge]
    notes: Words
    frames: Words
    deleted: bool
    body_digest: str
    seq: int
    """Of its last decision."""
    answered: Mapping[MessageId, Answered]
    size: int = 0
    """Bytes of its JSON, near enough: kept, so that a small edit of a large graph costs little."""

    @property
    def live(self) -> bool:
        return self.version > 0 and not self.deleted


UNBORN = Graph(
    id=GraphId(""),
    project_id=ProjectId(""),
    user_id=UserId(""),
    name="",
    version=0,
    nodes={},
    edges={},
    notes=(),
    frames=(),
    deleted=False,
    body_digest="",
    seq=0,
    answered={},
)


def apply(graph: Graph, decision: GraphDecision, seq: int) -> Graph:
    """The graph after one more decision."""
    return fold(((seq, decision),), graph)


def fold(decisions: Iterable[tuple[int, GraphDecision]], graph: Graph = UNBORN) -> Graph:
    """The graph after its decisions, given with their sequences and in their order."""
    draft, version, seq, answered = _draft(graph), graph.version, graph.seq, dict(graph.answered)
    for at, decision in decisions:
        for event in decision.events:
            draft.evolve(event)
        version, seq = version + bool(decision.events), at
        if decision.answers is not None:
            answered[decision.answers] = (at, version, decision.refused)
            if len(answered) > REMEMBERED:
                del answered[next(iter(answered))]
    return Graph(
        id=draft.id,
        project_id=draft.project_id,
        user_id=draft.user_id,
        name=draft.name,
        version=version,
        nodes=draft.nodes,
        edges=draft.edges,
        notes=draft.notes,
        frames=draft.frames,
        deleted=draft.deleted,
        body_digest=draft.body_digest,
        seq=seq,
        answered=answered,
        size=draft.size,
    )


def decide(
    letter: GraphLetter, graph: Graph, book: ModelBook, at: datetime, old: Graph | None = None
) -> tuple[GraphEvent, ...]:
    """What a command makes happen; nothing, if it was done already.

    Args:
        letter: the command.
        graph: as it is.
        book: the models that params may name.
        at: of the events.
        old: for `RestoreGraph`: the graph as it was at that version, None if it never was.

    Raises:
        Rejected: the command is refused.
    """
    command = letter.command
    if isinstance(command, CreateGraph):
        events = _create(letter, command, graph, book, at)
    elif not graph.version or graph.user_id != letter.user_id:
        raise _unknown(letter.aggregate_id)
    elif isinstance(command, DeleteGraph) and graph.deleted:
        return ()
    else:
        events = _change(command, graph, book, at, old)
    if len(events) > MAX_EVENTS_PER_DECISION:
        message = f"That is {len(events):,} changes at once, more than {MAX_EVENTS_PER_DECISION:,}. Send it in parts."
        raise reject(Reason.GRAPH_TOO_LARGE, message)
    return tuple(events)


def _create(letter: GraphLetter, command: CreateGraph, graph: Graph, book: ModelBook, at: datetime) -> list[GraphEvent]:
    if graph.version:
        if command.body_digest != graph.body_digest or letter.user_id != graph.user_id:
            raise reject(Reason.DIFFERENT_BODY, f"There is another graph {letter.aggregate_id!r} already.")
        if graph.deleted:
            raise _unknown(letter.aggregate_id)
        return []
    created = GraphCreated(
        at=at,
        graph_id=GraphId(letter.aggregate_id),
        project_id=letter.project_id,
        user_id=letter.user_id,
        name=command.name,
        body_digest=command.body_digest,
    )
    draft = _draft(UNBORN)
    draft.evolve(created)
    return [created, *perform_all(command.ops, Desk(draft, book, at), "ops")]


def _change(
    command: EditGraph | RestoreGraph | DeleteGraph, graph: Graph, book: ModelBook, at: datetime, old: Graph | None
) -> list[GraphEvent]:
    if graph.deleted:
        raise _unknown(graph.id)
    if command.if_version is not None and command.if_version != graph.version:
        message = f"The graph is at version {graph.version}; the change was made to version {command.if_version}."
        raise reject(Reason.STALE_VERSION, message, "if_version")
    if isinstance(command, DeleteGraph):
        return [GraphDeleted(at=at)]
    if isinstance(command, RestoreGraph):
        then = graph if command.version == graph.version else old
        if then is None or then.version != command.version:
            message = f"The graph has no version {command.version}; it is at version {graph.version}."
            raise reject(Reason.UNKNOWN_VERSION, message, "version")
        return _turn(graph, then, at)
    draft = _draft(graph)
    events = perform_all(command.ops, Desk(draft, book, at), "ops")
    same = draft.same_content(graph.name, graph.nodes, graph.edges, graph.notes, graph.frames)
    return [] if same else events


def perform_all(ops: Iterable[Op], desk: Desk, loc: str) -> list[GraphEvent]:
    """What they make happen, one after the other, with the draft evolved by them.

    Raises:
        Rejected: one of them may not be. Where: below `loc` and its number.
    """
    ops = tuple(ops)
    ends = [(op.source_node_id, op.target_node_id) for op in ops if isinstance(op, AddEdge)]
    if len(ends) >= MANY:
        desk.draft.wiring.foresee(ends)
    return [event for index, op in enumerate(ops) for event in perform(desk, op, loc, index)]


def _turn(graph: Graph, old: Graph, at: datetime) -> list[GraphEvent]:
    """From the one to the other: what is there goes before what it hangs on."""
    cut = [e for e in graph.edges.values() if old.edges.get(e.id) != e]
    tied = [e for e in old.edges.values() if graph.edges.get(e.id) != e]
    events: list[GraphEvent] = [EdgeRemoved(at=at, edge_id=edge.id) for edge in cut]
    events += [NodeRemoved(at=at, node_id=node) for node in graph.nodes if node not in old.nodes]
    for node in old.nodes.values():
        if node.id not in graph.nodes:
            events.append(NodeAdded(at=at, node=node))
        elif graph.nodes[node.id] != node:
            events.append(NodeChanged(at=at, node=node))
    events += [EdgeAdded(at=at, edge=edge) for edge in tied]
    if (graph.name, graph.notes, graph.frames) != (old.name, old.notes, old.frames):
        events.append(GraphDescribed(at=at, name=old.name, notes=old.notes, frames=old.frames))
    return events


def _unknown(graph_id: str) -> Exception:
    return reject(Reason.UNKNOWN_GRAPH, f"There is no graph {graph_id!r}.")


def _draft(graph: Graph) -> Drawing:
    return Drawing(
        id=graph.id,
        project_id=graph.project_id,
        user_id=graph.user_id,
        name=graph.name,
        nodes=dict(graph.nodes),
        edges=dict(graph.edges),
        notes=graph.notes,
        frames=graph.frames,
        deleted=graph.deleted,
        body_digest=graph.body_digest,
        size=graph.size,
    )
