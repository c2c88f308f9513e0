"""What is decided over reports: a result, one more try, a doubt, a failure, or nothing any more."""

from contracts.base import NodeId
from contracts.run import LateResult, NodeFailed, NodeInDoubt, NodeSucceeded
from contracts.work import Failed, InDoubt, Succeeded
from orchestrator.domain import judging
from orchestrator.domain.draft import Draft
from orchestrator.domain.forward import skip_after
from orchestrator.domain.retries import after_failure
from orchestrator.domain.run_state import Outcome, Step, outcome_reports, truths


def answer_reports(draft: Draft) -> None:
    for node_id, made in truths(draft.run):
        if draft.full:
            return
        if _ends_doubt(draft.run.steps[node_id], made):
            _take(draft, node_id, made)
        else:
            _too_late(draft, node_id, made)
    for node_id, report in outcome_reports(draft.run):
        if draft.full:
            return
        step = draft.run.steps[node_id]
        wanted = step.state in {"queued", "running"} or (step.state == "waiting" and draft.run.state == "running")
        if report.attempt < step.attempt or not wanted:
            _too_late(draft, node_id, report)
        elif isinstance(report, Succeeded):
            _take(draft, node_id, report)
        elif isinstance(report, InDoubt):
            draft.record(NodeInDoubt(at=draft.now, node_id=node_id, attempt=report.attempt, failure=report.failure))
        elif isinstance(report, Failed) and step.state in {"queued", "running"}:
            _failure(draft, node_id, report)
        else:
            _too_late(draft, node_id, report)


def _ends_doubt(step: Step, made: Succeeded) -> bool:
    """Whether it is the node's result, also in a run that has failed for it: then a resume need not pay again.

    A node that was settled since, and not yet begun again, need not be begun either.
    """
    return made.attempt == step.attempt and step.state in {"in_doubt", "waiting"}


def _take(draft: Draft, node_id: NodeId, report: Succeeded) -> None:
    """What was made is the result, unless it is to be compared with its characters first."""
    if draft.run.steps[node_id].judging:
        judging.judged(draft, node_id, report)
    elif draft.run.plan[node_id].judged and draft.run.state == "running":
        judging.made(draft, node_id, report)
    else:
        draft.record(_success(draft, node_id, report))


def _success(draft: Draft, node_id: NodeId, report: Succeeded) -> NodeSucceeded:
    return NodeSucceeded(
        at=draft.now,
        node_id=node_id,
        attempt=report.attempt,
        recipe=draft.run.steps[node_id].recipe,
        outputs=report.outputs,
        cost=report.cost,
        cost_basis=report.cost_basis,
        started_at=report.started_at,
        prompt_sent=report.prompt_sent,
        notes=report.notes,
    )


def _too_late(draft: Draft, node_id: NodeId, report: Outcome) -> None:
    """Only what was made, or cost something, is worth a fact: it is kept, charged and cached, and changes no node."""
    made = isinstance(report, Succeeded) and bool(report.outputs)
    if isinstance(report, InDoubt) or not (made or report.cost):
        return
    draft.record(
        LateResult(
            at=draft.now,
            node_id=node_id,
            attempt=report.attempt,
            recipe=draft.run.steps[node_id].recipe,
            outputs=report.outputs if isinstance(report, Succeeded) else {},
            cost=report.cost,
            cost_basis=report.cost_basis if isinstance(report, Succeeded) else "reported",
        )
    )


def _failure(draft: Draft, node_id: NodeId, report: Failed) -> None:
    step = draft.run.steps[node_id]
    if step.judging:
        judging.not_judged(draft, node_id, report)
        return
    event = after_failure(draft.run.id, node_id, step, report, draft.now)
    if isinstance(event, NodeFailed) and step.kept:
        judging.take_best(draft, node_id, f"Another try failed: {report.failure.message}", report)
        return
    draft.record(event)
    if isinstance(event, NodeFailed):
        skip_after(draft, node_id)
