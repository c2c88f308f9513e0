"""What is decided about an account. The same state gives the same decision, whoever asks and however often."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from contracts.base import MicroCredits, ProjectId, RunId, UserId
from contracts.credit import (
    MAX_AMOUNT,
    Adjust,
    Adjusted,
    BudgetSet,
    Captured,
    Charge,
    CreditCommand,
    CreditEvent,
    Grant,
    Granted,
    Released,
    ReservationEnlarged,
    Reserved,
    SetBudget,
    TakeBack,
    ToppedUp,
    TopUp,
)
from contracts.problems import Reason, Rejected, reject
from contracts.run import CostBasis
from orchestrator.domain.credit import Account, Hold, taken
from orchestrator.domain.money import shown

MOST = 100 * MAX_AMOUNT
"""What an account can hold: it must fit a database's number, in sums too."""

Events = tuple[CreditEvent, ...]


@dataclass(frozen=True)
class Want:
    """A run that wants credits held."""

    run_id: RunId
    project_id: ProjectId
    daily_budget: MicroCredits | None = None
    """Of the project."""
    life: int = 0


@dataclass(frozen=True)
class Bill:
    """What a run has cost so far."""

    run_id: RunId
    project_id: ProjectId
    cost: MicroCredits
    keep: MicroCredits = 0
    """What may still come of requests in doubt."""
    basis: CostBasis = "free"
    charges: Sequence[Charge] = ()
    life: int = 0


def obey(account: Account, command: CreditCommand, by: UserId, now: datetime) -> Events:
    """What a command books. Nothing, if it was booked before.

    Raises:
        Rejected: it would be more than an account can hold.
    """
    after = {"at": now, "balance": account.balance, "reserved": account.reserved}
    match command:
        case Grant():
            if f"admin:{command.key}" in account.keys:
                return ()
            after["balance"] = _within(account.balance + command.amount)
            return (Granted(**after, amount=command.amount, key=command.key, reason=command.reason, by=by),)
        case TopUp():
            if f"{command.source}:{command.key}" in account.keys:
                return ()
            after["balance"] = _within(account.balance + command.amount)
            said = {"source": command.source, "key": command.key, "reason": command.reason}
            return (ToppedUp(**after, amount=command.amount, **said),)
        case Adjust():
            if f"admin:{command.key}" in account.keys or not command.amount:
                return ()
            after["balance"] = _within(account.balance + command.amount)
            return (Adjusted(**after, amount=command.amount, key=command.key, reason=command.reason, by=by),)
        case TakeBack():
            return _take_back(account, command, by, now)
        case SetBudget():
            if command.daily == (account.admin_budget if command.admin else account.budget):
                return ()
            return (BudgetSet(**after, daily=command.daily, admin=command.admin, by=by),)
        case _:
            assert_never(command)


def _take_back(account: Account, command: TakeBack, by: UserId, now: datetime) -> Events:
    """The difference to what was taken back before. It may leave less than nothing."""
    before = taken(account, command)
    if before.final or (command.total <= before.total and not command.final):
        return ()
    amount = before.total - command.total
    return (
        Adjusted(
            at=now,
            balance=account.balance + amount,
            reserved=account.reserved,
            amount=amount,
            source=command.source,
            key=command.key,
            reason=command.reason,
            by=by,
            total=command.total,
            final=command.final,
        ),
    )


def _within(balance: MicroCredits) -> MicroCredits:
    if abs(balance) > MOST:
        raise reject(Reason.INVALID_PARAM, "An account cannot hold that much.", "amount")
    return balance


def reserve(account: Account, want: Want, amount: MicroCredits, now: datetime) -> Events:
    """Hold so much for a run that is about to begin. Nothing more, if something is held for it already.

    Raises:
        Rejected: there is not so much, or a budget of the day does not allow it.
    """
    if want.run_id in account.holds:
        return ()
    no = refusal(account, want, amount, now)
    if no is not None:
        raise no
    reserved = account.reserved + amount
    said = {"run_id": want.run_id, "project_id": want.project_id, "amount": amount}
    return (Reserved(at=now, balance=account.balance, reserved=reserved, **said),)


def refusal(account: Account, want: Want, amount: MicroCredits, now: datetime) -> Rejected | None:
    """Why no more can be held, in numbers that a person can act on."""
    if amount > account.available or account.available < 0:
        message = (
            f"This needs up to {shown(amount)} credits, and {shown(max(account.available, 0))} are available "
            f"(balance {shown(account.balance)}, reserved for other executions {shown(account.reserved)}). Top up, "
            "set a smaller budget for the run, or wait until the others are done."
        )
        return reject(Reason.INSUFFICIENT_CREDITS, message)
    for day in _days(account, want, now):
        if day.left < amount:
            message = (
                f"{day.whose} budget of the day is {shown(day.budget)} credits: {shown(day.spent)} are spent, "
                f"{shown(day.reserved)} reserved, and this needs up to {shown(amount)}. Raise it, or wait until "
                "tomorrow (UTC)."
            )
            return reject(Reason.BUDGET_EXCEEDED, message)
    return None


@dataclass(frozen=True)
class _Day:
    """A budget, and what counts against it."""

    whose: str
    budget: MicroCredits
    spent: MicroCredits
    reserved: MicroCredits

    @property
    def left(self) -> MicroCredits:
        return self.budget - self.spent - self.reserved


def _days(account: Account, want: Want, now: datetime) -> list[_Day]:
    today, project = now.date(), want.project_id
    days = []
    if account.daily is not None:
        days.append(_Day("Your", account.daily, account.spent_on(today), account.reserved))
    if want.daily_budget is not None:
        spent, reserved = account.spent_on(today, project), account.reserved_in(project)
        days.append(_Day("The project's", want.daily_budget, spent, reserved))
    return days


def enlarge(account: Account, want: Want, need: MicroCredits, most: MicroCredits, now: datetime) -> Events:
    """Hold more for a run: up to what it may cost at `most`, as there is room; nothing if it is less than `need`."""
    hold = account.hold(want.run_id) or Hold(want.project_id, now)
    room = min([account.available, *(day.left for day in _days(account, want, now))])
    gross = min(most, hold.gross + max(room, 0))
    extra = max(gross - hold.gross, 0)
    if hold.gross + extra < need or (not extra and hold.life >= want.life):
        return ()
    said = {"run_id": want.run_id, "project_id": want.project_id, "amount": extra, "life": want.life}
    return (ReservationEnlarged(at=now, balance=account.balance, reserved=account.reserved + extra, **said),)


def settle(account: Account, bill: Bill, now: datetime) -> Events:
    """Charge what was not charged yet, and let go of the rest. Again, or told by somebody who is behind: nothing."""
    hold = account.hold(bill.run_id) or Hold(bill.project_id, now)
    if hold.life > bill.life:
        return ()
    balance, reserved = account.balance, account.reserved
    events: list[CreditEvent] = []
    due = bill.cost - hold.captured
    said = {"run_id": bill.run_id, "project_id": hold.project_id}
    held = hold.held
    if due > 0:
        covered = min(held, due)
        balance, reserved, held = balance - due, reserved - covered, held - covered
        told = {"covered": covered, "cost": bill.cost, "basis": bill.basis, "charges": tuple(bill.charges)}
        events.append(Captured(at=now, balance=balance, reserved=reserved, **said, amount=due, **told))
    if held > bill.keep:
        reserved -= held - bill.keep
        events.append(Released(at=now, balance=balance, reserved=reserved, **said, amount=held - bill.keep))
    return tuple(events)
