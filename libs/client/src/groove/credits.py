"""Accounts of credits. Every amount is in whole micro-credits."""

from collections.abc import Mapping
from typing import Any, cast

from groove.shapes import Page
from groove.wire import Ask, Wire, starting

Json = Mapping[str, Any]


class Credits:
    """`client.credits`."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    async def get(self, *, user_id: str | None = None) -> Json:
        """What is there, held and spent today. Another user's: for admins."""
        return cast("Json", await self._wire.json(Ask("GET", "/api/credits", params={"user_id": user_id})))

    async def ledger(self, *, limit: int | None = None, cursor: str | None = None, **only: str | None) -> Page[Json]:
        """Everything that was booked, the newest first. `only`: type, execution_id, project_id, user_id ..."""
        ask = Ask("GET", "/api/credits/ledger", params={"limit": limit, "cursor": cursor, **only})
        return cast("Page[Json]", await self._wire.json(ask))

    async def statement(self, first: str, last: str, *, user_id: str | None = None) -> str:
        """As CSV, with the balance before and after. Days as in 2026-11-21, UTC."""
        params = {"from": first, "to": last, "user_id": user_id}
        return (await self._wire.ask(Ask("GET", "/api/credits/statement.csv", params=params))).text

    async def reconciliation(self, first: str, last: str) -> Json:
        """The ledgers against what providers took. For admins."""
        params = {"from": first, "to": last}
        return cast("Json", await self._wire.json(Ask("GET", "/api/credits/reconciliation", params=params)))

    async def grant(self, user_id: str, amount: int, reason: str, *, key: str | None = None) -> Json:
        """For admins."""
        body = {"user_id": user_id, "amount": amount, "reason": reason}
        return cast("Json", await self._wire.json(starting("/api/credits/grant", body, key)))

    async def adjust(self, user_id: str, amount: int, reason: str, *, key: str | None = None) -> Json:
        """Also downwards. For admins."""
        body = {"user_id": user_id, "amount": amount, "reason": reason}
        return cast("Json", await self._wire.json(starting("/api/credits/adjust", body, key)))

    async def budgets(self, **budgets: Any) -> Json:
        """Most that may be spent in a day: `daily`, `projects` by id, and for admins `user_id`. None: no limit."""
        return cast("Json", await self._wire.json(Ask("PUT", "/api/credits/budgets", budgets)))

    async def checkout(self, amount: int, *, key: str | None = None) -> Json:
        """Begin to buy whole credits: `url` is where to pay."""
        return cast("Json", await self._wire.json(starting("/api/credits/checkout", {"amount": amount}, key)))
