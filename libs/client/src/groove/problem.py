"""What can go wrong between here and the server, in words."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


class GrooveError(Exception):
    """Whatever this package raises."""


@dataclass(frozen=True)
class Flaw:
    """One thing that is wrong with what was sent, and where."""

    loc: tuple[str | int, ...]
    message: str

    @property
    def where(self) -> str:
        return ".".join(str(step) for step in self.loc)


class Unreachable(GrooveError):
    """No answer came from the server, however often it was asked."""

    def __init__(self, url: str, why: str = "") -> None:
        super().__init__(f"Nothing answers at {url} ({why})." if why else f"Nothing answers at {url}.")
        self.url = url
        self.why = why


class Spoiled(GrooveError):
    """What arrived is not what was announced."""


class Problem(GrooveError):
    """The server says no, and why (RFC 9457). `type` is stable: branch on it, show `str(problem)`."""

    def __init__(
        self, status: int, title: str, detail: str = "", type_: str = "about:blank", errors: tuple[Flaw, ...] = ()
    ) -> None:
        self.status = status
        self.title = title
        self.detail = detail or title
        self.type = type_
        self.errors = errors
        super().__init__(self.detail)

    def __str__(self) -> str:
        lines = [self.detail]
        for flaw in self.errors:
            if flaw.message == self.detail:
                lines += [f"  at {flaw.where}"] if flaw.where else []
            else:
                lines.append(f"  {flaw.where}: {flaw.message}" if flaw.where else f"  {flaw.message}")
        return "\n".join(lines)

    def as_json(self) -> dict[str, Any]:
        return {
            "type": self.type,
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "errors": [{"loc": list(flaw.loc), "message": flaw.message} for flaw in self.errors],
        }


def read_problem(status: int, reason: str, body: bytes) -> Problem:
    """Also of an answer that some proxy on the way gave in its own words."""
    try:
        said = json.loads(body)
    except ValueError:
        said = None
    if not isinstance(said, Mapping):
        return Problem(status, reason or "Refused", f"The server answered {status} {reason}".rstrip() + ".")
    return Problem(
        status,
        str(said.get("title") or reason or "Refused"),
        str(said.get("detail") or ""),
        str(said.get("type") or "about:blank"),
        tuple(_flaw(flaw) for flaw in said.get("errors") or () if isinstance(flaw, Mapping)),
    )


def _flaw(said: Mapping[str, Any]) -> Flaw:
    loc = said.get("loc") or ()
    steps = tuple(loc) if isinstance(loc, list) else (str(loc),)
    return Flaw(steps, str(said.get("message") or ""))
