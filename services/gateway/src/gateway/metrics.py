"""Counters and gauges of this process, in the text that Prometheus reads."""

from collections import Counter
from collections.abc import Callable

_HELP = {
    "groove_http_requests_total": "Requests answered, by method and status.",
    "groove_events_encoded_total": "Stream events turned into bytes: once each, however many clients there are.",
    "groove_events_sent_total": "Stream events handed to clients.",
    "groove_stream_cut_off_total": "Streams ended because their reader was too slow.",
    "groove_view_messages": "Messages of the log that this process folded into the views.",
    "groove_view_events": "Stream events that this process folded into the views.",
    "groove_views_paused": "Graphs, executions and assets that the views cannot follow: see /ready.",
    "groove_parked_messages": "Messages that nobody could handle: see /api/parked.",
    "groove_doubts_open": "Nodes in doubt that nobody has settled: see /api/doubts.",
    "groove_stream_clients": "Streams open now.",
    "groove_view_lag": "Messages of the log that the views do not hold yet.",
}


class Metrics:
    def __init__(self) -> None:
        self._counts: Counter[tuple[str, str]] = Counter()
        self._gauges: dict[str, Callable[[], float]] = {}

    def count(self, name: str, by: int = 1, **labels: str | int) -> None:
        shown = ",".join(f'{key}="{value}"' for key, value in labels.items())
        self._counts[name, shown] += by

    def gauge(self, name: str, read: Callable[[], float]) -> None:
        self._gauges[name] = read

    def value(self, name: str) -> int:
        """Of a counter, over all its labels."""
        return sum(count for (counted, _), count in self._counts.items() if counted == name)

    def text(self) -> str:
        lines: list[str] = []
        for name, text in _HELP.items():
            if name in self._gauges:
                lines += [f"# HELP {name} {text}", f"# TYPE {name} gauge", f"{name} {self._gauges[name]():.15g}"]
                continue
            samples = {labels: count for (counted, labels), count in self._counts.items() if counted == name} or {"": 0}
            lines += [f"# HELP {name} {text}", f"# TYPE {name} counter"]
            lines += [
                f"{name}{{{labels}}} {count}" if labels else f"{name} {count}" for labels, count in samples.items()
            ]
        return "\n".join(lines) + "\n"
