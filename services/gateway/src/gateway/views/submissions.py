"""The requests that were made for one job, told from its reports. Pure.

A submission is the only place where the parameters of a generation are kept; a job has its state, an asset its bytes.
"""

from datetime import datetime
from typing import Any

from contracts.base import NodeId, RunId, task_id
from contracts.envelope import ReportLetter
from contracts.work import Failed, InDoubt, Report, Stopped, Submitted, Submitting, Succeeded
from kit.ids import named_id

Json = dict[str, Any]
_MS = 1000


class Submissions:
    """Give it the node's reports, in the order of the log.

    Args:
        run_id: whose.
        node_id: whose.
        attempts: of the job: from the first, up to and without the last.
    """

    def __init__(self, run_id: str, node_id: str, attempts: tuple[int, int | None]) -> None:
        self._run_id, self._node_id = run_id, node_id
        self._first, self._end = attempts
        self._found: list[Json] = []

    def shown(self) -> list[Json]:
        return self._found

    def reported(self, letter: ReportLetter) -> None:
        report = letter.report
        if report.attempt < self._first or (self._end is not None and report.attempt >= self._end):
            return
        match report:
            case Submitting():
                self._begin(report, report.at)
            case Submitted():
                self._last(report).update(status="accepted", handle=report.handle, accepted_at=report.at)
            case Succeeded():
                self._ended(self._last(report), report, "succeeded")
            case Failed() if report.payload is not None or self._asked(report):
                self._ended(self._last(report), report, "failed")
            case InDoubt() if self._asked(report):
                self._last(report).update(status="in_doubt", error=report.failure.model_dump(mode="json"))
            case Stopped() if self._asked(report):
                self._last(report).update(status="stopped", responded_at=report.at)

    def _asked(self, report: Report) -> bool:
        return any(one["attempt"] == report.attempt for one in self._found)

    def _last(self, report: Report) -> Json:
        """Of the report's attempt; of free work, which is not announced, it begins here."""
        of_it = [one for one in self._found if one["attempt"] == report.attempt]
        return of_it[-1] if of_it else self._begin(report, getattr(report, "started_at", None) or report.at)

    def _begin(self, report: Report, at: datetime) -> Json:
        number = sum(one["attempt"] == report.attempt for one in self._found)
        task = task_id(RunId(self._run_id), NodeId(self._node_id), report.attempt)
        payload = getattr(report, "payload", None)
        prompt = getattr(report, "prompt_sent", None)
        one: Json = {
            "id": named_id("submission", task, str(number)),
            "attempt": report.attempt,
            "retry_attempt": len(self._found),
            "previous_submission_id": self._found[-1]["id"] if self._found else None,
            "status": "submitted",
            "payload": None if payload is None and prompt is None else {**(payload or {}), "prompt": prompt},
            "response": None,
            "error": None,
            "request_key": getattr(report, "key", None),
            "handle": None,
            "submitted_at": at,
            "accepted_at": None,
            "responded_at": None,
            "duration_ms": None,
        }
        self._found.append(one)
        return one

    @staticmethod
    def _ended(one: Json, report: Succeeded | Failed, status: str) -> None:
        took = report.at - one["submitted_at"]
        one.update(status=status, responded_at=report.at, duration_ms=max(0, round(took.total_seconds() * _MS)))
        said: Json = {**(report.response or {}), "cost": report.cost}
        if isinstance(report, Succeeded):
            said |= {"usage": report.usage, "cost_basis": report.cost_basis, "notes": list(report.notes)}
            one["error"] = None
        else:
            one["error"] = report.failure.model_dump(mode="json")
        one["response"] = said
