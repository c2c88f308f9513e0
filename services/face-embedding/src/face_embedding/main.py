"""The face service: the queue `face`, questions about pictures, and vectors that follow what is said of characters."""

import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from nats.aio.client import Client

from contracts.catalogue import JUDGE
from contracts.subjects import Subjects
from face_embedding.building import Parts, parts
from face_embedding.comparing import Comparer
from face_embedding.erasing import erasing
from face_embedding.faces import BadModels
from face_embedding.follower import Follower, following
from face_embedding.judging import Judge
from face_embedding.questions import Answering, answering
from face_embedding.settings import FaceSettings
from face_embedding.tools import Tools
from kit.errors import Unavailable
from kit.log_jetstream import LeaderLog
from kit.logs import set_up
from kit.pull import Puller
from kit.settings import read
from providers.worker.serve import Trade, start

_OUT_OF_ORDER = 69  # EX_UNAVAILABLE of sysexits.h


def main() -> None:
    settings = read(FaceSettings)
    set_up("face-embedding", settings.log_level)
    try:
        made = parts(settings)
    except (BadModels, Unavailable) as error:
        sys.stderr.write(f"the face service cannot start: {error}\n")
        raise SystemExit(_OUT_OF_ORDER) from None
    start("face", settings, trade(made, Subjects(settings.prefix)))


def trade(made: Parts, subjects: Subjects) -> Trade:
    """What it does, counts and tells."""
    engine, counts = made.eyes.engine, made.eyes.counts
    comparer = Comparer(made.eyes, made.vectors)

    async def loaded() -> None:
        """An engine that could not be loaded never gets here."""

    @asynccontextmanager
    async def beside(nc: Client) -> AsyncIterator[None]:
        follower = Follower(LeaderLog(nc, subjects.log), subjects, made.objects, made.eyes, made.vectors)
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(erasing(nc, subjects, made.vectors, made.eyes))
            puller = Puller(nc, subjects.log, subjects.follower)
            await stack.enter_async_context(following(puller, follower))
            await stack.enter_async_context(answering(nc, subjects, Answering(made.eyes, made.vectors, made.objects)))
            yield

    told = {"engine": engine.name, "baseline": engine.baseline, "threshold": engine.threshold}
    return Trade(
        tools=Tools(comparer, Judge(comparer)),
        more=frozenset({JUDGE}),
        checks={"engine": loaded, "qdrant": made.vectors.reachable},
        beside=beside,
        told=lambda: {"faces": told},
        counted={
            "groove_pictures_looked_at_total": ("Pictures in which faces were looked for.", lambda: counts.pictures),
            "groove_faces_found_total": ("Faces that were found in them.", lambda: counts.faces),
            "groove_face_searches_total": ("Times that faces were compared with those kept.", lambda: counts.searches),
        },
    )


if __name__ == "__main__":
    main()
