"""`graph_state`: what React Flow's toObject() gives, kept as it was sent, character by character."""

import json
import re
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import InstanceOf, WithJsonSchema
from pydantic_core import from_json

from gateway.http.body import MAX_DEPTH, StrictRequest, StrictRoute, bounded
from gateway.http.problems import Problem, invalid

MAX_STATE_BYTES = 2_000_000
MAX_STATE_NODES = 5_000
MAX_STATE_EDGES = 20_000
FIELD = "graph_state"
_SPACE = re.compile(r"[ \t\n\r]*")


@dataclass(frozen=True)
class RawState:
    """Checked, and not changed: numbers keep their spelling, objects their order."""

    text: str


State = Annotated[
    InstanceOf[RawState],
    WithJsonSchema(
        {
            "type": "object",
            "description": "As React Flow's toObject() gives it. Kept as it is, with every field.",
            "properties": {
                "nodes": {"type": "array", "items": {"type": "object"}, "maxItems": MAX_STATE_NODES},
                "edges": {"type": "array", "items": {"type": "object"}, "maxItems": MAX_STATE_EDGES},
                "viewport": {"type": "object"},
            },
            "required": ["nodes", "edges"],
        }
    ),
]


class StateRequest(StrictRequest):
    """A body that is a state, or has one as its member `graph_state`; all else in it is as strict as ever."""

    max_bytes = MAX_STATE_BYTES + 300_000

    async def json(self) -> Any:
        if not hasattr(self, "_json"):
            text = _decoded(await self.body())
            if self.url.path.rstrip("/").endswith(f"/{FIELD}"):
                self._json: Any = _checked(text, _value(text), ["body"])
            else:
                self._json = _with_state(text)
        return self._json


class StateRoute(StrictRoute):
    request_class = StateRequest


def _decoded(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise _malformed("it is not UTF-8") from error


def _with_state(text: str) -> Any:
    """The body without its state, read strictly, and the state beside it."""
    try:
        members = _members(text)
    except (ValueError, RecursionError, StopIteration, IndexError) as error:
        raise _malformed(str(error)) from error
    if members is None or FIELD not in members:
        return _strictly(text)
    whole, value = members.pop(FIELD)
    rest = ",".join(f"{json.dumps(name)}:{raw}" for name, (raw, _) in members.items())
    read: dict[str, Any] = _strictly(f"{{{rest}}}")
    return read | {FIELD: None if value is None else _checked(whole, value, ["body", FIELD])}


def _strictly(text: str) -> Any:
    try:
        value = from_json(text.encode(), allow_inf_nan=False)
    except ValueError as error:
        raise _malformed(str(error)) from error
    bounded(value, ["body"])
    return value


def _checked(text: str, value: Any, loc: list[str | int]) -> RawState:
    if not isinstance(value, dict):
        raise invalid(loc, "It is a JSON object with nodes, edges and viewport.")
    for name, most in (("nodes", MAX_STATE_NODES), ("edges", MAX_STATE_EDGES)):
        items = value.get(name)
        if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
            raise invalid([*loc, name], f"{name} is a list of objects.")
        if len(items) > most:
            raise invalid([*loc, name], f"At most {most:,} {name} can be kept; these are {len(items):,}.")
    if not isinstance(value.get("viewport", {}), dict):
        raise invalid([*loc, "viewport"], "viewport is an object.")
    if len(text.encode()) > MAX_STATE_BYTES:
        raise Problem(413, "body-too-large", f"graph_state is larger than {MAX_STATE_BYTES:,} bytes.")
    _shallow(value, loc)
    return RawState(text)


def _shallow(value: Any, loc: list[str | int]) -> None:
    level, depth = [value], 0
    while level:
        depth += 1
        if depth > MAX_DEPTH:
            raise invalid(loc, f"It is nested more than {MAX_DEPTH} deep.")
        inside = (child for one in level for child in (one.values() if isinstance(one, dict) else one))
        level = [child for child in inside if isinstance(child, dict | list)]


def _value(text: str) -> Any:
    try:
        return _DECODER.decode(text)
    except (ValueError, RecursionError) as error:
        raise _malformed(str(error)) from error


def _members(text: str) -> dict[str, tuple[str, Any]] | None:
    """Of the object: each member as it is spelled, and what it means. None: it is no object."""
    at = _past_space(text, 0)
    if text[at] != "{":
        return None
    found: dict[str, tuple[str, Any]] = {}
    at = _past_space(text, at + 1)
    while text[at] != "}":
        _past(text, at, '"')
        name, at = _DECODER.raw_decode(text, at)
        begin = _past_space(text, _past(text, _past_space(text, at), ":"))
        value, at = _DECODER.raw_decode(text, begin)
        found[name] = text[begin:at], value
        at = _past_space(text, at)
        if text[at] == ",":
            at = _past_space(text, at + 1)
            if text[at] == "}":
                raise ValueError("a comma before the end")
        elif text[at] != "}":
            raise ValueError(f"a comma is missing at character {at}")
    if _past_space(text, at + 1) != len(text):
        raise ValueError("there is more behind its end")
    return found


def _past_space(text: str, at: int) -> int:
    space = _SPACE.match(text, at)
    return space.end() if space else at


def _past(text: str, at: int, mark: str) -> int:
    if text[at] != mark:
        raise ValueError(f"{mark} is missing at character {at}")
    return at + 1


def _no_such_number(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


def _finite(digits: str) -> float:
    number = float(digits)
    if abs(number) == float("inf"):
        raise ValueError("a number is too large")
    return number


_DECODER = json.JSONDecoder(parse_constant=_no_such_number, parse_float=_finite)


def _malformed(why: str) -> Problem:
    return Problem(400, "malformed-json", f"The body is not JSON: {why[:200]}.")
