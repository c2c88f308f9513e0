"""One attempt of a node, in a few lines."""

from collections.abc import Mapping
from typing import Any

from rich.text import Text

from groove import words
from groove.clock import moment_s
from groove.commands.session import Session
from groove.table import STYLES

Json = Mapping[str, Any]
_STYLED: Mapping[str, str] = {"succeeded": "completed", "stopped": "cancelled"}
_LONGEST = 200


def tell_attempt(session: Session, attempt: Json) -> None:
    state = str(attempt["state"])
    head = Text(f"  attempt {attempt['attempt']}  ")
    head.append(state.replace("_", " "), STYLES.get(_STYLED.get(state, state), ""))
    session.console.print(head.append(_times(attempt)), soft_wrap=True)
    for line in _lines(attempt):
        session.say(f"    {line}")


def _times(attempt: Json) -> str:
    queued, started, ended = (moment_s(attempt.get(f"{what}_at")) for what in ("queued", "started", "ended"))
    waited = f"  waited {words.duration(max(0.0, started - queued))}" if started and queued else ""
    took = f"  took {words.duration(max(0.0, ended - started))}" if started and ended else ""
    cost = f"  {words.cost(attempt['cost'])}" if attempt.get("cost") else ""
    return waited + took + cost


def _lines(attempt: Json) -> list[str]:
    lines = [attempt["because"]] if attempt.get("because") else []
    if attempt.get("worker"):
        holders = attempt.get("holders") or 1
        taken = f", the {holders}. to hold it: it was taken over" if holders > 1 else ""
        lines.append(f"worker {attempt['worker']}, at {attempt.get('started_at') or attempt.get('ended_at')}{taken}")
    if attempt.get("request_key"):
        lines.append(f"asked the provider with key {attempt['request_key']} at {attempt.get('asked_at')}")
    if attempt.get("handle"):
        lines.append(f"the provider's job: {words.one_line(str(dict(attempt['handle'])))[:_LONGEST]}")
    error = attempt.get("error")
    if error:
        lines.append(f"{error['kind']}: {words.one_line(error['message'])}")
    if attempt.get("retry_after_s") is not None:
        lines.append(f"the provider asked for a pause of {words.duration(attempt['retry_after_s'])}")
    if attempt.get("revoked_at"):
        lines.append(f"stopped by a cancel at {attempt['revoked_at']}")
    if attempt.get("late"):
        lines.append("it came too late to change the node; what it made is kept")
    return [*lines, *(attempt.get("notes") or ())]
