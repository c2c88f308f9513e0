"""Given the reports so far, what does a worker do? Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

from contracts.work import TERMINAL, Claimed, Report, Revoked, Submitted, Submitting

MOST_CLAIMS = 12
"""An attempt that was begun this often and never got anywhere ends whoever touches it. Honest kills are rarer."""

Step = Literal["drop", "stop", "give_up", "follow_up", "begin"]


@dataclass(frozen=True)
class Past:
    """What the reports say of one attempt."""

    seq: int = 0
    """The last on the subject, whatever it says."""
    epoch: int = 0
    begun_at: datetime | None = None
    submitting: Submitting | None = None
    """The last announcement."""
    first_asked_at: datetime | None = None
    """Of the first: a vendor remembers a key from then on."""
    handle: dict[str, Any] | None = field(default=None, repr=False)
    revoked: bool = False
    over: bool = False
    """It has its terminal report, or a later attempt has begun."""


def recall(reports: Iterable[tuple[int, Report]], attempt: int) -> Past:
    """Fold what lies on a task's report subject. Earlier attempts only move the sequence on."""
    past = Past()
    for seq, report in reports:
        past = replace(past, seq=seq)
        if report.attempt > attempt:
            past = replace(past, over=True)
        elif report.attempt == attempt:
            past = _after(past, report)
    return past


def _after(past: Past, report: Report) -> Past:
    match report:
        case Claimed():
            return replace(past, epoch=max(past.epoch, report.epoch), begun_at=past.begun_at or report.at)
        case Submitting():
            return replace(past, submitting=report, first_asked_at=past.first_asked_at or report.at)
        case Submitted():
            return replace(past, handle=report.handle)
        case Revoked():
            return replace(past, revoked=True)
        case _:
            return replace(past, over=past.over or isinstance(report, TERMINAL))


def next_step(past: Past) -> Step:
    """What a worker that is handed the task does, before anything else.

    A request that may have been sent is followed up even if it was revoked since: it may cost money.
    """
    if past.over:
        return "drop"
    if past.handle is not None or past.submitting is not None:
        return "follow_up"
    if past.revoked:
        return "stop"
    return "give_up" if past.epoch >= MOST_CLAIMS else "begin"
