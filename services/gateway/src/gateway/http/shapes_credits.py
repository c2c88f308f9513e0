"""What is answered about credits: the documentation of it."""

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel

from contracts.base import MicroCredits

EntryType = Literal["grant", "top_up", "adjustment", "reserve", "enlarge", "capture", "release", "budget"]


class ProjectBudgetShape(BaseModel):
    daily: MicroCredits
    spent: MicroCredits
    reserved: MicroCredits


class BudgetsShape(BaseModel):
    daily: MicroCredits | None
    admin_daily: MicroCredits | None
    """Set by an admin: both hold."""
    projects: dict[str, ProjectBudgetShape]


class AccountShape(BaseModel):
    user_id: str
    enabled: bool
    """False: nothing is charged in this installation."""
    can_top_up: bool
    balance: MicroCredits
    reserved: MicroCredits
    available: MicroCredits
    spent_today: MicroCredits
    budgets: BudgetsShape


class EntryShape(BaseModel):
    id: str
    at: datetime
    type: EntryType
    amount: MicroCredits
    """What it changed the balance by."""
    held: MicroCredits
    """What it changed the reserved credits by."""
    balance: MicroCredits
    reserved: MicroCredits
    execution_id: str | None
    project_id: str | None
    reason: str
    actor: str
    source: str | None
    basis: str | None
    """Of what was charged: reported by the provider, computed from usage, or estimated."""
    cost: MicroCredits | None
    """Of the execution in all, by then."""
    daily: MicroCredits | None = None
    admin: bool | None = None


class CheckoutShape(BaseModel):
    id: str
    amount: MicroCredits
    price: int
    """In the currency's smallest unit."""
    currency: str
    url: str
    """Where to pay."""


class ReconciledShape(BaseModel):
    class Line(BaseModel):
        day: date
        provider: str
        model: str
        calls: int
        captured: MicroCredits
        open: MicroCredits
        """Of executions that are not settled yet."""
        uncharged: MicroCredits
        """Of executions that nothing was reserved for: credits were off."""
        reported: MicroCredits
        computed: MicroCredits
        estimated: MicroCredits
        difference: MicroCredits
        """Captured, open and uncharged, less what providers are known to have taken: 0 unless something is wrong."""
        in_doubt: int

    items: list[Line]
    difference: MicroCredits


class NodeEstimateShape(BaseModel):
    low: MicroCredits
    expected: MicroCredits
    high: MicroCredits
    basis: str


class EstimateShape(BaseModel):
    cost: MicroCredits
    """As `expected`."""
    low: MicroCredits
    expected: MicroCredits
    high: MicroCredits
    nodes: dict[str, NodeEstimateShape]
