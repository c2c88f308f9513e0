"""What is booked on an account, and what providers said that calls have cost, as rows. Pure."""

from typing import Any

from contracts.credit import (
    Adjusted,
    BudgetSet,
    Captured,
    CreditEvent,
    Granted,
    Released,
    ReservationEnlarged,
    Reserved,
    ToppedUp,
)
from contracts.envelope import CreditDecision, ReportLetter
from contracts.work import Failed, InDoubt, Stopped, Succeeded
from gateway.views.rows import Batch, Place

Json = dict[str, Any]
NOTHING: Json = {
    "amount": 0,
    "held": 0,
    "run_id": None,
    "project_id": None,
    "reason": "",
    "actor": "",
    "source": None,
    "key": None,
    "basis": None,
    "cost": None,
    "charges": [],
    "daily": None,
    "admin": False,
}
_NAMES: dict[type[CreditEvent], str] = {
    Granted: "grant",
    ToppedUp: "top_up",
    Adjusted: "adjustment",
    Reserved: "reserve",
    ReservationEnlarged: "enlarge",
    Captured: "capture",
    Released: "release",
    BudgetSet: "budget",
}


def fold_credit(batch: Batch, decision: CreditDecision, place: Place) -> None:
    for index, event in enumerate(decision.events):
        row = NOTHING | {
            "position": place.position(index),
            "user_id": place.aggregate_id,
            "type": _NAMES[type(event)],
            "balance": event.balance,
            "reserved": event.reserved,
            "actor": decision.actor,
            "at": event.at,
        }
        batch.credits.append(row | _told(event))


def _told(event: CreditEvent) -> Json:
    match event:
        case Granted() | ToppedUp() | Adjusted():
            return {"amount": event.amount, "reason": event.reason, "source": event.source, "key": event.key}
        case Reserved() | ReservationEnlarged():
            return {"held": event.amount, "run_id": event.run_id, "project_id": event.project_id}
        case Released():
            return {"held": -event.amount, "run_id": event.run_id, "project_id": event.project_id}
        case Captured():
            return {
                "amount": -event.amount,
                "held": -event.covered,
                "run_id": event.run_id,
                "project_id": event.project_id,
                "basis": event.basis,
                "cost": event.cost,
                "charges": [charge.model_dump(mode="json") for charge in event.charges],
            }
        case BudgetSet():
            return {"daily": event.daily, "admin": event.admin}


def fold_cost(batch: Batch, letter: ReportLetter, place: Place) -> None:
    """What the report of one attempt says that it has cost, or that nobody knows."""
    report = letter.report
    if place.imported or not isinstance(report, Succeeded | Failed | InDoubt | Stopped):
        return
    cost = 0 if isinstance(report, InDoubt) else report.cost
    if not cost and not isinstance(report, InDoubt):
        return
    run, node = batch.runs[place.aggregate_id], batch.nodes[place.aggregate_id, place.node_id]
    key = (place.aggregate_id, place.node_id, report.attempt)
    batch.costs[key] = {
        "run_id": place.aggregate_id,
        "node_id": place.node_id,
        "attempt": report.attempt,
        "position": place.position(),
        "user_id": run.user_id,
        "project_id": run.project_id,
        "provider": node.provider or "",
        "model": node.model or "",
        "state": report.type,
        "cost": cost,
        "basis": report.cost_basis if isinstance(report, Succeeded) else "reported",
        "usage": dict(report.usage) if isinstance(report, Succeeded) else {},
        "at": report.at,
    }
