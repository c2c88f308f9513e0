"""Whether an account adds up: every command decided again, every entry checked against those before it."""

from typing import Any

from contracts.credit import CreditEvent, ReservationEnlarged, Reserved
from contracts.problems import Rejected
from orchestrator.domain import booking
from orchestrator.domain.credit import Account, apply, evolve
from orchestrator.replaying.telling import Flaw, Told


def flaws_of(told: list[Told]) -> list[Flaw]:
    """What is wrong with it; nothing, if all is well."""
    letters = {one.message.id: one.message for one in told if one.address.family == "cmd"}
    account, flaws = Account(remembers=None), []
    for one in (one for one in told if one.address.family == "evt"):
        flaws += [Flaw(one.record.subject, one.seq, what) for what in _looked_at(account, one.message, letters)]
        apply(account, one.message, one.seq)
    return flaws


def _looked_at(account: Account, decision: Any, letters: dict[str, Any]) -> list[str]:
    found = []
    if decision.answers is not None:
        found += _again(account, decision, letters.get(decision.answers))
    past = Account(account.balance, account.reserved, dict(account.holds), dict(account.settled), remembers=None)
    past.by_project, past.spent, past.day = dict(account.by_project), dict(account.spent), account.day
    for event in decision.events:
        found += _unsound(past, event)
        evolve(past, event)
        if (event.balance, event.reserved) != (past.balance, past.reserved):
            found.append(
                f"{event.type} says balance {event.balance} and reserved {event.reserved}: that does not add up"
            )
    return found


def _unsound(account: Account, event: CreditEvent) -> list[str]:
    if isinstance(event, Reserved | ReservationEnlarged) and event.amount > max(account.available, 0):
        return [f"{event.type} holds {event.amount}, and only {account.available} were there"]
    return []


def _again(account: Account, decision: Any, letter: Any) -> list[str]:
    if letter is None:
        return [f"it answers command {decision.answers}, which is not in the log"]
    try:
        events: Any = booking.obey(account, letter.command, letter.actor or letter.user_id, decision.at)
        refused = None
    except Rejected as no:
        events, refused = (), no.rejection
    if (events, refused) == (decision.events, decision.refused):
        return []
    return ["today's code would decide otherwise"]
