"""A task that this version cannot read: its node fails and says so, as far as the subject tells which it is."""

import json
import logging
from collections.abc import Awaitable, Callable

from contracts.base import MessageId, NodeId, ProjectId, RunId
from contracts.envelope import ReportLetter, seal, unseal
from contracts.failures import Failure, FailureKind
from contracts.work import TERMINAL, Failed
from kit.ids import named_id
from kit.record import Record
from providers.worker.claim import Pen

Refuse = Callable[[Record], Awaitable[None]]
_TOKENS = 5
log = logging.getLogger(__name__)


def refuser(pen: Pen) -> Refuse:
    async def refuse(record: Record) -> None:
        """Report the failure, unless it was reported.

        Raises:
            Conflict, Unavailable: not now.
        """
        tokens = record.subject.removeprefix(pen.subjects.prefix + ".").split(".")
        if len(tokens) != _TOKENS:
            log.error("a task on a subject of no node: %s", record.subject)
            return
        _, _, project, run, node = tokens
        subject = pen.subjects.report(ProjectId(project), RunId(run), NodeId(node))
        last = await pen.log.last(subject)
        mine = MessageId(named_id("unreadable", record.subject, str(record.seq)))
        if last is not None and last.id == mine:
            return
        attempt = _attempt(record.data)
        if last is not None:
            report = unseal(ReportLetter, last.data).report
            over = isinstance(report, TERMINAL)
            if over and attempt is not None and attempt <= report.attempt:
                return
            attempt = attempt or report.attempt + (1 if over else 0)
        failure = Failure(
            kind=FailureKind.INTERNAL,
            message="This version of the worker cannot read the task. A copy is kept among the parked messages.",
        )
        failed = Failed(at=pen.clock(), attempt=attempt or 1, failure=failure)
        letter = ReportLetter(id=mine, worker=pen.worker, report=failed)
        await pen.log.append(subject, seal(letter), expected=last.seq if last else 0, event_id=letter.id)
        pen.told(failed, None)

    return refuse


def _attempt(data: bytes) -> int | None:
    """The attempt's number, if that much can be read."""
    try:
        raw = json.loads(data)
    except ValueError:
        return None
    attempt = raw.get("attempt") if isinstance(raw, dict) else None
    return attempt if isinstance(attempt, int) and attempt > 0 else None
