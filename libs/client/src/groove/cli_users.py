"""`groove users`: who may use an installation. For its operator, beside the database."""

from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from groove import commands

users = typer.Typer(help="Who may use this installation, where GROOVE_AUTH=required.", no_args_is_help=True)
_USER = Annotated[str, typer.Argument(help="Id or email address of a user.", metavar="USER")]
_READ_ONLY = Annotated[bool, typer.Option("--read-only", help="The key may only read.")]
_DAYS = Annotated[int | None, typer.Option("--days", min=1, max=3650, help="How long the key is good for.")]
_ID = Annotated[str, typer.Argument(help="Id of a user.", metavar="USER")]
_DATA = Annotated[Path | None, typer.Option("--data", help="Where `groove up` keeps its data. Absent: .groove.")]


def _json(context: typer.Context, said: bool) -> bool:
    return said or bool(context.obj and context.obj.as_json)


_JSON = Annotated[bool, typer.Option("--json", callback=_json, help="Print JSON and nothing else.")]


def _do(data: Path | None, *, as_json: bool, **asked: Any) -> NoReturn:
    commands.operating.perform("users", as_json=as_json, data=data, asked=asked)


@users.command("add")
def add(  # noqa: PLR0913, PLR0917  each is an option of the command
    name: Annotated[str, typer.Argument(help="What they are called.", metavar="NAME")],
    email: Annotated[str | None, typer.Option("--email", help="Under which others may let them into projects.")] = None,
    admin: Annotated[bool, typer.Option("--admin", help="May look after the whole installation.")] = False,
    read_only: _READ_ONLY = False,
    days: _DAYS = None,
    data: _DATA = None,
    as_json: _JSON = False,
) -> None:
    """Add somebody, and show their first API key: once."""
    asked = {"name": name, "email": email, "admin": admin, "read_only": read_only, "days": days}
    _do(data, as_json=as_json, what="add", **asked)


@users.command("key")
def key(
    user: _USER, read_only: _READ_ONLY = False, days: _DAYS = None, data: _DATA = None, as_json: _JSON = False
) -> None:
    """Make another API key for somebody, and show it: once."""
    _do(data, as_json=as_json, what="key", name=user, read_only=read_only, days=days)


@users.command("list")
def list_(data: _DATA = None, as_json: _JSON = False) -> None:
    """Everybody who is known here."""
    _do(data, as_json=as_json, what="list")


@users.command("disable")
def disable(user: _USER, data: _DATA = None, as_json: _JSON = False) -> None:
    """Let somebody in no more, with any key, token or session. Their things stay."""
    _do(data, as_json=as_json, what="disable", name=user)


@users.command("enable")
def enable(user: _USER, data: _DATA = None, as_json: _JSON = False) -> None:
    """Let somebody in again."""
    _do(data, as_json=as_json, what="enable", name=user)


def _url(context: typer.Context, said: str | None) -> str:
    return said or str(context.obj.url)


_URL = Annotated[
    str,
    typer.Option("--url", callback=_url, help="Where Pixel Groove serves.", show_default="GROOVE_URL, or this machine"),
]


@users.command("erase")
def erase(
    user: _ID,
    sure: Annotated[bool, typer.Option("--yes", help="It cannot be undone.")] = False,
    url: _URL = "",
    as_json: _JSON = False,
) -> None:
    """Remove everything that is somebody's, for good. Asked as an admin (GROOVE_API_KEY), over the API."""
    commands.erasing.erase(commands.session.Session(url, as_json=as_json), user, sure=sure)
