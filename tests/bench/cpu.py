"""What processes have used: CPU time to the nanosecond, and memory."""

import os
import time
from collections.abc import Iterable, Mapping
from pathlib import Path

_PAGE = os.sysconf("SC_PAGE_SIZE")
_TICKS = os.sysconf("SC_CLK_TCK")
Pids = Mapping[str, Iterable[int]]
"""The roots of the processes of each role."""


def cpu_s(pid: int) -> float:
    """CPU seconds of one process, all its threads that live. The clock of ticks (10 ms) is too coarse here."""
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9
    except OSError:
        return 0.0


def rss_mb(pid: int) -> float:
    """Megabytes in memory."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE / 1e6
    except OSError:
        return 0.0


def trees(roots: Pids) -> dict[str, list[int]]:
    """Every role's processes with all their descendants."""
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        children.setdefault(parent, []).append(int(stat.parent.name))
    return {role: [pid for root in pids for pid in _tree(root, children)] for role, pids in roots.items()}


def _tree(root: int, children: Mapping[int, list[int]]) -> list[int]:
    return [root, *(pid for child in children.get(root, ()) for pid in _tree(child, children))]


Used = dict[str, dict[int, float]]


def used(roots: Pids) -> Used:
    """CPU seconds by role and process."""
    return {role: {pid: cpu_s(pid) for pid in pids} for role, pids in trees(roots).items()}


def since(before: Used, after: Used) -> dict[str, float]:
    """CPU seconds between two looks, by role. What a process used that ended meanwhile is not known."""
    return {
        role: sum(s - before.get(role, {}).get(pid, 0.0) for pid, s in pids.items()) for role, pids in after.items()
    }


def machine_s() -> float:
    """CPU seconds that the whole machine has been busy."""
    fields = [int(field) for field in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
    return (sum(fields) - fields[3] - fields[4]) / _TICKS


def spin_ms() -> float:
    """Milliseconds of a fixed loop: how fast this machine is at the moment."""
    begun = time.perf_counter()
    sum(i * i for i in range(200_000))
    return (time.perf_counter() - begun) * 1e3
