"""Characters, pictures and facts, in a few words."""

from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from contracts.asset import AssetEvent
from contracts.base import AssetId, CharacterId, MessageId, ProjectId, UserId
from contracts.character import CharacterCreated, CharacterEvent, Reference
from contracts.envelope import AssetDecision, CharacterDecision, seal
from contracts.subjects import Subjects
from contracts.values import MediaValue
from face_embedding.engines.insight import InsightFace
from face_embedding.vectors import Kept
from kit.ids import new_id
from kit.log import Log
from kit.objects import Objects
from kit.sealed import owned
from providers.interface import HERE, Character, Media, Request
from support.tiny_faces import face, png

AT = datetime(2026, 11, 21, tzinfo=UTC)
ANN, BOB, EVE = 6, 7, 12
USER, OTHER = UserId("u1"), UserId("u2")
P1, P2 = ProjectId("p1"), ProjectId("p2")


def media_value(data: bytes, asset: str = "a1") -> MediaValue:
    return MediaValue(
        type="image", asset_id=AssetId(asset), sha256=sha256(data).hexdigest(), mime="image/png", bytes=len(data)
    )


def media(data: bytes, asset: str = "a1", mime: str = "image/png") -> Media:
    return Media(data, mime, sha256(data).hexdigest(), value=media_value(data, asset))


def shown(person: int, variant: int = 0, size: int = 320) -> Media:
    return media(png(face(person, variant, size)), f"a{person}-{variant}")


def character(person: int, variant: int = 0, id_: str | None = None) -> Character:
    return Character(id_ or f"c{person}", f"Person {person}", "", (shown(person, variant),))


def request(operation: str, user: UserId = USER, **more: Any) -> Request:
    return Request("r1.n1.1", operation, HERE, {}, 0, user_id=user, project_id=P1, **more)


def kept(insight: InsightFace, person: int, variant: int = 0, user: UserId = USER, **more: Any) -> Kept:
    vector = insight.find(face(person, variant))[0].vector
    given = {
        "user_id": user,
        "project_id": P1,
        "character_id": CharacterId(f"c{person}"),
        "source_asset_id": AssetId(f"a{person}-{variant}"),
        "vector": vector,
    }
    return Kept(**(given | more))


async def stored(objects: Objects, person: int, variant: int = 0, asset: str | None = None) -> Reference:
    """A picture that a character may have."""
    data = png(face(person, variant))
    value = media_value(data, asset or f"a{person}-{variant}")
    await objects.put(f"objects/{value.sha256}", data, value.mime)
    return Reference(asset=value)


def created(person: int, *references: Reference, user: UserId = USER, project: ProjectId = P1) -> CharacterCreated:
    return CharacterCreated(
        at=AT,
        character_id=CharacterId(f"c{person}"),
        user_id=user,
        project_id=project,
        name=f"Person {person}",
        references=references,
    )


async def say(log: Log, subjects: Subjects, person: int, *events: CharacterEvent, user: UserId = USER) -> int:
    """As the gateway does."""
    decision = CharacterDecision(id=MessageId(new_id()), at=AT, actor=user, events=events)
    subject = subjects.events("character", P1, f"c{person}")
    return await log.append(subject, seal(decision), expected=None, event_id=decision.id, headers=owned(user))


async def say_asset(log: Log, subjects: Subjects, asset: str, *events: AssetEvent) -> int:
    decision = AssetDecision(id=MessageId(new_id()), at=AT, actor=USER, events=events)
    subject = subjects.events("asset", P1, asset)
    return await log.append(subject, seal(decision), expected=None, event_id=decision.id)
