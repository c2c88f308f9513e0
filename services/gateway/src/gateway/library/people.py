"""Users and their API keys. A key is shown once, when it is made; what is kept is its digest."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from gateway.database import rows
from gateway.library.who_tables import api_keys, users
from gateway.library.who_tables import secrets as kept_secrets
from gateway.users import Scope
from kit.clock import Clock
from kit.ids import new_id

KEY_PREFIX = "groove_"
_SECRET_BYTES = 32
_SHOWN = len(KEY_PREFIX) + 6
_BY_DIGEST = (
    "SELECT k.id, k.user_id, k.scopes, k.expires_at, u.name, u.admin FROM library.api_keys AS k "
    "JOIN library.users AS u ON u.id = k.user_id "
    "WHERE k.digest = $1 AND k.revoked_at IS NULL AND NOT u.disabled"
)
_USED = "UPDATE library.api_keys SET last_used_at = $2 WHERE id = $1 AND revoked_at IS NULL"
_ALIVE = (
    "SELECT u.admin, u.name, k.scopes, k.expires_at FROM library.users AS u "
    "LEFT JOIN library.api_keys AS k ON k.id = $2 AND k.user_id = u.id AND k.revoked_at IS NULL "
    "WHERE u.id = $1 AND NOT u.disabled AND ($2::text IS NULL OR k.id IS NOT NULL)"
)


@dataclass(frozen=True)
class User:
    id: str
    name: str
    email: str | None
    admin: bool
    disabled: bool
    created_at: datetime


@dataclass(frozen=True)
class Key:
    id: str
    user_id: str
    name: str
    shown: str
    """How it begins: enough to tell it from others, and of no use."""
    scopes: tuple[Scope, ...]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True)
class Bearer:
    """Whose key it is, and what it may do."""

    user_id: str
    name: str
    admin: bool
    """Its user may, and the key may too."""
    may_write: bool
    key_id: str | None
    expires_at: datetime | None


def digest_of(key: str) -> bytes:
    """A key has 256 bits of chance: there is nothing to guess, so a plain digest is as good as a slow one."""
    return hashlib.sha256(key.encode()).digest()


class People:
    def __init__(self, engine: AsyncEngine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock

    async def add(self, id_: str, name: str, email: str | None = None, *, admin: bool = False) -> User:
        """Again with the same id, nothing changes."""
        row = {"id": id_, "name": name, "email": email, "admin": admin, "disabled": False}
        statement = insert(users).values(**row, created_at=self._clock()).on_conflict_do_nothing()
        async with self._engine.begin() as connection:
            await connection.execute(statement)
        found = await self.user(id_)
        if found is None:
            raise LookupError(f"user {id_} was removed at this moment")
        return found

    async def user(self, id_: str) -> User | None:
        found = await rows(self._engine, "SELECT * FROM library.users WHERE id = $1", id_)
        return User(**found[0]) if found else None

    async def by_email(self, email: str) -> User | None:
        """None too where several have it: then only an id is clear."""
        found = await rows(self._engine, "SELECT * FROM library.users WHERE lower(email) = lower($1) LIMIT 2", email)
        return User(**found[0]) if len(found) == 1 else None

    async def everyone(self) -> list[User]:
        async with self._engine.connect() as connection:
            found = await connection.execute(select(users).order_by(users.c.created_at, users.c.id))
            return [User(**row._mapping) for row in found]  # noqa: SLF001  its public name

    async def disable(self, id_: str, *, disabled: bool) -> bool:
        async with self._engine.begin() as connection:
            done = await connection.execute(update(users).where(users.c.id == id_).values(disabled=disabled))
            return done.rowcount > 0

    # keys

    async def make_key(
        self, user: str, name: str, scopes: Sequence[Scope], expires_at: datetime | None
    ) -> tuple[Key, str]:
        """The key, and the only time that it can be read."""
        secret = KEY_PREFIX + secrets.token_urlsafe(_SECRET_BYTES)
        row: dict[str, Any] = {
            "id": new_id(),
            "user_id": user,
            "name": name,
            "shown": secret[:_SHOWN],
            "scopes": list(scopes),
            "created_at": self._clock(),
            "expires_at": expires_at,
        }
        async with self._engine.begin() as connection:
            await connection.execute(insert(api_keys).values(**row, digest=digest_of(secret)))
        return Key(**{**row, "scopes": tuple(scopes)}, last_used_at=None, revoked_at=None), secret

    async def keys(self, user: str) -> list[Key]:
        """Also those that are revoked or expired, the newest first."""
        query = select(*(column for column in api_keys.c if column.name != "digest"))
        query = query.where(api_keys.c.user_id == user).order_by(api_keys.c.created_at.desc(), api_keys.c.id)
        async with self._engine.connect() as connection:
            found = await connection.execute(query)
            return [Key(**{**row._mapping, "scopes": tuple(row.scopes)}) for row in found]  # noqa: SLF001  as above

    async def revoke(self, user: str, key_id: str) -> bool:
        mine = api_keys.c.id == key_id, api_keys.c.user_id == user
        statement = update(api_keys).where(*mine, api_keys.c.revoked_at.is_(None)).values(revoked_at=self._clock())
        async with self._engine.begin() as connection:
            await connection.execute(statement)
            return (await connection.execute(select(api_keys.c.id).where(*mine))).first() is not None

    async def bearer(self, key: str) -> Bearer | None:
        """Whose it is. None: nobody's, revoked, or its user is disabled."""
        found = await rows(self._engine, _BY_DIGEST, digest_of(key))
        return _bearer(found[0], found[0]["user_id"], found[0]["id"]) if found else None

    async def alive(self, user: str, key_id: str | None) -> Bearer | None:
        """What a session stands on: the user, and the key that it was opened with."""
        found = await rows(self._engine, _ALIVE, user, key_id)
        return _bearer(found[0], user, key_id) if found else None

    async def used(self, key_id: str) -> None:
        await rows(self._engine, _USED, key_id, self._clock())

    async def secret(self, name: str) -> bytes:
        """One that this installation made up for itself when it was first wanted."""
        made = insert(kept_secrets).values(name=name, value=secrets.token_bytes(_SECRET_BYTES))
        async with self._engine.begin() as connection:
            await connection.execute(made.on_conflict_do_nothing())
            value: bytes = (
                await connection.execute(select(kept_secrets.c.value).where(kept_secrets.c.name == name))
            ).scalar_one()
            return value


def _bearer(row: Any, user: str, key_id: str | None) -> Bearer:
    scopes = row["scopes"] if key_id is not None else ["read", "write", "admin"]
    admin = bool(row["admin"]) and "admin" in scopes
    may_write = "write" in scopes or "admin" in scopes
    return Bearer(user, row["name"], admin, may_write, key_id, row["expires_at"])
