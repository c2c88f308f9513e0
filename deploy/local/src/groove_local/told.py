"""Running until Ctrl-C, SIGTERM or a closed terminal, and stopping once however often one is told."""

import asyncio
import signal
from collections.abc import Coroutine
from typing import Any

from groove_local.say import Say

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


async def until_told(work: Coroutine[Any, Any, None], say: Say) -> signal.Signals | None:
    """Run to the end, or until told to stop. Gives the signal that stopped it.

    The work is cancelled once; from then on it is left to clean up, and further signals change nothing.
    """
    loop, task = asyncio.get_running_loop(), asyncio.ensure_future(work)
    told: list[signal.Signals] = []

    def tell(which: signal.Signals) -> None:
        told.append(which)
        if len(told) == 1:
            say("\nstopping ...", "stopping", signal=which.name)
            task.cancel()
        else:
            say("still stopping, this takes at most ten seconds ...", "stopping", signal=which.name)

    for one in SIGNALS:
        loop.add_signal_handler(one, tell, one)
    try:
        await task
    except asyncio.CancelledError:
        if not told:
            raise
    return told[0] if told else None
