"""Who else is in a project, and what they may do there. Its owner is not a member of it: it is theirs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from gateway.database import rows
from gateway.library.who_tables import members, users
from kit.clock import Clock

Role = Literal["viewer", "editor", "owner"]
RANK: Mapping[Role, int] = {"viewer": 0, "editor": 1, "owner": 2}
_FRESH = timedelta(seconds=10)
"""How long another gateway may still go by what it knew."""
_MOST = 10_000
_SHARED = "SELECT project_id, owner_id, role FROM library.members WHERE user_id = $1"


@dataclass(frozen=True)
class Member:
    user_id: str
    name: str
    email: str | None
    role: Role
    added_at: datetime


@dataclass(frozen=True)
class Share:
    """A project of somebody else that one is in."""

    project_id: str
    owner_id: str
    role: Role


class Members:
    def __init__(self, engine: AsyncEngine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock
        self._known: dict[str, tuple[datetime, Mapping[str, Share]]] = {}

    async def shares(self, user: str) -> Mapping[str, Share]:
        """By project. Asked of the database now and then, not for each request."""
        now, known = self._clock(), self._known.get(user)
        if known is not None and now - known[0] < _FRESH:
            return known[1]
        found = await rows(self._engine, _SHARED, user)
        shares = {row["project_id"]: Share(**row) for row in found}
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[user] = (now, shares)
        return shares

    async def of(self, project: str) -> list[Member]:
        query = (
            select(members.c.user_id, users.c.name, users.c.email, members.c.role, members.c.added_at)
            .join(users, users.c.id == members.c.user_id)
            .where(members.c.project_id == project)
            .order_by(members.c.added_at, members.c.user_id)
        )
        async with self._engine.connect() as connection:
            return [Member(**row._mapping) for row in await connection.execute(query)]  # noqa: SLF001  its public name

    async def put(self, project: str, owner: str, user: str, role: Role) -> None:
        row = {"project_id": project, "owner_id": owner, "user_id": user, "role": role}
        statement = insert(members).values(**row, added_at=self._clock())
        keys = ["project_id", "user_id"]
        async with self._engine.begin() as connection:
            await connection.execute(statement.on_conflict_do_update(index_elements=keys, set_={"role": role}))
        self._known.pop(user, None)

    async def remove(self, project: str, user: str) -> bool:
        statement = delete(members).where(members.c.project_id == project, members.c.user_id == user)
        async with self._engine.begin() as connection:
            done = await connection.execute(statement)
        self._known.pop(user, None)
        return done.rowcount > 0
