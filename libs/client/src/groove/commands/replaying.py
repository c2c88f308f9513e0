"""`groove replay`: which of its two uses is meant."""

from pathlib import Path
from typing import NoReturn

import typer

from groove.commands.operating import perform
from groove.commands.session import WRONGLY_ASKED
from groove.lines import json_line


def replay(
    what: tuple[str, ...], at: int | None, *, step: bool, verify: bool, data: Path | None, as_json: bool
) -> NoReturn:
    if verify and (step or at is not None):
        _wrongly("--verify goes without --at and --step.", as_json=as_json)
    if verify:
        perform("verify", as_json=as_json, what=list(what), data=data)
    if len(what) != 1:
        _wrongly("Name one run or file, or use --verify.", as_json=as_json)
    perform("replay", as_json=as_json, run=what[0], place=at, step=step, data=data)


def _wrongly(sentence: str, *, as_json: bool) -> NoReturn:
    typer.echo(json_line({"title": "Wrongly asked", "detail": sentence}) if as_json else f"error: {sentence}", err=True)
    raise typer.Exit(WRONGLY_ASKED)
