"""`groove credits`: what is there, what it went for, and its limits."""

from pathlib import Path
from typing import Annotated

import typer

from groove import commands


def _url(context: typer.Context, said: str | None) -> str:
    return said or str(context.obj.url)


def _json(context: typer.Context, said: bool) -> bool:
    return said or bool(context.obj.as_json)


_FROM = "GROOVE_URL, or this machine"
_URL = Annotated[str, typer.Option("--url", callback=_url, help="Where Pixel Groove serves.", show_default=_FROM)]
_JSON = Annotated[bool, typer.Option("--json", callback=_json, help="Print JSON and nothing else.")]
_LIMIT = Annotated[int, typer.Option("--limit", "-n", min=1, max=100, help="How many, newest first.")]
_USER = Annotated[str | None, typer.Option("--user", help="For admins: another user's.")]
_WHOSE = Annotated[str, typer.Argument(help="Id of a user.", metavar="USER")]
_AMOUNT = Annotated[float, typer.Argument(help="In credits.")]
_REASON = Annotated[str, typer.Argument(help="It stands in the ledger.")]
_FIRST = Annotated[str, typer.Option("--from", help="First day, UTC.", metavar="YYYY-MM-DD")]
_LAST = Annotated[str, typer.Option("--to", help="Last day, UTC.", metavar="YYYY-MM-DD")]

credits_ = typer.Typer(help="Credits: what is there, what it went for, and its limits.", no_args_is_help=True)


@credits_.command()
def show(user: _USER = None, url: _URL = "", as_json: _JSON = False) -> None:
    """Tell what is there, what is held for runs, and today's limits."""
    commands.crediting.show(commands.session.Session(url, as_json=as_json), user)


@credits_.command()
def ledger(
    run: Annotated[str | None, typer.Option(help="Only of this run.")] = None,
    user: _USER = None,
    limit: _LIMIT = 20,
    url: _URL = "",
    as_json: _JSON = False,
) -> None:
    """List what was booked, the newest first."""
    only = {"execution_id": run, "user_id": user}
    commands.crediting.ledger(commands.session.Session(url, as_json=as_json), limit, only)


@credits_.command()
def statement(
    first: _FIRST,
    last: _LAST,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="A file; else it is printed.")] = None,
    url: _URL = "",
) -> None:
    """Write all that changed the balance, as CSV."""
    commands.crediting.statement(commands.session.Session(url, as_json=False), first, last, out)


@credits_.command()
def buy(amount: _AMOUNT, url: _URL = "", as_json: _JSON = False) -> None:
    """Begin to buy credits: prints where to pay."""
    commands.crediting.buy(commands.session.Session(url, as_json=as_json), amount)


@credits_.command()
def budget(
    daily: Annotated[float | None, typer.Option(min=0, help="Credits a day (UTC). Absent: no limit.")] = None,
    project: Annotated[str | None, typer.Option(help="Of one's project, instead of one's own.")] = None,
    user: _USER = None,
    url: _URL = "",
    as_json: _JSON = False,
) -> None:
    """Limit what may be spent in a day."""
    commands.crediting.budget(commands.session.Session(url, as_json=as_json), daily, project, user)


@credits_.command()
def grant(user: _WHOSE, amount: _AMOUNT, reason: _REASON, url: _URL = "", as_json: _JSON = False) -> None:
    """Give credits away. For admins."""
    commands.crediting.grant(commands.session.Session(url, as_json=as_json), user, amount, reason)


@credits_.command(context_settings={"ignore_unknown_options": True})
def adjust(user: _WHOSE, amount: _AMOUNT, reason: _REASON, url: _URL = "", as_json: _JSON = False) -> None:
    """Put an account right, in either direction. For admins."""
    commands.crediting.adjust(commands.session.Session(url, as_json=as_json), user, amount, reason)


@credits_.command()
def reconcile(first: _FIRST, last: _LAST, url: _URL = "", as_json: _JSON = False) -> None:
    """Compare the ledgers with what providers took; exit 1 if they differ. For admins."""
    commands.crediting.reconcile(commands.session.Session(url, as_json=as_json), first, last)
