"""Executions as lineage needs them: what was planned, what came out, and what it was taken over from."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from gateway.database import rows

Json = dict[str, Any]
Key = tuple[str, str]
"""An execution and a node of it."""
_HOPS = 100
_RUNS = (
    "SELECT r.id, r.graph_id, r.graph_name, r.project_id, p.plan FROM views.executions AS r "
    "JOIN views.execution_plans AS p ON p.run_id = r.id WHERE r.id = ANY($1::text[]) AND r.user_id = $2"
)
_NODES = (
    "SELECT run_id, node_id, state, outputs, cached_from, recipe, cost, completed_at FROM views.execution_nodes "
    "WHERE run_id = ANY($1::text[])"
)
_TOLD = (
    "SELECT DISTINCT ON (run_id, node_id) run_id, node_id, prompt, cost, cost_basis FROM views.generations "
    "WHERE run_id = ANY($1::text[]) ORDER BY run_id, node_id, late, attempt DESC"
)
_OF_RUNS = (
    "SELECT a.* FROM views.asset_uses AS u JOIN views.assets AS a ON a.id = u.asset_id "
    "WHERE u.run_id = ANY($1::text[]) AND a.user_id = $2"
)
_ASSETS = "SELECT * FROM views.assets WHERE id = ANY($1::text[]) AND user_id = $2"
_USES = (
    "SELECT u.asset_id, u.run_id, u.node_id FROM views.asset_uses AS u JOIN views.executions AS r ON r.id = u.run_id "
    "WHERE u.asset_id = ANY($1::text[]) AND r.user_id = $2 ORDER BY u.position LIMIT $3"
)
_TAKEN = (
    "SELECT n.run_id, n.node_id, n.cached_from FROM views.execution_nodes AS n "
    "JOIN views.executions AS r ON r.id = n.run_id AND r.user_id = $2 "
    "WHERE n.cached_from ->> 'execution_id' = ANY($1::text[]) LIMIT $3"
)


@dataclass
class Made:
    """One execution."""

    about: Json
    plan: dict[str, Json]
    nodes: dict[str, Json] = field(default_factory=dict)
    told: dict[str, Json] = field(default_factory=dict)

    def inputs(self, node_id: str) -> Iterator[tuple[str, str, Json]]:
        """Port, the node that it comes from, and the value, as they were picked."""
        node = self.plan.get(node_id, {})
        for wire in node.get("inputs", ()):
            values = [
                (source["node_id"], value)
                for source in wire["sources"]
                for value in self.outputs(source["node_id"]).get(source["port"], ())
            ]
            if not wire["many"]:
                pick = node.get("pick", 0)
                values = values[pick : pick + 1]
            yield from ((wire["port"], source, value) for source, value in values)

    def outputs(self, node_id: str) -> dict[str, list[Json]]:
        return self.nodes[node_id]["outputs"] if node_id in self.nodes else {}

    def takers(self, node_id: str) -> list[str]:
        """Nodes that something of this node goes into."""
        return [
            taker
            for taker, node in self.plan.items()
            if any(source["node_id"] == node_id for wire in node.get("inputs", ()) for source in wire["sources"])
        ]


class Store:
    """What was read so far, of one user's."""

    def __init__(self, engine: AsyncEngine, user: str) -> None:
        self._engine = engine
        self._user = user
        self.runs: dict[str, Made | None] = {}
        """None: there is none that may be seen."""
        self.assets: dict[str, Json | None] = {}

    async def need(self, runs: Collection[str] = (), assets: Collection[str] = ()) -> None:
        new = [id_ for id_ in dict.fromkeys(runs) if id_ not in self.runs]
        if new:
            await self._read_runs(new)
        missing = [id_ for id_ in dict.fromkeys(assets) if id_ not in self.assets]
        if missing:
            self.assets |= dict.fromkeys(missing)
            self._keep(await rows(self._engine, _ASSETS, missing, self._user))

    async def _read_runs(self, ids: list[str]) -> None:
        self.runs |= dict.fromkeys(ids)
        for row in await rows(self._engine, _RUNS, ids, self._user):
            about = {name: row[name] for name in ("graph_id", "graph_name", "project_id")}
            self.runs[row["id"]] = Made(about, {node["id"]: node for node in row["plan"]["nodes"]})
        for row in await rows(self._engine, _NODES, ids):
            if (run := self.runs[row["run_id"]]) is not None:
                run.nodes[row["node_id"]] = dict(row)
        for row in await rows(self._engine, _TOLD, ids):
            if (run := self.runs[row["run_id"]]) is not None:
                run.told[row["node_id"]] = dict(row)
        self._keep(await rows(self._engine, _OF_RUNS, ids, self._user))

    def _keep(self, found: Collection[Any]) -> None:
        self.assets |= {row["id"]: dict(row) for row in found}

    async def origin(self, key: Key) -> Key | None:
        """Where a node's result was really made. None: where nobody may see."""
        for _ in range(_HOPS):
            run_id, node_id = key
            await self.need([run_id])
            run = self.runs[run_id]
            if run is None or node_id not in run.nodes:
                return None
            source = run.nodes[node_id]["cached_from"]
            if source is None:
                return key
            key = (source["execution_id"], source["node_id"])
        return None

    async def where(self, asset_ids: Collection[str], most: int) -> dict[str, list[Key]]:
        """Out of which nodes these assets came."""
        found: dict[str, list[Key]] = {}
        for row in await rows(self._engine, _USES, list(asset_ids), self._user, most):
            found.setdefault(row["asset_id"], []).append((row["run_id"], row["node_id"]))
        return found

    async def taken(self, keys: Collection[Key], most: int) -> dict[Key, list[Key]]:
        """Who took over what these nodes made."""
        found: dict[Key, list[Key]] = {key: [] for key in keys}
        for row in await rows(self._engine, _TAKEN, [run for run, _ in keys], self._user, most):
            source = (row["cached_from"]["execution_id"], row["cached_from"]["node_id"])
            if source in found:
                found[source].append((row["run_id"], row["node_id"]))
        return found
