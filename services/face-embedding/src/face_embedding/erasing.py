"""When a person's data is removed for good (docs/adr/0009-erasure.md), their faces go too."""

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import nats.errors
from nats.aio.client import Client
from nats.aio.msg import Msg

from contracts.base import UserId
from contracts.subjects import Subjects
from face_embedding.looking import Eyes
from face_embedding.vectors import Vectors
from kit import sealed
from kit.errors import Unavailable
from kit.nats import Connection
from kit.wire import Wire

_AGAIN_S = 2.0
_OFTEN_S = 3_600.0
"""A task that was at work while its user was erased may have kept a face after that."""
log = logging.getLogger(__name__)


class Erasing:
    """Compares whose faces are kept with who was erased: at the beginning, when it hears of one, and now and then."""

    def __init__(self, nc: Client, subjects: Subjects, vectors: Vectors, eyes: Eyes) -> None:
        self._nc, self._subjects = nc, subjects
        self._vectors, self._eyes = vectors, eyes
        self._wire = Wire(nc)
        self._called = asyncio.Event()
        self._called.set()

    def connection_lost(self) -> None:
        """Nothing to do."""

    def connection_back(self) -> None:
        self._called.set()  # somebody may have been erased meanwhile

    async def heard(self, msg: Msg) -> None:
        with contextlib.suppress(ValueError):
            if "erased" in json.loads(msg.data):
                self._eyes.forget()
                self._called.set()

    async def compare(self) -> int:
        """Remove the faces of all who were erased, and give how many people that were.

        Raises:
            Unavailable: Qdrant, or NATS.
        """
        gone = [user for user in await self._vectors.users() if await self._erased(user)]
        for user in gone:
            await self._vectors.forget(user=user)
            log.info("an erased user's faces were removed", extra={"user_id": user})
        return len(gone)

    async def _erased(self, user: UserId) -> bool:
        record = await self._wire.leader_get(self._subjects.keys, last_by_subj=self._subjects.user_key(user))
        return record is not None and "erased" in json.loads(record.data)

    async def run(self) -> None:
        while True:
            self._called.clear()
            try:
                await self.compare()
            except (Unavailable, nats.errors.Error) as error:
                log.warning("waiting to remove erased users: %s", error)
                await asyncio.sleep(_AGAIN_S)
                continue
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_OFTEN_S):
                    await self._called.wait()


@asynccontextmanager
async def erasing(nc: Client, subjects: Subjects, vectors: Vectors, eyes: Eyes) -> AsyncIterator[None]:
    """Keep to it while inside. Where nothing is sealed, nobody can be erased."""
    if sealed.of(nc) is None:
        yield
        return
    work = Erasing(nc, subjects, vectors, eyes)
    if isinstance(nc, Connection):
        nc.watchers.add(work)
    listening = await nc.subscribe(subjects.user_key("*"), cb=work.heard)
    task = asyncio.create_task(work.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait({task})
        with contextlib.suppress(nats.errors.Error):
            await listening.unsubscribe()
