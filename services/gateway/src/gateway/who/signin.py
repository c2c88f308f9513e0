"""Finds out who sends a request: by an API key, a token of the identity provider, or a session's cookie."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from contracts.base import UserId
from gateway.library.people import KEY_PREFIX, Bearer, People, digest_of
from gateway.library.projects import Projects
from gateway.users import DEFAULT_PROJECT_NAME, LOCAL_CALLER, Caller, default_project
from gateway.who.sessions import COOKIE, Session, Sessions
from gateway.who.tokens import Claims, NoKeys, Refused, Tokens
from kit.clock import Clock
from kit.ids import named_id

__all__ = ["NoKeys", "NotSignedIn", "SignIn"]
_FRESH = timedelta(seconds=10)
"""How long a key that was revoked elsewhere may still work here."""
_NOTED = timedelta(minutes=1)
_MOST = 10_000


class NotSignedIn(Exception):
    """Nobody, or nobody who is known. The message says why, and not who is."""


@dataclass(frozen=True)
class _Known:
    bearer: Bearer | None
    at: datetime


class SignIn:
    """Without `required` everyone is the local user: only this machine can reach the gateway then."""

    def __init__(
        self,
        people: People,
        projects: Projects,
        sessions: Sessions,
        tokens: Tokens | None,
        clock: Clock,
        *,
        required: bool,
    ) -> None:
        self.required = required
        self.sessions = sessions
        self._people = people
        self._projects = projects
        self._tokens = tokens
        self._clock = clock
        self._known: OrderedDict[bytes, _Known] = OrderedDict()
        self._used: dict[str, datetime] = {}
        self._met: set[str] = set()

    async def caller(self, headers: Mapping[str, str], cookies: Mapping[str, str]) -> Caller:
        """Raise `NotSignedIn`, or `NoKeys` while the identity provider does not answer."""
        if not self.required:
            return LOCAL_CALLER
        kind, _, said = headers.get("authorization", "").partition(" ")
        if kind:
            if kind.lower() != "bearer" or not said.strip():
                raise NotSignedIn("Send the key or token as `Authorization: Bearer ...`.")
            return await self._by_bearer(said.strip())
        if cookie := cookies.get(COOKIE):
            return await self._by_cookie(cookie)
        raise NotSignedIn("Sign in, or send an API key as `Authorization: Bearer groove_...`.")

    async def session_of(self, caller: Caller, headers: Mapping[str, str]) -> tuple[str, int]:
        """A cookie for who has just shown a key or a token: its value, and the seconds that it lasts."""
        said = headers.get("authorization", "").partition(" ")[2].strip()
        if caller.key_id is not None:
            bearer = await self._bearer(said)
            until = int(bearer.expires_at.timestamp()) if bearer and bearer.expires_at else None
        else:
            until = (await self._verified(said)).expires_at
        return self.sessions.open(caller.user_id, caller.key_id, until)

    def forget(self) -> None:
        """A key or a user has changed: ask the database again."""
        self._known.clear()

    async def _by_bearer(self, said: str) -> Caller:
        if said.startswith(KEY_PREFIX):
            bearer = await self._bearer(said)
            if bearer is None:
                raise NotSignedIn("That API key is not known, or it was revoked.")
            return await self._with_key(bearer)
        return await self._of_token(await self._verified(said))

    async def _verified(self, said: str) -> Claims:
        if self._tokens is None:
            raise NotSignedIn("That is no API key, and tokens are not accepted here.")
        try:
            return await self._tokens.verify(said)
        except Refused as error:
            raise NotSignedIn(str(error)) from error

    async def _of_token(self, claims: Claims) -> Caller:
        user_id = UserId(named_id("oidc", claims.issuer, claims.subject))
        bearer = await self._alive(user_id, None)
        if bearer is None:
            user = await self._people.add(user_id, claims.name, claims.email)
            if user.disabled:
                raise NotSignedIn("This account is disabled.")
            self.forget()
            bearer = Bearer(user_id, user.name, user.admin, may_write=True, key_id=None, expires_at=None)
        await self._meet(user_id)
        return Caller(user_id, bearer.admin, bearer.may_write, bearer.name)

    async def _by_cookie(self, cookie: str) -> Caller:
        session: Session | None = self.sessions.read(cookie)
        if session is None:
            raise NotSignedIn("The session has ended. Sign in again.")
        bearer = await self._alive(session.user_id, session.key_id)
        if bearer is None:
            raise NotSignedIn("The session has ended. Sign in again.")
        caller = await self._with_key(bearer)
        return replace(caller, by_cookie=True)

    async def _with_key(self, bearer: Bearer) -> Caller:
        now = self._clock()
        if bearer.expires_at is not None and bearer.expires_at <= now:
            raise NotSignedIn("That API key has expired.")
        if bearer.key_id is not None and now - self._used.get(bearer.key_id, now - _NOTED) >= _NOTED:
            self._used[bearer.key_id] = now
            await self._people.used(bearer.key_id)
        await self._meet(bearer.user_id)
        return Caller(UserId(bearer.user_id), bearer.admin, bearer.may_write, bearer.name, bearer.key_id)

    async def _meet(self, user_id: str) -> None:
        """Everyone has a project to begin with."""
        if user_id not in self._met:
            await self._projects.create(user_id, default_project(user_id), DEFAULT_PROJECT_NAME, {}, {})
            self._met.add(user_id)

    async def _bearer(self, key: str) -> Bearer | None:
        digest = digest_of(key)
        found = self._fresh(digest)
        return found.bearer if found else self._keep(digest, await self._people.bearer(key))

    async def _alive(self, user_id: str, key_id: str | None) -> Bearer | None:
        name = f"session {user_id} {key_id}".encode()
        found = self._fresh(name)
        return found.bearer if found else self._keep(name, await self._people.alive(user_id, key_id))

    def _fresh(self, name: bytes) -> _Known | None:
        found = self._known.get(name)
        return found if found is not None and self._clock() - found.at < _FRESH else None

    def _keep(self, name: bytes, bearer: Bearer | None) -> Bearer | None:
        self._known[name] = _Known(bearer, self._clock())
        self._known.move_to_end(name)
        while len(self._known) > _MOST:
            self._known.popitem(last=False)
        return bearer
