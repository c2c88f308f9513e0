"""Ids are minted here, at the edge, and nowhere else."""

import itertools
import os
import threading
import time
from uuid import UUID, uuid5

_NAMESPACE = UUID("5d1d1d5e-6c0f-5b2e-9f7a-0a1b2c3d4e5f")
_COUNTER_BITS = 42
_RANDOM_BITS = 32


class _Sequence:
    """RFC 9562 uuid7: milliseconds, then a counter that is seeded anew each millisecond, then chance."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ms = 0
        self._counter = 0

    def next(self) -> str:
        with self._lock:
            now_ms = time.time_ns() // 1_000_000
            if now_ms > self._ms:
                self._ms = now_ms
                # the top bit stays free, so that a busy millisecond has room to count up
                self._counter = int.from_bytes(os.urandom(6)) >> (48 - _COUNTER_BITS + 1)
            else:  # same millisecond, or the clock went back: order within the process holds
                self._counter += 1
            ms, counter = self._ms, self._counter
        chance = int.from_bytes(os.urandom(4))
        high, low = counter >> 30, counter & ((1 << 30) - 1)
        value = (ms << 80) | (0x7 << 76) | (high << 64) | (0b10 << 62) | (low << _RANDOM_BITS) | chance
        text = f"{value:032x}"
        return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


_sequence = _Sequence()


def new_id() -> str:
    """Give a time-ordered id; within one process each is greater than the last."""
    return _sequence.next()


def named_id(*parts: str) -> str:
    """Give the id that these parts always have; ("a", "bc") and ("ab", "c") differ."""
    return str(uuid5(_NAMESPACE, "".join(itertools.chain.from_iterable((str(len(p)), ":", p) for p in parts))))
