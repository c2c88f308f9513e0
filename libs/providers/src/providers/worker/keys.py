"""Keys of users' own accounts: asked for when a task needs one, kept in memory for a minute, never written down."""

import hashlib
import ipaddress
import logging
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import quote, urlsplit

import httpx2
from pydantic import SecretStr

from contracts.failures import FailureKind
from contracts.work import Task
from kit.errors import Unavailable
from providers.interface import Provider, ProviderError
from providers.redact import Redactor

FRESH_S = 60.0
"""A key that was changed or deleted is still used for so long at most."""
_IDLE_S = 600.0
_TIMEOUT_S = 10.0
_OK, _GONE, _CANNOT = 200, 404, 409
_TELLING = frozenset({FailureKind.AUTH, FailureKind.BILLING, FailureKind.QUOTA_EXHAUSTED})
Who = tuple[str, str]
"""A user and the name of an account."""
log = logging.getLogger(__name__)


class Gone(Exception):
    """There is no such key, and the message says why."""


@dataclass(frozen=True)
class Given:
    provider: str
    base: str | None
    key: SecretStr


class Ask(Protocol):
    async def key(self, who: Who) -> Given:
        """Raise `Gone`, or `Unavailable` while nobody answers."""

    async def checked(self, who: Who, error: str | None) -> None:
        """Say what the provider thought of it. May be lost."""

    async def close(self) -> None: ...


class Gateway:
    """Where keys are asked for."""

    def __init__(self, url: str, token: SecretStr, *, over_http: bool = False) -> None:
        """Raise ValueError for an address to which a token and keys would travel in the open."""
        if not (url.startswith("https://") or over_http or _on_this_machine(url)):
            raise ValueError("GROOVE_GATEWAY_URL is plain http to another machine: use https, or see docs/accounts.md")
        self._url = url.rstrip("/")
        headers = {"authorization": f"Bearer {token.get_secret_value()}"}
        self._http = httpx2.AsyncClient(headers=headers, timeout=_TIMEOUT_S, trust_env=False, follow_redirects=False)

    async def key(self, who: Who) -> Given:
        try:
            said = await self._http.get(self._path(who, "key"))
        except httpx2.HTTPError as error:
            raise Unavailable(f"the gateway cannot be asked for a key: {type(error).__name__}") from None
        if said.status_code == _GONE:
            raise Gone(f"The account {who[1]!r} is not there any more.")
        if said.status_code == _CANNOT:
            raise Gone(f"The key of the account {who[1]!r} cannot be opened: the operator must look at it.")
        if said.status_code != _OK:
            raise Unavailable(f"the gateway gives no keys to this worker: status {said.status_code}")
        given: Mapping[str, Any] = said.json()
        return Given(given["provider"], given["base"], SecretStr(given["key"]))

    async def checked(self, who: Who, error: str | None) -> None:
        try:
            await self._http.post(self._path(who, "checked"), json={"error": error})
        except httpx2.HTTPError as trouble:
            log.info("the gateway cannot be told of an account: %s", type(trouble).__name__)

    async def close(self) -> None:
        await self._http.aclose()

    def _path(self, who: Who, what: str) -> str:
        user, name = (quote(part, safe="") for part in who)
        return f"{self._url}/internal/accounts/{user}/{name}/{what}"


def _on_this_machine(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@dataclass
class _Held:
    given: Given
    provider: Provider
    asked_at: float
    users: int = 0
    stale: bool = False
    well: bool = False
    """The gateway was told that the provider takes it."""


@dataclass
class Keyring:
    """Gives a task the provider that speaks with its user's own key."""

    build: Callable[[Given], Provider] | None = None
    ask: Ask | None = None
    redactor: Redactor = field(default_factory=Redactor)
    """Of the log: it learns every key."""
    now: Callable[[], float] = time.monotonic
    _held: dict[Who, _Held] = field(default_factory=dict, repr=False)

    @asynccontextmanager
    async def lent(self, task: Task) -> AsyncIterator[Provider]:
        """The provider with the task's key.

        Raises:
            Unavailable: nobody could be asked.
            ProviderError: there is no such account.
        """
        if task.account is None:
            raise ValueError("a task of the installation's own account")
        held = await self._fresh(task, (task.user_id, task.account))
        held.users += 1
        try:
            yield held.provider
        finally:
            held.users -= 1
            if held.stale and not held.users:
                await held.provider.close()

    async def told(self, task: Task, kind: FailureKind | None) -> None:
        """What the provider thought of the key. One that it did not take is asked for anew next time."""
        who = (task.user_id, task.account or "")
        held = self._held.get(who)
        if self.ask is None or task.account is None or held is None:
            return
        if kind in _TELLING:
            if kind is FailureKind.AUTH:
                await self._drop(who)
            held.well = False
            await self.ask.checked(who, kind.value)
        elif kind is None and not held.well:
            held.well = True
            await self.ask.checked(who, None)

    async def close(self) -> None:
        for who in list(self._held):
            await self._drop(who)
        if self.ask is not None:
            await self.ask.close()

    async def _fresh(self, task: Task, who: Who) -> _Held:
        held = self._held.get(who)
        if held is not None and self.now() - held.asked_at < FRESH_S:
            return held
        given = await self._given(task, who)
        held = self._held.get(who)  # another task may have been quicker
        if held is not None and held.given == given:
            held.asked_at = self.now()
            return held
        if self.build is None:
            raise _refusal(task, "This worker cannot use accounts.")
        self.redactor.learn(given.key)
        await self._drop(who)
        self._held[who] = fresh = _Held(given, self.build(given), self.now())
        await self._sweep()
        return fresh

    async def _given(self, task: Task, who: Who) -> Given:
        if self.ask is None:
            message = "its worker is not told where to ask for keys: set GROOVE_GATEWAY_URL and GROOVE_WORKER_TOKEN."
            raise _refusal(task, f"This is to be done with your account {who[1]!r}, and {message}")
        try:
            given = await self.ask.key(who)
        except Gone as error:
            await self._drop(who)
            raise _refusal(task, f"{error} Nothing was sent.") from None
        if given.provider != task.provider:
            raise _refusal(task, f"The account {who[1]!r} is one at {given.provider}, not at {task.provider}.")
        return given

    async def _drop(self, who: Who) -> None:
        held = self._held.pop(who, None)
        if held is not None:
            held.stale = True
            if not held.users:
                await held.provider.close()

    async def _sweep(self) -> None:
        old = self.now() - _IDLE_S
        for who in [who for who, held in self._held.items() if not held.users and held.asked_at < old]:
            await self._drop(who)


def _refusal(task: Task, message: str) -> ProviderError:
    return ProviderError(FailureKind.NOT_CONFIGURED, message, provider=task.provider or "")


def seat(task: Task) -> str:
    """The account's name where places at providers are counted: of ids and names, nothing but a digest."""
    provider = task.provider or ""
    if task.account is None:
        return provider
    return f"{provider}-{hashlib.sha256(f'{task.user_id}/{task.account}'.encode()).hexdigest()[:16]}"
