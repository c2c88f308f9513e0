"""What one event of a run does to its rows, and what its watchers are told."""

from datetime import datetime
from typing import Any, assert_never

from pydantic_core import to_json

from contracts.failures import Failure, FailureKind
from contracts.problems import Rejection
from contracts.run import (
    LateResult,
    NodeAwaiting,
    NodeCached,
    NodeCancelled,
    NodeFailed,
    NodeInDoubt,
    NodeInherited,
    NodeJudged,
    NodeMade,
    NodeReset,
    NodeRetryScheduled,
    NodeScheduled,
    NodeSkipped,
    NodeSucceeded,
    RunCancelled,
    RunCompleted,
    RunEvent,
    RunFailed,
    RunFunded,
    RunRefused,
    RunResumed,
    RunStarted,
)
from gateway.views import working
from gateway.views.made import assets_made, uses
from gateway.views.rows import Batch, EventRow, NodeRow, Place, RunRow, changed
from gateway.views.values import outputs_shown

Json = dict[str, Any]
NodeEvent = (
    NodeScheduled
    | NodeAwaiting
    | NodeReset
    | NodeSucceeded
    | NodeMade
    | NodeJudged
    | NodeCached
    | NodeInherited
    | NodeInDoubt
    | NodeFailed
    | NodeRetryScheduled
    | NodeCancelled
    | NodeSkipped
    | LateResult
)

_FRESH: Json = {
    "outputs": {},
    "error": None,
    "cached_from": None,
    "because": None,
    "retry_at": None,
    "started_at": None,
    "completed_at": None,
}


class Turn:
    """One event, at its place."""

    def __init__(self, batch: Batch, place: Place, index: int, at: datetime) -> None:
        self._batch = batch
        self._place = place
        self._index = index
        self._at = at

    def tell(self, type_: str, **data: Any) -> None:
        run_id = self._place.aggregate_id
        body = {"execution_id": run_id, "project_id": self._place.project_id, "at": self._at, **data}
        if (node_id := data.get("node_id")) is not None and type_.startswith("node_"):
            # by then, in all: what came late to an earlier attempt is told with the next event
            body["node_cost"] = self._batch.nodes[run_id, node_id].cost
            body["execution_cost"] = self._batch.runs[run_id].cost
        self._batch.events.append(
            EventRow(
                self._place.position(self._index),
                run_id,
                self._place.project_id,
                type_,
                to_json(body).decode(),
            )
        )

    def take(self, event: RunEvent) -> None:
        match event:
            case RunStarted():
                self._started(event)
            case RunRefused():
                self._refused(event)
            case RunCompleted():
                self._ended("completed", None)
            case RunFailed():
                self._ended("failed", _error(event.failure), event.node_id)
            case RunCancelled():
                self._ended("cancelled", None)
            case RunResumed():
                self._run(state="running", error=None, completed_at=None)
                self.tell("execution_resumed")
            case RunFunded():
                pass  # of the account, which tells it itself
            case _:
                self._take_of_node(event)

    def _take_of_node(self, event: NodeEvent) -> None:  # noqa: C901, PLR0912  one arm per event: shorter would be incomplete
        match event:
            case NodeScheduled():
                self._scheduled(event)
            case NodeAwaiting():
                maker = f"{event.maker.run_id}/{event.maker.node_id}"
                self._node(event.node_id, state="waiting", recipe=event.recipe, because=maker)
            case NodeReset():
                before = self._batch.nodes[self._place.aggregate_id, event.node_id]
                if before.job is not None:
                    self._batch.job_ends.append(working.left(before))
                self._node(event.node_id, **_FRESH, state="waiting", job=None)
            case NodeSucceeded():
                self._succeeded(event)
            case NodeMade():
                self._paid(event.node_id, event.cost)
                self._made(event)
            case NodeJudged():
                self._judged(event)
            case NodeCached():
                self._taken_over("cached", event)
            case NodeInherited():
                self._taken_over("inherited", event)
            case NodeInDoubt():
                self._troubled("in_doubt", event)
            case NodeFailed():
                self._troubled("failed", event)
            case NodeRetryScheduled():
                self._retrying(event)
            case NodeCancelled():
                self._node(event.node_id, state="cancelled", completed_at=self._at, retry_at=None)
                self.tell("node_cancelled", node_id=event.node_id)
            case NodeSkipped():
                self._node(event.node_id, state="skipped", completed_at=self._at, because=event.because)
                self.tell("node_skipped", node_id=event.node_id, because=event.because)
            case LateResult():
                self._paid(event.node_id, event.cost)
                self._made(event)
            case _:
                assert_never(event)

    def _run(self, **changes: Any) -> RunRow:
        row = changed(self._batch.runs[self._place.aggregate_id], **changes)
        self._batch.put_run(row)
        return row

    def _node(self, node_id: str, **changes: Any) -> NodeRow:
        row = changed(self._batch.nodes[self._place.aggregate_id, node_id], **changes)
        self._batch.put_node(row)
        return row

    def _paid(self, node_id: str, cost: int) -> None:
        if cost:
            self._run(cost=self._batch.runs[self._place.aggregate_id].cost + cost)
            self._node(node_id, cost=self._batch.nodes[self._place.aggregate_id, node_id].cost + cost)

    def _started(self, event: RunStarted) -> None:
        asked = self._batch.runs.get(event.run_id)
        row = RunRow(
            id=event.run_id,
            position=asked.position if asked else self._place.position(self._index),
            project_id=event.project_id,
            user_id=event.user_id,
            created_at=asked.created_at if asked else event.at,
            state="running",
            graph_id=event.graph_id,
            graph_version=event.graph_version,
            graph_name=event.graph_name,
            budget=event.budget,
            outputs=event.plan.outputs,
            seq=0 if self._place.imported else self._place.seq,
            forked_from=event.forked_from,
            actor=asked.actor if asked else None,
        )
        self._batch.put_run(row)
        for ordinal, node in enumerate(event.plan.nodes):
            self._batch.put_node(
                NodeRow(event.run_id, node.id, ordinal, node.type, node.title, provider=node.provider, model=node.model)
            )
            # a fork runs a drawing of its own, and the drawing of an imported run stayed where it ran
            if event.graph_id and not event.forked_from and not self._place.imported:
                key = (event.graph_id, node.id)
                last = {"graph_id": event.graph_id, "node_id": node.id, "run_id": row.id, "position": row.position}
                if row.position >= self._batch.last.get(key, last)["position"]:
                    self._batch.last[key] = last
        plan = event.plan.model_dump(mode="json")
        self._batch.plans.append({"run_id": event.run_id, "plan": plan, "variables": event.variables})
        self.tell(
            "execution_started",
            graph_id=event.graph_id,
            graph_version=event.graph_version,
            nodes=[node.id for node in event.plan.nodes],
            outputs=event.plan.outputs,
            **({"forked_from": event.forked_from} if event.forked_from else {}),
        )

    def _refused(self, event: RunRefused) -> None:
        """Whoever was answered in time heard it; whoever was told to look later finds it here."""
        asked = self._batch.runs.get(event.run_id)
        row = asked or RunRow(
            event.run_id, self._place.position(self._index), self._place.project_id, event.user_id, event.at
        )
        error = _refusal(event.rejection)
        self._batch.put_run(changed(row, state="failed", refused=True, error=error, completed_at=event.at))
        self.tell("execution_failed", error=error, node_id=None, cost=0)

    def _ended(self, state: str, error: Json | None, node_id: str | None = None) -> None:
        run = self._run(state=state, error=error, completed_at=self._at)
        if state == "failed":
            self.tell("execution_failed", error=error, node_id=node_id, cost=run.cost)
        else:
            self.tell(f"execution_{state}", cost=run.cost)

    def _scheduled(self, event: NodeScheduled) -> None:
        node = self._batch.nodes[self._place.aggregate_id, event.node_id]
        job = node.job if node.retry_at is not None else None
        if job is None and not self._place.imported:
            run = self._batch.runs[self._place.aggregate_id]
            row = working.begun(run, node, event.attempt, self._place.position(self._index), self._at)
            self._batch.jobs.append(row)
            job = row["id"]
        self._node(event.node_id, **_FRESH, state="queued", attempt=event.attempt, recipe=event.recipe, job=job)
        self.tell("node_queued", node_id=event.node_id, attempt=event.attempt)

    def _succeeded(self, event: NodeSucceeded) -> None:
        outputs = outputs_shown(event.outputs)
        self._paid(event.node_id, event.cost)
        before = self._batch.nodes[self._place.aggregate_id, event.node_id]
        self._node(
            event.node_id,
            state="completed",
            attempt=event.attempt,
            outputs=outputs,
            error=None,
            retry_at=None,
            recipe=event.recipe or before.recipe,
            started_at=event.started_at or before.started_at or event.at,
            completed_at=event.at,
        )
        if not event.judged:  # else each attempt was told of by itself
            self._made(event)
        self.tell(
            "node_completed",
            node_id=event.node_id,
            attempt=event.attempt,
            outputs=outputs,
            cost=self._batch.nodes[self._place.aggregate_id, event.node_id].cost if event.judged else event.cost,
            cost_basis=event.cost_basis,
            progress=1,
        )

    def _taken_over(self, state: str, event: NodeCached | NodeInherited) -> None:
        outputs = outputs_shown(event.outputs)
        origin = {"execution_id": event.origin.run_id, "node_id": event.origin.node_id}
        self._node(
            event.node_id,
            state=state,
            outputs=outputs,
            error=None,
            cached_from=origin,
            because=None,
            recipe=event.recipe,
            completed_at=event.at,
        )
        if not self._place.imported:
            run = self._batch.runs[self._place.aggregate_id]
            self._batch.uses.extend(uses(run, event, self._place.position(self._index)))
        told = {f"{state}_from": origin}
        self.tell(f"node_{state}", node_id=event.node_id, outputs=outputs, **told, cost=0, progress=1)

    def _troubled(self, state: str, event: NodeFailed | NodeInDoubt) -> None:
        cost = event.cost if isinstance(event, NodeFailed) else 0
        self._paid(event.node_id, cost)
        error = _error(event.failure)
        self._node(event.node_id, state=state, attempt=event.attempt, error=error, retry_at=None, completed_at=event.at)
        self.tell(f"node_{state}", node_id=event.node_id, attempt=event.attempt, error=error, cost=cost)

    def _retrying(self, event: NodeRetryScheduled) -> None:
        error = _error(event.failure)
        self._paid(event.node_id, event.cost)
        self._node(event.node_id, state="waiting", error=error, retry_at=event.retry_at)
        self.tell(
            "node_retrying",
            node_id=event.node_id,
            attempt=event.attempt,
            retry_at=event.retry_at,
            counted=event.counted,
            error=error,
        )

    def _judged(self, event: NodeJudged) -> None:
        outputs = outputs_shown(event.outputs)
        key = {"run_id": self._place.aggregate_id, "node_id": event.node_id, "attempt": event.made}
        self._batch.judgements.append(key | {"outputs": outputs, "again": event.again, "note": event.note})
        if event.again:
            self.tell(
                "node_retrying",
                node_id=event.node_id,
                attempt=event.attempt + 1,
                retry_at=event.at,
                counted=False,
                error=None,
                reason="identity",
                outputs=outputs,
            )

    def _made(self, event: NodeSucceeded | NodeMade | LateResult) -> None:
        if self._place.imported:  # its media stayed where it ran
            return
        run, position = self._batch.runs[self._place.aggregate_id], self._place.position(self._index)
        node = self._batch.nodes[run.id, event.node_id]
        for row in assets_made(run, node, event, position):
            self._batch.assets.setdefault(row["id"], row)
        self._batch.uses.extend(uses(run, event, position))
        if event.attempt and event.outputs:
            self._batch.generations.append(working.made(run, node, event, position))


def _error(failure: Failure) -> Json:
    return failure.model_dump(mode="json")


def _refusal(rejection: Rejection) -> Json:
    failure = Failure(kind=FailureKind.INVALID_REQUEST, message=rejection.message)
    return _error(failure) | {"reason": rejection.reason.value}
