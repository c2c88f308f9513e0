"""What is answered about jobs, submissions and generations: the documentation of it."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel

from contracts.base import MicroCredits
from gateway.http.shapes import ErrorShape, OriginShape
from gateway.http.shapes_values import ValueShape
from gateway.views.read_jobs import JobStatus


class JobShape(BaseModel):
    """Its state, and where to look for the rest: parameters are in its submissions, media are assets."""

    id: str
    operation_type: str
    provider_id: str | None
    """None: it has not begun, and it is not settled yet who will do it."""
    model: str | None
    status: JobStatus
    error: ErrorShape | None
    project_id: str
    execution_id: str
    node_id: str
    graph_id: str | None
    attempts: int
    """Tries so far, with the automatic retries."""
    outputs: dict[str, list[ValueShape]]
    cached_from: OriginShape | None
    """It was not made again: it had been made there."""
    created_at: datetime
    started_at: datetime | None
    completed_at: datetime | None
    retry_at: datetime | None


class SubmissionShape(BaseModel):
    """One request to a provider: the only place where the parameters of what was made are kept."""

    id: str
    attempt: int
    retry_attempt: int
    """0: the first request of the job."""
    previous_submission_id: str | None
    status: Literal["submitted", "accepted", "succeeded", "failed", "in_doubt", "stopped"]
    payload: dict[str, Any] | None
    """As it was asked for: operation, model, params, seed, inputs by digest, and the prompt as it was sent."""
    response: dict[str, Any] | None
    """What the provider told: usage, cost, model version, finish reason, its own id, where it tells them."""
    error: ErrorShape | None
    request_key: str | None
    """Under which the provider may look it up."""
    handle: dict[str, Any] | None
    """The provider's job."""
    submitted_at: datetime
    accepted_at: datetime | None
    responded_at: datetime | None
    duration_ms: int | None


class WholeJobShape(JobShape):
    submissions: list[SubmissionShape]


class CostShape(BaseModel):
    cost: MicroCredits
    basis: Literal["free", "reported", "computed", "estimated"]


class WhoShape(BaseModel):
    user_id: str
    """Who had it made: in a shared project not always its owner."""


class GenerationShape(BaseModel):
    """One result that a task made, with what it was made from, as it was then."""

    id: str
    type: str
    prompt_snapshot: str | None
    """As the provider got it."""
    settings_snapshot: dict[str, Any]
    """Params with their defaults, provider, model, effective seed, variation."""
    output_url: str | None
    """Of the first output that is a file; a short text is in `outputs`."""
    outputs: dict[str, list[ValueShape]]
    cost_computation: CostShape
    seconds: float | None
    created_at: datetime
    who: WhoShape
    project_id: str
    graph_id: str | None
    execution_id: str
    node_id: str
    attempt: int
    job_id: str | None
    late: bool
    """It came after its node was decided otherwise: it is kept, and it was paid for."""
    notes: list[str]
