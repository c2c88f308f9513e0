"""Over a real NATS server: vectors follow what is said of characters and pictures, and go with a person who goes."""

import asyncio
from base64 import b64encode
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace

import pytest
from nats.aio.client import Client
from pydantic import SecretStr

from contracts.asset import AssetDeleted, AssetRestored
from contracts.base import AssetId, CharacterId
from contracts.character import (
    CharacterChanged,
    CharacterDeleted,
    CharacterMerged,
    Reference,
    ReferenceAdded,
    ReferenceRemoved,
)
from contracts.subjects import Subjects
from face_embedding.adapters.qdrant import QdrantVectors
from face_embedding.erasing import Erasing, erasing
from face_embedding.follower import Follower, following
from face_embedding.looking import Eyes
from faces.world import ANN, AT, BOB, EVE, OTHER, USER, created, kept, say, say_asset, stored
from kit import sealed
from kit.errors import Unavailable
from kit.keyring import Keys
from kit.log_jetstream import LeaderLog
from kit.nats import Connection, connect
from kit.objects_memory import MemoryObjects
from kit.pull import Puller
from support.tiny_faces import crowd, face, png

A, B = CharacterId(f"c{ANN}"), CharacterId(f"c{BOB}")
SECRET = SecretStr("one:" + b64encode(bytes(range(32))).decode())


@pytest.fixture
async def nc(bus: Client, nats_url: str) -> AsyncIterator[Connection]:
    del bus  # it has provisioned the streams
    connection = await connect(nats_url, "faces")
    yield connection
    await connection.close()


@pytest.fixture
def subjects(prefix: str) -> Subjects:
    return Subjects(prefix)


@pytest.fixture
def follower(
    nc: Connection, subjects: Subjects, objects: MemoryObjects, eyes: Eyes, vectors: QdrantVectors
) -> Follower:
    return Follower(LeaderLog(nc, subjects.log), subjects, objects, eyes, vectors)


@pytest.fixture
async def at_work(nc: Connection, subjects: Subjects, follower: Follower) -> AsyncIterator[Puller]:
    puller = Puller(nc, subjects.log, subjects.follower)
    async with following(puller, follower):
        yield puller


async def until(puller: Puller, seq: int) -> None:
    """All is acknowledged up to there."""
    async with asyncio.timeout(20):
        while (await puller.handed_out())[0] < seq:  # noqa: ASYNC110  the server's
            await asyncio.sleep(0.01)


async def assets(vectors: QdrantVectors, character: CharacterId = A) -> set[str]:
    return {one.source_asset_id for one in await vectors.of_character(USER, character)}


async def test_references_come_and_go_with_their_character(
    follower: Follower, at_work: Puller, vectors: QdrantVectors
) -> None:
    log, names, objects = follower.log, follower.subjects, follower.objects
    first, second = await stored(objects, ANN), await stored(objects, ANN, 1)
    await say(log, names, ANN, created(ANN, first))
    await say(log, names, ANN, ReferenceAdded(at=AT, reference=second))
    await until(at_work, await say(log, names, BOB, created(BOB, await stored(objects, BOB))))
    assert (await assets(vectors), await vectors.count()) == ({f"a{ANN}-0", f"a{ANN}-1"}, 3)
    (alike, *_) = await vectors.alike(USER, follower.eyes.engine.find(face(ANN, 2))[0].vector, 1)
    assert alike.character_id == A

    await say(log, names, ANN, CharacterChanged(at=AT, name="Ann"))
    removed = ReferenceRemoved(at=AT, asset_id=AssetId(f"a{ANN}-0"))
    await until(at_work, await say(log, names, ANN, removed))
    assert await assets(vectors) == {f"a{ANN}-1"}

    await say(log, names, BOB, ReferenceAdded(at=AT, reference=second))
    await until(at_work, await say(log, names, ANN, CharacterMerged(at=AT, into=B)))
    assert (await assets(vectors), await assets(vectors, B)) == (set(), {f"a{BOB}-0", f"a{ANN}-1"})

    await until(at_work, await say(log, names, BOB, CharacterDeleted(at=AT)))
    assert await vectors.users() == set()


async def test_a_deleted_picture_is_no_reference_until_it_is_had_back(
    follower: Follower, at_work: Puller, vectors: QdrantVectors
) -> None:
    log, names = follower.log, follower.subjects
    await say(log, names, ANN, created(ANN, await stored(follower.objects, ANN)))
    await until(at_work, await say_asset(log, names, f"a{ANN}-0", AssetDeleted(at=AT)))
    assert await vectors.count() == 0
    await until(at_work, await say(log, names, ANN, CharacterChanged(at=AT, name="Ann")))
    assert await vectors.count() == 0
    await until(at_work, await say_asset(log, names, f"a{ANN}-0", AssetRestored(at=AT)))
    assert await assets(vectors) == {f"a{ANN}-0"}


async def test_the_face_that_was_chosen_is_the_one_that_is_kept(
    follower: Follower, at_work: Puller, vectors: QdrantVectors
) -> None:
    both = png(crowd([BOB, ANN]))
    whole = await stored(follower.objects, ANN)
    seen = await follower.eyes.look(both)
    value = whole.asset.model_copy(update={"sha256": (await _put(follower.objects, both))})
    chosen = Reference(asset=value, face=seen.faces[1].face)
    await until(at_work, await say(follower.log, follower.subjects, ANN, created(ANN, chosen)))
    (point,) = await vectors.of_character(USER, A)
    assert point.face == 1
    assert point.vector @ follower.eyes.engine.find(face(ANN))[0].vector > 0.8


async def _put(objects: MemoryObjects, data: bytes) -> str:
    from hashlib import sha256

    digest = sha256(data).hexdigest()
    await objects.put(f"objects/{digest}", data, "image/png")
    return digest


async def test_what_cannot_be_used_holds_nothing_up(
    follower: Follower, at_work: Puller, vectors: QdrantVectors
) -> None:
    log, names = follower.log, follower.subjects
    gone = Reference(asset=(await stored(MemoryObjects(), BOB)).asset)
    await log.append(names.events("character", "p1", "odd"), b"{no json", expected=None, event_id="e1")
    await say(log, names, BOB, created(BOB, gone))
    await until(at_work, await say(log, names, ANN, created(ANN, await stored(follower.objects, ANN))))
    assert (await assets(vectors, B), await assets(vectors)) == (set(), {f"a{ANN}-0"})


async def test_what_is_away_is_waited_for(nc: Connection, follower: Follower, vectors: QdrantVectors) -> None:
    class Away(QdrantVectors):
        """Until it is let."""

        def __init__(self) -> None:
            self.__dict__.update(vectors.__dict__)
            self.refused, self.let = 0, False

        async def keep(self, points: object) -> None:
            self.refused += not self.let
            if not self.let:
                raise Unavailable("Qdrant does not answer")
            await super().keep(points)  # type: ignore[arg-type]

    away = Away()
    await vectors.fill()
    follower = replace(follower, vectors=away)
    puller = Puller(nc, follower.subjects.log, follower.subjects.follower)
    async with following(puller, follower):
        seq = await say(follower.log, follower.subjects, ANN, created(ANN, await stored(follower.objects, ANN)))
        async with asyncio.timeout(10):
            while away.refused < 2:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        away.let = True
        await until(puller, seq)
    assert await vectors.count() == 1


async def test_a_collection_that_is_new_is_filled_from_the_log(follower: Follower, vectors: QdrantVectors) -> None:
    log, names, objects = follower.log, follower.subjects, follower.objects
    await say(log, names, ANN, created(ANN, await stored(objects, ANN)))
    await say(log, names, BOB, created(BOB, await stored(objects, BOB)))
    await say(log, names, BOB, CharacterDeleted(at=AT))
    await follower.fill()
    assert (await vectors.count(), await vectors.filled()) == (1, True)
    await vectors.forget(user=USER)
    await follower.fill()  # once is enough
    assert await vectors.count() == 0
    await vectors.clear()
    await follower.fill()
    assert await assets(vectors) == {f"a{ANN}-0"}


async def gone(vectors: QdrantVectors, left: set[str]) -> None:
    async with asyncio.timeout(10):
        while await vectors.users() != left:  # noqa: ASYNC110
            await asyncio.sleep(0.01)


Erase = Callable[[str], Awaitable[None]]


@pytest.fixture
async def keys(nc: Connection, subjects: Subjects) -> Keys:
    await sealed.begin(nc, subjects, SECRET, erasable=True)
    ring = sealed.of(nc)
    assert isinstance(ring, Keys)
    for user in (USER, OTHER):
        await ring.own(user)
    return ring


async def test_with_an_erased_user_all_of_their_faces_go(
    nc: Connection, follower: Follower, vectors: QdrantVectors, keys: Keys
) -> None:
    log, names, insight = follower.log, follower.subjects, follower.eyes.engine
    await say(log, names, ANN, created(ANN, await stored(follower.objects, ANN)))
    await vectors.keep([kept(insight, EVE, saved=False), kept(insight, BOB, user=OTHER)])  # type: ignore[arg-type]
    await follower.fill()
    assert await vectors.users() == {USER, OTHER}
    async with erasing(nc, names, vectors, follower.eyes):
        await keys.destroy(USER)
        await gone(vectors, {OTHER})
    records = await log.read(names.events("character", "*", "*"))
    assert records == []  # for who reads, it never was
    await vectors.clear()
    await follower.fill()
    assert await vectors.count() == 0


async def test_who_was_erased_while_the_service_was_down_is_found_at_its_start(
    nc: Connection, follower: Follower, vectors: QdrantVectors, keys: Keys
) -> None:
    insight = follower.eyes.engine
    await vectors.keep([kept(insight, ANN), kept(insight, BOB, user=OTHER)])  # type: ignore[arg-type]
    await keys.destroy(OTHER)
    async with erasing(nc, follower.subjects, vectors, follower.eyes):
        await gone(vectors, {USER})
    assert await Erasing(nc, follower.subjects, vectors, follower.eyes).compare() == 0
