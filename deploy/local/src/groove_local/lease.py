"""One supervisor per data directory, and nothing left over from one that was killed."""

import fcntl
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import IO

from groove_local.trouble import CannotStart

SLACK_S = 3.0
"""A pid file is written when its process starts: what started at another time only has the same number."""
GRACE_S = 5.0
POLL_S = 0.05


class Lease:
    """Holds DATA for this process. The system lets go of it when the process ends, however it ends."""

    def __init__(self, data: Path) -> None:
        self._run = data / "run"
        self._data = data
        self._file: IO[str] | None = None

    def take(self) -> None:
        """Take the directory and clear it of leftovers.

        Raises:
            CannotStart: another living supervisor has it.
        """
        self._run.mkdir(parents=True, exist_ok=True)
        (self._data / ".gitignore").write_text("*\n")
        held = (self._run / "supervisor.lock").open("a+")
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            held.seek(0)
            holder = held.read().strip() or "unknown"
            held.close()
            why = f"{self._data} is in use by a running supervisor (pid {holder})"
            raise CannotStart(
                "Pixel Groove", why, f"stop it (kill {holder}), or take another DATA directory"
            ) from error
        held.truncate(0)
        held.write(f"{os.getpid()}\n")
        held.flush()
        self._file = held
        end_leftovers(self._run)

    def release(self) -> None:
        if self._file is not None:
            self._file.truncate(0)
            self._file.close()
            self._file = None


def end_leftovers(run: Path) -> list[int]:
    """End what an earlier supervisor started and could not stop; remove stale pid files. Gives what was ended."""
    ours = [pid for path in sorted(run.glob("*.pid")) if (pid := _still_ours(path)) is not None]
    for pid in ours:
        _signal_group(pid, signal.SIGINT)  # PostgreSQL's fast stop; the others take it as well
    give_up = time.monotonic() + GRACE_S
    while any(_started_at(pid) for pid in ours) and time.monotonic() < give_up:
        time.sleep(POLL_S)
    for pid in ours:
        if _started_at(pid):
            _signal_group(pid, signal.SIGKILL)
    for path in run.glob("*.pid"):
        path.unlink(missing_ok=True)
    return ours


def _still_ours(path: Path) -> int | None:
    """The pid in a file, unless that process ended and its number went to another."""
    text = path.read_text().strip()
    started = _started_at(int(text)) if text.isdigit() else None
    return int(text) if started is not None and abs(started - path.stat().st_mtime) <= SLACK_S else None


def _signal_group(pid: int, what: signal.Signals) -> None:
    try:
        os.killpg(pid, what)
    except (ProcessLookupError, PermissionError):
        return


def _started_at(pid: int) -> float | None:
    """Seconds since the epoch; None when there is no such process (or only its remains)."""
    return _started_by_proc(pid) if sys.platform == "linux" else _started_by_ps(pid)


def _started_by_proc(pid: int) -> float | None:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    if fields[0] == "Z":
        return None
    boot = next(line.split()[1] for line in Path("/proc/stat").read_text().splitlines() if line.startswith("btime"))
    return int(boot) + int(fields[19]) / os.sysconf("SC_CLK_TCK")


def _started_by_ps(pid: int) -> float | None:
    asked = subprocess.run(  # noqa: S603 - fixed arguments
        ["/bin/ps", "-o", "lstart=", "-p", str(pid)],
        capture_output=True,
        text=True,
        check=False,
        env={"LC_ALL": "C"},
    )
    text = asked.stdout.strip()
    return time.mktime(time.strptime(text)) if text else None
