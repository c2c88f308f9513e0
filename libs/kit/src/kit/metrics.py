"""Counters, gauges and timings of this process, in the text that Prometheus reads.

What is busy holds plain numbers, adds to them, and is asked for them when somebody reads `/metrics`.
"""

import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
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


QUICK = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
LONG = (0.1, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0)
"""Bounds in seconds: of what a person waits for at the screen, and of what takes its time."""


class Histogram:
    """How often something took how long, told apart by the values of some labels."""

    def __init__(self, bounds: Sequence[float] = QUICK, labels: Sequence[str] = ()) -> None:
        self.bounds, self.labels = tuple(bounds), tuple(labels)
        self.taken: dict[tuple[str, ...], tuple[list[int], Timing]] = {}
        """By the labels' values: how many were within each bound and not within the one before, and their sum."""
        if not labels:
            self._of(())

    def observe(self, seconds: float, *values: str) -> None:
        counts, timing = self.taken.get(values) or self._of(values)
        counts[bisect_left(self.bounds, seconds)] += 1
        timing.add(seconds)

    def _of(self, values: tuple[str, ...]) -> tuple[list[int], Timing]:
        return self.taken.setdefault(values, ([0] * (len(self.bounds) + 1), Timing()))

    def lines(self, name: str) -> Iterator[str]:
        for values, (counts, timing) in self.taken.items():
            labels = [_pair(label, value) for label, value in zip(self.labels, values, strict=True)]
            within = 0
            for bound, count in zip([*map(_plain, self.bounds), "+Inf"], counts, strict=True):
                within += count
                yield _line(f"{name}_bucket", ",".join([*labels, _pair("le", bound)]), within)
            yield _line(f"{name}_sum", ",".join(labels), timing.seconds)
            yield _line(f"{name}_count", ",".join(labels), timing.count)


class Metrics:
    def __init__(self, meanings: Mapping[str, str]) -> None:
        """`meanings`: every metric that is told, in this order, in words."""
        self._meanings = meanings
        self._counts: Counter[tuple[str, str]] = Counter()
        self._readings: dict[str, tuple[str, str, Reading]] = {}
        self._timings: dict[str, Timing] = {}
        self._histograms: dict[str, Histogram] = {}

    def count(self, name: str, by: int = 1, **labels: str | int) -> None:
        self._counts[name, ",".join(_pair(key, value) for key, value in labels.items())] += by

    def counter(self, name: str, read: Reading, label: str = "") -> None:
        """One that is counted elsewhere. `label` names what the numbers are told apart by."""
        self._readings[name] = "counter", label, read

    def gauge(self, name: str, read: Reading, label: str = "") -> None:
        self._readings[name] = "gauge", label, read

    def timing(self, name: str, timing: Timing) -> None:
        self._timings[name] = timing

    def histogram(self, name: str, histogram: Histogram) -> None:
        self._histograms[name] = histogram

    def reading(self, name: str) -> float:
        """Of a gauge with one number, now."""
        number = self._readings[name][2]()
        return number if isinstance(number, int | float) else sum(number.values())

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
        if name in self._histograms:
            return "histogram", list(self._histograms[name].lines(name))
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


def _plain(bound: float) -> str:
    return f"{bound:.15g}"


def _pair(label: str, value: str | int) -> str:
    escaped = str(value).replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
    return f'{label}="{escaped}"'


def _line(name: str, labels: str, number: float) -> str:
    return f"{name}{{{labels}}} {number:.15g}" if labels else f"{name} {number:.15g}"
