"""The letters in which commands, decisions and reports travel, and how they are opened."""

import json
from typing import Generic, Literal, TypeVar

from pydantic import AwareDatetime

from contracts import upcasts
from contracts.asset import AssetEvent
from contracts.base import Message, MessageId, MicroCredits, ProjectId, UserId
from contracts.graph import GraphCommand, GraphEvent
from contracts.problems import Rejection
from contracts.recipe import RecipeEvent
from contracts.run import RunCommand, RunEvent
from contracts.work import Report, Task

C = TypeVar("C", GraphCommand, RunCommand)
E = TypeVar("E", GraphEvent, RunEvent, RecipeEvent, AssetEvent)


class Unreadable(Exception):
    """A message of the log that this version cannot read. It is never skipped: its aggregate pauses."""


class Letter(Message, Generic[C]):
    """A command on its way."""

    v: int = 1
    id: MessageId
    at: AwareDatetime
    user_id: UserId
    project_id: ProjectId
    aggregate_id: str
    basis: int = 0
    """The last sequence of the aggregate that its sender had seen."""
    reply_to: str | None = None
    """Where its sender waits for the `Answer` (core NATS)."""
    traceparent: str | None = None
    command: C


class Decision(Message, Generic[E]):
    """What one decision made happen: all of it, or none."""

    v: int = 1
    id: MessageId
    at: AwareDatetime
    cause: MessageId | None = None
    """The command, report or timer that was being obeyed."""
    actor: str
    """The user it was done for, or the service that did it."""
    answers: MessageId | None = None
    """The command that it settles."""
    refused: Rejection | None = None
    """Set when the answer was no: then there are no events."""
    events: tuple[E, ...]


class ReportLetter(Message):
    """A worker's word on its task."""

    v: int = 1
    id: MessageId
    worker: str
    traceparent: str | None = None
    report: Report


class Answer(Message):
    """What became of a command."""

    command_id: MessageId
    outcome: Literal["done", "rejected", "unreadable"]
    seq: int = 0
    """Of the decision: a view that has read this far shows it."""
    version: int = 0
    """Of the graph, after it."""
    rejection: Rejection | None = None


class Estimate(Message):
    """What a run would cost: the reply to a `RunLetter` with a `StartRun` on `subjects.estimates`. Never recorded."""

    cost: MicroCredits = 0
    nodes: dict[str, MicroCredits] = {}
    """By node that would run."""
    rejection: Rejection | None = None
    """Why it would not start."""


GraphLetter = Letter[GraphCommand]
RunLetter = Letter[RunCommand]
GraphDecision = Decision[GraphEvent]
RunDecision = Decision[RunEvent]
RecipeDecision = Decision[RecipeEvent]
AssetDecision = Decision[AssetEvent]

M = TypeVar("M", bound=Message)


def seal(message: Message) -> bytes:
    """To the bytes that are sent. `None` is kept: in free-form fields it means something."""
    return message.model_dump_json().encode()


def unseal(kind: type[M], data: bytes) -> M:
    """From the bytes that were sent, lifted to today's version.

    Raises:
        Unreadable: not JSON, of an unknown type, or of a version from the future.
    """
    try:
        if upcasts.current(data):
            return kind.model_validate_json(data)
        return kind.model_validate(upcasts.lift(json.loads(data)))
    except (ValueError, TypeError, upcasts.TooNew) as error:
        raise Unreadable(f"{kind.__name__.partition('[')[0]}: {error}") from error


__all__ = [
    "Answer",
    "AssetDecision",
    "Decision",
    "Estimate",
    "GraphDecision",
    "GraphLetter",
    "Letter",
    "RecipeDecision",
    "ReportLetter",
    "RunDecision",
    "RunLetter",
    "Task",
    "Unreadable",
    "seal",
    "unseal",
]
