"""Notes who did what where the log does not: append-only.

`await desk.acts.note(caller, "member.added", Thing("user", id_, name), "as editor", project=(owner, project_id))`
"""

from dataclasses import dataclass

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from gateway.library.acts_tables import acts
from gateway.users import Caller
from kit.clock import Clock

_LONGEST = 200


@dataclass(frozen=True)
class Thing:
    """What something was done to."""

    kind: str
    id: str
    name: str = ""


class Acts:
    def __init__(self, engine: AsyncEngine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock

    async def note(
        self, caller: Caller, action: str, thing: Thing, detail: str = "", project: tuple[str, str] | None = None
    ) -> None:
        """Keep it for ever. Never a secret, a prompt or an address of a person in `detail`.

        Args:
            caller: who did it.
            action: noun.verb in the past: `key.created`, `member.removed`.
            thing: what it was done to.
            detail: a few words.
            project: its owner and its id, so that it is seen in that project's audit.
        """
        owner, project_id = project or (caller.user_id, None)
        row = {
            "at": self._clock(),
            "actor": caller.user_id,
            "user_id": owner,
            "project_id": project_id,
            "action": action,
            "object_kind": thing.kind,
            "object_id": thing.id,
            "object_name": thing.name[:_LONGEST],
            "detail": detail[:_LONGEST],
        }
        async with self._engine.begin() as connection:
            await connection.execute(insert(acts).values(row))
