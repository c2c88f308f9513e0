"""How long to keep trying."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime

_CHANCE = secrets.SystemRandom()


@dataclass(frozen=True)
class Patience:
    """Tries, and the pauses between them: each twice the last, half of it left to chance."""

    tries: int = 6
    first_s: float = 0.25
    longest_s: float = 8.0
    longest_wait_s: float = 60.0
    """A server that asks for more than this (Retry-After) is not waited for."""
    stream_s: float = 120.0
    """How long a cut stream is tried again without any answer."""

    def pauses(self) -> Iterator[float]:
        """Seconds; without end."""
        pause = self.first_s
        while True:
            yield pause * (0.5 + _CHANCE.random() / 2)
            pause = min(pause * 2, self.longest_s)


def asked_pause_s(retry_after: str | None, date: str | None) -> float | None:
    """Seconds that a Retry-After header asks for; its date is read by the answer's own Date, not by our clock."""
    if not retry_after:
        return None
    try:
        return max(0.0, float(retry_after))
    except ValueError:
        until, now = _moment(retry_after), _moment(date or "")
        return max(0.0, (until - now).total_seconds()) if until and now else None


def _moment(text: str) -> datetime | None:
    try:
        return parsedate_to_datetime(text)
    except ValueError:
        return None
