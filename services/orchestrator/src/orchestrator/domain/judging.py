"""Characters that stay themselves: what was made with them is compared with them, and perhaps made again.

An attempt that makes something is followed by one that only looks (`NodeMade`, `NodeJudged`). Then the best is taken
(`NodeSucceeded`), or it is made once more with another seed (`NodeScheduled`).
"""

from collections.abc import Sequence

from contracts.base import NodeId
from contracts.plan import PlannedNode
from contracts.run import NodeFailed, NodeJudged, NodeMade, NodeSucceeded
from contracts.values import Identity, MediaValue, Outputs, Value
from contracts.work import Failed, Succeeded
from orchestrator.domain.draft import Draft
from orchestrator.domain.retries import after_failure
from orchestrator.domain.run_state import Kept, Step

_NO_SCORE = -2.0
"""Below every cosine."""


def made(draft: Draft, node_id: NodeId, report: Succeeded) -> None:
    """An attempt has made something: next it is looked at."""
    draft.record(
        NodeMade(
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
    )


def judged(draft: Draft, node_id: NodeId, report: Succeeded) -> None:
    """It is known how much it shows its characters."""
    node, step = draft.run.plan[node_id], draft.run.steps[node_id]
    outputs = _told(step.kept[-1].outputs, report.identities)
    again = bool(report.identities) and _falls_short(node, outputs) and step.again < _retries(node)
    _record(draft, node_id, report.attempt, outputs, again=again, note=" ".join(report.notes))


def not_judged(draft: Draft, node_id: NodeId, report: Failed) -> None:
    """It is compared later, or never: what was made and paid for is not lost for that."""
    step = draft.run.steps[node_id]
    event = after_failure(draft.run.id, node_id, step, report, draft.now)
    if not isinstance(event, NodeFailed):
        draft.record(event)
        return
    note = f"It was not compared with its character: {report.failure.message}"
    _record(draft, node_id, report.attempt, step.kept[-1].outputs, again=False, note=note)


def _record(draft: Draft, node_id: NodeId, attempt: int, outputs: Outputs, *, again: bool, note: str) -> None:
    of = draft.run.steps[node_id].kept[-1].attempt
    draft.record(
        NodeJudged(at=draft.now, node_id=node_id, attempt=attempt, made=of, outputs=outputs, again=again, note=note)
    )


def take_best(draft: Draft, node_id: NodeId, note: str = "", failed: Failed | None = None) -> None:
    """End the node with the best that was made. `failed`: one more attempt, which made nothing."""
    node, step = draft.run.plan[node_id], draft.run.steps[node_id]
    best = _best(step)
    said = (_shortfall(node, step, best), note)
    draft.record(
        NodeSucceeded(
            at=draft.now,
            node_id=node_id,
            attempt=best.attempt,
            recipe=step.recipe,
            outputs=best.outputs,
            cost=failed.cost if failed else 0,
            failed=failed.attempt if failed else 0,
            cost_basis=best.cost_basis,
            started_at=best.started_at,
            prompt_sent=best.prompt_sent,
            notes=(*best.notes, *(one for one in said if one)),
            judged=True,
        )
    )


def most_tries(node: PlannedNode) -> int:
    """How often it may be made at most."""
    return 1 + _retries(node) if node.judged and _wanted(node) is not None else 1


def _retries(node: PlannedNode) -> int:
    return int(node.params.get("identity_retries", 0))


def _wanted(node: PlannedNode) -> float | None:
    wanted = node.params.get("min_identity")
    return None if wanted is None else float(wanted)


def _falls_short(node: PlannedNode, outputs: Outputs) -> bool:
    wanted = _wanted(node)
    return wanted is not None and _score(outputs) < wanted


def _shortfall(node: PlannedNode, step: Step, best: Kept) -> str:
    if not _identities(best.outputs) or not _falls_short(node, best.outputs):
        return ""
    score = _score(best.outputs)
    found = f"scores {score:.2f}" if score > _NO_SCORE else "shows no face that can be compared"
    what = f"The best of {len(step.kept)}" if len(step.kept) > 1 else "It"
    return f"{what} {found}; {_wanted(node):.2f} was wanted."


def _best(step: Step) -> Kept:
    """Of equals the first."""
    return max(step.kept, key=lambda one: (_score(one.outputs), -one.attempt))


def _score(outputs: Outputs) -> float:
    """Of several results the lowest: each of them is to show its characters."""
    scores = [_NO_SCORE if one.score is None else one.score for one in _identities(outputs)]
    return min(scores, default=_NO_SCORE)


def _identities(outputs: Outputs) -> list[Identity]:
    values = (value for values in outputs.values() for value in values)
    return [value.identity for value in values if isinstance(value, MediaValue) and value.identity is not None]


def _told(outputs: Outputs, identities: Sequence[Identity]) -> Outputs:
    """The same values, each with what was found out about it."""
    left = iter(identities)

    def told(value: Value) -> Value:
        identity = next(left, None) if isinstance(value, MediaValue) else None
        return value.model_copy(update={"identity": identity}) if identity is not None else value

    return {port: tuple(told(value) for value in values) for port, values in outputs.items()}
