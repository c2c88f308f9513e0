"""What is said of characters: decided over a character's own facts, and appended behind the last of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from contracts.base import AssetId, CharacterId
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
from contracts.subjects import Subjects
from gateway.saying import Saying
from kit.clock import Clock
from kit.log import Log

MOST_REFERENCES = 32


class Gone(Exception):
    """It was deleted or merged, or never was."""


class TooMany(Exception):
    """More references than a character may have."""


@dataclass(frozen=True)
class Place:
    """Where a character's facts lie."""

    project_id: str
    character_id: str
    owner: str


@dataclass(frozen=True)
class Told:
    """What has been said of a character."""

    there: bool = False
    gone: bool = False
    name: str = ""
    description: str = ""
    tags: tuple[str, ...] = ()
    references: tuple[Reference, ...] = ()

    def reference(self, asset_id: str) -> Reference | None:
        return next((one for one in self.references if one.asset.asset_id == asset_id), None)


Decide = Callable[[Told, datetime], tuple[CharacterEvent, ...]]


def create(event: CharacterCreated) -> Decide:
    """Once: whoever asks again with the same id has it already."""

    def decide(told: Told, at: datetime) -> tuple[CharacterEvent, ...]:
        return () if told.there else (event.model_copy(update={"at": at}),)

    return decide


def change(name: str | None, description: str | None, tags: tuple[str, ...] | None) -> Decide:
    """What is None stays."""

    def decide(told: Told, at: datetime) -> tuple[CharacterEvent, ...]:
        _alive(told)
        wanted = {"name": name, "description": description, "tags": tags}
        new = {key: value for key, value in wanted.items() if value is not None and value != getattr(told, key)}
        return (CharacterChanged.model_validate({"at": at, **new}),) if new else ()

    return decide


def add(references: Sequence[Reference]) -> Decide:
    """One of an asset that is there already takes its place."""

    def decide(told: Told, at: datetime) -> tuple[CharacterEvent, ...]:
        _alive(told)
        new = [one for one in references if told.reference(one.asset.asset_id) != one]
        ids = {one.asset.asset_id for one in (*told.references, *new)}
        if len(ids) > MOST_REFERENCES:
            raise TooMany(f"A character has at most {MOST_REFERENCES} references; these would be {len(ids)}.")
        return tuple(ReferenceAdded(at=at, reference=one) for one in new)

    return decide


def remove(asset_id: str) -> Decide:
    def decide(told: Told, at: datetime) -> tuple[CharacterEvent, ...]:
        _alive(told)
        return (ReferenceRemoved(at=at, asset_id=AssetId(asset_id)),) if told.reference(asset_id) else ()

    return decide


def merge_into(other: str) -> Decide:
    def decide(told: Told, at: datetime) -> tuple[CharacterEvent, ...]:
        return () if told.gone else (CharacterMerged(at=at, into=CharacterId(other)),)

    return decide


def delete(told: Told, at: datetime) -> tuple[CharacterEvent, ...]:
    return () if told.gone else (CharacterDeleted(at=at),)


def _alive(told: Told) -> None:
    if told.gone or not told.there:
        raise Gone


class Casting:
    def __init__(self, log: Log, subjects: Subjects, clock: Clock) -> None:
        self._subjects = subjects
        self._saying: Saying[Told, CharacterEvent] = Saying(log, clock, CharacterDecision, Told(), after)

    async def say(self, place: Place, actor: str, decide: Decide) -> tuple[int, Told]:
        """As `Saying.say`.

        Raises:
            Gone, TooMany: it is decided that it cannot be.
        """
        return await self._saying.say(self._subject(place), place.owner, actor, decide)

    async def read(self, place: Place) -> Told:
        """As the log has it, which may be ahead of the views."""
        return (await self._saying.read(self._subject(place)))[1]

    def _subject(self, place: Place) -> str:
        return self._subjects.events("character", place.project_id, place.character_id)


def after(told: Told, event: CharacterEvent) -> Told:
    match event:
        case CharacterCreated():
            return Told(
                there=True,
                name=event.name,
                description=event.description,
                tags=event.tags,
                references=event.references,
            )
        case CharacterChanged():
            said = {key: value for key in ("name", "description", "tags") if (value := getattr(event, key)) is not None}
            return replace(told, **said)
        case ReferenceAdded():
            return replace(told, references=(*_others(told, event.reference.asset.asset_id), event.reference))
        case ReferenceRemoved():
            return replace(told, references=_others(told, event.asset_id))
        case CharacterMerged() | CharacterDeleted():
            return replace(told, gone=True, references=())


def _others(told: Told, asset_id: str) -> tuple[Reference, ...]:
    return tuple(one for one in told.references if one.asset.asset_id != asset_id)
