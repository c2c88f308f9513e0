"""What commands have in common: options, arguments, and where their values come from."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

DEFAULT_URL = "http://127.0.0.1:8080"


@dataclass(frozen=True)
class Common:
    """What was said before the command."""

    url: str
    as_json: bool


def _url(context: typer.Context, said: str | None) -> str:
    return said or (context.obj.url if context.obj else DEFAULT_URL)


def _json(context: typer.Context, said: bool) -> bool:
    return said or bool(context.obj and context.obj.as_json)


WHERE, ONLY_JSON = "Where Pixel Groove serves.", "Print JSON and nothing else."
_FROM = f"GROOVE_URL, or {DEFAULT_URL}"
URL = Annotated[str, typer.Option("--url", callback=_url, help=WHERE, show_default=_FROM)]
JSON = Annotated[bool, typer.Option("--json", callback=_json, help=ONLY_JSON)]
RUN = Annotated[str, typer.Argument(help="Id of a run, its beginning, or `last`.", metavar="RUN")]
FILE = Annotated[str, typer.Argument(help="A workflow file, `-`, or the id of a saved graph.", metavar="FILE")]
VARS = Annotated[list[str] | None, typer.Option("--var", help="Fill in {{KEY}} (repeatable).", metavar="KEY=VALUE")]
OUTPUTS = Annotated[
    list[str] | None, typer.Option("--output", help="Make only what this node needs (repeatable).", metavar="NODE")
]
LIVES = Annotated[Path | None, typer.Option("--data", help="Where `groove up` keeps its data. Absent: .groove.")]
LIMIT = Annotated[int, typer.Option("--limit", "-n", min=1, max=100, help="How many, newest first.")]
NODE = Annotated[str, typer.Argument(help="Id of a node of the run.", metavar="NODE")]
