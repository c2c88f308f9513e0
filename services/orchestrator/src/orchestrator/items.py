"""What comes in, opened."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from contracts.base import GraphId, NodeId, ProjectId, RunId, UserId
from contracts.envelope import CreditLetter, GraphLetter, Letter, ReportLetter, RunLetter, Unreadable, unseal
from contracts.subjects import Subjects
from contracts.work import Report
from kit.record import Record
from orchestrator.paused import Aggregate, Illegible, legible


@dataclass(frozen=True)
class RunKey:
    project_id: ProjectId
    id: RunId


@dataclass(frozen=True)
class GraphKey:
    project_id: ProjectId
    id: GraphId


@dataclass(frozen=True)
class CreditKey:
    id: UserId


Key = RunKey | GraphKey | CreditKey


def aggregate(key: Key) -> Aggregate:
    if isinstance(key, CreditKey):
        return Aggregate("credit", key.id, key.id)
    return Aggregate("run" if isinstance(key, RunKey) else "graph", key.project_id, key.id)


@dataclass(frozen=True)
class Asked:
    letter: RunLetter


@dataclass(frozen=True)
class Reported:
    seq: int
    node_id: NodeId
    report: Report


@dataclass(frozen=True)
class Due:
    """A timer, or somebody who finished what a node waits for."""

    node_id: NodeId
    basis: int = 0
    """A decision that must have been read to make sense of it."""


@dataclass(frozen=True)
class Swept:
    """Look at the whole run again."""


@dataclass(frozen=True)
class Turn:
    """A task that was held back may go to the workers."""

    node_id: NodeId


@dataclass(frozen=True)
class Unread:
    """A report that this release cannot read: it is part of its run's history, so the run waits."""

    error: Illegible


RunItem = Asked | Reported | Due | Swept | Turn
Item = RunItem | GraphLetter | CreditLetter | Unread


def letter_of(item: Item) -> GraphLetter | RunLetter | CreditLetter | None:
    """The command that it is, if it is one."""
    if isinstance(item, Asked):
        return item.letter
    return item if isinstance(item, Letter) else None


@dataclass(frozen=True)
class Parcel:
    """An item, and how its delivery is settled."""

    item: Item
    ack: Callable[[], Awaitable[None]]
    nak: Callable[[float], Awaitable[None]]
    deliveries: int = 1
    record: Record | None = None
    """The message that it came in."""


def open_record(subjects: Subjects, record: Record) -> tuple[Key, Item]:
    """Read a command or a report of the log.

    Raises:
        Unreadable: it is none.
    """
    try:
        address = subjects.parse(record.subject)
    except ValueError as error:
        raise Unreadable(str(error)) from error
    project = ProjectId(address.scope)
    match (address.family, address.kind):
        case ("cmd", "run"):
            return RunKey(project, RunId(address.id)), Asked(unseal(RunLetter, record.data))
        case ("cmd", "graph"):
            return GraphKey(project, GraphId(address.id)), unseal(GraphLetter, record.data)
        case ("cmd", "credit"):
            return CreditKey(UserId(address.id)), unseal(CreditLetter, record.data)
        case ("rpt", _) if address.node is not None:
            key = RunKey(project, RunId(address.id))
            try:
                return key, Reported(record.seq, address.node, legible(subjects, ReportLetter, record).report)
            except Illegible as error:
                return key, Unread(error)
    raise Unreadable(f"nobody decides over {record.subject}")


def open_due(record: Record) -> tuple[Key, Item]:
    """Read a timer that has come due: `<prefix>.due.<p>.<run>.<node>`.

    Raises:
        Unreadable: it is none.
    """
    tokens: list[str] = record.subject.split(".")
    try:
        _, run, node = tokens[-3:]
        body = json.loads(record.data)
        return RunKey(ProjectId(body["project_id"]), RunId(run)), Due(NodeId(node), int(body.get("basis", 0)))
    except (ValueError, KeyError, TypeError) as error:
        raise Unreadable(f"not a timer: {error}") from error
