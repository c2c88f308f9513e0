"""Lifts what yesterday wrote to what today reads: JSON to JSON, one version at a time, before any model sees it."""

from collections.abc import Callable
from typing import Any

Json = dict[str, Any]

VERSION = 1
"""Of every message. Adding a field with a default does not change it; a new shape of an old thing does."""

UPCASTS: dict[int, Callable[[Json], Json]] = {}
"""From version n to n + 1. An entry is never changed once it has been released."""

_CURRENT = b'{"v":%d,' % VERSION


class TooNew(Exception):
    """Written by a later release."""


def current(data: bytes) -> bool:
    """Whether a message is of today's version (a look at its first bytes: `v` is always written first)."""
    return data.startswith(_CURRENT)


def lift(raw: object) -> Json:
    """A message of any earlier version, as today would have written it.

    Raises:
        TooNew: it was written by a later release.
        TypeError: it is no JSON object.
    """
    if not isinstance(raw, dict):
        raise TypeError("not an object")
    version = raw.get("v", 1)
    if not isinstance(version, int) or version > VERSION or version < 1:
        raise TooNew(f"version {version!r}; this release reads up to {VERSION}")
    for step in range(version, VERSION):
        raw = UPCASTS[step](raw) | {"v": step + 1}
    return raw
