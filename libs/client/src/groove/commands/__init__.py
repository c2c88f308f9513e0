"""What the commands do. Each part is loaded when it is first used, so that `groove --help` answers at once."""

from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from groove.commands import (
        characters,
        crediting,
        erasing,
        forking,
        here,
        jobs,
        looking,
        mending,
        operating,
        projects,
        replaying,
        running,
        session,
    )

__all__ = [
    "characters",
    "crediting",
    "erasing",
    "forking",
    "here",
    "jobs",
    "looking",
    "mending",
    "operating",
    "projects",
    "replaying",
    "running",
    "session",
]


def __getattr__(name: str) -> ModuleType:
    if name not in __all__:
        raise AttributeError(f"module 'groove.commands' has no attribute {name!r}")
    return import_module(f"groove.commands.{name}")
