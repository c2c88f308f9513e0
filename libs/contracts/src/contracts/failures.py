"""Why a task did not succeed. The kind alone decides whether it is tried again."""

from enum import StrEnum

from contracts.base import Message


class FailureKind(StrEnum):
    AUTH = "auth"
    BILLING = "billing"
    RATE_LIMITED = "rate_limited"
    CAPACITY = "capacity"
    QUOTA_EXHAUSTED = "quota_exhausted"
    CONTENT_POLICY = "content_policy"
    INVALID_REQUEST = "invalid_request"
    INVALID_INPUT = "invalid_input"
    MODEL_NOT_FOUND = "model_not_found"
    MODEL_RETIRED = "model_retired"
    TRANSIENT = "transient"
    PROVIDER_FAILED = "provider_failed"
    NO_OUTPUT = "no_output"
    RESULT_EXPIRED = "result_expired"
    UNSUPPORTED = "unsupported"
    NOT_CONFIGURED = "not_configured"
    TIMED_OUT = "timed_out"
    IN_DOUBT = "in_doubt"
    BUDGET_EXCEEDED = "budget_exceeded"
    GAVE_UP = "gave_up"
    INTERNAL = "internal"


WAITING = frozenset({FailureKind.RATE_LIMITED, FailureKind.CAPACITY})
"""Not now: waited for, and not counted as a try."""

RETRYABLE = WAITING | {FailureKind.TRANSIENT, FailureKind.PROVIDER_FAILED, FailureKind.RESULT_EXPIRED}


class Failure(Message):
    """`error` in the API."""

    kind: FailureKind
    message: str
    """Plain words for the person who drew the node. Never a key, never a stack trace."""
    provider: str | None = None
    retryable: bool = False
