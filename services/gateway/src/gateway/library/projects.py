"""Projects: a name, variables and settings. Everyone has one from the beginning."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from gateway.database import rows
from gateway.library import tables
from kit.clock import Clock

_FIND = "SELECT * FROM library.projects WHERE user_id = $1 AND id = $2"


@dataclass(frozen=True)
class Project:
    id: str
    user_id: str
    name: str
    variables: dict[str, str]
    settings: dict[str, Any]
    created_at: datetime
    updated_at: datetime

    @property
    def preferred_models(self) -> tuple[str, ...]:
        return tuple(self.settings.get("preferred_models", ()))


class Projects:
    def __init__(self, engine: AsyncEngine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock

    async def create(self, user: str, id_: str, name: str, variables: dict[str, str], settings: dict[str, Any]) -> None:
        """Again with the same id, nothing changes."""
        now = self._clock()
        row = {"id": id_, "user_id": user, "name": name, "variables": variables, "settings": settings}
        statement = insert(tables.projects).values(**row, created_at=now, updated_at=now).on_conflict_do_nothing()
        async with self._engine.begin() as connection:
            await connection.execute(statement)

    async def find(self, user: str, id_: str) -> Project | None:
        found = await rows(self._engine, _FIND, user, id_)
        return Project(**found[0]) if found else None

    async def after(self, user: str, id_: str, limit: int) -> list[Project]:
        """In the order of their ids; those behind one."""
        projects = tables.projects
        query = select(projects).where(projects.c.user_id == user, projects.c.id > id_).order_by(projects.c.id)
        async with self._engine.connect() as connection:
            return [Project(**row._mapping) for row in await connection.execute(query.limit(limit))]  # noqa: SLF001

    async def change(self, user: str, id_: str, changes: dict[str, Any]) -> None:
        projects = tables.projects
        statement = update(projects).where(projects.c.user_id == user, projects.c.id == id_)
        async with self._engine.begin() as connection:
            await connection.execute(statement.values(**changes, updated_at=self._clock()))
