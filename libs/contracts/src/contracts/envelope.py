"""The letters in which commands, decisions and reports travel, and how they are opened."""

import json
from typing import Generic, Literal, TypeVar

from pydantic import AwareDatetime, ValidationError

from contracts import upcasts
from contracts.asset import AssetEvent
from contracts.base import Message, MessageId, MicroCredits, ProjectId, UserId
from contracts.character import CharacterEvent
from contracts.credit import CreditCommand, CreditEvent
from contracts.graph import GraphCommand, GraphEvent
from contracts.problems import Rejection
from contracts.recipe import RecipeEvent
from contracts.run import RunCommand, RunEvent
from contracts.work import Report, Task

C = TypeVar("C", GraphCommand, RunCommand, CreditCommand)
E = TypeVar("E", GraphEvent, RunEvent, RecipeEvent, AssetEvent, CharacterEvent, CreditEvent)


Case = Literal["later", "type", "json", "shape"]
"""Written by a later release; of a type that is not known; not JSON; does not fit."""


class Unreadable(Exception):
    """A message of the log that this version cannot read. It is never skipped: its aggregate pauses."""

    def __init__(self, reason: str, case: Case = "shape") -> None:
        super().__init__(reason)
        self.case = case


class Letter(Message, Generic[C]):
    """A command on its way."""

    v: int = upcasts.VERSION
    id: MessageId
    at: AwareDatetime
    user_id: UserId
    """Whose things it is about."""
    actor: UserId | None = None
    """Who asks for it, where that is somebody else: a member of a shared project."""
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

    v: int = upcasts.VERSION
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

    v: int = upcasts.VERSION
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


class NodeEstimate(Message):
    """What one node would cost, and how that is known."""

    low: MicroCredits = 0
    expected: MicroCredits = 0
    high: MicroCredits = 0
    basis: str
    """For a person: the price and its source, or why it is free."""
    units: int = 1
    """Results that it would make."""
    operation: str = ""
    provider: str | None = None
    model: str | None = None
    paid: bool = False


class Estimate(Message):
    """What a run would cost: the reply to a `RunLetter` with a `StartRun` on `subjects.estimates`. Never recorded."""

    cost: MicroCredits = 0
    nodes: dict[str, MicroCredits] = {}
    """By node that would run."""
    details: dict[str, NodeEstimate] = {}
    """The same nodes; what was made before costs nothing."""
    rejection: Rejection | None = None
    """Why it would not start."""


GraphLetter = Letter[GraphCommand]
RunLetter = Letter[RunCommand]
GraphDecision = Decision[GraphEvent]
RunDecision = Decision[RunEvent]
RecipeDecision = Decision[RecipeEvent]
AssetDecision = Decision[AssetEvent]
CharacterDecision = Decision[CharacterEvent]
CreditLetter = Letter[CreditCommand]
CreditDecision = Decision[CreditEvent]

M = TypeVar("M", bound=Message)


def seal(message: Message) -> bytes:
    """To the bytes that are sent. `None` is kept: in free-form fields it means something."""
    return message.model_dump_json().encode()


def unseal(kind: type[M], data: bytes, chain: upcasts.Chain | None = None) -> M:
    """From the bytes that were sent, lifted to today's version (or the chain's).

    Raises:
        Unreadable: not JSON, of an unknown type, or of a version from the future.
    """
    name = kind.__name__.partition("[")[0]
    try:
        if chain is None and upcasts.current(data):
            return kind.model_validate_json(data)
        return kind.model_validate((chain or upcasts.CHAIN).lift(name, json.loads(data)))
    except upcasts.TooNew as error:
        raise Unreadable(f"{name}: written by a later release ({error})", "later") from error
    except ValidationError as error:
        raise _misfit(name, error) from error
    except TypeError as error:
        raise Unreadable(f"{name}: does not fit: {error}") from error
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"{name}: not JSON: {error}", "json") from error


def _misfit(name: str, error: ValidationError) -> Unreadable:
    """What is wrong first, in words for who runs an installation."""
    flaws = error.errors(include_url=False, include_input=False)
    for flaw in flaws:
        if flaw["type"] == "union_tag_invalid":
            return Unreadable(f"{name}: unknown type {str(flaw['ctx']['tag'])[:100]}", "type")
    first = flaws[0]
    if first["type"] == "json_invalid":
        return Unreadable(f"{name}: not JSON: {first['msg']}", "json")
    where = ".".join(map(str, first["loc"]))
    return Unreadable(f"{name}: does not fit: {where}: {first['msg']}")


__all__ = [
    "Answer",
    "AssetDecision",
    "CharacterDecision",
    "CreditDecision",
    "CreditLetter",
    "Decision",
    "Estimate",
    "GraphDecision",
    "GraphLetter",
    "Letter",
    "NodeEstimate",
    "RecipeDecision",
    "ReportLetter",
    "RunDecision",
    "RunLetter",
    "Task",
    "Unreadable",
    "seal",
    "unseal",
]
