"""Commands that need a service's own code, and work beside the running services. The services bring them along."""

from importlib.metadata import entry_points
from typing import Any, NoReturn

import typer

from groove.lines import json_line

_GROUP = "groove.commands"
_WRONGLY_ASKED = 2


def perform(name: str, *, as_json: bool, **said: Any) -> NoReturn:
    """Leave with the exit code that the service's code gives."""
    found = next(iter(entry_points(group=_GROUP, name=name)), None)
    if found is None:
        detail = f"`groove {name}` needs the services of Pixel Groove, which are not installed here."
        typer.echo(json_line({"title": "Not installed", "detail": detail}) if as_json else detail, err=True)
        raise typer.Exit(_WRONGLY_ASKED)
    raise typer.Exit(found.load()(as_json=as_json, **said))
