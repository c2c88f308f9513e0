"""What a worker says of its tasks, its reports and its questions to providers, where somebody collects it."""

from collections.abc import Mapping
from typing import Any

from contracts import telemetry
from contracts.catalogue import NODE_TYPES
from contracts.nodes import PortType
from contracts.subjects import Queue
from contracts.work import Report, Task
from kit import tracing
from kit.pull import Delivery
from providers.interface import Done, Prepared

_OUTPUTS = {PortType.AUDIO: "speech", PortType.STORYBOARD: "json", PortType.CHARACTER: "json"}
"""What OpenTelemetry calls kinds of output that it calls otherwise."""


def traced(task: Task, queue: Queue, delivery: Delivery) -> tracing.Going:
    """Work on a task in the trace of the decision that wanted it."""
    parent, template = delivery.record.headers.get(tracing.HEADER), telemetry.task(queue)
    if not tracing.recording():
        return tracing.begun(parent, template, "receives")
    about = {
        **_named(task),
        telemetry.OPERATION: task.operation,
        telemetry.DELIVERIES: delivery.deliveries,
        **telemetry.received(template, delivery.record.subject),
    }
    return tracing.begun(parent, telemetry.process(template), "receives", about)


def sending(task: Task, report: Report, subject: str) -> tracing.Going:
    """Put a report into the log."""
    if not tracing.recording():
        return tracing.span("", "sends")
    about = {**_named(task), telemetry.REPORTED: report.type, **telemetry.sent(telemetry.REPORT, subject)}
    return tracing.span(telemetry.send(telemetry.REPORT), "sends", about)


def asking(provider: str, prepared: Prepared) -> tracing.Going:
    """Ask a provider to make something. Neither prompt nor result is said."""
    request = prepared.request
    if not tracing.recording():
        return tracing.span("", "asks")
    about = {
        telemetry.GEN_AI_OPERATION: telemetry.GENERATE,
        telemetry.GEN_AI_PROVIDER: telemetry.PROVIDERS.get(provider, provider),
        telemetry.GEN_AI_MODEL: request.model.id,
        telemetry.OPERATION: request.operation,
        telemetry.CALL: "submit",
    }
    kind = NODE_TYPES.get(request.operation)
    if kind is not None and kind.outputs:
        about[telemetry.GEN_AI_OUTPUT] = _OUTPUTS.get(kind.outputs[0].type, kind.outputs[0].type.value)
    return tracing.span(f"{telemetry.GENERATE} {request.model.id}", "asks", about)


def looking(provider: str, call: str) -> tracing.Going:
    """Ask for what was asked before: look it up, look after it, cancel it."""
    if not tracing.recording():
        return tracing.span("", "asks")
    name = telemetry.PROVIDERS.get(provider, provider)
    return tracing.span(f"{call} job", "asks", {telemetry.GEN_AI_PROVIDER: name, telemetry.CALL: call})


def answered(span: tracing.Span, answer: object) -> None:
    """What a provider said of what it made."""
    if not isinstance(answer, Done) or not tracing.recording():
        return
    for name, used in (
        (telemetry.GEN_AI_INPUT_TOKENS, "input_tokens"),
        (telemetry.GEN_AI_OUTPUT_TOKENS, "output_tokens"),
    ):
        if used in answer.usage:
            span.set(name, int(answer.usage[used]))
    span.set(telemetry.COST, answer.cost)
    said = _first(answer.response)
    for name, key in ((telemetry.GEN_AI_RESPONSE, "response_id"), (telemetry.GEN_AI_RESPONSE_MODEL, "model_version")):
        if isinstance(value := said.get(key), str):
            span.set(name, value)


def _first(response: Mapping[str, Any]) -> Mapping[str, Any]:
    """Of several calls for one answer the first speaks for all."""
    calls = response.get("calls")
    return calls[0] if isinstance(calls, list) and calls and isinstance(calls[0], Mapping) else response


def _named(task: Task) -> dict[str, str | int]:
    return {
        telemetry.RUN: task.run_id,
        telemetry.NODE: task.node_id,
        telemetry.PROJECT: task.project_id,
        telemetry.TASK: task.task_id,
        telemetry.ATTEMPT: task.attempt,
    }
