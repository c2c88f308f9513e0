"""Follows what is said of characters and of pictures, and keeps the vectors true to it.

Whatever is heard of a character, all of it is read, and what is kept is made to fit: heard twice, late or in another
order, it comes to the same.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from contracts.asset import AssetDeleted, AssetRestored, deleted
from contracts.base import AssetId, CharacterId
from contracts.character import CharacterEvent, Reference
from contracts.envelope import AssetDecision, CharacterDecision, Unreadable, unseal
from contracts.faces import Face
from contracts.subjects import Subjects
from face_embedding import cast
from face_embedding.faces import Found
from face_embedding.looking import Eyes, NotAPicture
from face_embedding.vectors import Kept, Vectors
from kit.errors import NotFound, Unavailable
from kit.log import Log
from kit.objects import Objects
from kit.pull import Puller
from kit.record import Record
from kit.settle import heartbeat, settle

_BEAT_S = 10.0
_AGAIN_S = 2.0
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Follower:
    log: Log
    subjects: Subjects
    objects: Objects
    eyes: Eyes
    vectors: Vectors

    async def hear(self, record: Record) -> None:
        """Take in one decision. What cannot be read is passed over: a later release fills in what it understands.

        Raises:
            Unavailable: not now.
        """
        about = self.subjects.parse(record.subject)
        try:
            if about.kind == "character":
                await self.fit(CharacterId(about.id), record.subject)
            elif not record.erased:
                await self._asset(AssetId(about.id), about.scope, record)
        except Unreadable as error:
            log.warning("passed over: %s", error, extra={"subject": record.subject, "seq": record.seq})

    async def fit(self, id_: CharacterId, subject: str) -> None:
        """Keep the faces of all references that it has by now, and no others."""
        one = cast.fold(id_, await self._said(subject))
        if one.gone:
            await self.vectors.forget(character=id_)
            return
        kept = await self.vectors.of_character(one.user_id, id_)
        points = [await self._point(one, reference) for reference in one.references.values()]
        wanted = [point for point in points if point is not None]
        for asset in {point.source_asset_id for point in kept} - {point.source_asset_id for point in wanted}:
            await self.vectors.forget(user=one.user_id, character=id_, asset=asset)
        await self.vectors.keep(wanted)

    async def fill(self) -> None:
        """Put in all characters of the log, once."""
        if await self.vectors.filled():
            return
        subjects = {record.subject for record in await self.log.read(self.subjects.events("character", "*", "*"))}
        for subject in sorted(subjects):
            with contextlib.suppress(Unreadable):
                await self.fit(CharacterId(self.subjects.parse(subject).id), subject)
        await self.vectors.fill()
        log.info("filled from the log", extra={"characters": len(subjects), "engine": self.eyes.engine.name})

    async def _said(self, subject: str) -> Iterable[CharacterEvent]:
        decisions = [unseal(CharacterDecision, record.data) for record in await self.log.read(subject)]
        return [event for decision in decisions for event in decision.events]

    async def _asset(self, asset: AssetId, project: str, record: Record) -> None:
        events = unseal(AssetDecision, record.data).events
        if any(isinstance(event, AssetRestored) for event in events):
            found = await self.log.read(self.subjects.events("character", project, "*"))
            for subject in sorted({one.subject for one in found}):
                await self.fit(CharacterId(self.subjects.parse(subject).id), subject)
        elif any(isinstance(event, AssetDeleted) for event in events) and await self._deleted(asset):
            await self.vectors.forget(asset=asset)

    async def _deleted(self, asset: AssetId) -> bool:
        records = await self.log.read(self.subjects.events("asset", "*", asset))
        return bool(records) and deleted(unseal(AssetDecision, records[-1].data).events)

    async def _point(self, one: cast.Character, reference: Reference) -> Kept | None:
        asset = reference.asset
        if await self._deleted(asset.asset_id):
            return None
        try:
            seen = await self.eyes.look(await self.objects.get(f"objects/{asset.sha256}"), asset.sha256)
        except (*NotAPicture, NotFound) as error:
            log.warning("a reference cannot be looked at: %s", error, extra={"asset_id": asset.asset_id})
            return None
        nth = _meant(seen.faces, reference.face)
        if nth is None:
            return None
        found = seen.faces[nth]
        return Kept(one.user_id, one.project_id, one.id, asset.asset_id, found.vector, found.face.quality, nth)


def _meant(faces: tuple[Found, ...], face: Face | None) -> int | None:
    """The one that was chosen; where another engine chose it, the one that is about there; else the largest."""
    if not faces:
        return None
    if face is None:
        return 0
    return max(range(len(faces)), key=lambda nth: (_shared(faces[nth].face, face), -nth))


def _shared(one: Face, other: Face) -> float:
    """Of two boxes, the part that they share."""
    wide = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
    tall = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
    both = max(0.0, wide) * max(0.0, tall)
    return both / max(1e-6, one.width * one.height + other.width * other.height - both)


class _Nowhere:
    """Nothing is parked: what this service cannot read, it passes over."""

    async def park(self, record: Record, stream: str, reason: str, deliveries: int = 0) -> int:
        log.warning("passed over: %s", reason, extra={"seq": record.seq, "stream": stream, "deliveries": deliveries})
        return 0


@asynccontextmanager
async def following(puller: Puller, follower: Follower) -> AsyncIterator[None]:
    """Follow while inside: first all that was before, if it never was put in, then what comes."""
    task = asyncio.create_task(_follow(puller, follower))
    try:
        yield
    finally:
        await puller.close()
        task.cancel()
        await asyncio.wait({task})


async def _follow(puller: Puller, follower: Follower) -> None:
    while True:
        try:
            await follower.fill()
            break
        except Unavailable as error:
            log.warning("waiting: %s", error)
        except Exception:
            log.exception("the log's characters could not be put in yet")
        await asyncio.sleep(_AGAIN_S)
    while (delivery := await puller.take()) is not None:
        record = delivery.record

        async def hear(record: Record = record) -> None:
            await follower.hear(record)

        async with heartbeat(delivery, _BEAT_S):
            await settle(delivery, hear, _Nowhere(), puller.stream)
