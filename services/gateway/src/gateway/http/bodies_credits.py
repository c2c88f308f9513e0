"""What may be sent about credits. Whole micro-credits: no fractions, nothing below zero unless it says so."""

from datetime import date
from typing import Annotated

from pydantic import Field, model_validator

from contracts.base import Id
from contracts.credit import MAX_AMOUNT
from gateway.http.bodies import Strict
from gateway.stripe.till import LEAST, MICRO, MOST

Amount = Annotated[int, Field(strict=True, gt=0, le=MAX_AMOUNT)]
Difference = Annotated[int, Field(strict=True, ge=-MAX_AMOUNT, le=MAX_AMOUNT)]
Limit = Annotated[int, Field(strict=True, ge=0, le=MAX_AMOUNT)]
Reason = Annotated[str, Field(min_length=1, max_length=500, pattern=r"^[^\x00-\x1f\x7f]+$")]
LONGEST_DAYS = 400


class NewGrant(Strict):
    user_id: Id
    amount: Amount
    reason: Reason


class Adjustment(Strict):
    user_id: Id
    amount: Difference
    """May be below zero, and may leave less than nothing: then nothing paid begins."""
    reason: Reason

    @model_validator(mode="after")
    def _something(self) -> "Adjustment":
        if not self.amount:
            raise ValueError("amount must not be 0")
        return self


class Budgets(Strict):
    """What is absent stays; null takes a limit away. Of a day, in UTC."""

    daily: Limit | None = None
    projects: Annotated[dict[Id, Limit | None], Field(max_length=100)] = {}
    user_id: Id | None = None
    """For admins: whose `daily` it is. What an admin sets holds beside what a person sets for herself."""

    @model_validator(mode="after")
    def _one(self) -> "Budgets":
        if not self.model_fields_set & {"daily", "projects"}:
            raise ValueError("give daily, projects or both")
        if self.user_id is not None and self.projects:
            raise ValueError("projects have budgets of their own, which their owner sets")
        return self


class NewCheckout(Strict):
    amount: Annotated[int, Field(strict=True, ge=LEAST, le=MOST, multiple_of=MICRO)]
    """Micro-credits, in whole credits."""


def flaw_of_span(first: date, last: date) -> str | None:
    """Why it is no span of days that can be told of at once."""
    if last < first:
        return "`to` comes before `from`."
    if (last - first).days >= LONGEST_DAYS:
        return f"At most {LONGEST_DAYS} days at once."
    return None
