"""Begins and ends what `kit.tracing` does in this process, as its settings say."""

from typing import TYPE_CHECKING

from kit import tracing

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import SpanProcessor

    from kit.collecting import Collecting
    from kit.settings import ServiceSettings


class _Running:
    collecting: "Collecting | None" = None


_running = _Running()


def set_up(service: str, settings: "ServiceSettings") -> None:
    """Trace as the settings say. Called once, by main."""
    if settings.otlp_endpoint is None:
        tracing.configure(None, ids=settings.telemetry == "on")
        return
    from kit.collecting import sender  # noqa: PLC0415  twenty megabytes, for who collects

    begin(service, sender(settings.otlp_endpoint), settings.trace_ratio)


def begin(service: str, processor: "SpanProcessor", ratio: float = 1.0) -> None:
    """Record spans and give them to a processor. `ratio`: how many of the traces that begin here."""
    from kit.collecting import Collecting  # noqa: PLC0415  see above

    _running.collecting = Collecting(service, processor, ratio)
    tracing.configure(_running.collecting.tracer, ids=True)


def end() -> None:
    """Send what is left, for some seconds at most. Nothing is recorded any more."""
    collecting, _running.collecting = _running.collecting, None
    if collecting is not None:
        tracing.configure(None, ids=True)
        collecting.close()
