"""What is said of a character, and what that does to its row. Of one that is gone, only its name is kept."""

from typing import Any, assert_never

from pydantic_core import to_json, to_jsonable_python

from contracts.character import (
    CharacterChanged,
    CharacterCreated,
    CharacterDeleted,
    CharacterEvent,
    CharacterMerged,
    Reference,
    ReferenceAdded,
    ReferenceRemoved,
)
from contracts.envelope import CharacterDecision
from gateway.views import audit
from gateway.views.rows import Batch, EventRow, Place

Json = dict[str, Any]
_GONE: Json = {"description": "", "tags": [], "pictures": []}


class Unknown(Exception):
    """Something is said of a character that the views do not have."""


def fold_character(batch: Batch, decision: CharacterDecision, place: Place) -> None:
    for index, event in enumerate(decision.events):
        if isinstance(event, CharacterCreated):
            row = _created(event, place.position(index))
        else:
            row = _after(_known(batch, place.aggregate_id), event)
        batch.characters[place.aggregate_id] = row
    if decision.events:
        _tell(batch, decision, place)
        audit.of_character(batch, decision, place)


def _known(batch: Batch, id_: str) -> Json:
    row = batch.characters.get(id_) or batch.cast.get(id_)
    if row is None:
        raise Unknown(f"character {id_} is not in the views")
    return row


def _created(event: CharacterCreated, position: int) -> Json:
    return {
        "id": event.character_id,
        "position": position,
        "user_id": event.user_id,
        "project_id": event.project_id,
        "name": event.name,
        "description": event.description,
        "tags": list(event.tags),
        "pictures": [_picture(one, event) for one in event.references],
        "created_at": event.at,
        "updated_at": event.at,
        "merged_into": None,
        "deleted_at": None,
    }


def _after(row: Json, event: CharacterEvent) -> Json:
    match event:
        case CharacterCreated():
            return row
        case CharacterChanged():
            said = event.model_dump(mode="json", include={"name", "description", "tags"}, exclude_none=True)
            changes: Json = said
        case ReferenceAdded():
            changes = {"pictures": [*_without(row, event.reference.asset.asset_id), _picture(event.reference, event)]}
        case ReferenceRemoved():
            changes = {"pictures": _without(row, event.asset_id)}
        case CharacterMerged():
            changes = _GONE | {"merged_into": event.into, "deleted_at": event.at}
        case CharacterDeleted():
            changes = _GONE | {"deleted_at": event.at}
        case _:
            assert_never(event)
    return row | changes | {"updated_at": event.at}


def _without(row: Json, asset_id: str) -> list[Json]:
    return [one for one in row["pictures"] if one["asset"]["asset_id"] != asset_id]


def _picture(reference: Reference, event: CharacterEvent) -> Json:
    return {**reference.model_dump(mode="json"), "at": to_jsonable_python(event.at)}


def _tell(batch: Batch, decision: CharacterDecision, place: Place) -> None:
    """One for all that was decided at once."""
    row = batch.characters[place.aggregate_id]
    data = {
        "character_id": place.aggregate_id,
        "project_id": row["project_id"],
        "at": decision.at,
        "by": decision.actor,
        "change": audit.said_of_character(decision),
        "name": row["name"],
        "merged_into": row["merged_into"],
    }
    batch.events.append(
        EventRow(place.position(), None, row["project_id"], "character_changed", to_json(data).decode())
    )
