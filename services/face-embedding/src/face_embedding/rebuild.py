"""Makes the vectors of this engine anew from the log: `groove faces rebuild`, or `python -m face_embedding.rebuild`.

Nothing is lost by it: they are derived from characters' pictures. A local directory of vectors must be free, so the
service is stopped for it; with a server it may go on.
"""

import asyncio
import json
import sys
from contextlib import AsyncExitStack
from pathlib import Path

from contracts.subjects import Subjects
from face_embedding.building import Parts, parts
from face_embedding.faces import BadModels
from face_embedding.follower import Follower
from face_embedding.settings import FaceSettings
from kit import sealed
from kit.errors import NotConfigured, ServerTooOld, Unavailable
from kit.log_jetstream import LeaderLog
from kit.nats import connect
from kit.settings import LOCAL_DATA, beside

_OUT_OF_ORDER = 69  # EX_UNAVAILABLE of sysexits.h


def rebuild(data: Path | None = None, *, as_json: bool = False) -> int:
    """Do it, and give the exit code."""
    settings = beside(FaceSettings, data or LOCAL_DATA)
    if data is not None:
        settings = settings.model_copy(update={"data": data})
    try:
        count, engine = asyncio.run(anew(settings))
    except (BadModels, Unavailable, NotConfigured, ServerTooOld) as error:
        sys.stderr.write(f"the vectors cannot be made anew: {error}\n")
        return _OUT_OF_ORDER
    told = {"engine": engine, "faces": count}
    sys.stdout.write((json.dumps(told) if as_json else f"{count} faces of characters are kept, by {engine}.") + "\n")
    return 0


async def anew(settings: FaceSettings) -> tuple[int, str]:
    """How many faces are kept then, and by which engine."""
    subjects = Subjects(settings.prefix)
    async with AsyncExitStack() as undo:
        made: Parts = parts(settings)
        undo.callback(made.vectors.close)
        nc = await connect(settings.nats_url, "face-rebuild", settings.nats_login)
        undo.push_async_callback(nc.close)
        await sealed.begin(nc, subjects, settings.secret_keys, erasable=settings.erasable)
        await made.vectors.clear()
        await Follower(LeaderLog(nc, subjects.log), subjects, made.objects, made.eyes, made.vectors).fill()
        return await made.vectors.count(), made.eyes.engine.name


if __name__ == "__main__":
    sys.exit(rebuild(as_json="--json" in sys.argv[1:]))
