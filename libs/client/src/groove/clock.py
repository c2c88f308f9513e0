"""The only place here that looks at the wall clock: to show how long something has been going on."""

import time
from datetime import datetime


def now_s() -> float:
    """Seconds since 1970."""
    return time.time()


def moment_s(said: str | None) -> float | None:
    """Seconds since 1970 of a time as the API says it."""
    if not said:
        return None
    try:
        return datetime.fromisoformat(said).timestamp()
    except ValueError:
        return None
