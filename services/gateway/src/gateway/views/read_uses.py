"""Who would miss an asset."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from gateway.database import rows
from gateway.views.read_characters import holds

Json = dict[str, Any]
SHOWN = 100
"""Of each kind; all are counted."""
_GRAPHS = f"""
SELECT id, name, project_id, count(*) OVER () AS total, (
    SELECT jsonb_agg(node ->> 'id') FROM jsonb_array_elements(content -> 'nodes') AS node
    WHERE node ->> 'type' = 'asset' AND node -> 'params' ->> 'asset_id' = $2
) AS node_ids
FROM views.graphs WHERE user_id = $1 AND NOT deleted AND assets ? $2 ORDER BY position DESC LIMIT {SHOWN}
"""  # noqa: S608  a number of our own
_RUNS = f"""
SELECT u.run_id, u.node_id, n.state, n.type, n.recipe, r.project_id, r.graph_id, r.graph_name, r.state AS run_state,
    r.created_at, count(*) OVER () AS total
FROM views.asset_uses AS u
JOIN views.executions AS r ON r.id = u.run_id AND r.user_id = $1
JOIN views.execution_nodes AS n ON n.run_id = u.run_id AND n.node_id = u.node_id
WHERE u.asset_id = $2 ORDER BY u.position DESC LIMIT {SHOWN}
"""  # noqa: S608  as above
_CHARACTERS = f"""
SELECT id, name, project_id, count(*) OVER () AS total FROM views.characters
WHERE user_id = $1 AND deleted_at IS NULL AND pictures @> $2::jsonb ORDER BY position DESC LIMIT {SHOWN}
"""  # noqa: S608  as above
_DELETED = """
SELECT u.node_id, u.asset_id FROM views.asset_uses AS u JOIN views.assets AS a ON a.id = u.asset_id
WHERE u.run_id = $1 AND a.deleted_at IS NOT NULL ORDER BY 1, 2
"""
_HOW = {"cached": "cached", "inherited": "inherited"}


@dataclass(frozen=True)
class Radius:
    """What deleting it would leave with a hole."""

    graphs: list[Json]
    graph_count: int
    executions: list[Json]
    execution_count: int
    """Nodes of executions, its maker included."""
    characters: list[Json]
    character_count: int
    """That have it as a reference."""
    recipes: list[str]
    """Results that would have to be made again."""
    elsewhere: bool
    """Whether a graph, a character or any execution but its maker has it."""

    def shown(self) -> Json:
        return {
            "graphs": {"count": self.graph_count, "items": self.graphs},
            "executions": {"count": self.execution_count, "items": self.executions},
            "characters": {"count": self.character_count, "items": self.characters},
            "recipes": self.recipes,
        }


class Uses:
    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def of(self, user: str, asset_id: str, maker: str | None) -> Radius:
        """`maker`: the execution that made it."""
        graphs = await rows(self._engine, _GRAPHS, user, asset_id)
        runs = await rows(self._engine, _RUNS, user, asset_id)
        characters = await rows(self._engine, _CHARACTERS, user, holds(asset_id))
        shown = [_run(row) for row in runs]
        return Radius(
            graphs=[{name: row[name] for name in ("id", "name", "project_id", "node_ids")} for row in graphs],
            graph_count=graphs[0]["total"] if graphs else 0,
            executions=shown,
            execution_count=runs[0]["total"] if runs else 0,
            characters=[{name: row[name] for name in ("id", "name", "project_id")} for row in characters],
            character_count=characters[0]["total"] if characters else 0,
            recipes=sorted({row["recipe"] for row in runs if row["recipe"] is not None and row["type"] != "asset"}),
            elsewhere=bool(graphs or characters) or any(run["execution_id"] != maker for run in shown),
        )

    async def deleted(self, run_id: str) -> list[tuple[str, str]]:
        """Nodes of an execution whose results are deleted, with the asset."""
        return [(row["node_id"], row["asset_id"]) for row in await rows(self._engine, _DELETED, run_id)]


def _run(row: Any) -> Json:
    how = "given" if row["type"] == "asset" else _HOW.get(row["state"], "made")
    if row["type"] == "output":
        how = "shown"
    return {
        "execution_id": row["run_id"],
        "node_id": row["node_id"],
        "how": how,
        "execution_state": row["run_state"],
        "project_id": row["project_id"],
        "graph_id": row["graph_id"],
        "graph_name": row["graph_name"],
        "created_at": row["created_at"],
    }
