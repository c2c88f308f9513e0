"""Numbers and values in words a person reads at a glance."""

from collections.abc import Iterable, Mapping
from typing import Any

from groove.shapes import MICRO

_TIMES = "\N{MULTIPLICATION SIGN}"
_MINUTE_S = 60
_HOUR_S = 3600
_KILO = 1000


def duration(seconds: float) -> str:
    if seconds < _MINUTE_S:
        return f"{seconds:.1f} s"
    if seconds < _HOUR_S:
        return f"{int(seconds // 60)}:{int(seconds % 60):02} min"
    return f"{int(seconds // 3600)}:{int(seconds % 3600 // 60):02} h"


def size(count: float) -> str:
    """Of bytes."""
    for unit in ("B", "kB", "MB"):
        if count < _KILO:
            return f"{count:.0f} {unit}" if unit == "B" or count >= 10 else f"{count:.1f} {unit}"  # noqa: PLR2004
        count /= _KILO
    return f"{count:.1f} GB"


def cost(micro: int) -> str:
    """Of micro-credits."""
    return "free" if not micro else f"{micro / MICRO:.4g} cr"


def one_line(text: str) -> str:
    return " ".join(text.split())


def value(said: Mapping[str, Any]) -> str:
    if said.get("type") == "text":
        return f"“{one_line(str(said.get('text', '')))}”"
    if said.get("type") == "character":
        return f"{said.get('name') or 'somebody'}, {counted(len(said.get('references', ())), 'picture')}"
    if said.get("type") == "storyboard":
        return f"“{said.get('title')}”, {counted(len(said.get('scenes', ())), 'scene')}"
    kind = str(said.get("mime", said.get("type"))).rpartition("/")[2].upper()
    wide = f"{said['width']}{_TIMES}{said['height']} " if said.get("width") else ""
    long = f"{said['duration_s']:.1f} s " if said.get("duration_s") else ""
    return f"{wide}{long}{kind}, {size(said.get('bytes', 0))}{likeness(said.get('identity'))}"


def likeness(identity: Mapping[str, Any] | None) -> str:
    """How much it shows its characters."""
    if not identity:
        return ""
    score, who = identity.get("score"), ", ".join(str(one["name"]) for one in identity.get("characters", ()))
    found = "no face found" if score is None else f"{score:.2f} of {identity['threshold']:.2f}"
    return f", like {who or 'its character'}: {found}"


def outputs(ports: Mapping[str, Iterable[Mapping[str, Any]]]) -> str:
    values = [one for several in ports.values() for one in several]
    if not values:
        return ""
    first = value(values[0])
    return (
        first if len(values) == 1 else f"{len(values)} {_TIMES} {first}" if _alike(values) else f"{len(values)} results"
    )


def _alike(values: list[Mapping[str, Any]]) -> bool:
    return len({one.get("type") for one in values}) == 1 and values[0].get("type") != "text"


def counted(number: int, one: str) -> str:
    return f"{number} {one}" if number == 1 else f"{number} {one}s"
