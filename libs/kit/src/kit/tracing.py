"""One trace through every service: the context rides in the headers of messages."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from opentelemetry import trace
from opentelemetry.propagate import extract
from opentelemetry.trace import Span

_tracer = trace.get_tracer("groove")


@contextmanager
def span(name: str, headers: Mapping[str, str] | None = None, **attributes: str | float | bool) -> Iterator[Span]:
    """Do something as one span, continuing the trace of the message that caused it.

    `name` and attribute names come from a fixed set: templates, never ids (ids are attribute values).
    """
    context = extract(headers) if headers else None
    with _tracer.start_as_current_span(name, context, attributes=attributes) as current:
        yield current
