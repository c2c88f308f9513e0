"""A run as a story: what was asked, decided and reported, in the order of the log, and the state after any of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from contracts.base import MAX_EVENTS_PER_DECISION, position
from contracts.envelope import ReportLetter
from orchestrator.domain.hearing import hear
from orchestrator.domain.run_state import Run
from orchestrator.replaying.telling import Told, take_in

_LONG = 100


class OutOfRange(Exception):
    """There is nothing of the run at that place."""


@dataclass(frozen=True)
class Line:
    """One thing that happened."""

    position: int
    at: datetime
    source: str
    """`asked`, `decided` or `reported`."""
    what: str
    node: str = ""
    detail: str = ""
    cost: int = 0


@dataclass(frozen=True)
class Moment:
    line: Line
    run: Run
    """As it was just after."""


def moments(told: list[Told]) -> list[Line]:
    return [line for one in told for line in _lines(one)]


def at(told: list[Told], place: int | None) -> tuple[Run, list[Line]]:
    """The run just after a place, and what had happened by then. A place is a position, or the sequence of a message.

    Raises:
        OutOfRange: the run's log begins later or ends earlier.
    """
    last = place if place is None else _last_position(told, place)
    run = Run()
    for one in told:
        if last is None or position(one.seq, MAX_EVENTS_PER_DECISION - 1) <= last:
            take_in(run, one)
        elif position(one.seq) <= last:
            _partly(run, one, last - position(one.seq) + 1)
    return run, [line for line in moments(told) if last is None or line.position <= last]


def _partly(run: Run, told: Told, events: int) -> None:
    if told.address.family == "evt":
        part = told.message.model_copy(update={"events": told.message.events[:events]})
        take_in(run, Told(told.record, told.address, part))
    elif isinstance(told.message, ReportLetter) and told.address.node is not None:
        hear(run, told.address.node, told.message.report)


def _last_position(told: list[Told], place: int) -> int:
    first, last = told[0].seq, told[-1].seq
    if position(first) <= place <= position(last, MAX_EVENTS_PER_DECISION - 1):
        return place
    if first <= place <= last:
        return position(place, MAX_EVENTS_PER_DECISION - 1)
    message = (
        f"The run has nothing at {place}: its messages are {first} to {last}, "
        f"as positions {position(first)} to {moments(told)[-1].position}."
    )
    raise OutOfRange(message)


def _lines(told: Told) -> list[Line]:
    message, here = told.message, position(told.seq)
    if told.address.family == "cmd":
        return [Line(here, message.at, "asked", message.command.type, _node(message.command), f"by {message.user_id}")]
    if isinstance(message, ReportLetter):
        report = message.report
        said = f"attempt {report.attempt}, epoch {report.epoch}, {message.worker}"
        detail = _joined(said, _detail(report))
        cost = getattr(report, "cost", 0)
        return [Line(here, report.at, "reported", report.type, told.address.node or "", detail, cost)]
    if message.refused is not None:
        return [Line(here, message.at, "decided", "refused", detail=message.refused.message)]
    if not message.events:
        return [Line(here, message.at, "decided", "nothing", detail="it was so already")]
    return [
        Line(
            position(told.seq, index),
            event.at,
            "decided",
            event.type,
            _node(event),
            _detail(event),
            getattr(event, "cost", 0),
        )
        for index, event in enumerate(message.events)
    ]


def _node(one: Any) -> str:
    return str(getattr(one, "node_id", None) or "")


def _of_attempt(one: Any) -> list[str]:
    if one.type == "NodeSucceeded" and one.attempt:
        return [f"attempt {one.attempt}"]
    if one.type == "NodeJudged":
        return [f"attempt {one.made}", *(["to be made again"] if one.again else []), *([one.note] if one.note else [])]
    return []


def _detail(one: Any) -> str:
    """What a person wants to know of it, in a few words."""
    said = []
    if one.type in {"NodeScheduled", "NodeRetryScheduled", "NodeInDoubt", "NodeFailed", "NodeMade", "LateResult"}:
        said.append(f"attempt {one.attempt}")
    said += _of_attempt(one)
    if one.type == "NodeJudged":
        said.append(
            f"attempt {one.made}{', to be made again' if one.again else ''}{f': {one.note}' if one.note else ''}"
        )
    if one.type == "RunStarted":
        said.append(f"{len(one.plan.nodes)} nodes of {one.graph_name or 'a graph'}")
        said += [f"forked from {one.forked_from}"] if one.forked_from else []
        said += [f"imported from {one.imported_from}"] if one.imported_from else []
    if one.type == "RunRefused":
        said.append(one.rejection.message)
    if one.type == "NodeRetryScheduled":
        said.append(f"not before {one.retry_at:%H:%M:%S.%f}"[:-3])
    if one.type == "NodeAwaiting":
        said.append(f"made by {one.maker.run_id} {one.maker.node_id}")
    if one.type in {"NodeCached", "NodeInherited"}:
        said.append(f"from {one.origin.run_id} {one.origin.node_id}")
    if one.type == "NodeSkipped":
        said.append(f"because of {one.because}")
    if one.type == "Submitting":
        said.append(f"before {one.send_by:%H:%M:%S}")
    failure = getattr(one, "failure", None)
    said += [f"{failure.kind.value}: {failure.message}"] if failure else []
    said += [f"{port}: {_value(value)}" for port, values in getattr(one, "outputs", {}).items() for value in values]
    return _joined(*said)


def _value(value: Any) -> str:
    text = getattr(value, "text", None)
    return (
        repr(text if len(text) < _LONG else text[:_LONG] + "…") if text is not None else f"sha256 {value.digest[:12]}"
    )


def _joined(*parts: str) -> str:
    return "; ".join(part for part in parts if part)
