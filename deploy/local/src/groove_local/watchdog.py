"""Runs on its own: ends the processes it was told of on stdin when stdin closes. Standard library only."""

import os
import sys

watched: dict[int, int] = {}
for line in sys.stdin:
    if line.startswith("+"):
        pid, death = line[1:].split()
        watched[int(pid)] = int(death)
    else:
        watched.pop(int(line[1:]), None)
for pid_left, death_signal in watched.items():
    try:
        os.killpg(pid_left, death_signal)
    except ProcessLookupError:
        continue
