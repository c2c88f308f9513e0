"""One trace through every service: its context rides in the headers of messages.

Three ways, chosen once by `kit.telemetry`: nothing at all; a trace's id alone, which is handed on and stands in every
log line, at a cost that cannot be measured; and spans that are recorded and sent, when somebody collects them.
"""

import random
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar, Token
from types import TracebackType
from typing import Literal, Protocol

from opentelemetry import context, trace
from opentelemetry.context import Context
from opentelemetry.trace import Link, NonRecordingSpan, SpanContext, SpanKind, Status, StatusCode, TraceFlags, Tracer

from contracts.telemetry import ERROR

HEADER = "traceparent"
"""W3C Trace Context: `00-<32 hex: trace>-<16 hex: span>-<2 hex: flags>`."""
Value = str | int | float | bool
Attributes = Mapping[str, Value]
Kind = Literal["inside", "asked", "asks", "sends", "receives"]
_KINDS = {
    "inside": SpanKind.INTERNAL,
    "asked": SpanKind.SERVER,
    "asks": SpanKind.CLIENT,
    "sends": SpanKind.PRODUCER,
    "receives": SpanKind.CONSUMER,
}
_FORM = re.compile(r"00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})")
_id: ContextVar[str | None] = ContextVar("traceparent", default=None)
"""The header of what is going on, where no spans are recorded."""


class Span(Protocol):
    def set(self, name: str, value: Value) -> None:
        """Say more about it. Names come from `contracts.telemetry`."""
        ...

    def rename(self, name: str) -> None: ...

    def fail(self, why: str) -> None:
        """It goes wrong, and raises nothing."""
        ...

    def over(self) -> None:
        """It ends here, for who looks at the trace: what it is the beginning of may last for days."""
        ...


Going = AbstractContextManager[Span]


class _State:
    tracer: Tracer | None = None
    """Set: spans are recorded."""
    ids = False


_state = _State()


def configure(tracer: Tracer | None, *, ids: bool) -> None:
    """Choose for this process. Without a tracer nothing is recorded; with `ids`, traces are still handed on."""
    _state.tracer, _state.ids = tracer, ids


def recording() -> bool:
    """Whether it is worth gathering what a span would say."""
    return _state.tracer is not None


def span(name: str, kind: Kind = "inside", attributes: Attributes | None = None) -> Going:
    """Do something as a part of what is going on."""
    tracer = _state.tracer
    return _NOTHING if tracer is None else _Recorded(tracer, name, kind, attributes, None, ())


def begun(
    parent: str | None, name: str, kind: Kind, attributes: Attributes | None = None, causes: Sequence[str] = ()
) -> Going:
    """Do what a message or a request asks for, in its trace. Without a `parent` it begins a trace of its own.

    `causes` are other messages that had it done.
    """
    tracer = _state.tracer
    if tracer is not None:
        links = [Link(cause) for cause in map(_read, causes) if cause is not None]
        return _Recorded(tracer, name, kind, attributes, _context(parent), links)
    return _Handed(parent or _new()) if _state.ids else _NOTHING


def handed_on(parent: str | None) -> Going:
    """Go on in a trace, without a span of its own; None: in none, whatever is going on here."""
    if _state.tracer is not None:
        return _Within(_context(parent))
    return _Handed(parent) if _state.ids else _NOTHING


def adopt(parent: str | None) -> None:
    """Where nothing is going on yet that belongs to a trace: go on in this one, to the end of this asyncio task."""
    if parent is None or traceparent() is not None:
        return
    if _state.tracer is not None:
        context.attach(_context(parent))
    elif _state.ids:
        _id.set(parent)


def looked_back(parent: str, name: str, kind: Kind, began_ns: int, attributes: Attributes) -> None:
    """Record what is over already, and began at that time since 1970."""
    if _state.tracer is not None:
        began_ns = min(began_ns, time.time_ns())  # by another machine's clock
        _state.tracer.start_span(name, _context(parent), _KINDS[kind], attributes, start_time=began_ns).end()


def traceparent() -> str | None:
    """Give the header of what is going on, if it belongs to a trace."""
    here = trace.get_current_span().get_span_context()
    if here.is_valid:
        return f"00-{here.trace_id:032x}-{here.span_id:016x}-{here.trace_flags:02x}"
    return _id.get()


def trace_id(parent: str | None = None) -> str | None:
    """Of a header, or of what is going on: 32 hexadecimal digits."""
    parent = parent or traceparent()
    return None if parent is None else parent[3:35]


def accepted(header: str | None) -> str | None:
    """Give a header from outside, if it is one."""
    return header if header is not None and _FORM.fullmatch(header) else None


@contextmanager
def bound(tracer: Tracer | None, *, ids: bool = True) -> Iterator[None]:
    """Configure for a while."""
    before = _state.tracer, _state.ids
    configure(tracer, ids=ids)
    try:
        yield
    finally:
        _state.tracer, _state.ids = before


class _Nothing:
    __slots__ = ()

    def __enter__(self) -> Span:
        return self

    def __exit__(self, *_: object) -> None: ...

    def set(self, name: str, value: Value) -> None: ...

    def rename(self, name: str) -> None: ...

    def fail(self, why: str) -> None: ...

    def over(self) -> None: ...


_NOTHING = _Nothing()


class _Handed(_Nothing):
    """Only the id goes on."""

    __slots__ = ("_parent", "_token")
    _token: Token[str | None]

    def __init__(self, parent: str | None) -> None:
        self._parent = parent

    def __enter__(self) -> Span:
        self._token = _id.set(self._parent)
        return self

    def __exit__(self, *_: object) -> None:
        _id.reset(self._token)


class _Within(_Nothing):
    __slots__ = ("_context", "_token")
    _token: Token[Context]

    def __init__(self, inside: Context) -> None:
        self._context = inside

    def __enter__(self) -> Span:
        self._token = context.attach(self._context)
        return self

    def __exit__(self, *_: object) -> None:
        context.detach(self._token)


class _Recorded:
    """The SDK's own way to do this keeps messages of exceptions, which may say what nobody should collect."""

    __slots__ = ("_failed", "_span", "_token")
    _token: Token[Context]

    def __init__(
        self,
        tracer: Tracer,
        name: str,
        kind: Kind,
        attributes: Attributes | None,
        parent: Context | None,
        links: Sequence[Link],
    ) -> None:
        self._span = tracer.start_span(name, parent, _KINDS[kind], attributes, links)
        self._failed = False

    def __enter__(self) -> Span:
        self._token = context.attach(trace.set_span_in_context(self._span))
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        context.detach(self._token)
        if kind is not None and issubclass(kind, Exception) and not self._failed:
            self.fail(kind.__name__)
        self.over()

    def set(self, name: str, value: Value) -> None:
        self._span.set_attribute(name, value)

    def rename(self, name: str) -> None:
        self._span.update_name(name)

    def fail(self, why: str) -> None:
        self._failed = True
        self._span.set_attribute(ERROR, why)
        self._span.set_status(Status(StatusCode.ERROR))

    def over(self) -> None:
        if self._span.is_recording():
            self._span.end()


def _new() -> str:
    """Not recorded, so its last byte is 0."""
    return f"00-{random.getrandbits(128) | 1:032x}-{random.getrandbits(64) | 1:016x}-00"


def _read(parent: str | None) -> SpanContext | None:
    found = _FORM.fullmatch(parent) if parent is not None else None
    if found is None:
        return None
    trace_, span_, flags = (int(part, 16) for part in found.groups())
    return SpanContext(trace_, span_, is_remote=True, trace_flags=TraceFlags(flags))


def _context(parent: str | None) -> Context:
    """Of a message, and of nothing that is going on here."""
    read = _read(parent)
    return Context() if read is None else trace.set_span_in_context(NonRecordingSpan(read), Context())
