"""A user's account: its state, and what is booked. Pure. No reservation is ever larger than what is there."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from contracts.base import MessageId, MicroCredits, ProjectId, RunId
from contracts.credit import (
    Adjusted,
    BudgetSet,
    Captured,
    CreditEvent,
    Granted,
    Released,
    ReservationEnlarged,
    Reserved,
    TakeBack,
    ToppedUp,
)
from contracts.envelope import CreditDecision
from contracts.problems import Rejection

REMEMBERED = 5_000
"""Runs that are settled, and of which something late may still come; older ones are read again."""
_ANSWERED = 256


@dataclass(frozen=True, slots=True)
class Hold:
    """What is known of one run."""

    project_id: ProjectId
    at: datetime
    """When it was reserved first."""
    held: MicroCredits = 0
    captured: MicroCredits = 0
    life: int = 0

    @property
    def gross(self) -> MicroCredits:
        """What the run may cost in all."""
        return self.held + self.captured


@dataclass(frozen=True, slots=True)
class Taken:
    """What was taken back under one key."""

    total: MicroCredits = 0
    final: bool = False


@dataclass(slots=True)
class Account:
    """Mutable while it is folded."""

    balance: MicroCredits = 0
    reserved: MicroCredits = 0
    holds: dict[RunId, Hold] = field(default_factory=dict)
    """Runs for which something is held."""
    settled: dict[RunId, Hold] = field(default_factory=dict)
    keys: dict[str, None] = field(default_factory=dict)
    """`source:key` of everything that was put in."""
    taken: dict[str, Taken] = field(default_factory=dict)
    budget: MicroCredits | None = None
    admin_budget: MicroCredits | None = None
    day: date = date.min
    spent: dict[ProjectId, MicroCredits] = field(default_factory=dict)
    """On that day, by project."""
    by_project: dict[ProjectId, MicroCredits] = field(default_factory=dict)
    """Reserved."""
    seq: int = 0
    decisions: int = 0
    answered: dict[MessageId, tuple[int, Rejection | None]] = field(default_factory=dict)
    remembers: int | None = REMEMBERED
    """Settled runs. None: all of them."""

    @property
    def available(self) -> MicroCredits:
        return self.balance - self.reserved

    @property
    def daily(self) -> MicroCredits | None:
        """The smaller of both budgets."""
        return min((one for one in (self.budget, self.admin_budget) if one is not None), default=None)

    def hold(self, run: RunId) -> Hold | None:
        return self.holds.get(run) or self.settled.get(run)

    def spent_on(self, day: date, project: ProjectId | None = None) -> MicroCredits:
        if day != self.day:
            return 0
        return sum(self.spent.values()) if project is None else self.spent.get(project, 0)

    def reserved_in(self, project: ProjectId) -> MicroCredits:
        return self.by_project.get(project, 0)


def apply(account: Account, decision: CreditDecision, seq: int) -> None:
    """Take in one decision, in place."""
    account.seq = seq
    account.decisions += 1
    for event in decision.events:
        evolve(account, event)
    if decision.answers is not None:
        account.answered[decision.answers] = (seq, decision.refused)
        while len(account.answered) > _ANSWERED:
            del account.answered[next(iter(account.answered))]


def evolve(account: Account, event: CreditEvent) -> None:
    match event:
        case Granted() | ToppedUp():
            account.balance += event.amount
            account.keys[f"{event.source}:{event.key}"] = None
        case Adjusted():
            account.balance += event.amount
            name = f"{event.source}:{event.key}"
            if event.total is None:
                account.keys[name] = None
            else:
                account.taken[name] = Taken(event.total, event.final)
        case Reserved() | ReservationEnlarged():
            _hold(account, event)
        case Captured():
            _capture(account, event)
        case Released():
            _let_go(account, event.run_id, event.amount)
        case BudgetSet():
            if event.admin:
                account.admin_budget = event.daily
            else:
                account.budget = event.daily


def _hold(account: Account, event: Reserved | ReservationEnlarged) -> None:
    before = account.hold(event.run_id) or Hold(event.project_id, event.at)
    life = event.life if isinstance(event, ReservationEnlarged) else 0
    _store(account, event.run_id, replace(before, held=before.held + event.amount, life=max(before.life, life)))
    _move(account, event.project_id, event.amount)


def _capture(account: Account, event: Captured) -> None:
    """What was held pays first."""
    hold = account.hold(event.run_id) or Hold(event.project_id, event.at)
    covered = min(hold.held, event.amount)
    _store(account, event.run_id, replace(hold, held=hold.held - covered, captured=hold.captured + event.amount))
    _move(account, hold.project_id, -covered)
    account.balance -= event.amount
    if event.at.date() > account.day:
        account.day, account.spent = event.at.date(), {}
    account.spent[event.project_id] = account.spent.get(event.project_id, 0) + event.amount


def _let_go(account: Account, run: RunId, amount: MicroCredits) -> None:
    hold = account.holds.get(run)
    if hold is None:
        return
    _store(account, run, replace(hold, held=hold.held - amount))
    _move(account, hold.project_id, -amount)


def _store(account: Account, run: RunId, hold: Hold) -> None:
    account.holds.pop(run, None)
    account.settled.pop(run, None)
    if hold.held:
        account.holds[run] = hold
        return
    account.settled[run] = hold
    while account.remembers is not None and len(account.settled) > account.remembers:
        del account.settled[next(iter(account.settled))]


def _move(account: Account, project: ProjectId, amount: MicroCredits) -> None:
    account.reserved += amount
    left = account.by_project.get(project, 0) + amount
    if left:
        account.by_project[project] = left
    else:
        account.by_project.pop(project, None)


def fold(decisions: Iterable[tuple[int, CreditDecision]], *, remembers: int | None = REMEMBERED) -> Account:
    account = Account(remembers=remembers)
    for seq, decision in decisions:
        apply(account, decision, seq)
    return account


def taken(account: Account, command: TakeBack) -> Taken:
    return account.taken.get(f"{command.source}:{command.key}", Taken())
