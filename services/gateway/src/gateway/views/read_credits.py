"""Accounts of credits, as they stand and as they came to it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from gateway.database import rows
from gateway.views.paging import Page, newest

Json = dict[str, Any]
_LAST = "SELECT balance, reserved FROM views.credit_entries WHERE user_id = $1 ORDER BY position DESC LIMIT 1"
_SPENT = (
    "SELECT project_id, -sum(amount)::bigint AS spent FROM views.credit_entries "
    "WHERE user_id = $1 AND type = 'capture' AND at >= $2 GROUP BY project_id"
)
_HELD = (
    "SELECT project_id, sum(held)::bigint AS held FROM views.credit_entries "
    "WHERE user_id = $1 AND held <> 0 GROUP BY project_id HAVING sum(held) <> 0"
)
_BUDGETS = (
    "SELECT DISTINCT ON (admin) admin, daily FROM views.credit_entries "
    "WHERE user_id = $1 AND type = 'budget' ORDER BY admin, position DESC"
)
_PROJECTS = (
    "SELECT id, (settings->>'daily_budget')::bigint AS daily FROM library.projects "
    "WHERE user_id = $1 AND deleted_at IS NULL AND jsonb_typeof(settings->'daily_budget') = 'number'"
)
_ENTRIES = "SELECT * FROM (SELECT e.*, e.position::text AS id FROM views.credit_entries AS e) AS e"
_BEFORE = "SELECT balance FROM views.credit_entries WHERE user_id = $1 AND at < $2 ORDER BY position DESC LIMIT 1"
_BETWEEN = (
    "SELECT * FROM views.credit_entries WHERE user_id = $1 AND at >= $2 AND at < $3 AND amount <> 0 "
    "ORDER BY position LIMIT $4"
)


@dataclass(frozen=True)
class EntryFilter:
    type: str | None = None
    execution_id: str | None = None
    project_id: str | None = None
    after: datetime | None = None
    before: datetime | None = None


@dataclass(frozen=True)
class Statement:
    opening: int
    entries: list[Json]
    """Those that changed the balance, in order."""
    closing: int


class Ledger:
    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def account(self, user: str, midnight: datetime) -> Json:
        """As it stands; what was spent since then."""
        last = await rows(self._engine, _LAST, user)
        balance, reserved = (last[0]["balance"], last[0]["reserved"]) if last else (0, 0)
        spent = {row["project_id"]: row["spent"] for row in await rows(self._engine, _SPENT, user, midnight)}
        held = {row["project_id"]: row["held"] for row in await rows(self._engine, _HELD, user)}
        budgets = {row["admin"]: row["daily"] for row in await rows(self._engine, _BUDGETS, user)}
        projects = {
            row["id"]: {"daily": row["daily"], "spent": spent.get(row["id"], 0), "reserved": held.get(row["id"], 0)}
            for row in await rows(self._engine, _PROJECTS, user)
        }
        return {
            "user_id": user,
            "balance": balance,
            "reserved": reserved,
            "available": balance - reserved,
            "spent_today": sum(spent.values()),
            "budgets": {"daily": budgets.get(False), "admin_daily": budgets.get(True), "projects": projects},
        }

    async def page(self, user: str, page: Page, only: EntryFilter) -> tuple[list[Json], str | None]:
        conditions, args = ["user_id = $1"], [user]
        for condition, value in (
            ("type =", only.type),
            ("run_id =", only.execution_id),
            ("project_id =", only.project_id),
            ("at >=", only.after),
            ("at <", only.before),
        ):
            if value is not None:
                args.append(value)  # type: ignore[arg-type]  # whatever the column takes
                conditions.append(f"{condition} ${len(args)}")
        found = await rows(self._engine, newest(_ENTRIES, page, conditions, args), *args)
        shown = [entry(row) for row in found[: page.limit]]
        more = len(found) > page.limit
        return shown, Page.behind(found[page.limit - 1]["position"], shown[-1]["id"]) if more else None

    async def statement(self, user: str, first: datetime, end: datetime, most: int) -> Statement | None:
        """From `first`, up to but without `end`. None: more than so many entries."""
        before = await rows(self._engine, _BEFORE, user, first)
        found = await rows(self._engine, _BETWEEN, user, first, end, most + 1)
        if len(found) > most:
            return None
        opening = before[0]["balance"] if before else 0
        return Statement(opening, [entry(row) for row in found], found[-1]["balance"] if found else opening)


def entry(row: Any) -> Json:
    """As the API shows it."""
    return {
        "id": str(row["position"]),
        "at": row["at"],
        "type": row["type"],
        "amount": row["amount"],
        "held": row["held"],
        "balance": row["balance"],
        "reserved": row["reserved"],
        "execution_id": row["run_id"],
        "project_id": row["project_id"],
        "reason": row["reason"],
        "actor": row["actor"],
        "source": row["source"],
        "basis": row["basis"],
        "cost": row["cost"],
        **({"daily": row["daily"], "admin": row["admin"]} if row["type"] == "budget" else {}),
    }
