"""What this room reads from the environment."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

GOOGLE_KEYS = ("GOOGLE_API_KEY", "GEMINI_API_KEY", "GROOVE_VERTEX_TOKEN")
VERTEX = "GROOVE_VERTEX_PROJECT"


@dataclass(frozen=True)
class Settings:
    inherited: Mapping[str, str] = field(repr=False)
    """Everything but the providers' keys: for every process."""
    keys: Mapping[str, str] = field(repr=False)
    """Providers' keys: for the workers alone."""
    google: bool = False
    """Whether something of Google's is configured."""
    port_share: tuple[int, int] = (0, 1)
    """The nth of so many parts of the port ranges, as "0/2": for installations that start at the same moment."""

    @classmethod
    def from_environment(cls) -> Self:
        everything = dict(os.environ)
        keys = {name: everything.pop(name) for name in GOOGLE_KEYS if name in everything}
        nth, _, of = everything.get("GROOVE_PORT_SHARE", "0/1").partition("/")
        share = (int(nth), int(of))
        keys = {name: key for name, key in keys.items() if key}
        return cls(everything, keys, bool(keys or everything.get(VERTEX)), share)
