"""How late watchers are told, and the end of a trace: what was decided or reported is on its way to a screen."""

from collections import Counter

from contracts import telemetry
from contracts.base import MAX_EVENTS_PER_DECISION
from gateway.metrics import Metrics
from gateway.views.rows import EventRow
from kit import tracing
from kit.clock import Clock
from kit.record import Record


class Noting:
    def __init__(self, metrics: Metrics, clock: Clock) -> None:
        self._metrics = metrics
        self._clock = clock

    def noted(self, records: list[Record], events: list[EventRow]) -> None:
        """The views hold these, and what they tell was told."""
        late = self._clock() - records[0].time
        self._metrics.showing.observe(max(0.0, late.total_seconds()))
        if tracing.recording():
            self._trace(records, events)

    def _trace(self, records: list[Record], events: list[EventRow]) -> None:
        told = Counter(event.position // MAX_EVENTS_PER_DECISION for event in events)
        runs = {event.position // MAX_EVENTS_PER_DECISION: event.run_id for event in events}
        clients = self._metrics.reading("groove_stream_clients")
        for record in records:
            parent = record.headers.get(tracing.HEADER)
            if parent is None or not told[record.seq]:
                continue
            about: dict[str, str | int] = {
                telemetry.EVENTS: told[record.seq],
                telemetry.CLIENTS: int(clients),
                telemetry.TEMPLATE: telemetry.STREAM,
                telemetry.MESSAGING_OPERATION: "send",
            }
            if (run := runs[record.seq]) is not None:
                about[telemetry.RUN] = run
            began_ns = int(record.time.timestamp() * 1e9)
            tracing.looked_back(parent, telemetry.send(telemetry.STREAM), "sends", began_ns, about)
