"""What an event of Stripe says, as far as it concerns us. Nothing in here believes anything: it only reads."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

PAID = frozenset({"checkout.session.completed", "checkout.session.async_payment_succeeded"})
REFUNDED = "charge.refunded"
DISPUTED = frozenset({"charge.dispute.created", "charge.dispute.updated", "charge.dispute.closed"})
_LOST = "lost"
_ASKED = frozenset({"warning_needs_response", "warning_under_review"})
"""The bank only asks: nothing has gone back."""
_OVER = frozenset({"won", _LOST, "warning_closed", "prevented"})

_Id = Annotated[str, Field(min_length=1, max_length=200)]
_Units = Annotated[int, Field(strict=True, ge=0, le=10**11)]


class _Told(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class Event(_Told):
    id: _Id
    type: Annotated[str, Field(max_length=100)]
    data: dict[str, Any]

    @property
    def object(self) -> Any:
        return self.data.get("object")


class Session(_Told):
    id: _Id
    object: Literal["checkout.session"]
    mode: str | None = None
    payment_status: str
    client_reference_id: str | None = None
    amount_total: _Units
    currency: str
    payment_intent: _Id | None = None
    metadata: dict[str, str] | None = None


class Refunded(_Told):
    id: _Id
    object: Literal["charge"]
    amount_refunded: _Units
    currency: str
    payment_intent: _Id | None = None


class Dispute(_Told):
    id: _Id
    object: Literal["dispute"]
    amount: _Units
    currency: str
    status: str
    payment_intent: _Id | None = None


@dataclass(frozen=True)
class Back:
    """Money that goes back, in the currency's smallest unit."""

    key: str
    total: int
    currency: str
    final: bool
    reason: str
    payment_intent: str


def session(event: Event) -> Session | None:
    """None: it is of something else."""
    return _read(Session, event) if event.type in PAID else None


def back(event: Event) -> Back | None:
    """None: nothing goes back, or it is not known of which payment."""
    if event.type == REFUNDED:
        charge = _read(Refunded, event)
        payment = charge.payment_intent
        total, currency, key, reason, final = charge.amount_refunded, charge.currency, charge.id, "refund", False
    elif event.type in DISPUTED:
        dispute = _read(Dispute, event)
        if dispute.status in _ASKED:
            return None
        payment, final = dispute.payment_intent, dispute.status in _OVER
        total = 0 if final and dispute.status != _LOST else dispute.amount
        currency, key, reason = dispute.currency, dispute.id, f"dispute: {dispute.status}"
    else:
        return None
    return Back(key, total, currency, final, reason[:100], payment) if payment else None


class NotReached(Exception):
    """Stripe did not answer, or did not do it. The message holds nothing secret."""


class Misfit(Exception):
    """It does not look as Stripe says that it does."""


def _read(kind: type[Any], event: Event) -> Any:
    try:
        return kind.model_validate(event.object)
    except ValidationError as error:
        flaw = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, flaw["loc"]))
        raise Misfit(f"{event.type}: {where}: {flaw['msg']}") from error
