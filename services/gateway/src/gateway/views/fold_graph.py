"""What a decision about a graph does to the views."""

from typing import Any

from pydantic_core import to_json

from contracts.asset import AssetAdded
from contracts.envelope import AssetDecision, GraphDecision
from gateway.views.rows import Batch, EventRow, Place
from gateway.views.sheet import Sheet
from gateway.views.values import media_shown


def fold_graph(batch: Batch, decision: GraphDecision, place: Place) -> None:
    if not decision.events:
        return
    sheet = batch.sheets.get(place.aggregate_id)
    if sheet is None:
        sheet = batch.sheets[place.aggregate_id] = Sheet(place.aggregate_id, position=place.position())
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


def fold_asset(batch: Batch, decision: AssetDecision, place: Place) -> None:
    for index, event in enumerate(decision.events):
        _added(batch, event, place, index)


def _added(batch: Batch, event: AssetAdded, place: Place, index: int) -> None:
    asset = event.asset
    row = asset.model_dump(mode="json", exclude={"asset_id"})
    uploaded = row | {
        "id": asset.asset_id,
        "position": place.position(index),
        "user_id": event.user_id,
        "project_id": event.project_id,
        "name": event.name,
        "tags": list(event.tags),
        "source": "upload",
        "run_id": None,
        "node_id": None,
        "created_at": event.at,
    }
    batch.assets.setdefault(asset.asset_id, uploaded)
    data = {"project_id": event.project_id, "at": event.at, "name": event.name, "asset": media_shown(asset)}
    batch.events.append(EventRow(place.position(index), None, event.project_id, "asset_added", to_json(data).decode()))
