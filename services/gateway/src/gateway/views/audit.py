"""Who did what, from the facts: one row for what a person did, none for what the services did about it. No IO."""

from collections import Counter
from typing import Any

from contracts.character import CharacterMerged
from contracts.envelope import AssetDecision, CharacterDecision, GraphDecision, RunDecision
from contracts.failures import FailureKind
from contracts.graph import GraphCreated, GraphDeleted, GraphEvent, NodeChanged
from contracts.run import (
    NodeFailed,
    NodeReset,
    RunCancelled,
    RunEvent,
    RunRefused,
    RunResumed,
    RunStarted,
)
from gateway.views.rows import Batch, Place, RunRow
from gateway.views.sheet import Sheet

Json = dict[str, Any]
_LONGEST = 200
_WORDS = {
    "NodeAdded": "added",
    "NodeChanged": "changed",
    "NodeRemoved": "removed",
    "EdgeAdded": "connected",
    "EdgeRemoved": "disconnected",
    "GraphDescribed": "described",
}

_SAID_OF_CHARACTERS = {
    "CharacterCreated": "created",
    "CharacterChanged": "changed",
    "ReferenceAdded": "reference_added",
    "ReferenceRemoved": "reference_removed",
    "CharacterMerged": "merged",
    "CharacterDeleted": "deleted",
}


def of_graph(batch: Batch, decision: GraphDecision, place: Place, before: Sheet) -> None:
    """`before` is the graph before the decision, changed in place right after."""
    events = decision.events
    action, thing = "graph.edited", {"kind": "graph", "id": place.aggregate_id, "name": before.name}
    detail, owner = _edits(events), before.user_id
    first = events[0]
    if isinstance(first, GraphCreated):
        action, owner, thing["name"] = "graph.created", first.user_id, first.name
    elif any(isinstance(event, GraphDeleted) for event in events):
        action, detail = "graph.deleted", ""
    elif len(events) == 1 and isinstance(first, NodeChanged) and _varied(before, first):
        action, detail = "node.regenerated", f"in graph {place.aggregate_id}"
        thing = {"kind": "node", "id": first.node.id, "name": first.node.title or first.node.type}
    _row(batch, decision, place, (owner, action, detail), thing)


def _edits(events: tuple[GraphEvent, ...]) -> str:
    counts = Counter(_WORDS[event.type] for event in events if event.type in _WORDS)
    return ", ".join(f"{number} {word}" for word, number in counts.items())


def _varied(before: Sheet, event: NodeChanged) -> bool:
    node = before.nodes.get(event.node.id)
    return node is not None and int(node["variation"]) != event.node.variation


def of_run(batch: Batch, decision: RunDecision, place: Place) -> None:
    """After its rows were folded."""
    if decision.answers is None or place.imported:  # of a report or a timer: nobody did it
        return
    run = batch.runs.get(place.aggregate_id)
    for event in decision.events:
        told = _of_run(event)
        if told is not None and run is not None:
            action, detail = told
            _row(batch, decision, place, (run.user_id, action, detail), _run(run))
            return


def _of_run(event: RunEvent) -> tuple[str, str] | None:
    match event:
        case RunStarted():
            forked = f"from {event.forked_from}"
            return ("run.forked", forked) if event.forked_from else ("run.started", f"{len(event.plan.nodes)} nodes")
        case RunRefused():
            return "run.refused", event.rejection.reason.value
        case RunCancelled():
            return "run.cancelled", ""
        case RunResumed():
            return "run.resumed", ""
        case NodeReset() if event.settled:
            return "node.settled", f"{event.node_id}: {'adopt' if event.adopt else 'resubmit'}"
        case NodeFailed() if event.failure.kind is FailureKind.IN_DOUBT:
            return "node.settled", f"{event.node_id}: fail"
        case _:
            return None


def _run(run: RunRow) -> Json:
    return {"kind": "execution", "id": run.id, "name": run.graph_name}


def of_asset(batch: Batch, decision: AssetDecision, place: Place) -> None:
    """After its rows were folded."""
    row = batch.assets[place.aggregate_id]
    action = decision.events[-1].type.removeprefix("Asset").lower()
    thing = {"kind": "asset", "id": place.aggregate_id, "name": row["name"]}
    place = Place(place.seq, row["project_id"], place.aggregate_id)
    _row(batch, decision, place, (row["user_id"], f"asset.{action}", ""), thing)


def said_of_character(decision: CharacterDecision) -> str:
    """In a word. What is decided at once is all of a kind, or begins with what it is."""
    return _SAID_OF_CHARACTERS[decision.events[0].type]


def of_character(batch: Batch, decision: CharacterDecision, place: Place) -> None:
    """After its rows were folded."""
    row, last = batch.characters[place.aggregate_id], decision.events[-1]
    action, detail = said_of_character(decision), f"into {last.into}" if isinstance(last, CharacterMerged) else ""
    thing = {"kind": "character", "id": place.aggregate_id, "name": row["name"]}
    _row(batch, decision, place, (row["user_id"], f"character.{action}", detail), thing)


def _row(
    batch: Batch,
    decision: GraphDecision | RunDecision | AssetDecision | CharacterDecision,
    place: Place,
    said: tuple[str, str, str],
    thing: Json,
) -> None:
    owner, action, detail = said
    batch.audit.append(
        {
            "position": place.position(),
            "at": decision.at,
            "actor": decision.actor,
            "user_id": owner,
            "project_id": place.project_id,
            "action": action,
            "object_kind": thing["kind"],
            "object_id": thing["id"],
            "object_name": thing["name"][:_LONGEST],
            "detail": detail[:_LONGEST],
            "cause": decision.cause,
        }
    )
