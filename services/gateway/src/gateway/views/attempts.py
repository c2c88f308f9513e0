"""What was tried for one node, told from the log: who held each attempt, what was asked, how it ended. Pure."""

from collections.abc import Iterable
from typing import Any

from contracts.envelope import ReportLetter, RunDecision, RunLetter
from contracts.failures import Failure
from contracts.run import (
    LateResult,
    NodeAwaiting,
    NodeFailed,
    NodeInDoubt,
    NodeJudged,
    NodeMade,
    NodeReset,
    NodeRetryScheduled,
    NodeScheduled,
    NodeSucceeded,
    RunEvent,
    RunResumed,
    RunStarted,
)
from contracts.work import Claimed, Failed, InDoubt, Report, Revoked, Stopped, Submitted, Submitting, Succeeded

Json = dict[str, Any]


class Attempts:
    """Give it everything of the run and the node's reports, in the order of the log."""

    def __init__(self, node_id: str, sources: Iterable[str]) -> None:
        self._node = node_id
        self._sources = frozenset(sources)
        self._found: dict[int, Json] = {}
        self._asked: dict[str, RunLetter] = {}
        self._because: str | None = None
        """What the next attempt will be for."""
        self._settled = False
        """It is for that a person settled the last one: the resume which follows only lets it begin."""

    def shown(self) -> list[Json]:
        return [self._found[number] for number in sorted(self._found)]

    def asked(self, letter: RunLetter) -> None:
        self._asked[letter.id] = letter

    def decided(self, decision: RunDecision) -> None:
        for event in decision.events:
            self._event(event, decision)

    def reported(self, letter: ReportLetter) -> None:
        self._report(letter.report, letter.worker)

    def _of(self, number: int) -> Json:
        return self._found.setdefault(number, {"attempt": number, "state": "queued", "cost": 0, "notes": []})

    def _event(self, event: RunEvent, decision: RunDecision) -> None:
        match event:
            case RunStarted():
                self._because = self._said_by(decision, "The execution was started")
            case RunResumed() if not self._settled:
                self._because = self._said_by(decision, "The execution was resumed")
            case NodeSucceeded() if event.node_id in self._sources and event.attempt:
                self._because = f"Its input {event.node_id} was there."
            case _ if getattr(event, "node_id", None) == self._node:
                self._of_node(event, decision)

    def _of_node(self, event: RunEvent, decision: RunDecision) -> None:
        match event:
            case NodeScheduled():
                self._of(event.attempt).update(queued_at=event.at, because=self._because)
                self._settled = False
            case NodeAwaiting():
                maker = event.maker
                self._because = (
                    f"Node {maker.node_id} of execution {maker.run_id}, for which it waited, did not make it."
                )
            case NodeReset() if event.settled:
                said = f"to take over job {event.adopt}" if event.adopt else "to ask again"
                self._because = self._said_by(decision, f"It was in doubt and was settled, {said},")
                self._settled = True
            case NodeRetryScheduled():
                kind = "" if event.counted else ", which counts as waiting"
                self._because = f"Attempt {event.attempt - 1} failed ({event.failure.kind.value}{kind})."
                failed = self._of(event.attempt - 1)
                failed.update(_ended("failed", event.failure), retry_at=event.retry_at, counted=event.counted)
                failed["cost"] = event.cost
            case NodeFailed():
                self._of(event.attempt).update(_ended("failed", event.failure), cost=event.cost)
            case NodeInDoubt():
                self._of(event.attempt).update(_ended("in_doubt", event.failure))
            case NodeSucceeded() if event.attempt and not event.judged:
                done = {"cost": event.cost, "cost_basis": event.cost_basis, "notes": list(event.notes)}
                self._of(event.attempt).update(_ended("succeeded", None), **done)
            case LateResult():
                self._of(event.attempt).update(late=True, cost=event.cost, cost_basis=event.cost_basis)
            case NodeMade() | NodeJudged() | NodeSucceeded():
                self._compared(event)

    def _compared(self, event: NodeMade | NodeJudged | NodeSucceeded) -> None:
        """With its characters, by an attempt of its own."""
        match event:
            case NodeMade():
                done = {"cost": event.cost, "cost_basis": event.cost_basis, "notes": list(event.notes)}
                self._of(event.attempt).update(_ended("succeeded", None), **done)
                because = f"What attempt {event.attempt} made is compared with its characters."
                self._of(event.attempt + 1).update(queued_at=event.at, because=because)
            case NodeJudged():
                notes = [event.note] if event.note else []
                self._of(event.attempt).update(_ended("succeeded", None), notes=notes)
                self._because = f"Attempt {event.made} did not show its characters well enough."
            case NodeSucceeded() if event.judged:
                self._of(event.attempt)["notes"] = list(event.notes)

    def _report(self, report: Report, worker: str) -> None:
        one = self._of(report.attempt)
        match report:
            case Claimed():
                one.setdefault("started_at", report.at)
                one.update(state="running", worker=worker, holders=report.epoch)
            case Submitting():
                one.update(request_key=report.key, asked_at=report.at)
            case Submitted():
                one.update(handle=report.handle)
            case Revoked():
                one.update(revoked_at=report.at)
            case Succeeded() | Failed() | InDoubt() | Stopped():
                one.setdefault("started_at", getattr(report, "started_at", None))
                one.update(worker=worker, ended_at=report.at, state=_STATES[type(report)])
                one["cost"] = getattr(report, "cost", 0)
                if isinstance(report, Failed | InDoubt):
                    one["error"] = report.failure.model_dump(mode="json")
                elif isinstance(report, Succeeded) and "error" in one:  # it was in doubt before
                    one["error"] = None
                if isinstance(report, Failed) and report.retry_after_s is not None:
                    one["retry_after_s"] = report.retry_after_s

    def _said_by(self, decision: RunDecision, what: str) -> str:
        letter = self._asked.get(decision.cause or "")
        return f"{what} by {letter.user_id}." if letter is not None else f"{what}."


_STATES: dict[type, str] = {Succeeded: "succeeded", Failed: "failed", InDoubt: "in_doubt", Stopped: "stopped"}


def _ended(state: str, failure: Failure | None) -> Json:
    return {"state": state, "error": failure.model_dump(mode="json") if failure is not None else None}
