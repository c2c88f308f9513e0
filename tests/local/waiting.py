"""Waiting for what processes do, at most a few seconds."""

import asyncio
import time
from pathlib import Path

PATIENCE_S = 10.0
POLL_S = 0.02


async def until(what):
    """Wait for something to become true, and give it."""
    async with asyncio.timeout(PATIENCE_S):
        while not (found := what()):  # noqa: ASYNC110 - processes set no event
            await asyncio.sleep(POLL_S)
    return found


def until_now(what):
    """The same without a loop."""
    give_up = time.monotonic() + PATIENCE_S
    while not (found := what()):
        assert time.monotonic() < give_up, "it never happened"
        time.sleep(POLL_S)
    return found


def alive(pid):
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def pid_in(data, name):
    path = data / "run" / f"{name}.pid"
    return int(path.read_text()) if path.exists() else None
