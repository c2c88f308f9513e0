"""Whose things a request is about: one's own, or those of a shared project's owner."""

import re
from collections.abc import Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from contracts.base import ID_PATTERN, UserId
from gateway.database import rows
from gateway.library.members import RANK, Members, Role
from gateway.users import Caller

_ID = re.compile(ID_PATTERN)
WHERE = {
    "graph_id": "SELECT user_id, project_id FROM views.graphs WHERE id = $1",
    "execution_id": "SELECT user_id, project_id FROM views.executions WHERE id = $1",
    "asset_id": (
        "SELECT user_id, project_id FROM views.assets WHERE id = $1 "
        "UNION ALL SELECT user_id, project_id FROM library.uploads WHERE id = $1"
    ),
    "character_id": "SELECT user_id, project_id FROM views.characters WHERE id = $1 AND deleted_at IS NULL",
    "project_id": "SELECT user_id, id AS project_id FROM library.projects WHERE id = $1",
    "job_id": "SELECT user_id, project_id FROM views.jobs WHERE id = $1",
}
"""Whose an object is, by the name of the parameter that names it."""
NAMES = frozenset(WHERE)


class TooLow(Exception):
    """The caller may see it, and may not do this to it."""

    def __init__(self, role: Role, needed: Role) -> None:
        super().__init__(f"You are {_named(role)} of this project: that takes {_named(needed)}.")


class Access:
    def __init__(self, engine: AsyncEngine, members: Members) -> None:
        self._engine = engine
        self._members = members

    async def owner(self, caller: Caller, named: Mapping[str, Any], needed: Role) -> UserId:
        """The caller, unless what a request names lies in a project that is shared with them: then its owner.

        All of it must lie in that project: who is let into one room may not reach into another. What is neither is
        looked for among the caller's own things, and not found.

        Args:
            caller: who asks.
            named: ids by the name of the parameter: graph_id, execution_id, asset_id, character_id, job_id, project_id.
            needed: the least role that will do.

        Raises:
            TooLow: their role in that project does not reach.
        """
        shares = await self._members.shares(caller.user_id)
        if not shares or not named:
            return caller.user_id
        found = {await self._project_of(name, id_) for name, id_ in named.items()}
        share = shares.get(next(iter(found))[1]) if len(found) == 1 else None
        if share is None or found != {(share.owner_id, share.project_id)}:
            return caller.user_id
        if RANK[share.role] < RANK[needed]:
            raise TooLow(share.role, needed)
        return UserId(share.owner_id)

    async def may_see(self, caller: Caller, project_id: str, owner_id: str) -> bool:
        """Whether it is theirs, or still shared with them."""
        if owner_id == caller.user_id:
            return True
        share = (await self._members.shares(caller.user_id)).get(project_id)
        return share is not None and share.owner_id == owner_id

    async def _project_of(self, name: str, id_: Any) -> tuple[str, str]:
        """Whose, and which."""
        found = await rows(self._engine, WHERE[name], id_) if isinstance(id_, str) and _ID.fullmatch(id_) else []
        return (found[0]["user_id"], found[0]["project_id"]) if found else ("", "")


def _named(role: Role) -> str:
    return {"viewer": "a viewer", "editor": "an editor", "owner": "its owner"}[role]
