"""Executions as the API gives them. Those of the views are encoded by the database: a page may hold 5,000 nodes."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic_core import from_json, to_json

from gateway.views.rows import NodeRow, RunRow

Json = dict[str, Any]
DONE = ("completed", "cached", "inherited")
_AT_WORK = "\x01"
"""Around the id of a node at work, where its progress belongs: encoded JSON has no such character of its own."""
_MARKED = re.compile(f"{_AT_WORK}([^{_AT_WORK}]+){_AT_WORK}")


def _if_set(name: str, encoded: str) -> str:
    return f"""coalesce(',"{name}":' || {encoded}, '')"""


def _time(column: str) -> str:
    """As pydantic writes it, which leaves out a fraction of nothing."""
    digits = f"""to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US')"""
    return _if_set(column, f"""'"' || replace({digits}, '.000000', '') || 'Z"'""")


_PROGRESS = (
    f"CASE WHEN state = 'running' THEN '{_AT_WORK}' || to_json(node_id)::text || '{_AT_WORK}' "
    f"WHEN state IN {DONE} THEN '1.0' ELSE '0.0' END"
)
_FROM = "cached_from::text"
_NODE = " || ".join((
    """to_json(node_id)::text || ':{"type":' || to_json(type)::text""",
    """',"state":"' || state || '","attempt":' || attempt || ',"outputs":' || outputs::text || ',"cost":' || cost""",
    f"""',"progress":' || {_PROGRESS}""",
    _if_set("title", "to_json(title)::text"),
    _if_set("error", "error::text"),
    f"CASE state WHEN 'inherited' THEN {_if_set('inherited_from', _FROM)} ELSE {_if_set('cached_from', _FROM)} END",
    _if_set("because", "to_json(because)::text"),
    *map(_time, ("retry_at", "started_at", "completed_at")),
    "'}'",
))  # fmt: skip
NODES_OF_R = f"""coalesce((SELECT string_agg({_NODE}, ',' ORDER BY ordinal)
FROM views.execution_nodes WHERE run_id = r.id), '')"""  # noqa: S608  nothing in it is from outside
"""Every node of execution `r`, in the order of the plan, for `Shown`."""

Heard = Callable[[str, str], float]
"""How far a node of a run has come, as last heard."""


@dataclass(frozen=True)
class Shown:
    run: RunRow
    nodes: str

    def json(self, heard: Heard) -> bytes:
        nodes = self.nodes
        if _AT_WORK in nodes:
            nodes = _MARKED.sub(lambda node: str(heard(self.run.id, from_json(node[1]))), nodes)
        return b'%b,"nodes":{%b}}' % (to_json(_head(self.run))[:-1], nodes.encode())


def _head(run: RunRow) -> Json:
    shown: Json = {
        "id": run.id,
        "graph_id": run.graph_id,
        "graph_version": run.graph_version,
        "graph_name": run.graph_name,
        "project_id": run.project_id,
        "state": run.state,
        "cost": run.cost,
        "budget": run.budget,
        "outputs": list(run.outputs),
        "created_at": run.created_at,
    }
    return shown | _set(error=run.error, completed_at=run.completed_at, forked_from=run.forked_from)


def show(run: RunRow, nodes: Sequence[NodeRow]) -> Json:
    """One that is in no view, in the same shape; nothing is heard of its nodes.

    Args:
        run: its row.
        nodes: all of its nodes, in the order of the plan.
    """
    return _head(run) | {"nodes": {node.node_id: _node(node) for node in nodes}}


def _node(node: NodeRow) -> Json:
    shown: Json = {
        "type": node.type,
        "state": node.state,
        "attempt": node.attempt,
        "outputs": node.outputs,
        "cost": node.cost,
        "progress": 1.0 if node.state in DONE else 0.0,
    }
    return shown | _set(
        title=node.title,
        error=node.error,
        **{"inherited_from" if node.state == "inherited" else "cached_from": node.cached_from},
        because=node.because,
        retry_at=node.retry_at,
        started_at=node.started_at,
        completed_at=node.completed_at,
    )


def _set(**optional: Any) -> Json:
    return {name: value for name, value in optional.items() if value is not None}
