"""Removes a person's data for good: see docs/adr/0009-erasure.md for what is promised, and what is not.

Every step can be repeated: an erasure that was broken off is begun again from the beginning.
"""

import asyncio
import logging
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from nats.aio.client import Client
from sqlalchemy.ext.asyncio import AsyncEngine

from contracts.base import MessageId, ProjectId, UserId
from contracts.run import CancelRun
from contracts.subjects import Subjects
from gateway.commands import Ask, Commands, NoAnswer
from gateway.database import line, rows
from gateway.erasing_rows import clear
from gateway.library.acts import Acts, Thing
from gateway.users import LOCAL_USER, Caller
from gateway.views.values import FOLDERS
from gateway.views.waiting import Tide
from gateway.who.who import Who
from kit import sealed
from kit.ids import new_id
from kit.keyring import Keys
from kit.log import Log
from kit.objects import Objects

_VIEWS_S = 60.0
_RUNNING = "SELECT id, project_id, seq FROM views.executions WHERE user_id = $1 AND state IN ('pending', 'running')"
_DIGESTS = (
    "WITH digests AS ("
    "SELECT sha256, user_id FROM views.assets UNION "
    "SELECT d ->> 0, e.user_id FROM views.execution_nodes n JOIN views.executions e ON e.id = n.run_id, "
    "LATERAL jsonb_path_query_array(n.outputs, 'strict $.**.sha256') AS found, "
    "LATERAL (SELECT jsonb_build_array(x) AS d FROM jsonb_array_elements(found) AS x) AS each) "
    "SELECT sha256 FROM digests GROUP BY sha256 HAVING bool_and(user_id = $1)"
)
_UPLOADS = "SELECT id FROM library.uploads WHERE user_id = $1"
_FIRST = "SELECT min(at) FROM views.audit WHERE user_id = $1"
log = logging.getLogger(__name__)


def keyring(nc: Client) -> Keys | None:
    """The keys that can be destroyed; None where nothing is sealed."""
    ring = sealed.of(nc)
    return ring if isinstance(ring, Keys) else None


class NotErasable(Exception):
    """It cannot be done, and nothing was. The message says what to do."""


@dataclass(frozen=True)
class Erased:
    """What was removed."""

    user_id: str
    executions_cancelled: int
    objects: int
    rows: int
    log: str
    """`sealed`: what the log holds of the user is ciphertext without a key. `partly readable`: what was written before
    erasure was turned on stays readable."""


@dataclass(frozen=True)
class Eraser:
    engine: AsyncEngine
    keys: Keys | None
    log: Log
    subjects: Subjects
    commands: Commands
    objects: Objects
    who: Who
    acts: Acts
    tide: Tide

    async def erase(self, caller: Caller, user: str) -> Erased:
        """Remove all of it.

        Raises:
            NotErasable: here, or this user.
            NoAnswer: not all runs could be stopped in time, or the views are late. Try again.
        """
        if self.keys is None:
            raise NotErasable("Nothing can be erased here: GROOVE_ERASABLE is off, and the log is readable for ever.")
        if user == LOCAL_USER:
            raise NotErasable("The local user is the whole installation. Delete its data directory instead.")
        await self.who.people.disable(user, disabled=True)
        self.who.signin.forget()
        stopped = await self._stop(user)
        since, first = await self.keys.made(user), (await rows(self.engine, _FIRST, user))[0][0]
        await self.keys.destroy(user)
        if not await self.tide.reach(await self.log.last_seq(), _VIEWS_S):
            raise NoAnswer("the views are late")
        objects = await self._objects(user)
        await asyncio.gather(*(self.objects.delete(key) for key in objects))
        async with line(self.engine) as connection:
            removed = await clear(connection, user)
        await self.acts.note(caller, "user.erased", Thing("user", user))
        partly = first is not None and (since is None or first < since)
        done = Erased(user, stopped, len(objects), removed, "partly readable" if partly else "sealed")
        log.info("a user was erased", extra=asdict(done))
        return done

    async def _stop(self, user: str) -> int:
        running = await rows(self.engine, _RUNNING, user)
        for run in running:
            ask = Ask(MessageId(new_id()), UserId(user), ProjectId(run["project_id"]), run["id"], run["seq"])
            await self.commands.run(ask, CancelRun())
        return len(running)

    async def _objects(self, user: str) -> list[str]:
        """Of the user's media, what is nobody else's too."""
        digests = [row["sha256"] for row in await rows(self.engine, _DIGESTS, user)]
        uploads = [row["id"] for row in await rows(self.engine, _UPLOADS, user)]
        return [*_keys_of(digests), *(f"uploads/{id_}" for id_ in uploads)]


def _keys_of(digests: Iterable[str]) -> Iterable[str]:
    for digest in digests:
        yield f"objects/{digest}"
        yield from (f"{folder}/{digest}.webp" for folder in FOLDERS.values())
