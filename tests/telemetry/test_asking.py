"""What is said of a question to a provider: whom, for what, how it ended, and nothing of what was written."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from contracts.failures import FailureKind
from contracts.models import Model
from kit import telemetry, tracing
from providers.interface import Artifact, Done, Job, OnProgress, Pending, Prepared, ProviderError, Request
from providers.worker.metrics import Counted, WorkMetrics

MODEL = Model(provider="google", id="gemini-3.8-flash", title="x", operations=("text_to_text",))


class Vendor:
    name = "google"
    lookup_lag_s = None
    doubt = "ask"
    key_window_s = None

    def __init__(self, answer: Any) -> None:
        self.answer = answer

    async def submit(self, prepared: Prepared, on_progress: OnProgress) -> Done | Job:
        del prepared, on_progress
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    async def poll(self, handle: Mapping[str, Any]) -> Pending | Done:
        del handle
        return self.answer


@pytest.fixture
def recorded() -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    with tracing.bound(None, ids=False):
        telemetry.begin("test", SimpleSpanProcessor(exporter))
        yield exporter
        telemetry.end()


def prepared(operation: str) -> Prepared:
    request = Request("run.node.1", operation, MODEL, {"prompt": "a secret lighthouse"}, 0)
    return Prepared(request, "a secret lighthouse")


async def ask(answer: Any, operation: str = "text_to_text") -> WorkMetrics:
    metrics = WorkMetrics()
    await Counted(Vendor(answer), metrics).submit(prepared(operation), None)  # type: ignore[arg-type]  # as much of it as is used
    return metrics


async def test_a_request_says_model_output_tokens_and_the_answer_s_own_id(recorded: InMemorySpanExporter):
    said = {"calls": [{"response_id": "r-1", "model_version": "gemini-3.8-flash-002"}, {"response_id": "r-2"}]}
    usage = {"input_tokens": 12.0, "output_tokens": 340.0, "thinking_tokens": 9.0}
    metrics = await ask(Done((Artifact("a secret answer"),), usage, 4_200, "computed", response=said))
    (span,) = recorded.get_finished_spans()
    assert (span.name, span.kind.name) == ("generate_content gemini-3.8-flash", "CLIENT")
    assert span.attributes == {
        "gen_ai.operation.name": "generate_content",
        "gen_ai.provider.name": "gcp.gemini",
        "gen_ai.request.model": "gemini-3.8-flash",
        "gen_ai.output.type": "text",
        "gen_ai.response.id": "r-1",
        "gen_ai.response.model": "gemini-3.8-flash-002",
        "gen_ai.usage.input_tokens": 12,
        "gen_ai.usage.output_tokens": 340,
        "groove.cost.micro_credits": 4_200,
        "groove.operation": "text_to_text",
        "groove.provider.call": "submit",
    }
    assert "secret" not in span.to_json()
    told = metrics.text()
    assert 'groove_provider_call_seconds_count{provider="google",call="submit"} 1' in told


@pytest.mark.parametrize(
    ("operation", "output"),
    [("text_to_image", "image"), ("text_to_speech", "speech"), ("storyboard", "json"), ("image_to_video", "video")],
)
async def test_what_is_made_is_called_as_opentelemetry_calls_it(
    operation: str, output: str, recorded: InMemorySpanExporter
):
    await ask(Job({"id": "j"}), operation)
    (span,) = recorded.get_finished_spans()
    assert (span.attributes or {})["gen_ai.output.type"] == output


async def test_a_refusal_is_told_by_its_kind(recorded: InMemorySpanExporter):
    with pytest.raises(ProviderError):
        await ask(ProviderError(FailureKind.RATE_LIMITED, "secret lighthouses are too many", provider="google"))
    (span,) = recorded.get_finished_spans()
    assert (span.status.is_ok, (span.attributes or {})["error.type"]) == (False, "rate_limited")
    assert "secret" not in span.to_json()


async def test_looking_after_a_job_is_a_question_of_its_own(recorded: InMemorySpanExporter):
    await Counted(Vendor(Pending()), WorkMetrics()).poll({"id": "j"})  # type: ignore[arg-type]  # as above
    (span,) = recorded.get_finished_spans()
    assert span.name == "poll job"
    assert span.attributes == {"gen_ai.provider.name": "gcp.gemini", "groove.provider.call": "poll"}
