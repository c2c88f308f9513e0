"""What was offered for sale, and what Stripe has said since. The ledger itself is in the log."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from gateway.library.checkouts_tables import checkouts, stripe_events
from kit.clock import Clock

Json = dict[str, Any]


@dataclass(frozen=True)
class Checkout:
    id: str
    user_id: str
    amount: int
    """Micro-credits."""
    price: int
    """In the currency's smallest unit."""
    currency: str
    session_id: str | None = None
    payment_intent: str | None = None
    created_at: datetime | None = None
    paid_at: datetime | None = None


class Checkouts:
    def __init__(self, engine: AsyncEngine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock

    async def offer(self, checkout: Checkout) -> Checkout:
        """Keep what is offered. Again with the same id: what was offered then."""
        row = {"id": checkout.id, "user_id": checkout.user_id, "amount": checkout.amount, "price": checkout.price}
        values = row | {"currency": checkout.currency, "created_at": self._clock()}
        async with self._engine.begin() as connection:
            await connection.execute(insert(checkouts).values(values).on_conflict_do_nothing())
            found = await connection.execute(select(checkouts).where(checkouts.c.id == checkout.id))
            return _checkout(found.one())

    async def opened(self, id_: str, session_id: str) -> None:
        async with self._engine.begin() as connection:
            await connection.execute(update(checkouts).where(checkouts.c.id == id_).values(session_id=session_id))

    async def of_session(self, session_id: str) -> Checkout | None:
        return await self._one(checkouts.c.session_id == session_id)

    async def of_payment(self, payment_intent: str) -> Checkout | None:
        return await self._one(checkouts.c.payment_intent == payment_intent)

    async def _one(self, condition: Any) -> Checkout | None:
        async with self._engine.connect() as connection:
            row = (await connection.execute(select(checkouts).where(condition).limit(1))).one_or_none()
            return _checkout(row) if row is not None else None

    async def paid(self, id_: str, payment_intent: str | None) -> None:
        """It is known by which payment."""
        values = {"payment_intent": payment_intent, "paid_at": self._clock()}
        async with self._engine.begin() as connection:
            await connection.execute(update(checkouts).where(checkouts.c.id == id_).values(values))

    async def heard(self, event_id: str, type_: str, payment_intent: str | None, told: Json) -> bool:
        """Keep an event. False: it was heard before, and all that it calls for is done."""
        row = {"id": event_id, "type": type_, "payment_intent": payment_intent, "told": told}
        values = row | {"received_at": self._clock()}
        async with self._engine.begin() as connection:
            await connection.execute(insert(stripe_events).values(values).on_conflict_do_nothing())
            done = await connection.execute(select(stripe_events.c.done_at).where(stripe_events.c.id == event_id))
            return done.scalar_one() is None

    async def done(self, event_id: str) -> None:
        async with self._engine.begin() as connection:
            await connection.execute(
                update(stripe_events).where(stripe_events.c.id == event_id).values(done_at=self._clock())
            )

    async def waiting(self, payment_intent: str) -> list[tuple[str, Json]]:
        """Events about a payment that came before it was known."""
        events = stripe_events
        query = select(events.c.id, events.c.told).where(
            events.c.payment_intent == payment_intent, events.c.done_at.is_(None)
        )
        async with self._engine.connect() as connection:
            return [(row.id, row.told) for row in await connection.execute(query.order_by(events.c.received_at))]


def _checkout(row: Row[Any]) -> Checkout:
    return Checkout(**row._mapping)  # noqa: SLF001  its public name
