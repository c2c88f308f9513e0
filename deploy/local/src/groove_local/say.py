"""Telling the person at the keyboard what happens."""

import contextlib
from collections.abc import Callable

Say = Callable[[str], None]


def quietly(_line: str) -> None:
    """For those who do not want to be told."""


def aloud(line: str) -> None:
    """A closed terminal is no reason to stop stopping."""
    with contextlib.suppress(OSError):
        print(line, flush=True)  # noqa: T201 - this is the command's output
