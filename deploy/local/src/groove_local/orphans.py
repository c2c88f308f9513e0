"""No process outlives its supervisor, not even one that was killed with SIGKILL.

On Linux the kernel sees to it (`setpriv --pdeathsig`). Elsewhere a small watchdog process holds the other end of a
pipe: when the pipe closes, the supervisor is gone, and the watchdog ends what is left.
"""

import contextlib
import shutil
import signal
import subprocess
import sys
from functools import lru_cache
from pathlib import Path


def tied(death: signal.Signals) -> list[str]:
    """What to put in front of a command so that it gets `death` when its parent ends."""
    setpriv = _setpriv()
    return [setpriv, "--pdeathsig", death.name.removeprefix("SIG")] if setpriv else []


def watch(pid: int, death: signal.Signals) -> None:
    """Nothing to do where the kernel watches."""
    if _setpriv() is None:
        _watchdog().tell(f"+{pid} {death.value}")


def forget(pid: int) -> None:
    if _setpriv() is None:
        _watchdog().tell(f"-{pid}")


class Watchdog:
    def __init__(self) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - our own file
            [sys.executable, "-I", "-S", str(Path(__file__).with_name("watchdog.py"))],
            stdin=subprocess.PIPE,
            start_new_session=True,
        )

    def tell(self, line: str) -> None:
        if self._process.stdin is None:
            return
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.write(f"{line}\n".encode())
            self._process.stdin.flush()

    def leave(self) -> None:
        """Let go of the pipe: the watchdog ends what it was told of, then itself."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process.wait()


@lru_cache
def _watchdog() -> Watchdog:
    return Watchdog()


@lru_cache
def _setpriv() -> str | None:
    """Not every setpriv can do it (busybox), so it is tried."""
    setpriv = shutil.which("setpriv")
    if setpriv is None or sys.platform != "linux":
        return None
    tried = subprocess.run([setpriv, "--pdeathsig", "TERM", "true"], capture_output=True, check=False)  # noqa: S603 - fixed arguments
    return setpriv if tried.returncode == 0 else None
