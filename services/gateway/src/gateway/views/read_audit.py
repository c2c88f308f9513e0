"""What people did, from the log's views and from the library's acts, as one list: newest first."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from gateway.database import rows
from gateway.views.paging import Page

_LOG = (
    "SELECT 'event-' || position AS id, at, actor, user_id, project_id, action, object_kind, object_id, object_name, "
    "detail, cause FROM views.audit"
)
_ACTS = (
    "SELECT 'act-' || id AS id, at, actor, user_id, project_id, action, object_kind, object_id, object_name, detail, "
    "NULL AS cause FROM library.acts"
)
_CREDITS = (
    "SELECT 'credit-' || position AS id, at, actor, user_id, project_id, 'credit.' || type AS action, "
    "'account' AS object_kind, user_id AS object_id, '' AS object_name, amount || ' micro-credits' AS detail, "
    "NULL AS cause FROM views.credit_entries WHERE type IN ('grant', 'top_up', 'adjustment')"
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = timedelta(microseconds=1)
_AT_ONCE = 1_000


@dataclass(frozen=True)
class Wanted:
    """Which entries. Absent: all of them."""

    user_id: str | None = None
    """Whose things were touched."""
    project_id: str | None = None
    actor: str | None = None
    action: str | None = None
    """One, or all that begin with `noun.`"""
    object_id: str | None = None
    after: datetime | None = None
    """From then on."""
    before: datetime | None = None
    """Until right before then."""


@dataclass(frozen=True)
class Audited:
    items: list[dict[str, Any]]
    next_cursor: str | None


class Audit:
    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def page(self, wanted: Wanted, page: Page) -> Audited:
        """Each side gives its newest by its own index; only those are put together."""
        conditions, args = _conditions(wanted, page.key())
        order = f"ORDER BY at DESC, id DESC LIMIT {page.limit + 1}"
        where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
        parts = [f"(SELECT * FROM ({side}) AS side {where} {order})" for side in (_LOG, _ACTS, _CREDITS)]  # noqa: S608  values go by number
        found = await rows(self._engine, f"{' UNION ALL '.join(parts)} {order}", *args)
        items = [shown(dict(row)) for row in found[: page.limit]]
        last = items[-1] if len(found) > page.limit else None
        return Audited(items, Page.behind((last["at"] - _EPOCH) // _SECOND, last["id"]) if last else None)

    async def all(self, wanted: Wanted) -> AsyncIterator[dict[str, Any]]:
        """Every entry, a page in memory at a time."""
        cursor: str | None = None
        while True:
            page = await self.page(wanted, Page(_AT_ONCE, cursor))
            for item in page.items:
                yield item
            if page.next_cursor is None:
                return
            cursor = page.next_cursor


def shown(row: dict[str, Any]) -> dict[str, Any]:
    thing = {"kind": row.pop("object_kind"), "id": row.pop("object_id"), "name": row.pop("object_name")}
    return {
        "id": row["id"],
        "at": row["at"],
        "actor": row["actor"],
        "user_id": row["user_id"],
        "project_id": row["project_id"],
        "action": row["action"],
        "object": thing,
        "detail": row["detail"],
        "cause": row["cause"],
    }


def _conditions(wanted: Wanted, key: tuple[int, str] | None) -> tuple[list[str], list[object]]:
    conditions: list[str] = []
    args: list[object] = []

    def add(condition: str, *values: object) -> None:
        numbers = [f"${len(args) + number}" for number in range(1, len(values) + 1)]
        args.extend(values)
        conditions.append(condition.format(*numbers))

    for column in ("user_id", "project_id", "actor", "object_id"):
        value = getattr(wanted, column)
        if value is not None:
            add(f"{column} = {{}}", value)
    if wanted.action is not None:
        add("starts_with(action, {})" if wanted.action.endswith(".") else "action = {}", wanted.action)
    if wanted.after is not None:
        add("at >= {}", wanted.after)
    if wanted.before is not None:
        add("at < {}", wanted.before)
    if key is not None:
        add("(at, id) < ({}, {})", _EPOCH + key[0] * _SECOND, key[1])
    return conditions, args
