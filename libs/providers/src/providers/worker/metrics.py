"""What a worker counts, and a provider that is counted."""

import time
from collections.abc import Awaitable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from contracts.models import LOCAL
from contracts.work import TERMINAL, Report, Task
from kit.metrics import LONG, Histogram, Metrics, Tally, Timing, tell
from kit.tracing import Span
from providers.interface import (
    CancelOutcome,
    Done,
    Job,
    OnProgress,
    Pending,
    Prepared,
    Provider,
    ProviderError,
    Request,
)
from providers.worker.lifecycle import Desk
from providers.worker.traces import answered, asking, looking

T = TypeVar("T")
_MEANINGS = {
    "groove_tasks_in_flight": "Tasks at hand, those included that wait for a place at their provider.",
    "groove_task_slots": "Tasks that this process does at once.",
    "groove_tasks_ended_total": "Attempts that this process brought to an end, by how.",
    "groove_task_seconds": "Time from taking a task to letting go of it, for whatever reason.",
    "groove_task_age_seconds": "Time that tasks lay in the queue before they were taken for the first time.",
    "groove_cost_micro_credits_total": "What was spent, by provider, in millionths of a credit.",
    "groove_provider_call_seconds": "Time that providers took to answer, by provider and call.",
    "groove_provider_calls_total": "What providers were asked, by provider, call and what came of it.",
    "groove_messages_pulled_total": "Tasks that were handed to this process.",
    "groove_messages_redelivered_total": "Of those pulled: handed out before.",
    "groove_messages_acked_total": "Tasks that are done with.",
    "groove_messages_handed_back_total": "Tasks that could not be done then, and come again.",
    "groove_messages_ended_total": "Tasks that were parked, and never come again.",
}


class WorkMetrics(Metrics):
    def __init__(self, more: Mapping[str, str] | None = None) -> None:
        """`more`: what a trade counts beside, by name, in words."""
        super().__init__({**_MEANINGS, **(more or {})})
        self.tally, self.working = Tally(), Timing()
        self.age, self.asking = Histogram(LONG), Histogram(LONG, ("provider", "call"))
        self.histogram("groove_task_age_seconds", self.age)
        self.histogram("groove_provider_call_seconds", self.asking)
        self.timing("groove_task_seconds", self.working)
        tell(self, self.tally)

    def told(self, report: Report, task: Task | None) -> None:
        if isinstance(report, TERMINAL):
            self.count("groove_tasks_ended_total", outcome=report.type)
        if task is not None and (cost := getattr(report, "cost", 0)):
            self.count("groove_cost_micro_credits_total", cost, provider=task.provider or LOCAL)


class Counted:
    """A provider, and how often it was asked what. It is built when nothing of the other changes any more."""

    def __init__(self, provider: Provider, metrics: WorkMetrics) -> None:
        self._provider = provider
        self._metrics = metrics
        self.name = provider.name
        self.lookup_lag_s = provider.lookup_lag_s
        self.doubt = provider.doubt
        self.key_window_s = provider.key_window_s

    def prepare(self, request: Request) -> Prepared:
        return self._provider.prepare(request)

    async def submit(self, prepared: Prepared, on_progress: OnProgress) -> Done | Job:
        with asking(self.name, prepared) as span:
            return await self._asked("submit", self._provider.submit(prepared, on_progress), span)

    async def poll(self, handle: Mapping[str, Any]) -> Pending | Done:
        with looking(self.name, "poll") as span:
            return await self._asked("poll", self._provider.poll(handle), span)

    async def find(self, key: str) -> Job | Done | None:
        with looking(self.name, "find") as span:
            return await self._asked("find", self._provider.find(key), span)

    async def cancel(self, handle: Mapping[str, Any]) -> CancelOutcome:
        with looking(self.name, "cancel") as span:
            return await self._asked("cancel", self._provider.cancel(handle), span)

    async def close(self) -> None:
        await self._provider.close()

    async def _asked(self, call: str, answering: Awaitable[T], span: Span) -> T:
        result, begun = "broken_off", time.perf_counter()
        try:
            answer = await answering
            result = "ok"
        except ProviderError as error:
            result = error.kind.value
            span.fail(result)
            raise
        finally:
            self._metrics.asking.observe(time.perf_counter() - begun, self.name, call)
            self._metrics.count("groove_provider_calls_total", provider=self.name, call=call, result=result)
        answered(span, answer)
        return answer


def counted(desk: Desk, metrics: WorkMetrics) -> Desk:
    """The same, with what it says and asks counted."""
    providers: dict[str, Provider] = {name: Counted(provider, metrics) for name, provider in desk.providers.items()}
    build = desk.keyring.build
    keyring = replace(desk.keyring, build=build and (lambda given: Counted(build(given), metrics)))
    return replace(desk, pen=replace(desk.pen, told=metrics.told), providers=providers, keyring=keyring)
