"""Accounts at providers, with their keys sealed: what is read here of a key is its last four characters."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from pydantic import SecretStr
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from gateway.database import rows
from gateway.library.limits_tables import accounts
from kit.clock import Clock
from kit.sealing import Sealed, SecretKeys

_FRESH = timedelta(seconds=5)
"""How long another gateway may still start runs with an account that is not the default any more."""
_MOST = 10_000
_SHOWN = 4
_DEFAULTS = "SELECT provider, name FROM library.accounts WHERE user_id = $1 AND is_default"
_SEALED = (accounts.c.key_id, accounts.c.wrapped, accounts.c.sealed)


class NameTaken(Exception):
    """The user has another account of that name."""


@dataclass(frozen=True)
class Account:
    id: str
    user_id: str
    name: str
    provider: str
    base: str | None
    is_default: bool
    """Taken where nobody says which account of the provider."""
    last4: str
    created_at: datetime
    updated_at: datetime
    last_used_at: datetime | None = None
    checked_at: datetime | None = None
    last_error: str | None = None


@dataclass(frozen=True)
class Opened:
    """For a worker."""

    account: Account
    key: SecretStr = field(repr=False)


_COLUMNS = [accounts.c[name] for name in Account.__dataclass_fields__]


def about(user: str, id_: str) -> bytes:
    """What a key is sealed for: put into another row, it does not open."""
    return f"{user}/{id_}".encode()


class ProviderAccounts:
    """Without keys of the installation nothing can be sealed, and there are no accounts."""

    def __init__(self, engine: AsyncEngine, keys: SecretKeys | None, clock: Clock) -> None:
        self.keys = keys
        self._engine = engine
        self._clock = clock
        self._known: dict[str, tuple[datetime, Mapping[str, str]]] = {}

    async def add(self, account: Account, key: SecretStr, keys: SecretKeys) -> Account:
        """Store it with its key sealed; the first of a provider is that provider's default.

        Raises:
            NameTaken.
        """
        async with self._engine.begin() as connection:
            first = await _default_of(connection, account.user_id, account.provider) is None
            if account.is_default and not first:
                await _no_default(connection, account.user_id, account.provider)
            values = {**vars(account), "is_default": account.is_default or first, **_sealed(account, key, keys)}
            try:
                await connection.execute(accounts.insert().values(values))
            except IntegrityError as error:
                raise NameTaken(account.name) from error
        self._known.pop(account.user_id, None)
        return await self._get(account.user_id, account.id)

    async def change(self, account: Account, changes: Mapping[str, Any], key: SecretStr | None) -> Account:
        """Another key, base, or default. What was said of the old key's health is forgotten with it."""
        values: dict[str, Any] = {**changes, "updated_at": self._clock()}
        if key is not None and self.keys is not None:
            values |= {**_sealed(account, key, self.keys), "checked_at": None, "last_error": None}
        async with self._engine.begin() as connection:
            if values.get("is_default"):
                await _no_default(connection, account.user_id, account.provider)
            await connection.execute(update(accounts).where(accounts.c.id == account.id).values(values))
        self._known.pop(account.user_id, None)
        return await self._get(account.user_id, account.id)

    async def list(self, user: str) -> list[Account]:
        found = select(*_COLUMNS).where(accounts.c.user_id == user).order_by(accounts.c.created_at, accounts.c.id)
        async with self._engine.connect() as connection:
            return [_read(row) for row in await connection.execute(found)]

    async def find(self, user: str, id_: str) -> Account | None:
        async with self._engine.connect() as connection:
            found = await connection.execute(select(*_COLUMNS).where(accounts.c.user_id == user, accounts.c.id == id_))
            row = found.first()
        return _read(row) if row is not None else None

    async def remove(self, account: Account) -> None:
        """With its key. The oldest other one of the provider takes its place as default."""
        async with self._engine.begin() as connection:
            await connection.execute(delete(accounts).where(accounts.c.id == account.id))
            if account.is_default:
                mine = (accounts.c.user_id == account.user_id) & (accounts.c.provider == account.provider)
                oldest = select(accounts.c.id).where(mine).order_by(accounts.c.created_at, accounts.c.id).limit(1)
                heir = update(accounts).where(accounts.c.id == oldest.scalar_subquery()).values(is_default=True)
                await connection.execute(heir)
        self._known.pop(account.user_id, None)

    async def defaults(self, user: str) -> Mapping[str, str]:
        """Names by provider. Asked of the database now and then, not for each request."""
        if self.keys is None:
            return {}
        now, known = self._clock(), self._known.get(user)
        if known is not None and now - known[0] < _FRESH:
            return known[1]
        found = {row["provider"]: row["name"] for row in await rows(self._engine, _DEFAULTS, user)}
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[user] = (now, found)
        return found

    async def open(self, user: str, name: str) -> Opened | None:
        """With its key; and it was used now.

        Raises:
            NotConfigured: the installation's key for it is gone.
            Unreadable: somebody changed the row.
        """
        if self.keys is None:
            return None
        here = (accounts.c.user_id == user) & (accounts.c.name == name)
        used = update(accounts).where(here).values(last_used_at=self._clock()).returning(*_COLUMNS, *_SEALED)
        async with self._engine.begin() as connection:
            row = (await connection.execute(used)).first()
        if row is None:
            return None
        plain = self.keys.open(_sealed_in(row), about(row.user_id, row.id))
        return Opened(_read(row), SecretStr(plain.decode()))

    async def checked(self, user: str, name: str, error: str | None) -> None:
        """What the provider thought of the key: a kind of failure, or None."""
        here = (accounts.c.user_id == user) & (accounts.c.name == name)
        async with self._engine.begin() as connection:
            await connection.execute(update(accounts).where(here).values(checked_at=self._clock(), last_error=error))

    async def _get(self, user: str, id_: str) -> Account:
        account = await self.find(user, id_)
        if account is None:
            raise LookupError(id_)
        return account


async def rotate(engine: AsyncEngine, keys: SecretKeys) -> tuple[int, int]:
    """Wrap every account's data key with the newest key. Gives how many were, of how many.

    Raises:
        NotConfigured, Unreadable: one could not be opened; those before it are done.
    """
    done = seen = 0
    async with engine.connect() as connection:
        ids = [row.id for row in await connection.execute(select(accounts.c.id))]
    for id_ in ids:
        async with engine.begin() as connection:
            found = await connection.execute(
                select(accounts.c.id, accounts.c.user_id, *_SEALED).where(accounts.c.id == id_).with_for_update()
            )
            row = found.first()
            if row is None:
                continue
            seen += 1
            if row.key_id != keys.newest:
                again = keys.rewrap(_sealed_in(row), about(row.user_id, row.id))
                values = {"key_id": again.key_id, "wrapped": again.wrapped}
                await connection.execute(update(accounts).where(accounts.c.id == id_).values(values))
                done += 1
    return done, seen


def _sealed(account: Account, key: SecretStr, keys: SecretKeys) -> dict[str, Any]:
    plain = key.get_secret_value()
    sealed = keys.seal(plain.encode(), about(account.user_id, account.id))
    return {"key_id": sealed.key_id, "wrapped": sealed.wrapped, "sealed": sealed.data, "last4": plain[-_SHOWN:]}


def _sealed_in(row: Any) -> Sealed:
    return Sealed(row.key_id, row.wrapped, row.sealed)


def _read(row: Any) -> Account:
    return Account(**{name: getattr(row, name) for name in Account.__dataclass_fields__})


async def _default_of(connection: AsyncConnection, user: str, provider: str) -> str | None:
    mine = (accounts.c.user_id == user) & (accounts.c.provider == provider) & accounts.c.is_default
    found = await connection.execute(select(accounts.c.id).where(mine))
    return found.scalar()


async def _no_default(connection: AsyncConnection, user: str, provider: str) -> None:
    mine = (accounts.c.user_id == user) & (accounts.c.provider == provider) & accounts.c.is_default
    await connection.execute(update(accounts).where(mine).values(is_default=False))
