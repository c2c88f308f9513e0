"""What is said about webhooks, and what may be sent about them."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from gateway.http.bodies import Strict
from gateway.library.webhooks import OVERLAP

EventName = Literal[
    "execution_started",
    "execution_completed",
    "execution_failed",
    "execution_cancelled",
    "execution_resumed",
    "node_completed",
    "node_failed",
    "node_in_doubt",
    "asset_added",
]
Events = Annotated[tuple[EventName, ...], Field(min_length=1, max_length=20)]
Url = Annotated[str, Field(min_length=1, max_length=2_000)]
Description = Annotated[str, Field(max_length=200)]
Concurrency = Annotated[int, Field(ge=1, le=4)]
DeliveryState = Literal["pending", "delivered", "failed"]
LONGEST_OVERLAP_H = 24 * 7


class NewWebhook(Strict):
    url: Url
    """https, on the public internet."""
    events: Events = ("execution_completed", "execution_failed", "execution_cancelled", "node_in_doubt")
    description: Description = ""
    concurrency: Concurrency = 2
    """Requests at once."""


class WebhookChange(Strict):
    """What is absent stays."""

    url: Url | None = None
    events: Events | None = None
    description: Description | None = None
    concurrency: Concurrency | None = None
    enabled: bool | None = None
    """True also for one that was disabled because it only failed: it is told what happens from now on."""


class Rotation(Strict):
    overlap_hours: Annotated[float, Field(ge=0, le=LONGEST_OVERLAP_H)] = OVERLAP.total_seconds() / 3600
    """How long the old secret signs as well."""


class WebhookShape(BaseModel):
    id: str
    url: str
    description: str
    events: list[str]
    concurrency: int
    enabled: bool
    failing_since: datetime | None
    """Of the first failure after which none succeeded."""
    disabled_at: datetime | None
    disabled_reason: str | None
    secret_rotates_until: datetime | None
    """Until then deliveries are signed with the old secret as well."""
    created_at: datetime
    updated_at: datetime


class NewWebhookShape(WebhookShape):
    secret: str
    """Shown this once. Signatures: https://www.standardwebhooks.com."""


class SecretShape(BaseModel):
    id: str
    secret: str
    secret_rotates_until: datetime


class DeliveryShape(BaseModel):
    id: str
    event_id: str
    """The header `webhook-id`: the same however often it is sent."""
    type: str
    state: DeliveryState
    attempts: int
    next_attempt_at: datetime | None
    last_status: int | None
    last_error: str | None
    created_at: datetime
    delivered_at: datetime | None


class AttemptShape(BaseModel):
    number: int
    at: datetime
    duration_ms: int
    status: int | None
    error: str | None
    answer: str
    """The first KiB of what the endpoint said."""


class WholeDeliveryShape(DeliveryShape):
    payload: dict[str, Any]
    attempted: list[AttemptShape]
