"""What every command shares: a client, where to print, and what becomes of errors."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, NoReturn

import typer
from rich.console import Console

from groove.client import Client
from groove.lines import json_line
from groove.problem import GrooveError, Problem, Unreachable
from groove.retry import Patience
from groove.signing import api_key

OK, NOT_COMPLETED, WRONGLY_ASKED, REFUSED, NO_ANSWER, INTERRUPTED = 0, 1, 2, 3, 4, 130
IMPATIENT = Patience(tries=4, first_s=0.1, longest_s=2.0)
"""A person is waiting."""


class WronglyAsked(Exception):
    """The command line, or a file it names, cannot be understood."""


class Session:
    def __init__(self, url: str, *, as_json: bool) -> None:
        _never_choke()
        self._api_key = api_key.get()
        self.url = url if "://" in url else f"http://{url}"
        self.as_json = as_json
        self.console = Console(highlight=False)
        self.aside = Console(stderr=True, highlight=False)

    def perform(self, work: Callable[[Client], Awaitable[int]]) -> NoReturn:
        """Do it, and leave with its exit code; whatever goes wrong is a sentence on stderr."""
        try:
            code = asyncio.run(self._connected(work))
        except Problem as problem:
            code = self._fail(REFUSED, str(problem), problem.as_json())
        except Unreachable as error:
            code = self._fail(NO_ANSWER, f"{error} {self._remedy()}", {"title": "Unreachable", "detail": str(error)})
        except WronglyAsked as error:
            code = self._fail(WRONGLY_ASKED, str(error), {"title": "Wrongly asked", "detail": str(error)})
        except (GrooveError, OSError) as error:
            code = self._fail(NOT_COMPLETED, str(error), {"title": type(error).__name__, "detail": str(error)})
        except KeyboardInterrupt:
            code = INTERRUPTED
        raise typer.Exit(code)

    def say(self, text: str) -> None:
        """To the person, not to a program that reads JSON."""
        if not self.as_json:
            self.console.print(text, soft_wrap=not self.console.is_terminal, markup=False)

    def hint(self, text: str) -> None:
        """What could be done next."""
        if not self.as_json:
            self.aside.print(text, style="dim", soft_wrap=True, markup=False)

    def print_json(self, document: Any) -> None:
        typer.echo(json.dumps(document, indent=2, ensure_ascii=False))

    def print_line(self, document: Any) -> None:
        typer.echo(json_line(document))

    async def _connected(self, work: Callable[[Client], Awaitable[int]]) -> int:
        try:
            client = Client(self.url, patience=IMPATIENT, api_key=self._api_key)
        except ValueError as error:
            raise WronglyAsked(f"{self.url} is not a URL: {error}.") from error
        async with client:
            return await work(client)

    def _fail(self, code: int, sentence: str, document: Mapping[str, Any]) -> int:
        if self.as_json:
            typer.echo(json_line(document), err=True)
        else:
            self.aside.print(f"[bold red]error:[/] {_escaped(sentence)}", soft_wrap=True)
        return code

    def _remedy(self) -> str:
        return "Start it with `make up`, or say where it is with --url or GROOVE_URL."


def _escaped(text: str) -> str:
    return text.replace("[", r"\[")


def _never_choke() -> None:
    """A terminal that cannot show a character shows another one."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")
