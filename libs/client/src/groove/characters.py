"""Characters: people and figures that stay themselves, wherever they are used."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from groove.shapes import Page
from groove.wire import Ask, Wire, path, starting

Json = Mapping[str, Any]


class Characters:
    """`client.characters`."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    async def create(  # noqa: PLR0913  each may be said
        self,
        name: str,
        references: Sequence[str] = (),
        *,
        description: str = "",
        tags: Sequence[str] = (),
        project_id: str | None = None,
        made_by: tuple[str, str] | None = None,
        key: str | None = None,
    ) -> Json:
        """Make one, of pictures or of what a node found. `warnings` tell what is wrong with them.

        Args:
            name: as prompts call it.
            references: ids of assets that show it.
            description: providers are told it, in words.
            tags: to find it again.
            project_id: else the default one.
            made_by: a run and its `face_analysis` node, instead of references.
            key: Idempotency-Key; the same key makes it once.
        """
        body: dict[str, Any] = {"name": name, "description": description, "tags": [*tags]}
        body |= {"references": [*references]} if references else {}
        body |= {"project_id": project_id} if project_id else {}
        body |= {"from": dict(zip(("execution_id", "node_id"), made_by, strict=True))} if made_by else {}
        return cast("Json", await self._wire.json(starting("/api/characters/", body, key)))

    async def get(self, character_id: str) -> Json:
        return cast("Json", await self._wire.json(Ask("GET", path("characters", character_id))))

    async def list(
        self,
        *,
        text: str | None = None,
        tag: str | None = None,
        project_id: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Page[Json]:
        """Newest first. `text`: a part of the name."""
        params = {"text": text, "tag": tag, "project_id": project_id, "limit": limit, "cursor": cursor}
        return cast("Page[Json]", await self._wire.json(Ask("GET", "/api/characters/", params=params)))

    async def change(self, character_id: str, changes: Json) -> Json:
        """Name, description, tags: what is absent stays."""
        return cast("Json", await self._wire.json(Ask("PATCH", path("characters", character_id), dict(changes))))

    async def delete(self, character_id: str) -> None:
        """Forget it, with every embedding of its faces. Its pictures stay assets."""
        await self._wire.ask(Ask("DELETE", path("characters", character_id), repeatable=False))

    async def add(self, character_id: str, asset_id: str, *, face: int | None = None, key: str | None = None) -> Json:
        """Give it a picture. `face`: which one of it, the largest being 0."""
        body = {"asset_id": asset_id} | ({} if face is None else {"face_index": face})
        ask = starting(path("characters", character_id, "references"), body, key)
        return cast("Json", await self._wire.json(ask))

    async def remove(self, character_id: str, asset_id: str) -> Json:
        """Take a picture from it. The asset stays."""
        ask = Ask("DELETE", path("characters", character_id, "references", asset_id), repeatable=False)
        return cast("Json", await self._wire.json(ask))

    async def search(self, asset_id: str, *, project_id: str | None = None, limit: int = 10) -> Json:
        """Whom a picture shows: `items`, the best first, and what the engine takes for the same person."""
        body: dict[str, Any] = {"asset_id": asset_id, "limit": limit}
        body |= {"project_id": project_id} if project_id else {}
        return cast("Json", await self._wire.json(Ask("POST", "/api/characters/search", body)))

    async def merge(self, character_id: str, other_id: str, *, key: str | None = None) -> Json:
        """The other one ends: its pictures come here, and graphs that name it get this one."""
        ask = starting(path("characters", character_id, "merge"), {"from": other_id}, key)
        return cast("Json", await self._wire.json(ask))

    async def uses(self, character_id: str) -> Json:
        """Graphs and runs that name it."""
        return cast("Json", await self._wire.json(Ask("GET", path("characters", character_id, "uses"))))
