"""Bearer tokens of an identity provider: OpenID Connect, verified with the keys that the issuer publishes."""

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx2
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from pydantic_core import from_json

from kit.clock import Clock

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Asymmetric ones alone: with `none` and the HS family anybody could sign."""
_LEEWAY_S = 60
_FRESH_S = 3600.0
_FLOOR_S = 10.0
"""Between two fetches of the keys, whatever key ids strangers make up."""
_TIMEOUT_S = 5.0
_MOST_BYTES = 500_000
_LONGEST = 16_384
log = logging.getLogger(__name__)


class Refused(Exception):
    """The token is not good. The message is fit for whoever sent it."""


class NoKeys(Exception):
    """The issuer's keys cannot be had now."""


@dataclass(frozen=True)
class Issuer:
    url: str
    audience: str
    jwks_url: str | None = None
    """Else what the issuer's own description says."""


@dataclass(frozen=True)
class Claims:
    issuer: str
    subject: str
    name: str
    email: str | None
    """Only one that the issuer has verified."""
    expires_at: int


class Tokens:
    def __init__(self, issuer: Issuer, clock: Clock, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._issuer = issuer
        self._clock = clock
        self._monotonic = monotonic
        self._keys: KeySet | None = None
        self._jwks_url = issuer.jwks_url
        self._fetched = self._tried = -1e9
        self._turn = asyncio.Lock()

    async def verify(self, token: str) -> Claims:
        """Raise `Refused` for anything but a token of this issuer, for this audience, that is valid now."""
        kid = _kid(token)
        keys = await self._having(kid)
        try:
            found = jwt.decode(token, keys, algorithms=list(ALGORITHMS))
            now = int(self._clock().timestamp())
            registry = jwt.JWTClaimsRegistry(
                now=now,
                leeway=_LEEWAY_S,
                iss={"essential": True, "value": self._issuer.url},
                aud={"essential": True, "value": self._issuer.audience},
                exp={"essential": True},
                sub={"essential": True},
            )
            registry.validate(found.claims)
        except (JoseError, ValueError, TypeError) as error:
            raise Refused("The token is not valid here.") from error
        return _claims(found.claims)

    async def _having(self, kid: str | None) -> KeySet:
        """The issuer's keys; fetched again where they lack this one, which is how issuers rotate theirs."""
        async with self._turn:
            now = self._monotonic()
            lacking = self._keys is None or not _has(self._keys, kid)
            if (lacking or now - self._fetched > _FRESH_S) and now - self._tried >= _FLOOR_S:
                self._tried = now
                try:
                    self._keys = await self._fetch()
                    self._fetched = now
                except (httpx2.HTTPError, ValueError, KeyError, TypeError, JoseError) as error:
                    log.warning("the keys of the issuer cannot be had", extra={"error": type(error).__name__})
            if self._keys is None:
                raise NoKeys
            return self._keys

    async def _fetch(self) -> KeySet:
        async with httpx2.AsyncClient(timeout=_TIMEOUT_S, trust_env=False, follow_redirects=False) as client:
            if self._jwks_url is None:
                where = f"{self._issuer.url.rstrip('/')}/.well-known/openid-configuration"
                described = await _json(client, where)
                if described["issuer"] != self._issuer.url:
                    raise ValueError("the description is of another issuer")
                self._jwks_url = str(described["jwks_uri"])
            return KeySet.import_key_set(await _json(client, self._jwks_url))


async def _json(client: httpx2.AsyncClient, url: str) -> Any:
    async with client.stream("GET", url) as answer:
        answer.raise_for_status()
        body = bytearray()
        async for chunk in answer.aiter_bytes():
            body += chunk
            if len(body) > _MOST_BYTES:
                raise ValueError("the answer is too large")
    return from_json(bytes(body))


def _kid(token: str) -> str | None:
    if len(token) > _LONGEST:
        raise Refused("The token is too long.")
    try:
        header = jws.extract_compact(token.encode()).headers()
    except (JoseError, ValueError, UnicodeError, TypeError) as error:
        raise Refused("That is not a token.") from error
    if header.get("alg") not in ALGORITHMS:
        raise Refused("The token is signed in a way that is not accepted.")
    kid = header.get("kid")
    return kid if isinstance(kid, str) else None


def _has(keys: KeySet, kid: str | None) -> bool:
    return kid is None or any(key.kid == kid for key in keys.keys)


def _claims(claims: dict[str, Any]) -> Claims:
    subject = claims["sub"]
    if not isinstance(subject, str) or not subject:
        raise Refused("The token does not say whose it is.")
    email = claims.get("email") if claims.get("email_verified") is True else None
    name = claims.get("name") or claims.get("preferred_username") or email or "Somebody"
    return Claims(
        issuer=str(claims["iss"]),
        subject=subject,
        name=str(name)[:200],
        email=str(email)[:320] if email else None,
        expires_at=int(claims["exp"]),
    )
