"""What the tasks of a run were, as rows: jobs, and the generations that came of them. Pure."""

from datetime import datetime
from typing import Any

from contracts.base import NodeId, RunId, task_id
from contracts.run import LateResult, NodeMade, NodeSucceeded
from gateway.views.rows import NodeRow, RunRow
from gateway.views.values import outputs_shown
from kit.ids import named_id

Json = dict[str, Any]


def job_id(run_id: str, node_id: str, attempt: int) -> str:
    """Of the job that begins with this attempt; automatic retries belong to it."""
    return named_id("job", task_id(RunId(run_id), NodeId(node_id), attempt))


def begun(run: RunRow, node: NodeRow, attempt: int, position: int, at: datetime) -> Json:
    return _job(run, node.node_id, node.type, attempt, position, at)


def asked(run: RunRow, node_id: str, operation: str, position: int) -> Json:
    """One that was asked for by itself: it is there before anything has begun."""
    return _job(run, node_id, operation, 1, position, run.created_at) | {"alone": True}


def _job(run: RunRow, node_id: str, operation: str, attempt: int, position: int, at: datetime) -> Json:
    return {
        "id": job_id(run.id, node_id, attempt),
        "position": position,
        "run_id": run.id,
        "node_id": node_id,
        "attempt": attempt,
        "user_id": run.user_id,
        "project_id": run.project_id,
        "operation": operation,
        "alone": False,
        "created_at": at,
    }


def left(node: NodeRow) -> Json:
    """How its job stands when the node is put back."""
    return {
        "id": node.job,
        "state": node.state,
        "last_attempt": node.attempt,
        "error": node.error,
        "started_at": node.started_at,
        "completed_at": node.completed_at,
    }


def made(run: RunRow, node: NodeRow, event: NodeSucceeded | NodeMade | LateResult, position: int) -> Json:
    """Of a late result, what was sent and when it began stay in its report: whoever shows it reads it there."""
    told = None if isinstance(event, LateResult) else event
    return {
        "run_id": run.id,
        "node_id": node.node_id,
        "attempt": event.attempt,
        "position": position,
        "user_id": run.user_id,
        "project_id": run.project_id,
        "graph_id": run.graph_id,
        "type": node.type,
        "provider": node.provider,
        "model": node.model,
        "prompt": told.prompt_sent if told else None,
        "outputs": node.outputs if isinstance(event, NodeSucceeded) else outputs_shown(event.outputs),
        "notes": list(told.notes) if told else [],
        "cost": event.cost,
        "cost_basis": event.cost_basis,
        "late": told is None,
        "actor": run.actor or run.user_id,
        "started_at": told.started_at if told else None,
        "created_at": event.at,
    }
