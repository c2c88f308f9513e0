"""Profiles a process of the bench from its first line: GROOVE_PROFILE=sample:DIR or calls:DIR.

`sample` interrupts every millisecond of CPU time and notes the stack: light enough to believe the shares. `calls` is
cProfile: it counts calls, and makes small functions look dearer than they are. Both write DIR/<module>.<pid>.* at exit.
"""

import atexit
import cProfile
import os
import signal
import sys
from collections import Counter
from pathlib import Path
from types import FrameType

_EVERY_S = 0.001
_DEEPEST = 60


def _sample(where: Path) -> None:
    stacks: Counter[tuple[str, ...]] = Counter()

    def tick(_number: int, frame: FrameType | None) -> None:
        stack: list[str] = []
        while frame is not None and len(stack) < _DEEPEST:
            code = frame.f_code
            stack.append(f"{code.co_filename.rpartition('/src/')[2][-50:]}:{code.co_qualname}:{frame.f_lineno}")
            frame = frame.f_back
        stacks[tuple(reversed(stack))] += 1

    def write() -> None:
        signal.setitimer(signal.ITIMER_PROF, 0)
        lines = (f"{';'.join(stack)} {count}\n" for stack, count in stacks.most_common())
        Path(f"{where}.stacks").write_text("".join(lines))

    signal.signal(signal.SIGPROF, tick)
    signal.setitimer(signal.ITIMER_PROF, _EVERY_S, _EVERY_S)
    atexit.register(write)


def _calls(where: Path) -> None:
    profiler = cProfile.Profile()
    atexit.register(lambda: profiler.dump_stats(f"{where}.prof"))
    profiler.enable()


_how, _, _into = os.environ.get("GROOVE_PROFILE", "").partition(":")
if _into and "-m" in sys.orig_argv:
    Path(_into).mkdir(parents=True, exist_ok=True)
    _module = sys.orig_argv[sys.orig_argv.index("-m") + 1]
    {"sample": _sample, "calls": _calls}[_how](Path(_into) / f"{_module}.{os.getpid()}")
