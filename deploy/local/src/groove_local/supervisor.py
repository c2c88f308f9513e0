"""Keeps named processes alive: starts them, starts them again when they die, stops them in order."""

import asyncio
import os
import signal
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from groove_local.lease import Lease
from groove_local.process import POLL_S, Child, Program, how_it_ends, until_ready
from groove_local.say import Say, quietly
from groove_local.together import together
from groove_local.trouble import CannotStart

HURRY_S = 1.0
"""For those that never served."""


@dataclass(frozen=True)
class Backoff:
    """Seconds."""

    first_s: float = 0.5
    longest_s: float = 30.0
    healthy_s: float = 60.0
    """Having lived this long, a process is trusted again."""

    def after(self, delay_s: float) -> float:
        return min(delay_s * 2, self.longest_s)


class Supervisor:
    """Of one data directory. Use as a context manager: it holds the directory, and leaving it stops everything."""

    def __init__(self, data: Path, say: Say = quietly, backoff: Backoff | None = None) -> None:
        self.data = data.resolve()
        self._say = say
        self._backoff = backoff or Backoff()
        self._lease = Lease(self.data)
        self._children: dict[str, Child] = {}
        self._keepers: dict[str, asyncio.Task[None]] = {}
        self._stopping = False

    async def __aenter__(self) -> Self:
        """Take the directory.

        Raises:
            CannotStart: another supervisor has it.
        """
        await asyncio.to_thread(self._lease.take)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()
        self._lease.release()

    def adopt(self, child: Child) -> None:
        """Keep a running child alive from now on."""
        self._children[child.name] = child
        self._keepers[child.name] = asyncio.create_task(self._keep(child), name=f"keep-{child.name}")

    async def start(self, programs: Iterable[Program], timeout_s: float = 60.0) -> None:
        """Start side by side and wait until all are ready.

        Raises:
            CannotStart: one ended or was not ready in time.
        """
        children = [Child(program, self.data) for program in programs]
        try:
            for child in children:
                child.spawn()
            await together(self._until_ready(child, timeout_s) for child in children)
        except BaseException:
            await asyncio.gather(*(child.end(HURRY_S) for child in children))
            raise
        for child in children:
            self.adopt(child)

    def names(self) -> list[str]:
        return list(self._children)

    def pid(self, name: str) -> int | None:
        """None while it is down."""
        return self._children[name].pid

    def kill(self, name: str) -> int:
        """SIGKILL, as a crash would: it is started again. Gives the pid that was killed; 0: it was down."""
        pid = self._children[name].pid
        if pid is not None:
            os.kill(pid, signal.SIGKILL)
        return pid or 0

    async def ready(self, name: str, timeout_s: float) -> None:
        """Wait until it serves, also while it is being started again.

        Raises:
            CannotStart: it does not.
        """
        child = self._children[name]
        try:
            async with asyncio.timeout(timeout_s):
                while (pid := child.pid) is None or await child.program.ready(pid) is not None:  # noqa: ASYNC110 - asks a process
                    await asyncio.sleep(POLL_S)
        except TimeoutError:
            raise CannotStart(name, f"not ready after {timeout_s:g} s", f"read its log: {child.log}") from None

    async def stop(self) -> None:
        """The highest stage first, all of a stage at once; stragglers are killed. May be called again."""
        self._stopping = True
        for keeper in self._keepers.values():
            keeper.cancel()
        await asyncio.gather(*self._keepers.values(), return_exceptions=True)
        self._keepers.clear()
        stages = sorted({child.program.stage for child in self._children.values()}, reverse=True)
        for stage in stages:
            await asyncio.gather(*(c.end() for c in self._children.values() if c.program.stage == stage))

    async def _until_ready(self, child: Child, timeout_s: float) -> None:
        await until_ready(child, timeout_s)
        self._say(f"{child.name} is ready", "process_ready", name=child.name)

    async def _keep(self, child: Child) -> None:
        clock = asyncio.get_running_loop().time
        delay_s = self._backoff.first_s
        while not self._stopping:
            born = clock()
            code = await child.exited()
            if clock() - born >= self._backoff.healthy_s:
                delay_s = self._backoff.first_s
            self._say(
                f"{child.name} {how_it_ends(code)}; starting it again in {delay_s:g} s (log: {child.log})",
                "process_ended",
                name=child.name,
                exit_code=code,
                again_in_s=delay_s,
                log=str(child.log),
            )
            await asyncio.sleep(delay_s)
            delay_s = self._backoff.after(delay_s)
            try:
                child.spawn()
            except CannotStart as trouble:  # out of processes or memory: the next round tries again
                self._say(str(trouble), "cannot_start", **trouble.facts())
