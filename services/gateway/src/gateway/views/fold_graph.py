"""What a decision about a graph does to the views."""

from typing import Any

from pydantic_core import to_json

from contracts.envelope import GraphDecision
from gateway.views import audit
from gateway.views.rows import Batch, EventRow, Place
from gateway.views.sheet import Sheet


def fold_graph(batch: Batch, decision: GraphDecision, place: Place) -> None:
    if not decision.events:
        return
    sheet = batch.sheets.get(place.aggregate_id)
    if sheet is None:
        sheet = batch.sheets[place.aggregate_id] = Sheet(place.aggregate_id, position=place.position())
    audit.of_graph(batch, decision, place, sheet)
    sheet.turn(decision.events, decision.at)
    sheet.seq = place.seq
    batch.touched_sheets.add(sheet.id)
    batch.versions.append(
        {
            "graph_id": sheet.id,
            "version": sheet.version,
            "position": place.position(),
            "at": decision.at,
            "actor": decision.actor,
            "events": [event.model_dump(mode="json") for event in decision.events],
        }
    )
    data: dict[str, Any] = {
        "graph_id": sheet.id,
        "project_id": place.project_id,
        "at": decision.at,
        "version": sheet.version,
        "name": sheet.name,
        "deleted": sheet.deleted,
    }
    batch.events.append(EventRow(place.position(), None, place.project_id, "graph_changed", to_json(data).decode()))
