"""Answers what the gateway asks about pictures: request and reply. Whatever goes wrong is said."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import nats.errors
from nats.aio.client import Client
from nats.aio.msg import Msg

from contracts.base import AssetId
from contracts.envelope import Unreadable, seal, unseal
from contracts.faces import Candidate, FaceAnswer, FaceAsk, LookAt, WhoIs
from contracts.failures import RETRYABLE, Failure, FailureKind
from contracts.subjects import Subjects
from face_embedding.faces import Seen
from face_embedding.looking import Eyes, NotAPicture
from face_embedding.vectors import Alike, Vectors, by_score
from kit.errors import NotFound, Unavailable
from kit.objects import Objects

_GROUP = "face-embedding"
_AT_ONCE = 4
_LIMIT_S = 20.0
"""Who asks has given up by then."""
_MOST_FACES = 10
"""Of a picture, that are looked for among characters."""
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Answering:
    eyes: Eyes
    vectors: Vectors
    objects: Objects
    largest_bytes: int = 50_000_000
    limit_s: float = _LIMIT_S

    async def answer(self, data: bytes) -> FaceAnswer:
        """Always one."""
        try:
            asked = unseal(FaceAsk, data).ask
            async with asyncio.timeout(self.limit_s):
                return await self._told(asked)
        except Unreadable as error:
            return self._no(FailureKind.INVALID_REQUEST, f"The question cannot be read: {error}.")
        except NotFound:
            return self._no(FailureKind.INVALID_INPUT, "The picture is gone: its file is no longer stored.")
        except NotAPicture as error:
            return self._no(FailureKind.INVALID_INPUT, f"The picture cannot be used: {error}.")
        except TimeoutError:
            return self._no(FailureKind.TRANSIENT, "Looking at the picture took too long. Try again.")
        except Unavailable as error:
            log.warning("a question cannot be answered now: %s", error)
            return self._no(FailureKind.TRANSIENT, "The store of pictures or of faces does not answer. Try again.")
        except Exception:
            log.exception("a question could not be answered")
            return self._no(FailureKind.INTERNAL, "The face service failed at this picture. Its log says why.")

    async def _told(self, ask: LookAt | WhoIs) -> FaceAnswer:
        key = f"objects/{ask.sha256}"
        if (await self.objects.head(key)).bytes > self.largest_bytes:
            raise NotAPicture[2](f"it is larger than {self.largest_bytes / 1e6:g} MB")
        seen = await self.eyes.look(await self.objects.get(key), ask.sha256)
        candidates = await self._candidates(ask, seen) if isinstance(ask, WhoIs) else ()
        return self._said(seen, candidates)

    async def _candidates(self, ask: WhoIs, seen: Seen) -> tuple[Candidate, ...]:
        """Each character once, by the face that is most like it."""
        best: dict[str, tuple[int, Alike]] = {}
        for nth, found in enumerate(seen.faces[:_MOST_FACES]):
            self.eyes.counts.searches += 1
            for hit in await self.vectors.alike(ask.user_id, found.vector, ask.limit, ask.project_id):
                if hit.character_id not in best or best[hit.character_id][1].score < hit.score:
                    best[hit.character_id] = nth, hit
        ranked = sorted(best.values(), key=lambda one: by_score(one[1]), reverse=True)[: ask.limit]
        return tuple(
            Candidate(
                character_id=hit.character_id,
                score=round(hit.score, 4),
                match=hit.score >= self.eyes.engine.threshold,
                source_asset_id=AssetId(hit.source_asset_id),
                face=nth,
            )
            for nth, hit in ranked
        )

    def _said(self, seen: Seen, candidates: tuple[Candidate, ...]) -> FaceAnswer:
        engine = self.eyes.engine
        return FaceAnswer(
            engine=engine.name,
            baseline=engine.baseline,
            threshold=engine.threshold,
            width=seen.width,
            height=seen.height,
            faces=tuple(one.face for one in seen.faces),
            candidates=candidates,
        )

    def _no(self, kind: FailureKind, message: str) -> FaceAnswer:
        failure = Failure(kind=kind, message=message, retryable=kind in RETRYABLE)
        return FaceAnswer(engine=self.eyes.engine.name, baseline=self.eyes.engine.baseline, failure=failure)


@asynccontextmanager
async def answering(nc: Client, subjects: Subjects, desk: Answering) -> AsyncIterator[None]:
    """Answer while inside, a few at a time; one of several services answers each question."""
    turns, busy = asyncio.Semaphore(_AT_ONCE), set[asyncio.Task[None]]()

    async def reply(msg: Msg) -> None:
        async with turns:
            answer = await desk.answer(msg.data)
        with contextlib.suppress(nats.errors.Error):  # nobody is there any more: it is asked again
            await nc.publish(msg.reply, seal(answer))

    async def heard(msg: Msg) -> None:
        if msg.reply:
            task = asyncio.create_task(reply(msg))
            busy.add(task)
            task.add_done_callback(busy.discard)

    listening = await nc.subscribe(subjects.faces, queue=_GROUP, cb=heard)
    try:
        yield
    finally:
        with contextlib.suppress(nats.errors.Error):
            await listening.unsubscribe()
        for task in busy:
            task.cancel()
        await asyncio.gather(*busy, return_exceptions=True)
