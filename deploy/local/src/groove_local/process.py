"""One child process: its command, its log and pid files, its end."""

import asyncio
import contextlib
import os
import re
import signal
import subprocess
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from groove_local import orphans
from groove_local.trouble import CannotStart

POLL_S = 0.02
WATCH_S = 0.1
"""How soon the end of a process is noticed that nobody asked to end."""
LOG_LIMIT = 20_000_000
"""Bytes. A longer log is put aside once, as NAME.log.1, when its process starts."""
LAST_WORDS = 16_384
"""Bytes at the end of a log in which a reason is looked for."""
TROUBLE = re.compile(r"(?i)\b(fatal|ftl|panic|error|in use|denied|refused)\b|^F\d{4} ")


Ready = Callable[[int], Awaitable[str | None]]
"""Asked with the pid, so that another's answer on its port is not taken for its own.
Gives None when it is ready to serve, else what it is waiting for."""


async def nothing_to_ask(_pid: int) -> str | None:
    return None


@dataclass(frozen=True)
class Program:
    """What to run and how to treat it."""

    name: str
    command: tuple[str, ...]
    ready: Ready = nothing_to_ask
    env: Mapping[str, str] = field(default_factory=dict, repr=False)
    """The whole environment; it may hold secrets."""
    stop: signal.Signals = signal.SIGTERM
    grace_s: float = 4.0
    """Seconds between being asked to stop and being killed."""
    if_orphaned: signal.Signals = signal.SIGKILL
    """Sent by the kernel when the supervisor is gone."""
    stage: int = 0
    """Higher stages are stopped first."""
    remedy: str = "read its log; if it stays unclear, move the data directory away and start again"
    tidy: Callable[[], None] = lambda: None
    """Called after its end."""
    run_as: str | None = None
    """Drop to this user. Only for PostgreSQL as root where user namespaces are closed."""


class Child:
    """A process that runs a program. Waiting is by polling, so that any event loop, or none, may look after it."""

    def __init__(self, program: Program, data: Path) -> None:
        self.program = program
        self.log = data / "log" / f"{program.name}.log"
        self._pid_file = data / "run" / f"{program.name}.pid"
        self._cwd = data
        self._process: subprocess.Popen[bytes] | None = None
        self._log_start = 0
        self._tidied = True

    @property
    def name(self) -> str:
        return self.program.name

    @property
    def pid(self) -> int | None:
        """None while it is not running."""
        return self._process.pid if self._process and self._process.poll() is None else None

    @property
    def exit_code(self) -> int | None:
        return self._process.poll() if self._process else None

    def spawn(self) -> None:
        program = self.program
        for directory in (self.log.parent, self._pid_file.parent):
            directory.mkdir(parents=True, exist_ok=True)
        if self.log.exists() and self.log.stat().st_size > LOG_LIMIT:
            self.log.replace(self.log.with_suffix(".log.1"))
        command = [*orphans.tied(program.if_orphaned), *program.command]
        with self.log.open("ab") as log:
            self._log_start = log.tell()
            try:
                self._process = subprocess.Popen(  # noqa: S603 - commands come from this package only
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    env=dict(program.env),
                    cwd=self._cwd,
                    start_new_session=True,  # a terminal's Ctrl-C reaches the supervisor alone
                    user=program.run_as,
                )
            except OSError as error:
                raise CannotStart(self.name, str(error), program.remedy) from error
        self._tidied = False
        orphans.watch(self._process.pid, program.if_orphaned)
        self._write_pid(self._process.pid)

    async def exited(self) -> int:
        """Wait for the end. Negative: killed by that signal."""
        while (code := self.exit_code) is None:  # noqa: ASYNC110 - it may end while no loop runs, so there is no event
            await asyncio.sleep(WATCH_S)
        self._after_end()
        return code

    def send(self, what: signal.Signals) -> None:
        """To the process and whatever it started."""
        if self._process and self._process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, what)

    async def end(self, grace_s: float | None = None) -> None:
        """Ask, wait, then insist. Safe to call when it is not running."""
        if self._process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(self.program.stop)
        clock = asyncio.get_running_loop().time
        give_up = clock() + (self.program.grace_s if grace_s is None else grace_s)
        while self.exit_code is None and clock() < give_up:  # noqa: ASYNC110 - as in `exited`
            await asyncio.sleep(POLL_S)
        self.send(signal.SIGKILL)
        await self.exited()

    def last_words(self) -> str:
        """What it said about its trouble, on one line: lines that speak of an error, else the last ones."""
        if not self.log.exists():
            return ""
        with self.log.open("rb") as log:
            log.seek(max(self._log_start, self.log.stat().st_size - LAST_WORDS))
            lines = [line.strip() for line in log.read().decode(errors="replace").splitlines() if line.strip()]
        telling = [line for line in lines if TROUBLE.search(line)]
        return " | ".join(telling[-2:] or lines[-3:])

    def _write_pid(self, pid: int) -> None:
        half_written = self._pid_file.with_suffix(".pid.new")
        half_written.write_text(f"{pid}\n")
        half_written.replace(self._pid_file)

    def _after_end(self) -> None:
        if self._process is not None and not self._tidied:
            self._tidied = True  # later, its number may belong to another
            orphans.forget(self._process.pid)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)  # what a crash left of its own children
            self._pid_file.unlink(missing_ok=True)
            self.program.tidy()


async def until_ready(child: Child, timeout_s: float) -> None:
    """Wait until it serves.

    Raises:
        CannotStart: it ended, or is still not ready after `timeout_s`.
    """
    waiting_for: str | None = "its first answer"
    try:
        async with asyncio.timeout(timeout_s):
            while (pid := child.pid) is None or (waiting_for := await child.program.ready(pid)) is not None:
                if child.exit_code is not None:
                    raise _died(child)
                await asyncio.sleep(POLL_S)
    except TimeoutError:
        why = f"not ready after {timeout_s:g} s, waiting for {waiting_for}: {child.last_words()}"
        raise CannotStart(child.name, why, f"{child.program.remedy} (log: {child.log})") from None
    if child.exit_code is not None:  # somebody else answers on its port
        raise _died(child)


def _died(child: Child) -> CannotStart:
    why = f"it {how_it_ends(child.exit_code)}: {child.last_words() or 'it said nothing'}"
    return CannotStart(child.name, why, f"{child.program.remedy} (log: {child.log})")


def how_it_ends(code: int | None) -> str:
    if code is not None and code < 0:
        return f"was killed by {signal.Signals(-code).name}"
    return f"exited with code {code}"
