"""What a run may cost, and what it has cost."""

from collections.abc import Collection, Iterable

from contracts.base import MicroCredits, NodeId
from contracts.credit import Charge
from contracts.plan import Plan, PlannedNode
from orchestrator.domain.booking import Bill
from orchestrator.domain.money import highest
from orchestrator.domain.run_state import Run


def paid(plan: Plan, without: Collection[NodeId] = ()) -> list[PlannedNode]:
    """The nodes that may cost something."""
    return [node for node in plan.nodes if (node.paid or highest(node)) and node.id not in without]


def wanted(nodes: Iterable[PlannedNode], budget: MicroCredits | None) -> MicroCredits:
    """What is to be held for these: no more than the run may spend."""
    most = sum(highest(node) for node in nodes)
    return most if budget is None else min(most, budget)


def bill_of(run: Run) -> Bill:
    """Of a run that is over. What is in doubt may still cost something."""
    charges = [
        Charge(
            node_id=node_id,
            provider=run.plan[node_id].provider or "",
            model=run.plan[node_id].model or "",
            cost=step.cost,
        )
        for node_id, step in run.steps.items()
        if step.cost
    ]
    keep = sum(highest(run.plan[node_id]) for node_id, step in run.steps.items() if step.doubt)
    return Bill(run.id, run.project_id, run.spent, keep, run.basis, charges, run.lives)
