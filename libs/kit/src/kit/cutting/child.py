"""The cutting room's child process. Its order is the first line of its input; when the input ends, so does it."""

import json
import os
import resource
import signal
import sys
import threading
from pathlib import Path
from typing import Any

from kit.cutting.orders import CannotCut, CutLimits, Join, Still

_TOO_MUCH = "This takes more memory than is allowed; use fewer, shorter or smaller clips."


def main() -> int:
    order = json.loads(sys.stdin.readline())
    limits = CutLimits(**order["limits"])
    _confine(limits)
    threading.Thread(target=_die_with_parent, daemon=True).start()
    try:
        _say(facts=_done(order, Path(order["folder"]), limits))
    except CannotCut as error:
        _say(refused=str(error))
    except MemoryError:
        _say(refused=_TOO_MUCH)
    return 0


def _done(order: dict[str, Any], folder: Path, limits: CutLimits) -> dict[str, Any]:
    from kit.cutting import work  # noqa: PLC0415  within the limits, and never in a service's process

    films = [folder / name for name in order["films"]]
    target = folder / "made"
    if "still" in order:
        return work.still(films[0], Still(**order["still"]), target, limits)
    sound = folder / order["sound"] if order["sound"] else None
    return {"notes": work.join(films, sound, Join(**order["join"]), target, limits, _Told())}


class _Told:
    """Tells of each hundredth once."""

    def __init__(self) -> None:
        self._last = 0

    def __call__(self, share: float) -> None:
        if (now := int(share * 100)) > self._last:
            self._last = now
            _say(done=share)


def _say(**told: object) -> None:
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()


def _confine(limits: CutLimits) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_s, limits.cpu_s + 1))
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes, limits.memory_bytes))
    resource.setrlimit(resource.RLIMIT_FSIZE, (limits.bytes, limits.bytes))


def _die_with_parent() -> None:
    """Nobody writes any more: the input ends when the parent is no more, however it went."""
    while os.read(sys.stdin.fileno(), 1):
        pass
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main())
