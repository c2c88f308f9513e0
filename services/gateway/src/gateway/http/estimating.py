"""What a run would cost: the orchestrator's word, with what such calls have cost here before."""

from typing import Any

from contracts.base import ProjectId, UserId
from contracts.envelope import Estimate, NodeEstimate
from gateway.desk import Desk
from gateway.views.read_usage import Usage

Json = dict[str, Any]
_SUMS = ("low", "expected", "high")


async def estimated(desk: Desk, user: UserId, project: ProjectId, estimate: Estimate) -> Json:
    """In all, and by node."""
    costly = any(node.high for node in estimate.details.values())
    known = await desk.money.usages.of(user, project) if costly else {}
    nodes = {id_: _node(node, known) for id_, node in estimate.details.items()}
    sums = {name: sum(node[name] for node in nodes.values()) for name in _SUMS}
    return {"cost": sums["expected"], **sums, "nodes": nodes}


def _node(node: NodeEstimate, known: dict[tuple[str, str, str], Usage]) -> Json:
    said = {"low": node.low, "expected": node.expected, "high": node.high, "basis": node.basis}
    usage = known.get((node.provider or "", node.model or "", node.operation))
    if usage is None or not node.paid:
        return said
    median = min(round(usage.median * node.units), node.high)
    return said | {
        "low": min(node.low, round(usage.low * node.units), median),
        "expected": median,
        "basis": f"median of the last {usage.calls} such calls in this project; at most: {node.basis}",
    }
