"""What is said of an asset, and what that does to its row.

The row of what a run made comes from the run's own facts: `Unknown` pauses the asset until that run can be read.
"""

from typing import Any, assert_never

from pydantic_core import to_json

from contracts.asset import AssetAdded, AssetDeleted, AssetRenamed, AssetRestored, AssetTagged
from contracts.envelope import AssetDecision
from gateway.views import audit
from gateway.views.made import NOTHING_SAID
from gateway.views.rows import Batch, EventRow, Place
from gateway.views.values import media_shown
from gateway.views.words import words_of

Json = dict[str, Any]
Said = AssetRenamed | AssetTagged | AssetDeleted | AssetRestored


class Unknown(Exception):
    """Something is said of an asset that the views do not have."""


def fold_asset(batch: Batch, decision: AssetDecision, place: Place) -> None:
    for index, event in enumerate(decision.events):
        if isinstance(event, AssetAdded):
            _added(batch, event, place, index)
        else:
            _said(batch, event, place, (index, decision.actor))
    if decision.events:
        audit.of_asset(batch, decision, place)


def signed(fingerprint: str | None) -> int | None:
    """As Postgres keeps 64 bits."""
    return int.from_bytes(bytes.fromhex(fingerprint), signed=True) if fingerprint else None


def _added(batch: Batch, event: AssetAdded, place: Place, index: int) -> None:
    asset = event.asset
    row = NOTHING_SAID | asset.model_dump(mode="json", exclude={"asset_id"})
    uploaded = row | {
        "id": asset.asset_id,
        "position": place.position(index),
        "user_id": event.user_id,
        "project_id": event.project_id,
        "name": event.name,
        "tags": list(event.tags),
        "words": words_of(event.name, *event.tags),
        "source": "upload",
        "created_at": event.at,
        "fingerprint": signed(event.fingerprint),
    }
    batch.assets.setdefault(asset.asset_id, uploaded)
    data = {"project_id": event.project_id, "at": event.at, "name": event.name, "asset": media_shown(asset)}
    batch.events.append(EventRow(place.position(index), None, event.project_id, "asset_added", to_json(data).decode()))


def _said(batch: Batch, event: Said, place: Place, at: tuple[int, str]) -> None:
    index, actor = at
    row = batch.assets.get(place.aggregate_id) or batch.shelf.get(place.aggregate_id)
    if row is None:
        raise Unknown(f"asset {place.aggregate_id} is not in the views: the execution that made it may be paused")
    changes, told = _after(row, event, actor)
    row = row | changes | {"marked": place.position(index)}
    row["words"] = words_of(row["name"], *row["tags"], row["prompt"] or "")
    batch.assets[place.aggregate_id] = row
    data = {"asset_id": row["id"], "project_id": row["project_id"], "at": event.at, "by": actor, **changes}
    batch.events.append(EventRow(place.position(index), None, row["project_id"], told, to_json(data).decode()))


def _after(row: Json, event: Said, actor: str) -> tuple[Json, str]:
    match event:
        case AssetRenamed():
            return {"name": event.name}, "asset_changed"
        case AssetTagged():
            return {"tags": list(event.tags)}, "asset_changed"
        case AssetDeleted():
            return {"deleted_at": row["deleted_at"] or event.at, "deleted_by": actor}, "asset_deleted"
        case AssetRestored():
            return {"deleted_at": None, "deleted_by": None}, "asset_restored"
        case _:
            assert_never(event)
