"""Questions over a real NATS server. Each has an answer, and what went wrong is one."""

import asyncio
from hashlib import sha256

import pytest
from nats.aio.client import Client

from contracts.base import UserId
from contracts.envelope import seal, unseal
from contracts.faces import FaceAnswer, FaceAsk, FaceQuestion, LookAt, WhoIs
from contracts.failures import FailureKind
from contracts.subjects import Subjects
from face_embedding.adapters.qdrant import QdrantVectors
from face_embedding.engines.insight import InsightFace
from face_embedding.looking import Eyes
from face_embedding.questions import Answering, answering
from faces.world import ANN, BOB, OTHER, P1, P2, USER, kept
from kit.errors import Unavailable
from kit.objects import ObjectInfo
from kit.objects_memory import MemoryObjects
from support.bus import arrived
from support.tiny_faces import crowd, face, png


class Asker:
    def __init__(self, nc: Client, prefix: str) -> None:
        self._nc, self._subject = nc, Subjects(prefix).faces

    async def raw(self, data: bytes) -> FaceAnswer:
        return unseal(FaceAnswer, (await self._nc.request(self._subject, data, timeout=10)).data)

    async def __call__(self, question: FaceQuestion) -> FaceAnswer:
        return await self.raw(seal(FaceAsk(ask=question)))


async def put(objects: MemoryObjects, data: bytes) -> str:
    digest = sha256(data).hexdigest()
    await objects.put(f"objects/{digest}", data, "image/png")
    return digest


async def test_faces_are_told_and_who_they_are(
    bus: Client, prefix: str, objects: MemoryObjects, eyes: Eyes, vectors: QdrantVectors, insight: InsightFace
) -> None:
    await vectors.keep([kept(insight, ANN), kept(insight, ANN, 1), kept(insight, BOB), kept(insight, ANN, user=OTHER)])
    both = await put(objects, png(crowd([BOB, ANN])))
    ask = Asker(bus, prefix)
    async with answering(bus, Subjects(prefix), Answering(eyes, vectors, objects)):
        await arrived(bus)
        seen = await ask(LookAt(user_id=USER, sha256=both))
        assert (seen.engine, seen.baseline, seen.threshold) == ("insightface/tiny", False, 0.4)
        assert (seen.width, seen.height, len(seen.faces), seen.candidates) == (640, 320, 2, ())
        assert seen.faces[0].width > seen.faces[1].width

        who = await ask(WhoIs(user_id=USER, sha256=both))
        assert {(one.character_id, one.face, one.match) for one in who.candidates} == {
            (f"c{BOB}", 0, True),
            (f"c{ANN}", 1, True),
        }
        (one,) = (await ask(WhoIs(user_id=USER, sha256=both, project_id=P1, limit=1))).candidates
        assert one.score == max(found.score for found in who.candidates)
        assert (await ask(WhoIs(user_id=USER, sha256=both, project_id=P2))).candidates == ()
        assert (await ask(WhoIs(user_id=UserId("nobody"), sha256=both))).candidates == ()
        many = await asyncio.gather(*(ask(LookAt(user_id=USER, sha256=both)) for _ in range(12)))
        assert {len(answer.faces) for answer in many} == {2}


async def test_what_goes_wrong_is_an_answer_too(
    bus: Client, prefix: str, objects: MemoryObjects, eyes: Eyes, vectors: QdrantVectors
) -> None:
    no_picture = await put(objects, b"\x89PNG\r\n\x1a\n and then nothing of the kind")
    wall = await put(objects, png(face(ANN, size=64).resize((1, 4000))))
    ask = Asker(bus, prefix)
    async with answering(bus, Subjects(prefix), Answering(eyes, vectors, objects)):
        await arrived(bus)
        for answer, kind, words in (
            (await ask(LookAt(user_id=USER, sha256="0" * 64)), FailureKind.INVALID_INPUT, "gone"),
            (await ask(LookAt(user_id=USER, sha256=no_picture)), FailureKind.INVALID_INPUT, "damaged"),
            (await ask.raw(b"{}"), FailureKind.INVALID_REQUEST, "cannot be read"),
        ):
            assert answer.failure is not None
            assert (answer.failure.kind, answer.failure.retryable) == (kind, False)
            assert words in answer.failure.message
        assert (await ask(WhoIs(user_id=USER, sha256=wall))).faces == ()


class Stuck(MemoryObjects):
    """Answers never, or not now."""

    def __init__(self, *, hangs: bool) -> None:
        super().__init__()
        self.hangs = hangs

    async def head(self, key: str) -> ObjectInfo:
        if self.hangs:
            await asyncio.Event().wait()
        raise Unavailable(key)


@pytest.mark.parametrize("hangs", [True, False])
async def test_what_is_away_is_said_to_be(eyes: Eyes, vectors: QdrantVectors, *, hangs: bool) -> None:
    desk = Answering(eyes, vectors, Stuck(hangs=hangs), limit_s=0.05)
    answer = await desk.answer(seal(FaceAsk(ask=LookAt(user_id=USER, sha256="0" * 64))))
    assert answer.failure is not None
    assert (answer.failure.kind, answer.failure.retryable) == (FailureKind.TRANSIENT, True)
