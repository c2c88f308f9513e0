"""From the log and from the workers to whoever watches."""

from pydantic_core import to_json

from contracts.envelope import Unreadable, unseal
from contracts.work import Progress
from gateway.live.frames import frame, passing
from gateway.live.heard import Heard
from gateway.live.hub import Hub
from gateway.metrics import Metrics
from gateway.views.rows import EventRow
from gateway.views.waiting import Tide
from kit.clock import Clock


class Relay:
    def __init__(self, hub: Hub, tide: Tide, heard: Heard, metrics: Metrics, clock: Clock) -> None:
        self._hub = hub
        self._tide = tide
        self._heard = heard
        self._metrics = metrics
        self._clock = clock

    def publish(self, seq: int, events: list[EventRow]) -> None:
        """The views hold this now: encode it, once, and let it go."""
        self._metrics.count("groove_events_encoded_total", len(events))
        self._hub.publish([frame(event) for event in events])
        self._tide.rise(seq)

    def progress(self, data: bytes) -> None:
        """A worker's word on how far it is. One that cannot be read is no loss."""
        try:
            heard = unseal(Progress, data)
        except Unreadable:
            return
        self._heard.note(heard.run_id, heard.node_id, heard.progress)
        body = {
            "execution_id": heard.run_id,
            "project_id": heard.project_id,
            "node_id": heard.node_id,
            "at": self._clock(),
            "attempt": heard.attempt,
            "progress": heard.progress,
            "message": heard.message,
        }
        self._metrics.count("groove_events_encoded_total")
        self._hub.publish([passing(heard.run_id, heard.project_id, "node_progress", to_json(body).decode())])
