"""The account of a user: what may be asked of it, and what was booked. Every amount is in whole micro-credits."""

from typing import Annotated, Literal

from pydantic import Field

from contracts.base import Fact, Message, MicroCredits, NodeId, ProjectId, RunId, UserId
from contracts.run import CostBasis

MAX_AMOUNT = 10**15
"""Of one booking: a thousand million credits."""
MAX_KEY = 200

Amount = Annotated[int, Field(strict=True, gt=0, le=MAX_AMOUNT)]
Difference = Annotated[int, Field(strict=True, ge=-MAX_AMOUNT, le=MAX_AMOUNT)]
Limit = Annotated[int, Field(strict=True, ge=0, le=MAX_AMOUNT)]
Key = Annotated[str, Field(min_length=1, max_length=MAX_KEY)]
Source = Literal["admin", "stripe"]


# What may be asked


class Grant(Message):
    """Give credits away."""

    type: Literal["Grant"] = "Grant"
    amount: Amount
    key: Key
    """With the source: what was booked under it once is not booked again."""
    reason: str = ""


class TopUp(Message):
    """Credits were paid for."""

    type: Literal["TopUp"] = "TopUp"
    amount: Amount
    source: Source = "stripe"
    key: Key
    reason: str = ""


class Adjust(Message):
    """A person puts something right, in either direction. The balance may go below zero."""

    type: Literal["Adjust"] = "Adjust"
    amount: Difference
    key: Key
    reason: str


class TakeBack(Message):
    """What was paid went back: so much in all, under this key. In whatever order they are told, the most counts.

    `final`: so much it is, for good, whatever is told of it before or after (a dispute that was won: 0).
    """

    type: Literal["TakeBack"] = "TakeBack"
    source: Source = "stripe"
    key: Key
    total: Limit
    final: bool = False
    reason: str = ""


class SetBudget(Message):
    """Most that may be spent in a day (UTC). None: no limit. An admin's and one's own hold both."""

    type: Literal["SetBudget"] = "SetBudget"
    daily: Limit | None
    admin: bool = False


CreditCommand = Annotated[Grant | TopUp | Adjust | TakeBack | SetBudget, Field(discriminator="type")]


# What was booked


class _Entry(Fact):
    balance: MicroCredits
    """After it: what was put in, less what was spent."""
    reserved: MicroCredits
    """After it: of the balance, what is held for runs."""


class Granted(_Entry):
    type: Literal["Granted"] = "Granted"
    amount: MicroCredits
    source: Source = "admin"
    key: str
    reason: str = ""
    by: UserId


class ToppedUp(_Entry):
    type: Literal["ToppedUp"] = "ToppedUp"
    amount: MicroCredits
    source: Source
    key: str
    reason: str = ""


class Adjusted(_Entry):
    type: Literal["Adjusted"] = "Adjusted"
    amount: MicroCredits
    source: Source = "admin"
    key: str
    reason: str
    by: UserId
    total: MicroCredits | None = None
    """Of what was taken back: how much of it by now."""
    final: bool = False


class Reserved(_Entry):
    """Held for a run before it begins."""

    type: Literal["Reserved"] = "Reserved"
    run_id: RunId
    project_id: ProjectId
    amount: MicroCredits


class ReservationEnlarged(_Entry):
    """By so much, while the run goes on or when it is resumed."""

    type: Literal["ReservationEnlarged"] = "ReservationEnlarged"
    run_id: RunId
    project_id: ProjectId
    amount: MicroCredits
    life: int = 0
    """How often the run had been resumed: a settlement from before that is out of date."""


class Charge(Message):
    """What one node of a run has cost."""

    node_id: NodeId
    provider: str = ""
    model: str = ""
    cost: MicroCredits


class Captured(_Entry):
    """What a run cost, or what came to it since it was settled."""

    type: Literal["Captured"] = "Captured"
    run_id: RunId
    project_id: ProjectId
    amount: MicroCredits
    covered: MicroCredits = 0
    """Of the amount: what had been held for it."""
    cost: MicroCredits
    """Of the run in all, by now."""
    basis: CostBasis = "reported"
    """The weakest of what its parts rest on."""
    charges: tuple[Charge, ...] = ()
    """What `cost` is made up of."""


class Released(_Entry):
    """What was held for a run, and is not needed."""

    type: Literal["Released"] = "Released"
    run_id: RunId
    project_id: ProjectId
    amount: MicroCredits


class BudgetSet(_Entry):
    type: Literal["BudgetSet"] = "BudgetSet"
    daily: MicroCredits | None
    admin: bool = False
    by: UserId


CreditEvent = Annotated[
    Granted | ToppedUp | Adjusted | Reserved | ReservationEnlarged | Captured | Released | BudgetSet,
    Field(discriminator="type"),
]
