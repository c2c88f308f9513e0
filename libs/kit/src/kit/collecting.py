"""Spans on their way to a collector of OpenTelemetry's.

One that does not answer costs nothing but its spans: they are sent by a thread, dropped when they cannot be, and that
is said once.
"""

import logging
from collections.abc import Sequence
from importlib.metadata import version

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased

from kit.ids import new_id

_NAMESPACE = "pixel-groove"
_SEND_S = 3.0
"""For one batch with all its repetitions. A process that is stopping waits about as long, at most."""
_WAITING = 8_192
"""Spans in memory: when the collector is slower, the oldest are dropped."""
log = logging.getLogger(__name__)


class Patient(SpanExporter):
    """Sends while it can; that it cannot is said when it begins, and when it is over."""

    def __init__(self, exporter: SpanExporter, where: str) -> None:
        self._exporter = exporter
        self._where = where
        self._away = False
        self._ending = False

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        if self._away and self._ending:
            return SpanExportResult.FAILURE
        result = self._exporter.export(spans)
        away = result is not SpanExportResult.SUCCESS
        if away and not self._away:
            log.warning("the collector takes no traces: they are dropped until it does", extra={"url": self._where})
        elif self._away and not away:
            log.info("the collector takes traces again", extra={"url": self._where})
        self._away = away
        return result

    def hurry(self) -> None:
        """The process is going: what is not taken at once is dropped."""
        self._ending = True
        if self._away:
            self._exporter.shutdown()

    def shutdown(self) -> None:
        if not (self._away and self._ending):
            self._exporter.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        return self._exporter.force_flush(timeout_millis)


class Sending(BatchSpanProcessor):
    """Sends in batches, from a thread of its own."""

    def __init__(self, exporter: Patient) -> None:
        super().__init__(exporter, max_queue_size=_WAITING)
        self._patient = exporter

    def shutdown(self) -> None:
        self._patient.hurry()
        super().shutdown()  # type: ignore[no-untyped-call]  # the library left it untyped


def sender(endpoint: str) -> SpanProcessor:
    """To a collector that listens at `endpoint` (OTLP over HTTP)."""
    logging.getLogger("opentelemetry").setLevel(logging.CRITICAL)  # it would speak of every batch and every span
    url = endpoint.rstrip("/") + "/v1/traces"
    return Sending(Patient(OTLPSpanExporter(url, timeout=_SEND_S), url))


class Collecting:
    """Where the spans of this process come from, and who they are from."""

    def __init__(self, service: str, processor: SpanProcessor, ratio: float) -> None:
        about = {
            "service.name": service,
            "service.namespace": _NAMESPACE,
            "service.version": version("groove-kit"),
            "service.instance.id": new_id(),
        }
        sampler = ParentBased(TraceIdRatioBased(ratio))
        self._provider = TracerProvider(sampler, Resource.create(about), shutdown_on_exit=False)
        self._provider.add_span_processor(processor)
        self.tracer = self._provider.get_tracer("groove")

    def close(self) -> None:
        self._provider.shutdown()
