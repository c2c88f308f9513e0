"""Who a character is by now, as the log tells it. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import assert_never

from contracts.base import AssetId, CharacterId, ProjectId, UserId
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


@dataclass(frozen=True)
class Character:
    id: CharacterId
    user_id: UserId
    project_id: ProjectId
    references: Mapping[AssetId, Reference] = field(default_factory=dict)
    gone: bool = True
    """Deleted, merged into another, or never there."""


def fold(id_: CharacterId, events: Iterable[CharacterEvent]) -> Character:
    one = Character(id_, UserId(""), ProjectId(""))
    for event in events:
        one = _after(one, event)
    return one


def _after(one: Character, event: CharacterEvent) -> Character:
    match event:
        case CharacterCreated():
            there = {reference.asset.asset_id: reference for reference in event.references}
            return Character(one.id, event.user_id, event.project_id, there, gone=False)
        case ReferenceAdded():
            return replace(one, references={**one.references, event.reference.asset.asset_id: event.reference})
        case ReferenceRemoved():
            left = {asset: reference for asset, reference in one.references.items() if asset != event.asset_id}
            return replace(one, references=left)
        case CharacterMerged() | CharacterDeleted():
            return replace(one, references={}, gone=True)
        case CharacterChanged():
            return one
        case _:
            assert_never(event)
