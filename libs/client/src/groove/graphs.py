"""Saved graphs: drawing them from a program."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from groove.shapes import Edge, Graph, Node, Page, Workflow
from groove.wire import Ask, Wire, path, starting

Ops = Sequence[Mapping[str, Any]]


class Graphs:
    """`client.graphs`. Where `if_version` is given, a graph that was changed meanwhile is refused (412)."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    async def create(self, name: str, project_id: str | None = None, *, key: str | None = None) -> Graph:
        body = {"name": name} if project_id is None else {"name": name, "project_id": project_id}
        return cast("Graph", await self._wire.json(starting("/api/graphs/", body, key)))

    async def list(
        self, *, limit: int | None = None, cursor: str | None = None, project_id: str | None = None
    ) -> Page[Graph]:
        params = {"limit": limit, "cursor": cursor, "project_id": project_id}
        return cast("Page[Graph]", await self._wire.json(Ask("GET", "/api/graphs/", params=params)))

    async def get(self, graph_id: str) -> Graph:
        return cast("Graph", await self._wire.json(Ask("GET", path("graphs", graph_id))))

    async def change(self, graph_id: str, changes: Mapping[str, Any], *, if_version: int | None = None) -> Graph:
        """Name, notes or frames."""
        return cast("Graph", await self._change("PATCH", path("graphs", graph_id), changes, if_version))

    async def edit(self, graph_id: str, ops: Ops, *, if_version: int | None = None, key: str | None = None) -> Graph:
        """Many changes at once, `{"op": "add_node", "type": "text", ...}`: all of them, or none."""
        ask = starting(path("graphs", graph_id, "edits"), {"ops": [dict(op) for op in ops]}, key)
        ask = Ask(ask.method, ask.path, ask.body, headers={**ask.headers, **_if_match(if_version)})
        return cast("Graph", await self._wire.json(ask))

    async def delete(self, graph_id: str, *, if_version: int | None = None) -> None:
        await self._change("DELETE", path("graphs", graph_id), None, if_version)

    async def import_(self, workflow: Workflow | Mapping[str, Any], *, key: str | None = None) -> Graph:
        """Save a workflow file as a new graph."""
        return cast("Graph", await self._wire.json(starting("/api/graphs/import", dict(workflow), key)))

    async def export(self, graph_id: str) -> Workflow:
        return cast("Workflow", await self._wire.json(Ask("GET", path("graphs", graph_id, "export"))))

    async def add_node(
        self,
        graph_id: str,
        type_: str,
        params: Mapping[str, Any] | None = None,
        *,
        title: str | None = None,
        at: tuple[float, float] | None = None,
        key: str | None = None,
    ) -> Node:
        """Its ports are made from its type. `at`: canvas pixels."""
        body: dict[str, Any] = {"type": type_, "params": dict(params or {})}
        body |= {} if title is None else {"title": title}
        body |= {} if at is None else {"position": {"x": at[0], "y": at[1]}}
        return cast("Node", await self._wire.json(starting(f"{path('graphs', graph_id, 'nodes')}/", body, key)))

    async def change_node(
        self, graph_id: str, node_id: str, changes: Mapping[str, Any], *, if_version: int | None = None
    ) -> Node:
        """`params` are merged; a parameter of None is taken away."""
        where = path("graphs", graph_id, "nodes", node_id)
        return cast("Node", await self._change("PATCH", where, changes, if_version))

    async def delete_node(self, graph_id: str, node_id: str, *, if_version: int | None = None) -> None:
        await self._change("DELETE", path("graphs", graph_id, "nodes", node_id), None, if_version)

    async def connect(self, graph_id: str, source: str, target: str, *, key: str | None = None) -> Edge:
        """Join `node.port` to `node.port`."""
        (source_node, _, source_port), (target_node, _, target_port) = source.partition("."), target.partition(".")
        body = {
            "source_node_id": source_node,
            "source_port": source_port,
            "target_node_id": target_node,
            "target_port": target_port,
        }
        return cast("Edge", await self._wire.json(starting(f"{path('graphs', graph_id, 'edges')}/", body, key)))

    async def disconnect(self, graph_id: str, edge_id: str, *, if_version: int | None = None) -> None:
        await self._change("DELETE", path("graphs", graph_id, "edges", edge_id), None, if_version)

    async def _change(self, method: str, where: str, body: Any, if_version: int | None) -> Any:
        """Repeated only if the server cannot have seen it: a second deletion, or a second version, is another thing."""
        repeatable = method == "PATCH" and if_version is None
        ask = Ask(method, where, body, headers=_if_match(if_version), repeatable=repeatable)
        return await self._wire.json(ask)


def _if_match(version: int | None) -> dict[str, str]:
    return {} if version is None else {"If-Match": f'"{version}"'}
