"""The cookie of a browser, which cannot send headers with EventSource: signed, short-lived, and of no use elsewhere."""

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import timedelta

from pydantic_core import from_json, to_json

from kit.clock import Clock

COOKIE = "groove_session"
KEPT = timedelta(hours=12)
_LONGEST = 2_000


@dataclass(frozen=True)
class Session:
    user_id: str
    key_id: str | None
    """The API key that opened it; revoked, it ends the session too."""
    expires_at: int


class Sessions:
    def __init__(self, secret: bytes, clock: Clock) -> None:
        self._secret = hashlib.sha256(b"groove session:" + secret).digest()
        self._clock = clock

    def open(self, user_id: str, key_id: str | None, not_after: int | None = None) -> tuple[str, int]:
        """The cookie's value, and how many seconds it is good for: never longer than what it was opened with."""
        now = int(self._clock().timestamp())
        until = now + int(KEPT.total_seconds())
        until = min(until, not_after) if not_after is not None else until
        body = urlsafe_b64encode(to_json([user_id, key_id, until])).rstrip(b"=")
        return f"{body.decode()}.{self._signature(body)}", max(0, until - now)

    def read(self, cookie: str) -> Session | None:
        body, _, signature = cookie.partition(".")
        if len(cookie) > _LONGEST or not cookie.isascii():
            return None
        if not hmac.compare_digest(signature, self._signature(body.encode())):
            return None
        try:
            user_id, key_id, until = from_json(urlsafe_b64decode(body + "=" * (-len(body) % 4)))
        except ValueError:
            return None
        if until <= self._clock().timestamp():
            return None
        return Session(user_id, key_id, until)

    def _signature(self, body: bytes) -> str:
        return urlsafe_b64encode(hmac.digest(self._secret, body, "sha256")).rstrip(b"=").decode()
