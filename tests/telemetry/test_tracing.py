"""How a trace is begun, handed on and recorded, and what becomes of it when its collector is away."""

import asyncio
import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from io import StringIO
from types import SimpleNamespace
from typing import Any

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from starlette.types import Message

from contracts.base import NodeId, ProjectId, RunId
from gateway.http.traced import Traced
from groove_local.ports import free_port
from kit import telemetry, tracing
from kit.collecting import Patient
from kit.logs import JsonLines
from kit.metrics import Histogram
from kit.record import Record, encode
from kit.settings import ServiceSettings
from orchestrator.items import Asked, Due, Parcel, Reported, RunKey, Swept
from orchestrator.traces import traced

HERE = "00-11111111111111111111111111111111-2222222222222222-01"
THERE = "00-33333333333333333333333333333333-4444444444444444-01"
KEY = RunKey(ProjectId("p"), RunId("r"))


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    with tracing.bound(None, ids=False):
        yield
    telemetry.end()


@pytest.fixture
def recorded() -> InMemorySpanExporter:
    exporter = InMemorySpanExporter()
    telemetry.begin("test", SimpleSpanProcessor(exporter))
    return exporter


def ids(span: ReadableSpan) -> tuple[str, str | None]:
    assert span.context is not None
    return f"{span.context.trace_id:032x}", f"{span.parent.span_id:016x}" if span.parent else None


def test_with_none_there_is_no_trace():
    telemetry.set_up("test", ServiceSettings(telemetry="none"))
    with tracing.begun(HERE, "process", "receives"), tracing.span("send", "sends"):
        _, headers = encode(b"", "e", None)
        assert tracing.traceparent() is None
    assert tracing.HEADER not in headers


def test_without_a_collector_the_trace_is_handed_on_and_nothing_is_recorded():
    telemetry.set_up("test", ServiceSettings())
    assert not tracing.recording()
    with tracing.begun(None, "POST", "asked"), tracing.span("send", "sends"):
        _, headers = encode(b"", "e", None)
        asked = tracing.trace_id()
    assert tracing.accepted(headers[tracing.HEADER]) is not None
    with tracing.begun(headers[tracing.HEADER], "process", "receives"):
        assert tracing.trace_id() == asked is not None
    assert tracing.traceparent() is None


def test_two_that_begin_of_themselves_are_two_traces_also_inside_each_other():
    telemetry.set_up("test", ServiceSettings())
    with tracing.begun(None, "a", "asked"):
        outer = tracing.trace_id()
        with tracing.begun(None, "b", "receives"):
            assert tracing.trace_id() not in {outer, None}
        with tracing.handed_on(None):
            assert tracing.traceparent() is None
        assert tracing.trace_id() == outer


@pytest.mark.parametrize(
    "header",
    [
        *(None, "", "00-1-2-01", f"{HERE}-x", f"{HERE}\r\nX: y", HERE.replace("1", "é"), HERE.replace("1", "A")),
        *(f"00-{'0' * 32}-{'2' * 16}-01", f"00-{'1' * 32}-{'0' * 16}-01"),
    ],
)
def test_what_is_no_header_of_a_trace_is_not_taken_from_outside(header: str | None):
    assert tracing.accepted(header) is None


def test_a_collector_without_traces_is_a_contradiction():
    with pytest.raises(ValueError, match="GROOVE_OTLP_ENDPOINT wants traces sent"):
        ServiceSettings(telemetry="none", otlp_endpoint="http://collector:4318")
    for wrong in ("collector:4318", "ftp://collector", "http://"):
        with pytest.raises(ValueError, match="otlp_endpoint"):
            ServiceSettings(otlp_endpoint=wrong)


def test_every_log_line_says_its_trace():
    out = StringIO()
    logger, handler = logging.getLogger("traced"), logging.StreamHandler(out)
    handler.setFormatter(JsonLines("test"))
    logger.addHandler(handler)
    logger.setLevel("INFO")
    telemetry.set_up("test", ServiceSettings())
    with traced(KEY, [parcel(ASKED, HERE)], SimpleNamespace(trace=lambda _: None)):  # type: ignore[arg-type]  # as much of it as is used
        logger.info("inside")
    logger.info("outside")
    logger.removeHandler(handler)
    inside, outside = map(json.loads, out.getvalue().splitlines())
    assert (inside["trace_id"], inside["run_id"]) == ("1" * 32, "r")
    assert "trace_id" not in outside


def test_what_goes_wrong_is_told_by_its_kind_and_never_in_its_words(recorded: InMemorySpanExporter):
    with pytest.raises(ValueError, match="key sk-123"), tracing.begun(HERE, "process", "receives"):
        raise ValueError("the key sk-123 is wrong")
    (span,) = recorded.get_finished_spans()
    assert ids(span) == ("1" * 32, "2" * 16)
    assert (span.status.is_ok, span.attributes) == (False, {"error.type": "ValueError"})
    assert "sk-123" not in span.to_json()


# whose trace a decision belongs to


def parcel(item: Any, cause: str | None) -> Parcel:
    async def settle(*_: object) -> None: ...

    headers = {} if cause is None else {tracing.HEADER: cause}
    record = Record(1, "s", "e", headers, b"", datetime(2026, 1, 1, tzinfo=UTC))
    return Parcel(item, settle, settle, 1, record)


def decided(own: str | None, *parcels: Parcel) -> None:
    with traced(KEY, parcels, SimpleNamespace(trace=lambda _: own)):  # type: ignore[arg-type]  # as much of it as is used
        pass


ASKED = Asked(SimpleNamespace(id="c"))  # type: ignore[arg-type]  # as above
REPORTED = Reported(7, NodeId("n"), SimpleNamespace())  # type: ignore[arg-type]  # as above
OTHER_SPAN = HERE.replace("2222222222222222", "5555555555555555")


@pytest.mark.parametrize(
    ("own", "parcels", "trace", "parent", "links"),
    [
        (None, [parcel(ASKED, HERE)], "1", "2", []),
        (HERE, [parcel(REPORTED, OTHER_SPAN)], "1", "5", []),
        (HERE, [parcel(REPORTED, OTHER_SPAN), parcel(REPORTED, HERE)], "1", "5", ["2"]),
        (HERE, [parcel(ASKED, THERE)], "3", "4", []),  # a resume is a cause of its own
        (HERE, [parcel(Due(NodeId("n")), THERE)], "1", "2", ["4"]),  # woken by another run
        (HERE, [parcel(Due(NodeId("n")), None)], "1", "2", []),
        (None, [parcel(Due(NodeId("n")), THERE)], "3", "4", []),
    ],
)
def test_a_decision_is_made_in_the_trace_of_its_cause(
    own: str | None,
    parcels: list[Parcel],
    trace: str,
    parent: str,
    links: list[str],
    recorded: InMemorySpanExporter,
):
    decided(own, *parcels)
    (span,) = recorded.get_finished_spans()
    assert ids(span) == (trace * 32, parent * 16)
    assert [f"{link.context.span_id:016x}" for link in span.links] == [one * 16 for one in links]
    assert span.name == "decide run"


def test_a_run_that_nothing_is_known_of_goes_on_where_its_log_says(recorded: InMemorySpanExporter):
    with traced(KEY, [parcel(Swept(), None)], SimpleNamespace(trace=lambda _: None)):  # type: ignore[arg-type]  # as above
        assert tracing.traceparent() is None
        tracing.adopt(HERE)  # as it is read
        with tracing.span("send task", "sends"):
            pass
    (span,) = recorded.get_finished_spans()
    assert ids(span) == ("1" * 32, "2" * 16)


def test_what_a_sweep_does_again_is_told_in_the_trace_of_the_run_and_the_sweep_is_not(recorded: InMemorySpanExporter):
    runs = SimpleNamespace(trace=lambda _: HERE)
    with traced(KEY, [parcel(Swept(), None)], runs), tracing.span("send task", "sends"):  # type: ignore[arg-type]  # as above
        pass
    (span,) = recorded.get_finished_spans()
    assert (span.name, ids(span)) == ("send task", ("1" * 32, "2" * 16))


# at the door


async def answered(path: str, status: int, kind: bytes = b"application/json") -> Histogram:
    took = Histogram(labels=("method",))

    async def app(scope: Any, _receive: Any, send: Any) -> None:
        scope["route"] = SimpleNamespace(path="/api/graphs/{graph_id}")
        await send({"type": "http.response.start", "status": status, "headers": [(b"content-type", kind)]})
        if kind.startswith(b"text/event"):
            await asyncio.create_task(send({"type": "http.response.body", "more_body": True}))
        await send({"type": "http.response.body"})

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            shown = {name: value for name, value in message["headers"] if name == b"x-trace-id"}
            assert shown == ({b"x-trace-id": b"1" * 32} if status >= 500 else {})

    scope = {"type": "http", "method": "GET", "path": path, "headers": [(b"traceparent", HERE.encode())]}
    await Traced(app, took)(scope, send, send)  # type: ignore[arg-type]  # it receives nothing
    return took


async def test_a_request_is_named_by_its_route_and_fails_when_it_is_our_fault(recorded: InMemorySpanExporter):
    for path, status in (("/api/graphs/g1", 200), ("/api/graphs/g2", 404), ("/api/graphs/g3", 503)):
        assert (await answered(path, status)).taken["GET",][1].count == 1
    spans = recorded.get_finished_spans()
    assert {span.name for span in spans} == {"GET /api/graphs/{graph_id}"}
    assert {ids(span) for span in spans} == {("1" * 32, "2" * 16)}
    assert [span.status.is_ok for span in spans] == [True, True, False]
    assert [(span.attributes or {})["url.path"] for span in spans] == [
        "/api/graphs/g1",
        "/api/graphs/g2",
        "/api/graphs/g3",
    ]


@pytest.mark.parametrize("path", ["/health", "/ready", "/metrics"])
async def test_probes_are_not_traced(path: str, recorded: InMemorySpanExporter):
    await answered(path, 200)
    assert recorded.get_finished_spans() == ()


async def test_a_stream_is_over_for_its_trace_when_it_is_open(recorded: InMemorySpanExporter):
    await answered("/api/stream", 200, b"text/event-stream; charset=utf-8")
    assert len(recorded.get_finished_spans()) == 1


# collectors that are away


class Moody(SpanExporter):
    def __init__(self) -> None:
        self.takes = False
        self.asked = 0

    def export(self, spans: Any) -> SpanExportResult:
        del spans
        self.asked += 1
        return SpanExportResult.SUCCESS if self.takes else SpanExportResult.FAILURE


def test_that_the_collector_is_away_is_said_once_and_that_it_is_back(caplog: pytest.LogCaptureFixture):
    moody = Moody()
    patient = Patient(moody, "http://collector")
    with caplog.at_level("INFO", "kit.collecting"):
        for takes in (False, False, False, True, True, False):
            moody.takes = takes
            patient.export([])
    assert [(record.levelname, record.message.partition(":")[0]) for record in caplog.records] == [
        ("WARNING", "the collector takes no traces"),
        ("INFO", "the collector takes traces again"),
        ("WARNING", "the collector takes no traces"),
    ]


def test_a_process_that_ends_does_not_wait_for_a_collector_that_is_away():
    moody = Moody()
    patient = Patient(moody, "http://collector")
    patient.export([])
    patient.hurry()
    for _ in range(16):  # what still waits
        assert patient.export([]) is SpanExportResult.FAILURE
    assert moody.asked == 1


def test_where_no_collector_listens_work_goes_on_and_the_end_comes(caplog: pytest.LogCaptureFixture):
    telemetry.set_up("test", ServiceSettings(otlp_endpoint=f"http://127.0.0.1:{free_port()}", trace_ratio=1))
    with caplog.at_level("WARNING"):
        for _ in range(3_000):  # several batches
            with tracing.begun(None, "process", "receives"):
                pass
        telemetry.end()
    assert [record.name for record in caplog.records] == ["kit.collecting"]
    assert not tracing.recording()
