"""Projects: a name, variables, settings, and how their canvas looks. Everyone has one from the beginning."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Update, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from contracts.models import ModelBook
from gateway.database import rows
from gateway.library import tables
from kit.clock import Clock

_FIND = (
    "SELECT id, user_id, name, variables, settings, created_at, updated_at, version, deleted_at "
    "FROM library.projects WHERE user_id = $1 AND id = $2 AND deleted_at IS NULL"
)
_STATE = (
    "SELECT p.version, s.body FROM library.projects AS p "
    "LEFT JOIN library.project_states AS s ON s.user_id = p.user_id AND s.project_id = p.id "
    "WHERE p.user_id = $1 AND p.id = $2 AND p.deleted_at IS NULL"
)
_NOTHING_DRAWN = '{"nodes":[],"edges":[],"viewport":{"x":0,"y":0,"zoom":1}}'


class Stale(Exception):
    """The project is at another version than its changer thinks."""


@dataclass(frozen=True)
class Project:
    id: str
    user_id: str
    name: str
    variables: dict[str, str]
    settings: dict[str, Any]
    created_at: datetime
    updated_at: datetime
    version: int = 1
    deleted_at: datetime | None = None

    def preferred_models(self, book: Callable[[], ModelBook]) -> tuple[str, ...]:
        """Its model, those that it likes, and all of its provider: tried in this order for nodes that name none."""
        settings = self.settings
        wanted: list[str] = [settings["model"]] if settings.get("model") else []
        wanted += settings.get("preferred_models") or ()
        if settings.get("provider"):
            wanted += [model.id for model in book().models if model.provider == settings["provider"]]
        return tuple(dict.fromkeys(wanted))


@dataclass(frozen=True)
class Drawn:
    """`graph_state`, and the version of its project."""

    version: int
    body: str
    """JSON, as it was sent."""


class Projects:
    def __init__(self, engine: AsyncEngine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock

    async def create(
        self,
        user: str,
        id_: str,
        name: str,
        variables: dict[str, str],
        settings: dict[str, Any],
        *,
        state: str | None = None,
    ) -> None:
        """Again with the same id, nothing changes."""
        now = self._clock()
        row = {"id": id_, "user_id": user, "name": name, "variables": variables, "settings": settings}
        statement = insert(tables.projects).values(**row, created_at=now, updated_at=now).on_conflict_do_nothing()
        async with self._engine.begin() as connection:
            made = await connection.execute(statement)
            if state is not None and made.rowcount:
                await _draw(connection, user, id_, state)

    async def find(self, user: str, id_: str) -> Project | None:
        """None: there is none, it was deleted, or it is another's."""
        found = await rows(self._engine, _FIND, user, id_)
        return Project(**found[0]) if found else None

    async def after(self, user: str, id_: str, limit: int, *, deleted: bool = False) -> list[Project]:
        """In the order of their ids; those behind one."""
        projects = tables.projects
        gone = projects.c.deleted_at.is_not(None) if deleted else projects.c.deleted_at.is_(None)
        query = select(projects).where(projects.c.user_id == user, projects.c.id > id_, gone).order_by(projects.c.id)
        async with self._engine.connect() as connection:
            return [Project(**row._mapping) for row in await connection.execute(query.limit(limit))]  # noqa: SLF001

    async def state(self, user: str, id_: str) -> Drawn | None:
        """How its canvas looks; an empty one if nothing was ever saved. None: there is no such project."""
        found = await rows(self._engine, _STATE, user, id_)
        return Drawn(found[0]["version"], found[0]["body"] or _NOTHING_DRAWN) if found else None

    async def change(
        self,
        user: str,
        id_: str,
        changes: Mapping[str, Any],
        *,
        state: str | None = None,
        if_version: int | None = None,
    ) -> bool:
        """All of it or nothing. False: there is no such project.

        Raises:
            Stale: it is at another version.
        """
        projects = tables.projects
        statement = _of(user, id_).values(**changes, updated_at=self._clock(), version=projects.c.version + 1)
        async with self._engine.begin() as connection:
            found = (await connection.execute(statement.returning(projects.c.version))).scalar_one_or_none()
            if found is None:
                return False
            if if_version not in {None, found - 1}:
                raise Stale
            if state is not None:
                await _draw(connection, user, id_, state)
        return True

    async def delete(self, user: str, id_: str) -> bool:
        now = self._clock()
        async with self._engine.begin() as connection:
            done = await connection.execute(_of(user, id_).values(deleted_at=now, updated_at=now))
            return done.rowcount > 0

    async def restore(self, user: str, id_: str) -> bool:
        """False: it is not deleted, or there never was one."""
        projects = tables.projects
        mine = projects.c.user_id == user, projects.c.id == id_, projects.c.deleted_at.is_not(None)
        async with self._engine.begin() as connection:
            statement = update(projects).where(*mine).values(deleted_at=None, updated_at=self._clock())
            return (await connection.execute(statement)).rowcount > 0


def _of(user: str, id_: str) -> Update:
    projects = tables.projects
    mine = projects.c.user_id == user, projects.c.id == id_, projects.c.deleted_at.is_(None)
    return update(projects).where(*mine)


async def _draw(connection: AsyncConnection, user: str, id_: str, body: str) -> None:
    statement = insert(tables.project_states).values(user_id=user, project_id=id_, body=body)
    keys = ["user_id", "project_id"]
    await connection.execute(statement.on_conflict_do_update(index_elements=keys, set_={"body": body}))
