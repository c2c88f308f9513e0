"""Endpoints that people have given to be told what happens."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from gateway.library.webhook_tables import webhooks
from gateway.views.paging import Page, paged
from gateway.webhooks.vault import Vault, new_secret
from kit.clock import Clock

MOST = 50
"""Of one person."""
OVERLAP = timedelta(hours=24)
"""How long after a rotation the old secret signs as well."""
Json = dict[str, Any]


class TooMany(Exception):
    """They have as many as one may have."""


@dataclass(frozen=True)
class NewEndpoint:
    id: str
    url: str
    events: tuple[str, ...]
    description: str = ""
    concurrency: int = 2


@dataclass(frozen=True)
class Endpoint:
    id: str
    url: str
    secrets: list[str] = field(repr=False)
    """All that sign now, the newest first."""


class Webhooks:
    def __init__(self, engine: AsyncEngine, vault: Vault, clock: Clock) -> None:
        self._engine = engine
        self._vault = vault
        self._clock = clock

    async def create(self, user: str, new: NewEndpoint, since: int) -> str:
        """Give its secret, which is shown once. Again with the same id, the secret is a new one.

        Raises:
            TooMany: for one person.
        """
        secret, now = new_secret(), self._clock()
        row = {
            **vars(new),
            "events": list(new.events),
            "user_id": user,
            "enabled": True,
            "secret": self._vault.kept(new.id, secret),
            "since": since,
            "created_at": now,
            "updated_at": now,
        }
        async with self._engine.begin() as connection:
            await connection.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"webhooks of {user}"))))
            count = select(func.count()).where(webhooks.c.user_id == user, webhooks.c.id != new.id)
            if (await connection.execute(count)).scalar_one() >= MOST:
                raise TooMany
            await connection.execute(delete(webhooks).where(*_is(user, new.id)))
            await connection.execute(insert(webhooks).values(row))
        return secret

    async def find(self, user: str, webhook_id: str) -> Row[Any] | None:
        async with self._engine.connect() as connection:
            return (await connection.execute(select(webhooks).where(*_is(user, webhook_id)))).first()

    async def page(self, user: str, page: Page) -> tuple[list[Row[Any]], str | None]:
        query = paged(select(webhooks).where(webhooks.c.user_id == user), page, webhooks.c.number, webhooks.c.id)
        async with self._engine.connect() as connection:
            found = list(await connection.execute(query))
        more, found = len(found) > page.limit, found[: page.limit]
        return found, page.behind(found[-1].number, found[-1].id) if more else None

    async def change(self, user: str, webhook_id: str, changes: Json, since: int) -> bool:
        """Enabled again, it is told what happens from now on, and begins with a clean record."""
        values = dict(changes)
        if values.get("enabled"):
            values |= {"disabled_at": None, "disabled_reason": None, "failing_since": None, "since": since}
        statement = update(webhooks).where(*_is(user, webhook_id)).values(**values, updated_at=self._clock())
        async with self._engine.begin() as connection:
            return (await connection.execute(statement)).rowcount > 0

    async def delete(self, user: str, webhook_id: str) -> bool:
        """With everything that was to be told, and the record of what was."""
        async with self._engine.begin() as connection:
            return (await connection.execute(delete(webhooks).where(*_is(user, webhook_id)))).rowcount > 0

    async def rotate(self, user: str, webhook_id: str, overlap: timedelta) -> str | None:
        """Give a new secret; the old one signs as well until the overlap is over. None: there is no such endpoint."""
        secret, now = new_secret(), self._clock()
        values = {
            "old_secret": webhooks.c.secret,
            "old_until": now + overlap,
            "secret": self._vault.kept(webhook_id, secret),
            "updated_at": now,
        }
        async with self._engine.begin() as connection:
            done = await connection.execute(update(webhooks).where(*_is(user, webhook_id)).values(values))
            return secret if done.rowcount else None

    def signing(self, row: Any) -> Endpoint:
        """Of a row with id, url and secrets. Raises what `Vault.opened` raises."""
        kept = [row.secret]
        if row.old_secret is not None and row.old_until > self._clock():
            kept.append(row.old_secret)
        return Endpoint(row.id, row.url, [self._vault.opened(row.id, one) for one in kept])

    async def reseal(self) -> int:
        """Put every secret under the newest key of the installation. Gives how many there are."""
        async with self._engine.begin() as connection:
            found = (await connection.execute(select(webhooks).with_for_update())).all()
            for row in found:
                old = None if row.old_secret is None else self._vault.renewed(row.id, row.old_secret)
                fresh = {"secret": self._vault.renewed(row.id, row.secret), "old_secret": old}
                await connection.execute(update(webhooks).where(webhooks.c.id == row.id).values(fresh))
        return len(found)


def _is(user: str, webhook_id: str) -> tuple[ColumnElement[bool], ...]:
    return (webhooks.c.id == webhook_id, webhooks.c.user_id == user)
