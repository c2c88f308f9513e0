"""Whether, and when, a failed attempt is made again."""

import hashlib
from datetime import datetime, timedelta

from contracts.base import NodeId, RunId
from contracts.failures import RETRYABLE, WAITING
from contracts.run import NodeFailed, NodeRetryScheduled
from contracts.work import Failed
from orchestrator.domain.run_state import Step

MAX_TRIES = 7
FIRST_S = 1.0
LONGEST_S = 120.0
MANY = 32
"""Waits after which the next one is as long as it gets, whatever the number."""
LONGEST_WAIT_S = 3600.0
"""A provider that asks for more is not waited for."""


def after_failure(
    run: RunId, node: NodeId, step: Step, report: Failed, now: datetime
) -> NodeRetryScheduled | NodeFailed:
    """Decide over one failed attempt. The jitter comes from the names, so that deciding again gives the same."""
    kind, failure = report.failure.kind, report.failure
    counted = kind not in WAITING
    tries = step.tries + counted
    wait = _wait_s(run, node, report.attempt, tries if counted else report.attempt)
    if report.retry_after_s is not None:
        wait = max(wait, report.retry_after_s) if counted else report.retry_after_s + _jitter(run, node, report.attempt)
    if kind not in RETRYABLE or tries >= MAX_TRIES or wait > LONGEST_WAIT_S:
        return NodeFailed(at=now, node_id=node, attempt=report.attempt, failure=failure, cost=report.cost)
    return NodeRetryScheduled(
        at=now,
        node_id=node,
        attempt=report.attempt + 1,
        retry_at=now + timedelta(seconds=wait),
        failure=failure,
        counted=counted,
        cost=report.cost,
    )


def _wait_s(run: RunId, node: NodeId, attempt: int, tries: int) -> float:
    longest = min(LONGEST_S, FIRST_S * 2.0 ** max(0, min(tries, MANY) - 1))
    return longest / 2 + longest / 2 * _jitter(run, node, attempt)


def _jitter(run: RunId, node: NodeId, attempt: int) -> float:
    digest = hashlib.sha256(f"{run}/{node}/{attempt}".encode()).digest()
    return int.from_bytes(digest[:4], "big") / 2**32
