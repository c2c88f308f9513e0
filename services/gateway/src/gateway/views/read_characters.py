"""Characters: who they are, and their reference pictures. Pictures whose asset was deleted are left out of each."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic_core import to_json
from sqlalchemy.ext.asyncio import AsyncEngine

from contracts.base import CharacterId
from contracts.character import Reference
from contracts.values import MAX_REFERENCES, CharacterValue
from gateway.database import rows
from gateway.views.living import not_deleted
from gateway.views.paging import Page, cursor_at, newest
from gateway.views.values import media_shown

Json = dict[str, Any]
BASELINE = "baseline/"
"""How the names of engines without weights begin."""
TINY = 48
"""Pixels: a face that is smaller has too little to go by."""
_LOST = (
    "ARRAY(SELECT a.id FROM jsonb_array_elements(c.pictures) AS p "
    "JOIN views.assets AS a ON a.id = p -> 'asset' ->> 'asset_id' WHERE a.deleted_at IS NOT NULL) AS lost"
)
_SELECT = f"SELECT * FROM (SELECT c.*, {_LOST} FROM views.characters AS c) AS c"  # noqa: S608  our own words
_FIND = f"{_SELECT} WHERE id = $1 AND user_id = $2 AND deleted_at IS NULL"
_MANY = f"{_SELECT} WHERE id = ANY($1::text[]) AND user_id = $2 AND deleted_at IS NULL"
_MERGED = "SELECT merged_into FROM views.characters WHERE id = $1 AND user_id = $2 AND merged_into IS NOT NULL"
_HOLDING = f"{_SELECT} WHERE user_id = $1 AND deleted_at IS NULL AND pictures @> $2::jsonb ORDER BY position"
_VALUES = f"""
WITH RECURSIVE chain AS (
    SELECT id AS asked, id, merged_into, 0 AS depth FROM views.characters WHERE id = ANY($1::text[]) AND user_id = $2
    UNION ALL
    SELECT h.asked, c.id, c.merged_into, h.depth + 1 FROM chain AS h
    JOIN views.characters AS c ON c.id = h.merged_into AND c.user_id = $2 WHERE h.depth < 32
)
SELECT h.asked, c.*, {_LOST} FROM chain AS h JOIN views.characters AS c ON c.id = h.id WHERE c.deleted_at IS NULL
"""  # noqa: S608  our own words
SHOWN = 100
"""Of graphs, and of executions; all are counted."""
_GRAPHS = f"""
SELECT id, name, project_id, count(*) OVER () AS total, (
    SELECT jsonb_agg(node ->> 'id') FROM jsonb_array_elements(content -> 'nodes') AS node
    WHERE node ->> 'type' = 'character' AND node -> 'params' ->> 'character_id' = $3
) AS node_ids
FROM views.graphs WHERE user_id = $1 AND NOT deleted AND content -> 'nodes' @> $2::jsonb
    AND ($4::text IS NULL OR project_id = $4) ORDER BY position DESC LIMIT {SHOWN}
"""  # noqa: S608  a number of our own
_RUNS = f"""
SELECT n.run_id AS execution_id, n.node_id, r.state AS execution_state, r.project_id, r.graph_id, r.graph_name,
    r.created_at, count(*) OVER () AS total
FROM views.execution_nodes AS n JOIN views.executions AS r ON r.id = n.run_id AND r.user_id = $1
WHERE n.type = 'character' AND n.outputs #>> '{{character,0,character_id}}' = $2
    AND ($3::text IS NULL OR r.project_id = $3) ORDER BY r.position DESC, n.node_id LIMIT {SHOWN}
"""  # noqa: S608  as above
_OF_RUN = ("execution_id", "node_id", "execution_state", "project_id", "graph_id", "graph_name", "created_at")


@dataclass(frozen=True)
class CharacterFilter:
    project_id: str | None = None
    tag: str | None = None
    text: str | None = None
    """A part of the name, whatever its capitals."""


@dataclass(frozen=True)
class Picture:
    """A reference, with when it was given."""

    reference: Reference
    at: str

    @property
    def asset_id(self) -> str:
        return self.reference.asset.asset_id


class Characters:
    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def find(self, user: str, id_: str) -> Mapping[str, Any] | None:
        """None: there is none, it is gone, or it is another's."""
        found = await rows(self._engine, _FIND, id_, user)
        return found[0] if found else None

    async def many(self, user: str, ids: Collection[str]) -> dict[str, Mapping[str, Any]]:
        """Those of these ids that are there."""
        return {row["id"]: row for row in await rows(self._engine, _MANY, list(ids), user)}

    async def merged_into(self, user: str, id_: str) -> str | None:
        """Which other one has its references now."""
        found = await rows(self._engine, _MERGED, id_, user)
        return str(found[0]["merged_into"]) if found else None

    async def page(self, user: str, page: Page, only: CharacterFilter) -> tuple[list[Mapping[str, Any]], str | None]:
        """Newest first."""
        conditions, args = ["user_id = $1", "deleted_at IS NULL", not_deleted("$1")], [user]
        for condition, value in (
            ("project_id = ${}", only.project_id),
            ("tags ? ${}", only.tag),
            ("position(lower(${}) in lower(name)) > 0", only.text),
        ):
            if value is not None:
                args.append(value)
                conditions.append(condition.format(len(args)))
        found = await rows(self._engine, newest(_SELECT, page, conditions, args), *args)
        here = [*found[: page.limit]]
        return here, cursor_at(here[-1]["position"], here[-1]["id"]) if len(found) > page.limit else None

    async def values(self, user: str, ids: Collection[str]) -> dict[str, CharacterValue]:
        """Those of these ids that are there, as nodes get them; of one that was merged, what it was merged into."""
        if not ids:
            return {}
        found = await rows(self._engine, _VALUES, list(ids), user)
        return {row["asked"]: value_of(row) for row in found}

    async def holding(self, user: str, asset_id: str) -> list[Mapping[str, Any]]:
        """Those that have this asset as a reference."""
        return [*await rows(self._engine, _HOLDING, user, holds(asset_id))]

    async def uses(self, user: str, id_: str, project: str | None) -> Json:
        """Graphs and nodes of executions that name it. `project`: only of that one."""
        named = to_json([{"type": "character", "params": {"character_id": id_}}]).decode()
        graphs = await rows(self._engine, _GRAPHS, user, named, id_, project)
        runs = await rows(self._engine, _RUNS, user, id_, project)
        return {
            "graphs": _counted(graphs, "id", "name", "project_id", "node_ids"),
            "executions": _counted(runs, *_OF_RUN),
        }


def _counted(found: Sequence[Mapping[str, Any]], *names: str) -> Json:
    items = [{name: row[name] for name in names} for row in found]
    return {"count": found[0]["total"] if found else 0, "items": items}


def holds(asset_id: str) -> str:
    """What the pictures contain of a character that has this asset: as JSON."""
    return to_json([{"asset": {"asset_id": asset_id}}]).decode()


def pictures_of(row: Mapping[str, Any]) -> list[Picture]:
    """The best first: by quality, then the newest."""
    lost = set(row["lost"])
    all_ = [Picture(Reference.model_validate(one), one["at"]) for one in row["pictures"]]
    there = [(one.reference.quality, number, one) for number, one in enumerate(all_) if one.asset_id not in lost]
    return [one for _, _, one in sorted(there, key=lambda each: each[:2], reverse=True)]


def value_of(row: Mapping[str, Any]) -> CharacterValue:
    best = [one.reference for one in pictures_of(row)[:MAX_REFERENCES]]
    return CharacterValue(
        character_id=CharacterId(row["id"]),
        name=row["name"],
        description=row["description"],
        references=tuple(one.asset for one in best),
        engine=_engine(best),
    )


def _engine(references: Sequence[Reference]) -> str | None:
    return next((one.engine for one in references if one.face is not None and one.engine), None)


def show(row: Mapping[str, Any], *more: str) -> Json:
    """As the API gives it. `more` are warnings of the moment."""
    pictures = pictures_of(row)
    engine = _engine([one.reference for one in pictures])
    best = pictures[0].asset_id if pictures else None
    return {
        "id": row["id"],
        "name": row["name"],
        "description": row["description"],
        "tags": row["tags"],
        "project_id": row["project_id"],
        "references": [_shown(one, best) for one in pictures],
        "best_reference": best,
        "engine": engine,
        "baseline": engine is not None and engine.startswith(BASELINE),
        "created_at": row["created_at"],
        "updated_at": row["updated_at"],
        "warnings": [*more, *_warnings(pictures)],
    }


def _shown(picture: Picture, best: str | None) -> Json:
    reference = picture.reference
    return media_shown(reference.asset) | {
        "face": reference.face.model_dump(mode="json") if reference.face else None,
        "quality": reference.quality,
        "best": picture.asset_id == best,
        "engine": reference.engine,
        "added_at": picture.at,
    }


def _warnings(pictures: Sequence[Picture]) -> list[str]:
    if not pictures:
        return ["It has no reference picture yet, so providers are told only its name and description."]
    said = []
    for one in pictures:
        face = one.reference.face
        if face is None:
            said.append(
                f"No face was found in {one.asset_id}: providers get the picture, but nothing can be compared with it."
            )
        elif min(face.width, face.height) < TINY:
            pixels = f"{face.width:.0f}x{face.height:.0f}"
            said.append(
                f"The face in {one.asset_id} is tiny ({pixels} pixels): results are compared with it only roughly."
            )
    engines = {one.reference.engine for one in pictures if one.reference.face is not None}
    if len(engines) > 1:
        said.append(f"Its faces were looked at by different engines ({', '.join(sorted(engines))}): they never mix.")
    return said
