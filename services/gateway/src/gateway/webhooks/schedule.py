"""What becomes of a delivery, and of its endpoint, after an attempt. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Literal

WAITS_S = (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400, 86_400, 86_400, 86_400)
"""Between the attempts: the last one comes after six days."""
HOPELESS = timedelta(days=5)
"""An endpoint that has only failed for so long is disabled."""
LONGEST_WAIT = timedelta(days=1)
_JITTER = 0.2
_GONE = 410
State = Literal["pending", "delivered", "failed"]


@dataclass(frozen=True)
class Outcome:
    """How one attempt went."""

    status: int | None
    """None: there was no answer."""
    error: str | None
    answer: str = ""
    """The beginning of what it said."""
    retry_after_s: float | None = None

    @property
    def ok(self) -> bool:
        return self.status is not None and 200 <= self.status < 300  # noqa: PLR2004  success


@dataclass(frozen=True)
class Verdict:
    state: State
    next_at: datetime | None = None
    failing_since: datetime | None = None
    disable: str | None = None
    """Why the endpoint is to be told nothing any more."""


def judge(outcome: Outcome, tries: int, failing_since: datetime | None, now: datetime, chance: Random) -> Verdict:
    """`tries`: how often it was tried, this time included."""
    if outcome.ok:
        return Verdict("delivered")
    since = failing_since or now
    if outcome.status == _GONE:
        return Verdict("failed", failing_since=since, disable="It answered 410 Gone: it wants to be told nothing more.")
    if now - since >= HOPELESS:
        why = f"Every attempt has failed for {HOPELESS.days} days. The last time: {outcome.error}"
        return Verdict("failed", failing_since=since, disable=why)
    if tries > len(WAITS_S):
        return Verdict("failed", failing_since=since)
    return Verdict("pending", now + wait(tries, outcome.retry_after_s, chance), since)


def wait(tries: int, retry_after_s: float | None, chance: Random) -> timedelta:
    planned = timedelta(seconds=WAITS_S[tries - 1] * chance.uniform(1 - _JITTER, 1 + _JITTER))
    asked = timedelta(seconds=min(retry_after_s or 0, LONGEST_WAIT.total_seconds()))
    return max(planned, asked)
