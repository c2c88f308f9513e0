"""`groove accounts`: the keys that users keep at providers. For the operator, beside the database."""

from pathlib import Path
from typing import Annotated

import typer

from groove import commands

accounts = typer.Typer(help="Users' accounts at providers, whose keys are kept encrypted.", no_args_is_help=True)
_DATA = Annotated[Path | None, typer.Option("--data", help="Where `groove up` keeps its data. Absent: .groove.")]


def _json(context: typer.Context, said: bool) -> bool:
    return said or bool(context.obj and context.obj.as_json)


_JSON = Annotated[bool, typer.Option("--json", callback=_json, help="Print JSON and nothing else.")]


@accounts.command("rotate")
def rotate(data: _DATA = None, as_json: _JSON = False) -> None:
    """Wrap every key with the newest of GROOVE_SECRET_KEYS. Safe to repeat, and beside running gateways."""
    commands.operating.perform("accounts", as_json=as_json, data=data)
