"""The whole system as processes, for tests that walk through it."""

import asyncio
import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path

from groove_local.addresses import Addresses
from groove_local.ports import free_port
from groove_local.services import PICTURES, Plan
from groove_local.settings import GOOGLE_KEYS
from groove_local.stack import Stack
from groove_local.supervisor import Backoff
from support.servers import unique

QUICK = Backoff(first_s=0.1, longest_s=1.0)


def plan(**changes: object) -> Plan:
    """How tests run the services: own prefix, free port, no key from outside, few workers unless asked for."""
    inherited = {name: value for name, value in os.environ.items() if name not in GOOGLE_KEYS}
    usual = {"port": free_port(), "prefix": unique(), "inherited": inherited, "workers": PICTURES}
    return Plan(**usual | changes)


@contextmanager
def running(
    data: Path, how: Plan, addresses: Addresses | None = None, kind: Callable[..., Stack] = Stack
) -> Iterator[Stack]:
    """A stack that is looked after by a thread with a loop of its own, so any test's loop may use it.

    Use its `url`, `addresses`, `names`, `pid`, `kill` and `ready`. Without `addresses` it has its own servers.
    """
    stack = kind(data, how, addresses, backoff=QUICK)
    up: Future[None] = Future()
    over = threading.Event()
    thread = threading.Thread(target=lambda: asyncio.run(_look_after(stack, up, over)), name="stack")
    thread.start()
    try:
        up.result()
        yield stack
    finally:
        over.set()
        thread.join()


async def _look_after(stack: Stack, up: Future[None], over: threading.Event) -> None:
    try:
        async with stack:
            up.set_result(None)
            await asyncio.to_thread(over.wait)
    except BaseException as trouble:
        if up.done():
            raise
        up.set_exception(trouble)
