"""Doing several things side by side, all or none."""

import asyncio
from collections.abc import Coroutine, Iterable, Sequence
from typing import Any


async def together(work: Iterable[Coroutine[Any, Any, None]]) -> None:
    """Like gather, but when one fails the others are ended first, and that one failure is raised as it is."""
    tasks = [asyncio.ensure_future(one) for one in work]
    try:
        await asyncio.gather(*tasks)
    finally:
        await called_off(tasks)


async def called_off(tasks: Sequence[asyncio.Task[Any]]) -> list[Any]:
    """Cancel, and wait until each has cleaned up. A second cancellation would cut the cleaning short: it gets one."""
    for task in tasks:
        if not task.cancelling():
            task.cancel()
    return await asyncio.gather(*tasks, return_exceptions=True)
