"""What was different between two runs: in what was drawn, in what was asked for, and in what came of it. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from contracts.run import PlannedNode
from gateway.views.accounts import Account
from gateway.views.rows import NodeRow, RunRow

Json = dict[str, Any]
_DRAWN = ("type", "title", "bypassed", "variation")
_PLANNED = ("type", "type_version", "provider", "model", "seed", "variation", "pick")


def difference(a: Account, b: Account) -> Json:
    """From `a` to `b`. State, cost and time are told, but do not make two nodes differ."""
    nodes = [_node(a, b, node_id) for node_id in dict.fromkeys((*b.plan, *a.plan))]
    graph = _graph(a, b)
    variables = _changes(a.variables, b.variables)
    alike = not variables and not any(graph["nodes"].values()) and not any(graph["edges"].values())
    return {
        "a": _run(a.run),
        "b": _run(b.run),
        "identical": alike and all(node["change"] == "same" for node in nodes),
        "graph": graph,
        "variables": variables,
        "nodes": nodes,
        "totals": _totals(a.run, b.run, nodes),
    }


def _run(run: RunRow) -> Json:
    return {
        "id": run.id,
        "graph_id": run.graph_id,
        "graph_version": run.graph_version,
        "graph_name": run.graph_name,
        "forked_from": run.forked_from,
        "state": run.state,
        "cost": run.cost,
        "seconds": _seconds(run.created_at, run.completed_at),
        "created_at": run.created_at,
        "completed_at": run.completed_at,
    }


def _seconds(begun: datetime | None, ended: datetime | None) -> float | None:
    return None if begun is None or ended is None else round((ended - begun).total_seconds(), 3)


def _graph(a: Account, b: Account) -> Json:
    then, now = {_ends(edge): edge for edge in a.edges}, {_ends(edge): edge for edge in b.edges}
    changed = [
        {"id": node_id, "type": b.drawn[node_id]["type"], "title": b.drawn[node_id].get("title"), "changes": changes}
        for node_id in b.drawn
        if node_id in a.drawn and (changes := _changes(_drawing(a.drawn[node_id]), _drawing(b.drawn[node_id])))
    ]
    return {
        "nodes": {
            "added": [_shown(node) for node_id, node in b.drawn.items() if node_id not in a.drawn],
            "removed": [_shown(node) for node_id, node in a.drawn.items() if node_id not in b.drawn],
            "changed": changed,
        },
        "edges": {
            "added": [_edge(edge) for ends, edge in now.items() if ends not in then],
            "removed": [_edge(edge) for ends, edge in then.items() if ends not in now],
            "changed": _reordered(then, now),
        },
    }


def _shown(node: Json) -> Json:
    return {"id": node["id"], "type": node["type"], "title": node.get("title"), "params": node["params"]}


def _drawing(node: Json) -> Json:
    params = {f"params.{name}": value for name, value in node["params"].items()}
    return {name: node.get(name) for name in _DRAWN} | params


Ends = tuple[str, str, str, str]


def _ends(edge: Json) -> Ends:
    return edge["source_node_id"], edge["source_port"], edge["target_node_id"], edge["target_port"]


def _edge(edge: Json) -> Json:
    source, out, target, port = _ends(edge)
    return {"source_node_id": source, "source_port": out, "target_node_id": target, "target_port": port}


def _reordered(then: Mapping[Ends, Json], now: Mapping[Ends, Json]) -> list[Json]:
    """Inputs that get the same things in another order."""
    before, after = (
        _in_order(edge for ends, edge in all_.items() if ends in then and ends in now) for all_ in (then, now)
    )
    return [
        {"target_node_id": target, "target_port": port, "a": before[target, port], "b": sources}
        for (target, port), sources in after.items()
        if before[target, port] != sources
    ]


def _in_order(edges: Iterable[Json]) -> dict[tuple[str, str], list[str]]:
    found: dict[tuple[str, str], list[str]] = {}
    for edge in sorted(edges, key=lambda one: (one["order"], one["id"])):
        source, out, target, port = _ends(edge)
        found.setdefault((target, port), []).append(f"{source}.{out}")
    return found


def _changes(a: Mapping[str, Any], b: Mapping[str, Any]) -> list[Json]:
    names = dict.fromkeys((*a, *b))
    return [{"field": name, "a": a.get(name), "b": b.get(name)} for name in names if a.get(name) != b.get(name)]


def _node(a: Account, b: Account, node_id: str) -> Json:
    before, after = a.plan.get(node_id), b.plan.get(node_id)
    then, now = a.nodes.get(node_id), b.nodes.get(node_id)
    changes = _changes(_planned(before), _planned(after)) if before and after else []
    prompts = _pair(a.prompts.get(node_id), b.prompts.get(node_id))
    outputs = _outputs(then, now)
    different = [change["field"] for change in changes]
    different += ["prompt_sent"] if None not in prompts.values() and prompts["a"] != prompts["b"] else []
    different += ["outputs"] if not all(port["same"] for port in outputs.values()) else []
    planned = after or before
    if before is None or after is None:
        change = "added" if before is None else "removed"
    else:
        change = "changed" if different else "same"
    return {
        "node_id": node_id,
        "type": planned.type if planned else "",
        "title": planned.title if planned else None,
        "change": change,
        "different": different if change == "changed" else [],
        "changes": changes,
        "prompt_sent": prompts,
        "provider": _pair(before and before.provider, after and after.provider),
        "model": _pair(before and before.model, after and after.model),
        "state": _pair(then and then.state, now and now.state),
        "cost": _pair(then and then.cost, now and now.cost),
        "seconds": _pair(then and _seconds_of(then), now and _seconds_of(now)),
        "outputs": outputs,
    }


def _pair(a: Any, b: Any) -> Json:
    return {"a": a, "b": b}


def _seconds_of(node: NodeRow) -> float | None:
    return _seconds(node.started_at, node.completed_at)


def _planned(node: PlannedNode) -> Json:
    inputs = {
        f"inputs.{one.port}": [f"{source.node_id}.{source.port}" for source in one.sources] for one in node.inputs
    }
    params = {f"params.{name}": value for name, value in node.params.items()}
    return {name: getattr(node, name) for name in _PLANNED} | params | inputs


def _outputs(then: NodeRow | None, now: NodeRow | None) -> dict[str, Json]:
    before, after = then.outputs if then else {}, now.outputs if now else {}
    return {
        port: {"same": _digests(before.get(port)) == _digests(after.get(port))}
        | _pair(before.get(port, []), after.get(port, []))
        for port in dict.fromkeys((*after, *before))
    }


def _digests(values: Sequence[Json] | None) -> list[str]:
    return [value.get("sha256") or value.get("text", "") for value in values or ()]


def _totals(a: RunRow, b: RunRow, nodes: Sequence[Json]) -> Json:
    counts = Counter(node["change"] for node in nodes)
    ports = Counter(port["same"] for node in nodes for port in node["outputs"].values())
    seconds = _pair(_seconds(a.created_at, a.completed_at), _seconds(b.created_at, b.completed_at))
    known = None not in seconds.values()
    return {
        "nodes": {change: counts[change] for change in ("same", "changed", "added", "removed")},
        "outputs": {"same": ports[True], "different": ports[False]},
        "cost": _pair(a.cost, b.cost) | {"difference": b.cost - a.cost},
        "seconds": seconds | {"difference": round(seconds["b"] - seconds["a"], 3) if known else None},
    }
