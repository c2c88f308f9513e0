"""Accounts of credits: `groove credits`."""

from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

from rich.text import Text

from groove.client import Client
from groove.commands.looking import ago, listing
from groove.commands.session import NOT_COMPLETED, OK, Session, WronglyAsked
from groove.shapes import MICRO

Json = Mapping[str, Any]


def micro(credits_: float) -> int:
    """Of credits: exactly, or not at all.

    Raises:
        WronglyAsked: it has more than six digits behind the point, or is none.
    """
    amount = credits_ * MICRO
    if amount != amount or abs(amount) > 10**15 or abs(amount - round(amount)) > 1e-3:  # noqa: PLR0124, PLR2004  NaN
        raise WronglyAsked(f"{credits_} is no amount of credits: at most six digits behind the point.")
    return round(amount)


def shown(amount: int | None) -> str:
    return "none" if amount is None else f"{amount / MICRO:,.6f}".rstrip("0").rstrip(".")


def _told(session: Session, ask: Callable[[Client], Awaitable[Json]], say: Callable[[Json], None]) -> None:
    async def work(client: Client) -> int:
        said = await ask(client)
        if session.as_json:
            session.print_json(said)
        else:
            say(said)
        return OK

    session.perform(work)


def show(session: Session, user: str | None) -> None:
    _told(session, lambda client: client.credits.get(user_id=user), lambda account: _account(session, account))


def _account(session: Session, account: Json) -> None:
    if not account["enabled"]:
        session.say("Nothing is charged in this installation.")
        return
    session.say(f"available   {shown(account['available'])} credits")
    session.say(f"balance     {shown(account['balance'])}, of which {shown(account['reserved'])} are reserved")
    session.say(f"today       {shown(account['spent_today'])} spent")
    budgets = account["budgets"]
    for name, limit in (("budget", budgets["daily"]), ("by admin", budgets["admin_daily"])):
        if limit is not None:
            session.say(f"{name:<12}{shown(limit)} a day")
    for project, budget in budgets["projects"].items():
        session.say(f"project     {project}: {shown(budget['daily'])} a day, {shown(budget['spent'])} spent")


def ledger(session: Session, limit: int, only: Mapping[str, str | None]) -> None:
    def say(page: Json) -> None:
        if not page["items"]:
            session.say("Nothing was booked yet.")
            return
        table = listing("when", "what", "amount", "held", "balance", "for")
        for one in page["items"]:
            about = one["reason"] or one["execution_id"] or ""
            cells = (shown(one["amount"]), shown(one["held"]), shown(one["balance"]), about)
            table.add_row(ago(one["at"]), one["type"], *(Text(cell) for cell in cells))
        session.console.print(table)

    _told(session, lambda client: client.credits.ledger(limit=limit, **only), say)


def statement(session: Session, first: str, last: str, out: Path | None) -> None:
    async def work(client: Client) -> int:
        text = await client.credits.statement(first, last)
        if out is None:
            session.console.out(text, end="", highlight=False)
        else:
            _save(text, out)
            session.say(f"Saved {out}.")
        return OK

    session.perform(work)


def _save(text: str, out: Path) -> None:
    out.write_text(text, "utf-8", newline="")


def reconcile(session: Session, first: str, last: str) -> None:
    async def work(client: Client) -> int:
        said = await client.credits.reconciliation(first, last)
        if session.as_json:
            session.print_json(said)
        else:
            _reconciled(session, said)
        return OK if said["difference"] == 0 else NOT_COMPLETED

    session.perform(work)


def _reconciled(session: Session, said: Json) -> None:
    table = listing("day", "provider", "model", "captured", "taken", "open", "in doubt", "difference")
    for one in said["items"]:
        taken = one["reported"] + one["computed"] + one["estimated"]
        amounts = (shown(one["captured"]), shown(taken), shown(one["open"]), str(one["in_doubt"]))
        table.add_row(one["day"], one["provider"], one["model"], *amounts, shown(one["difference"]))
    session.console.print(table)
    session.say("They agree." if said["difference"] == 0 else f"They differ by {shown(said['difference'])} credits.")


def grant(session: Session, user: str, amount: float, reason: str) -> None:
    _told(
        session,
        lambda client: client.credits.grant(user, micro(amount), reason),
        lambda account: _account(session, account),
    )


def adjust(session: Session, user: str, amount: float, reason: str) -> None:
    _told(
        session,
        lambda client: client.credits.adjust(user, micro(amount), reason),
        lambda account: _account(session, account),
    )


def budget(session: Session, daily: float | None, project: str | None, user: str | None) -> None:
    async def ask(client: Client) -> Json:
        limit = None if daily is None else micro(daily)
        if project is not None:
            return await client.credits.budgets(projects={project: limit})
        whose = {} if user is None else {"user_id": user}
        return await client.credits.budgets(daily=limit, **whose)

    _told(session, ask, lambda account: _account(session, account))


def buy(session: Session, amount: float) -> None:
    _told(
        session,
        lambda client: client.credits.checkout(micro(amount)),
        lambda checkout: session.say(f"Pay here: {checkout['url']}"),
    )
