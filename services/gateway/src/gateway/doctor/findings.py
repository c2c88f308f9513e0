"""What was found, and what to do about it."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal

State = Literal["well", "unknown", "warning", "wrong"]
MARKS: dict[State, str] = {"well": "✓", "unknown": "·", "warning": "!", "wrong": "✗"}
PATIENCE_S = 20.0
"""For all of one part."""


@dataclass(frozen=True)
class Finding:
    part: str
    state: State
    told: str
    remedy: str = ""
    """What to do, where something is to be done."""


def well(part: str, told: str) -> Finding:
    return Finding(part, "well", told)


def wrong(part: str, told: str, remedy: str) -> Finding:
    return Finding(part, "wrong", told, remedy)


def warning(part: str, told: str, remedy: str) -> Finding:
    return Finding(part, "warning", told, remedy)


def unknown(part: str, told: str, remedy: str = "") -> Finding:
    return Finding(part, "unknown", told, remedy)


async def looked(part: str, look: Callable[[], Awaitable[list[Finding]]]) -> list[Finding]:
    """Look at one part. Whatever goes wrong there is a finding, and the other parts are looked at all the same."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            return await look()
    except TimeoutError:
        return [wrong(part, f"no answer within {PATIENCE_S:g} s", "See whether it is overloaded, or cut off.")]
    except Exception as error:  # noqa: BLE001  whatever it is, it is the finding
        told = " ".join(f"{type(error).__name__}: {error}".split())[:300]
        return [wrong(part, told, "This was not expected. Look at the part's own log.")]
