"""Projects: their settings, their canvas, and what was made in them."""

from collections.abc import Mapping
from typing import Any, cast

from groove.shapes import Page
from groove.wire import Ask, Wire, path, starting

Json = Mapping[str, Any]


class Projects:
    """`client.projects`."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    async def list(self, *, limit: int | None = None, cursor: str | None = None, deleted: bool = False) -> Page[Json]:
        params = {"limit": limit, "cursor": cursor, "deleted": "true" if deleted else None}
        return cast("Page[Json]", await self._wire.json(Ask("GET", "/api/projects", params=params)))

    async def create(
        self,
        name: str,
        *,
        variables: Mapping[str, str] | None = None,
        settings: Json | None = None,
        key: str | None = None,
    ) -> Json:
        body = {"name": name, "variables": dict(variables or {}), "settings": dict(settings or {})}
        return cast("Json", await self._wire.json(starting("/api/projects", body, key)))

    async def get(self, project_id: str) -> Json:
        """With its canvas, as `graph_state`."""
        return cast("Json", await self._wire.json(Ask("GET", path("projects", project_id))))

    async def change(self, project_id: str, changes: Json, *, if_version: int | None = None) -> Json:
        """Name, variables, settings or graph_state: each replaced whole.

        Args:
            project_id: which.
            changes: what is absent stays.
            if_version: refused (412) if it has changed since.
        """
        headers = {} if if_version is None else {"If-Match": f'"{if_version}"'}
        ask = Ask("PATCH", path("projects", project_id), dict(changes), headers=headers, repeatable=if_version is None)
        return cast("Json", await self._wire.json(ask))

    async def delete(self, project_id: str) -> Json:
        """It leaves the lists with its graphs and runs, and can be restored with them."""
        return cast("Json", await self._wire.json(Ask("DELETE", path("projects", project_id), repeatable=False)))

    async def restore(self, project_id: str, *, key: str | None = None) -> Json:
        return cast("Json", await self._wire.json(starting(path("projects", project_id, "restore"), {}, key)))

    async def generations(
        self, project_id: str, *, limit: int | None = None, cursor: str | None = None, **only: str | None
    ) -> Page[Json]:
        """What was made in it, newest first.

        Args:
            project_id: which.
            limit: at most so many.
            cursor: `next_cursor` of the page before.
            only: node_id, graph_id, model, type.
        """
        params = {"limit": limit, "cursor": cursor, **only}
        return cast(
            "Page[Json]", await self._wire.json(Ask("GET", path("projects", project_id, "generations"), params=params))
        )
