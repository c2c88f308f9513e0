"""From an asset to all that made it, and to all that was made from it.

A graph of assets and steps. Texts, storyboards and characters are no assets: a step that wrote one leads straight to
the step that read it.
What was taken over stands where it was made. Nothing can be made from itself; what was visited is not visited again all
the same, so a history that says otherwise ends.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from gateway.views.lineage_store import Key, Store
from gateway.views.values import original_url

Json = dict[str, Any]
_RELAYS = {"asset", "output"}
"""Steps that hand on what is there already."""
_USES = 5_000
_DONE = {"completed", "cached", "inherited"}


@dataclass
class Map:
    limit: int
    nodes: dict[str, Json] = field(default_factory=dict)
    edges: dict[tuple[str, str, str], None] = field(default_factory=dict)
    truncated: bool = False

    def add(self, id_: str, depth: int, node: Json) -> bool:
        """Whether it is new; what is over the limit is not."""
        if id_ in self.nodes:
            return False
        if len(self.nodes) >= self.limit:
            self.truncated = True
            return False
        self.nodes[id_] = {"id": id_, "depth": depth, **node}
        return True

    def join(self, source: str, target: str, port: str) -> None:
        self.edges[source, target, port] = None

    def shown(self) -> Json:
        edges = [
            {"from": source, "to": target, "port": port}
            for source, target, port in self.edges
            if source in self.nodes and target in self.nodes
        ]
        nodes = sorted(self.nodes.values(), key=lambda node: int(node["depth"]))
        made = [node for node in nodes if node["kind"] == "step" and node["depth"] < 0]
        cost = sum(int(node["cost"]) for node in made)
        return {"nodes": nodes, "edges": edges, "cost": cost, "truncated": self.truncated}


class Lineages:
    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def of(self, user: str, asset: Json, *, up: bool, down: bool, depth: int, limit: int) -> Json:
        """`depth` counts steps."""
        store, map_ = Store(self._engine, user), Map(limit)
        store.assets[asset["id"]] = asset
        map_.add(_asset_id(asset["id"]), 0, _asset(asset))
        if up:
            await _Up(store, map_).walk(asset["id"], depth)
        if down:
            await _Down(store, map_).walk(asset["id"], depth)
        return {"asset_id": asset["id"], **map_.shown()}


class _Up:
    def __init__(self, store: Store, map_: Map) -> None:
        self._store = store
        self._map = map_

    async def walk(self, asset_id: str, depth: int) -> None:
        steps = self._makers([asset_id])
        for level in range(1, depth + 1):
            if not steps:
                return
            await self._store.need([run for run, _ in steps])
            new = [key for key in dict.fromkeys(steps) if self._map.add(*_step(self._store, key, -level))]
            assets, steps = await self._sources(new)
            await self._store.need(assets=assets)
            for id_ in assets:
                row = self._store.assets[id_]
                if row is not None:
                    self._map.add(_asset_id(id_), -level, _asset(row))
            steps = [*steps, *self._makers(assets)]
        self._map.truncated |= any(_step_id(key) not in self._map.nodes for key in steps)

    def _makers(self, asset_ids: Iterable[str]) -> list[Key]:
        found: list[Key] = []
        for id_ in asset_ids:
            row = self._store.assets.get(id_)
            if row is not None and row["run_id"] is not None:
                key = (row["run_id"], row["node_id"])
                self._map.join(_step_id(key), _asset_id(id_), "")
                found.append(key)
        return found

    async def _sources(self, steps: list[Key]) -> tuple[list[str], list[Key]]:
        """What went into these: assets, and the steps that wrote their texts, storyboards and characters."""
        assets: list[str] = []
        writers: list[Key] = []
        for key in steps:
            run = self._store.runs[key[0]]
            for port, source, value in run.inputs(key[1]) if run is not None else ():
                if value.get("asset_id") is not None:
                    assets.append(value["asset_id"])
                    self._map.join(_asset_id(value["asset_id"]), _step_id(key), port)
                elif (writer := await self._store.origin((key[0], source))) is not None:
                    writers.append(writer)
                    self._map.join(_step_id(writer), _step_id(key), port)
        return assets, writers


class _Down:
    def __init__(self, store: Store, map_: Map) -> None:
        self._store = store
        self._map = map_
        self._looked: set[Key] = set()

    async def walk(self, asset_id: str, depth: int) -> None:
        assets, writers = [asset_id], list[Key]()
        for level in range(1, depth + 1):
            if not assets and not writers:
                return
            steps = [*await self._of_assets(assets), *await self._of_texts(writers)]
            new = [key for key in dict.fromkeys(steps) if self._map.add(*_step(self._store, key, level))]
            assets, writers = await self._made(new, level)
        self._map.truncated |= bool(await self._of_assets(assets))

    async def _of_assets(self, asset_ids: list[str]) -> list[Key]:
        places = await self._store.where(asset_ids, _USES) if asset_ids else {}
        return [key for id_, keys in places.items() for key in await self._takers(keys, _asset_id(id_), id_)]

    async def _of_texts(self, writers: list[Key]) -> list[Key]:
        taken = await self._store.taken(writers, _USES) if writers else {}
        return [
            key for writer, by in taken.items() for key in await self._takers([writer, *by], _step_id(writer), None)
        ]

    async def _takers(self, places: list[Key], source_id: str, asset_id: str | None) -> list[Key]:
        """Steps that took an asset, or a text, out of these places."""
        found: list[Key] = []
        await self._store.need([run for run, _ in places])
        for run_id, node_id in places:
            run = self._store.runs[run_id]
            for taker in run.takers(node_id) if run is not None else ():
                ports = [
                    port
                    for port, source, value in (run.inputs(taker) if run is not None else ())
                    if source == node_id and (value.get("asset_id") == asset_id)
                ]
                key = await self._done((run_id, taker)) if ports else None
                if key is not None:
                    self._map.join(source_id, _step_id(key), ports[0])
                    found.append(key)
        return found

    async def _done(self, key: Key) -> Key | None:
        """Where the step's result was made, if it has one of its own."""
        run = self._store.runs[key[0]]
        node, planned = (run.nodes.get(key[1]), run.plan[key[1]]) if run is not None else (None, {})
        if node is None or node["state"] not in _DONE or planned["type"] in _RELAYS:
            return None
        return await self._store.origin(key)

    async def _made(self, steps: list[Key], level: int) -> tuple[list[str], list[Key]]:
        assets: list[str] = []
        writers: list[Key] = []
        for key in steps:
            run = self._store.runs[key[0]]
            for port, values in run.outputs(key[1]).items() if run is not None else ():
                for value in values:
                    if value.get("asset_id") is None:
                        writers.append(key)
                        continue
                    row = self._store.assets.get(value["asset_id"])
                    if row is not None and self._map.add(_asset_id(row["id"]), level, _asset(row)):
                        assets.append(row["id"])
                    self._map.join(_step_id(key), _asset_id(value["asset_id"]), port)
        return assets, list(dict.fromkeys(writers))


def _asset_id(asset_id: str) -> str:
    return f"asset:{asset_id}"


def _step_id(key: Key) -> str:
    return f"step:{key[0]}/{key[1]}"


def _asset(row: Json) -> Json:
    shown = ("type", "name", "tags", "source", "sha256", "mime", "bytes", "width", "height", "duration_s")
    there = row["deleted_at"] is None
    return {
        "kind": "asset",
        "asset_id": row["id"],
        **{name: row[name] for name in shown},
        "created_at": row["created_at"],
        "deleted": not there,
        "url": original_url(row["id"], row["mime"]) if there else None,
    }


def _step(store: Store, key: Key, depth: int) -> tuple[str, int, Json]:
    """Everything that made a result."""
    run_id, node_id = key
    run = store.runs.get(run_id)
    if run is None:  # imported from elsewhere, or erased
        return _step_id(key), depth, {"kind": "step", "execution_id": run_id, "node_id": node_id, "cost": 0}
    planned, node, told = run.plan.get(node_id, {}), run.nodes.get(node_id, {}), run.told.get(node_id, {})
    texts = [value["text"] for values in run.outputs(node_id).values() for value in values if value["type"] == "text"]
    return (
        _step_id(key),
        depth,
        {
            "kind": "step",
            "execution_id": run_id,
            "node_id": node_id,
            **run.about,
            **{
                name: planned.get(name)
                for name in ("type", "title", "provider", "model", "seed", "variation", "params")
            },
            "prompt": told.get("prompt") or planned.get("params", {}).get("prompt"),
            "texts": texts,
            "recipe": node.get("recipe"),
            "cost": node.get("cost", 0),
            "cost_basis": told.get("cost_basis"),
            "completed_at": node.get("completed_at"),
        },
    )
