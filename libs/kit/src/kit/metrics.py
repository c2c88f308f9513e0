"""Counters, gauges and timings of this process, in the text that Prometheus reads.

What is busy holds plain numbers, adds to them, and is asked for them when somebody reads `/metrics`.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

Reading = Callable[[], float | Mapping[str, float]]
"""One number, or one for each value of a label."""


@dataclass(slots=True)
class Tally:
    """What became of the messages that were pulled."""

    pulled: int = 0
    redelivered: int = 0
    """Of those pulled: handed out before."""
    acked: int = 0
    handed_back: int = 0
    ended: int = 0
    """Never to be delivered again, and not done."""


@dataclass(slots=True)
class Timing:
    count: int = 0
    seconds: float = 0.0

    def add(self, seconds: float) -> None:
        self.count += 1
        self.seconds += seconds

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Add what the block takes, however it ends."""
        begun = time.perf_counter()
        try:
            yield
        finally:
            self.add(time.perf_counter() - begun)


class Metrics:
    def __init__(self, meanings: Mapping[str, str]) -> None:
        """`meanings`: every metric that is told, in this order, in words."""
        self._meanings = meanings
        self._counts: Counter[tuple[str, str]] = Counter()
        self._readings: dict[str, tuple[str, str, Reading]] = {}
        self._timings: dict[str, Timing] = {}

    def count(self, name: str, by: int = 1, **labels: str | int) -> None:
        self._counts[name, ",".join(_pair(key, value) for key, value in labels.items())] += by

    def counter(self, name: str, read: Reading, label: str = "") -> None:
        """One that is counted elsewhere. `label` names what the numbers are told apart by."""
        self._readings[name] = "counter", label, read

    def gauge(self, name: str, read: Reading, label: str = "") -> None:
        self._readings[name] = "gauge", label, read

    def timing(self, name: str, timing: Timing) -> None:
        self._timings[name] = timing

    def value(self, name: str) -> int:
        """Of what is counted here, over all its labels."""
        return sum(count for (counted, _), count in self._counts.items() if counted == name)

    def text(self) -> str:
        lines: list[str] = []
        for name, meaning in self._meanings.items():
            kind, samples = self._told(name)
            lines += [f"# HELP {name} {meaning}", f"# TYPE {name} {kind}", *samples]
        return "\n".join(lines) + "\n"

    def _told(self, name: str) -> tuple[str, list[str]]:
        if name in self._timings:
            timing = self._timings[name]
            return "summary", [f"{name}_sum {timing.seconds:.15g}", f"{name}_count {timing.count}"]
        if name in self._readings:
            kind, label, read = self._readings[name]
            return kind, [_line(name, labels, number) for labels, number in _samples(read(), label)]
        counts = {labels: count for (counted, labels), count in self._counts.items() if counted == name}
        return "counter", [_line(name, labels, count) for labels, count in (counts or {"": 0}).items()]


def tell(metrics: Metrics, tally: Tally) -> None:
    """Under the names that all services give to what became of their messages."""
    metrics.counter("groove_messages_pulled_total", lambda: tally.pulled)
    metrics.counter("groove_messages_redelivered_total", lambda: tally.redelivered)
    metrics.counter("groove_messages_acked_total", lambda: tally.acked)
    metrics.counter("groove_messages_handed_back_total", lambda: tally.handed_back)
    metrics.counter("groove_messages_ended_total", lambda: tally.ended)


def _samples(numbers: float | Mapping[str, float], label: str) -> Iterator[tuple[str, float]]:
    if not isinstance(numbers, Mapping):
        yield "", numbers
        return
    for value, number in numbers.items():
        yield _pair(label, value), number


def _pair(label: str, value: str | int) -> str:
    escaped = str(value).replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
    return f'{label}="{escaped}"'


def _line(name: str, labels: str, number: float) -> str:
    return f"{name}{{{labels}}} {number:.15g}" if labels else f"{name} {number:.15g}"
