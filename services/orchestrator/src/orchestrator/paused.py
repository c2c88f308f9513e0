"""What is paused here, because this release cannot read its history. In memory only: a new process finds it again."""

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from contracts.base import Message
from contracts.envelope import Unreadable, unseal
from contracts.subjects import Subjects, partition
from kit.clock import Clock, utc_now
from kit.record import Record

M = TypeVar("M", bound=Message)
_LONGEST = 500
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Aggregate:
    kind: str
    """run, graph, credit or recipe."""
    scope: str
    """Its project; of a recipe or an account, its user."""
    id: str


class Illegible(Unreadable):
    """A message in the history of an aggregate cannot be read."""

    def __init__(self, aggregate: Aggregate, seq: int, error: Unreadable) -> None:
        super().__init__(str(error), error.case)
        self.aggregate = aggregate
        self.seq = seq


def legible(subjects: Subjects, kind: type[M], record: Record) -> M:
    """Open a message of a history.

    Raises:
        Illegible: this release cannot.
    """
    try:
        return unseal(kind, record.data)
    except Unreadable as error:
        raise Illegible(aggregate_of(subjects, record), record.seq, error) from error


def aggregate_of(subjects: Subjects, record: Record) -> Aggregate:
    address = subjects.parse(record.subject)
    return Aggregate(address.kind or "run", address.scope, address.id)


@dataclass(frozen=True)
class Pause:
    reason: str
    seq: int | None
    """Of the message that cannot be read, where it is this aggregate's own."""
    since: datetime


class Paused:
    def __init__(self, clock: Clock = utc_now) -> None:
        self._clock = clock
        self._all: dict[Aggregate, Pause] = {}

    def __len__(self) -> int:
        return len(self._all)

    def __contains__(self, aggregate: Aggregate) -> bool:
        return aggregate in self._all

    def add(self, error: Illegible) -> None:
        self._add(error.aggregate, str(error), error.seq)

    def stop(self, aggregate: Aggregate, error: Unreadable) -> None:
        """It cannot go on: by its own history, or by another's that it needs."""
        if not isinstance(error, Illegible):
            self._add(aggregate, str(error), None)
            return
        self.add(error)
        if error.aggregate != aggregate:
            self._add(aggregate, f"it needs {error.aggregate.kind} {error.aggregate.id}: {error}", None)

    def was_read(self, aggregate: Aggregate) -> None:
        """Its history could be read to its end."""
        pause = self._all.get(aggregate)
        if pause is not None and pause.seq is not None:
            self.over(aggregate)

    def over(self, aggregate: Aggregate) -> None:
        if self._all.pop(aggregate, None) is not None:
            _log.info("goes on: its history can be read", extra={"kind": aggregate.kind, "aggregate": aggregate.id})

    def forget(self, share: int) -> None:
        """Another process has this partition now, and lists what is paused in it."""
        self._all = {
            one: pause for one, pause in self._all.items() if one.kind == "recipe" or partition(one.id) != share
        }

    def listed(self) -> list[dict[str, object]]:
        """For people, the longest paused first."""
        return [
            {
                "kind": one.kind,
                "id": one.id,
                "user_id" if one.kind in {"recipe", "credit"} else "project_id": one.scope,
                "seq": pause.seq,
                "reason": pause.reason,
                "since": pause.since.isoformat(),
            }
            for one, pause in self._all.items()
        ]

    def _add(self, aggregate: Aggregate, reason: str, seq: int | None) -> None:
        if aggregate in self._all:
            return
        pause = self._all[aggregate] = Pause(" ".join(reason.split())[:_LONGEST], seq, self._clock())
        extra = {"kind": aggregate.kind, "aggregate": aggregate.id, "seq": seq, "reason": pause.reason}
        _log.error("paused: its history cannot be read by this release", extra=extra)
