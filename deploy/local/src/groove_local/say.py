"""Telling the person at the keyboard, or a program, what happens."""

import contextlib
import sys
from dataclasses import dataclass
from typing import Any, Protocol

from groove.lines import json_line


class Say(Protocol):
    def __call__(self, text: str, event: str = "note", **facts: Any) -> None:
        """Tell it.

        Args:
            text: for a person.
            event: what happened, in a word for programs.
            facts: about it.
        """


def quietly(text: str, event: str = "note", **facts: Any) -> None:
    """For those who do not want to be told."""
    del text, event, facts


def aloud(text: str, event: str = "note", **facts: Any) -> None:
    del event, facts
    _line(text)


def in_json(text: str, event: str = "note", **facts: Any) -> None:
    """A line of JSON. Its message is the first line of the text; the facts say the rest."""
    _line(json_line({"event": event, "message": text.strip().partition("\n")[0], **facts}))


@dataclass(frozen=True)
class Voice:
    """How a whole command speaks."""

    as_json: bool

    @property
    def say(self) -> Say:
        return in_json if self.as_json else aloud

    def document(self, document: Any) -> None:
        """For programs alone."""
        if self.as_json:
            _line(json_line(document))

    def complain(self, text: str, title: str, **facts: Any) -> None:
        """On stderr: what went wrong."""
        with contextlib.suppress(OSError):
            said = json_line({"title": title, "detail": text, **facts}) if self.as_json else f"\n{text}"
            print(said, file=sys.stderr, flush=True)  # noqa: T201 - as below


def _line(line: str) -> None:
    """A closed terminal is no reason to stop stopping."""
    with contextlib.suppress(OSError):
        print(line, flush=True)  # noqa: T201 - this is the command's output
