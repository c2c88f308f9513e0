"""Why a node was made in a run, or was not."""

from collections.abc import Mapping
from typing import Any

from gateway.views.read_runs import Runs
from gateway.views.rows import NodeRow, RunRow

Json = dict[str, Any]
_COMPARED = ("type", "type_version", "provider", "model", "seed", "variation", "params")
_REASONS = {
    "completed": "It was made here: you had no result with this recipe.",
    "cached": "It was not made again: you already had a result with the same recipe.",
    "inherited": "It was taken over unchanged from the execution that this one was forked from.",
    "failed": "It could not be made.",
    "in_doubt": "It cannot be known whether the provider took the request.",
    "cancelled": "The execution was cancelled before it was done.",
    "skipped": "Something that it needs was not made.",
}


async def explanation(runs: Runs, run: RunRow, node: NodeRow) -> Json:
    node_id = node.node_id
    planned = await runs.planned(run.id, node_id)
    before = await _before(runs, run, node_id)
    differences: list[str] = []
    if before is not None:
        had = await runs.planned(before.id, node_id)
        came, comes = await _inputs(runs, before, had), await _inputs(runs, run, planned)
        differences = _differences(had, planned, came, comes)
    sources = _sources(planned)
    attempts = await runs.attempts(run, node_id, sources)
    return {
        "execution_id": run.id,
        "node_id": node_id,
        "state": node.state,
        "recipe": node.recipe,
        "made": node.state == "completed" and node.recipe is not None,
        "reason": _reason(node, differences),
        "cached_from": node.cached_from,
        "differences": differences,
        "provider": planned.get("provider"),
        "model": planned.get("model"),
        "caused_by": attempts[-1].get("because") if attempts else None,
        "attempts": attempts,
    }


async def _before(runs: Runs, run: RunRow, node_id: str) -> RunRow | None:
    """The run that this one is compared with: that which it was forked from, else the last one of its graph."""
    if run.forked_from is None:
        return await runs.made_before(run, node_id)
    source = await runs.find(run.user_id, run.forked_from)
    return source if source is not None and await runs.planned(source.id, node_id) else None


def _reason(node: NodeRow, differences: list[str]) -> str:
    if node.state == "completed" and node.recipe is None:
        return "It is not kept: a text, an asset or an output costs nothing to read again."
    if node.state == "waiting" and node.because is not None:
        run, _, maker = node.because.partition("/")
        return (
            f"It waits for node {maker} of execution {run}, which makes the very same thing, so as not to pay twice. "
            "If that one is in doubt, settle it there."
        )
    reason = _REASONS.get(node.state, "It is not done yet.")
    if node.error is not None:
        reason = f"{reason} {node.error['message']}"
    if node.state == "completed" and differences:
        reason = f"{reason} Since its last execution there changed: {', '.join(differences)}."
    return reason


def _sources(planned: Json) -> set[str]:
    """The nodes that it is made from."""
    return {source["node_id"] for wire in planned.get("inputs", []) for source in wire["sources"]}


async def _inputs(runs: Runs, run: RunRow, planned: Json) -> dict[str, list[Any]]:
    """By port: what came in, by digest or text."""
    made = await runs.outputs(run.id, _sources(planned))
    return {
        wire["port"]: [
            value.get("sha256") or value.get("text")
            for source in wire["sources"]
            for value in made.get(source["node_id"], {}).get(source["port"], [])
        ]
        for wire in planned.get("inputs", [])
    }


def _differences(
    before: Mapping[str, Any], now: Mapping[str, Any], came: Mapping[str, Any], comes: Mapping[str, Any]
) -> list[str]:
    out = []
    for name in _COMPARED:
        if name == "params":
            had, has = before.get("params", {}), now.get("params", {})
            out += [f"params.{key}" for key in sorted(had.keys() | has.keys()) if had.get(key) != has.get(key)]
        elif before.get(name) != now.get(name):
            out.append(name)
    return out + [f"inputs.{port}" for port in sorted(came.keys() | comes.keys()) if came.get(port) != comes.get(port)]
