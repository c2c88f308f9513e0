"""Two releases that never were, before today's: `NodeDone` became `NodeSucceeded`, and a `size` two numbers.

No such step is shipped: they show what the machinery does to real messages.
"""

from collections.abc import Callable
from typing import Any

from contracts.upcasts import Chain, Json


def renamed(kind: str, raw: Json) -> Json:
    if kind != "Decision":
        return raw
    return {**raw, "events": [_called(event, "NodeDone", "NodeSucceeded") for event in raw["events"]]}


def split(_kind: str, raw: Json) -> Json:
    return {key: _everywhere(value, _apart) for key, value in raw.items()}


CHAIN = Chain((renamed, split))


def of_long_ago(raw: Json) -> Json:
    """What the first of them would have written."""
    old = {key: _everywhere(value, _together) for key, value in raw.items()} | {"v": 1}
    if "events" in old:
        old["events"] = [_called(event, "NodeSucceeded", "NodeDone") for event in old["events"]]
    return old


def _called(event: Json, was: str, is_: str) -> Json:
    return {**event, "type": is_} if event["type"] == was else event


def _everywhere(value: Any, change: Callable[[Json], Json]) -> Any:
    if isinstance(value, dict):
        return change({key: _everywhere(one, change) for key, one in value.items()})
    if isinstance(value, list):
        return [_everywhere(one, change) for one in value]
    return value


def _apart(value: Json) -> Json:
    if "size" not in value or "mime" not in value:
        return value
    width, height = map(int, value["size"].split("x"))
    return {key: one for key, one in value.items() if key != "size"} | {"width": width, "height": height}


def _together(value: Json) -> Json:
    if "mime" not in value or value.get("width") is None or value.get("height") is None:
        return value
    rest = {key: one for key, one in value.items() if key not in {"width", "height"}}
    return rest | {"size": f"{value['width']}x{value['height']}"}
