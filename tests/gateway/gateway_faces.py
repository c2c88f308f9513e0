"""A face service that sees what it is told to see: it answers on the real bus, in the real words."""

from contextlib import contextmanager

from contracts.envelope import seal, unseal
from contracts.faces import Candidate, Face, FaceAnswer, FaceAsk, LookAt
from contracts.failures import Failure, FailureKind
from contracts.subjects import Subjects
from support.bus import arrived

ENGINE = "insightface/test"


def face(size=120, quality=0.8):
    return Face(x=4, y=5, width=size, height=size, score=0.9, quality=quality)


class FakeFaces:
    def __init__(self, nc, prefix):
        self.nc, self.subject = nc, Subjects(prefix).faces
        self.shows = {}
        """Faces by SHA-256; one good face where nothing is said."""
        self.who = {}
        """Candidates by SHA-256."""
        self.engine, self.failure, self.asked = ENGINE, None, []

    def knows(self, sha256, character, score, source):
        one = Candidate(character_id=character, score=score, match=score > 0.4, source_asset_id=source)
        self.who.setdefault(sha256, []).append(one)

    async def answer(self, msg):
        ask = unseal(FaceAsk, msg.data).ask
        self.asked.append(ask)
        if self.failure is not None:
            await msg.respond(seal(FaceAnswer(failure=Failure(kind=self.failure, message="It says no."))))
            return
        faces = tuple(sorted(self.shows.get(ask.sha256, [face()]), key=lambda one: -one.width))
        found = () if isinstance(ask, LookAt) else tuple(self.who.get(ask.sha256, ()))
        told = FaceAnswer(
            engine=self.engine,
            baseline=self.engine.startswith("baseline/"),
            threshold=0.4,
            width=200,
            height=200,
            faces=faces,
            candidates=found,
        )
        await msg.respond(seal(told))


@contextmanager
def looking(house, nc, prefix):
    """Have it answer as long as the block lasts."""
    faces = FakeFaces(nc, prefix)

    async def begin():
        subscription = await nc.subscribe(faces.subject, queue="face-embedding", cb=faces.answer)
        await arrived(nc)
        return subscription

    subscription = house.do(begin())
    try:
        yield faces
    finally:
        house.do(subscription.unsubscribe())
        house.do(arrived(nc))


__all__ = ["ENGINE", "FailureKind", "FakeFaces", "face", "looking"]
