"""What endpoints are told, when, and how they took it."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, delete, exists, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from gateway.library.webhook_tables import attempts, deliveries, lease, webhooks
from gateway.views.paging import Page, paged
from gateway.webhooks.schedule import Outcome, Verdict
from kit.clock import Clock

KEPT = timedelta(days=30)
_LEASE = "sending"
_DUE = text(
    """
    SELECT d.id, d.webhook_id, d.event_id, d.payload, d.tries, w.concurrency
    FROM library.webhooks AS w
    CROSS JOIN LATERAL (
        SELECT * FROM library.webhook_deliveries AS one
        WHERE one.webhook_id = w.id AND one.state = 'pending' AND one.next_at <= :now AND one.id <> ALL(:busy)
        ORDER BY one.next_at, one.number LIMIT w.concurrency
    ) AS d
    WHERE w.enabled AND w.disabled_at IS NULL
    ORDER BY d.next_at, d.number LIMIT :most
    """
)
_TAKE = text(
    """
    INSERT INTO library.webhook_lease AS l (name, holder, until)
    VALUES (:name, :holder, now() + make_interval(secs => :lease_s))
    ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until
    WHERE l.holder = :holder OR l.until < now()
    """
)


class Deliveries:
    def __init__(self, engine: AsyncEngine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock

    async def lead(self, holder: str, lease_s: float) -> bool:
        """Whether this gateway is the one that sends, for so long."""
        async with self._engine.begin() as connection:
            done = await connection.execute(_TAKE, {"name": _LEASE, "holder": holder, "lease_s": lease_s})
            return done.rowcount > 0

    async def give_up_lead(self, holder: str) -> None:
        async with self._engine.begin() as connection:
            await connection.execute(delete(lease).where(lease.c.name == _LEASE, lease.c.holder == holder))

    async def due(self, busy: Collection[str], most: int) -> list[Row[Any]]:
        """What is to be sent now, and is not being sent: of each endpoint as much as it takes at once."""
        async with self._engine.connect() as connection:
            return list(await connection.execute(_DUE, {"now": self._clock(), "busy": list(busy), "most": most}))

    async def endpoint(self, webhook_id: str) -> Row[Any] | None:
        """As it is now, if it is still to be told anything."""
        query = select(webhooks).where(
            webhooks.c.id == webhook_id, webhooks.c.enabled, webhooks.c.disabled_at.is_(None)
        )
        async with self._engine.connect() as connection:
            return (await connection.execute(query)).first()

    async def add(self, row: dict[str, Any]) -> None:
        async with self._engine.begin() as connection:
            await connection.execute(upsert(deliveries).values(row).on_conflict_do_nothing())

    async def note(self, delivery_id: str, begun: datetime, outcome: Outcome, verdict: Verdict) -> bool:
        """Keep how an attempt went, and what follows from it. Gives whether the endpoint was disabled just now."""
        async with self._engine.begin() as connection:
            # the endpoint first: two that end at once would each hold what the other needs
            of = select(deliveries.c.webhook_id).where(deliveries.c.id == delivery_id).scalar_subquery()
            await connection.execute(select(webhooks.c.id).where(webhooks.c.id == of).with_for_update())
            query = select(deliveries).where(deliveries.c.id == delivery_id).with_for_update()
            row = (await connection.execute(query)).first()
            if row is None:  # its endpoint was removed meanwhile
                return False
            now = self._clock()
            attempt = {
                "delivery_id": delivery_id,
                "number": row.attempts + 1,
                "at": begun,
                "duration_ms": max(0, round((now - begun).total_seconds() * 1000)),
                "status": outcome.status,
                "error": outcome.error,
                "answer": outcome.answer,
            }
            await connection.execute(insert(attempts).values(attempt))
            fresh = {
                "state": verdict.state,
                "attempts": row.attempts + 1,
                "tries": row.tries + 1,
                "next_at": verdict.next_at,
                "last_status": outcome.status,
                "last_error": outcome.error,
                "delivered_at": now if outcome.ok else row.delivered_at,
            }
            await connection.execute(update(deliveries).where(deliveries.c.id == delivery_id).values(fresh))
            return await self._mark(connection, row.webhook_id, verdict, now)

    async def _mark(self, connection: AsyncConnection, webhook_id: str, verdict: Verdict, now: datetime) -> bool:
        one = webhooks.c.id == webhook_id
        await connection.execute(update(webhooks).where(one).values(failing_since=verdict.failing_since))
        if verdict.disable is None:
            return False
        off = {"disabled_at": now, "disabled_reason": verdict.disable[:500]}
        done = await connection.execute(update(webhooks).where(one, webhooks.c.disabled_at.is_(None)).values(off))
        waiting = update(deliveries).where(deliveries.c.webhook_id == webhook_id, deliveries.c.state == "pending")
        await connection.execute(waiting.values(state="failed", next_at=None, last_error="The webhook was disabled."))
        return done.rowcount > 0

    async def page(
        self, webhook_id: str, page: Page, *, state: str | None, type_: str | None
    ) -> tuple[list[Row[Any]], str | None]:
        query = select(deliveries).where(deliveries.c.webhook_id == webhook_id)
        if state is not None:
            query = query.where(deliveries.c.state == state)
        if type_ is not None:
            query = query.where(deliveries.c.type == type_)
        async with self._engine.connect() as connection:
            found = list(await connection.execute(paged(query, page, deliveries.c.number, deliveries.c.id)))
        more, found = len(found) > page.limit, found[: page.limit]
        return found, page.behind(found[-1].number, found[-1].id) if more else None

    async def find(self, webhook_id: str, delivery_id: str) -> Row[Any] | None:
        query = select(deliveries).where(deliveries.c.id == delivery_id, deliveries.c.webhook_id == webhook_id)
        async with self._engine.connect() as connection:
            return (await connection.execute(query)).first()

    async def attempts(self, delivery_id: str) -> list[Row[Any]]:
        query = select(attempts).where(attempts.c.delivery_id == delivery_id).order_by(attempts.c.number)
        async with self._engine.connect() as connection:
            return list(await connection.execute(query))

    async def replay(self, webhook_id: str, delivery_id: str) -> bool:
        """Send it again now, under the same id; one that waits for its next attempt is not made to wait."""
        again = update(deliveries).where(deliveries.c.id == delivery_id, deliveries.c.webhook_id == webhook_id)
        async with self._engine.begin() as connection:
            done = await connection.execute(again.values(state="pending", tries=0, next_at=self._clock()))
            return done.rowcount > 0

    async def forget_old(self) -> None:
        over = self._clock() - KEPT
        alive = exists().where(webhooks.c.id == deliveries.c.webhook_id, webhooks.c.disabled_at.is_(None))
        old = delete(deliveries).where(deliveries.c.created_at < over)
        async with self._engine.begin() as connection:
            await connection.execute(old.where((deliveries.c.state != "pending") | ~alive))
