"""Lifts what yesterday wrote to what today reads: JSON to JSON, one version at a time, before any model sees it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]
Step = Callable[[str, Json], Json]
"""From one version to the next: the kind of message (`Letter`, `Decision`, `ReportLetter`, ...) and its JSON, to JSON.

Pure: it gives a new object, and keeps every key that it does not know.
"""


class TooNew(Exception):
    """Written by a later release."""


@dataclass(frozen=True)
class Chain:
    """Every step from version 1 up to the newest: the first lifts 1 to 2. It cannot have a hole."""

    steps: tuple[Step, ...] = ()

    @property
    def version(self) -> int:
        """The newest that it reads."""
        return 1 + len(self.steps)

    def lift(self, kind: str, raw: object) -> Json:
        """A message of any earlier version, as the newest would have written it.

        Raises:
            TooNew: it was written by a later release.
            TypeError: it is no JSON object with a version.
        """
        if not isinstance(raw, dict):
            raise TypeError("it is no JSON object")
        version = raw.get("v", 1)
        if type(version) is not int or version < 1:
            raise TypeError(f"its version is {str(version)[:40]!r}, not a number from 1")
        if version > self.version:
            raise TooNew(f"version {version}; this release reads up to {self.version}")
        lifted: Json = raw
        for step in range(version, self.version):
            lifted = {**self.steps[step - 1](kind, lifted), "v": step + 1}
        return lifted


CHAIN = Chain()
"""Of this release. A step is never changed once it has been released."""

VERSION = CHAIN.version
"""Of every message. Adding a field with a default does not change it; a new shape of an old thing does."""

_CURRENT = b'{"v":%d,' % VERSION


def current(data: bytes) -> bool:
    """Whether a message is of today's version (a look at its first bytes: `v` is always written first)."""
    return data.startswith(_CURRENT) and CHAIN.version == VERSION
