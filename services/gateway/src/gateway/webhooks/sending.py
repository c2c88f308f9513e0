"""One request to an endpoint, and what came of it."""

import asyncio
import ipaddress
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from gateway.webhooks.schedule import Outcome
from kit.fetching import NotFetched, Resolve, Rules, checked, on_the_internet, system_resolve
from kit.posting import Answered, post

TIMEOUT_S = 15.0
KEPT_BYTES = 1024
_EVERY_PORT = range(1, 65_536)
_REDIRECTS = range(300, 400)
_HEADERS = {"content-type": "application/json", "user-agent": "PixelGroove/1 (webhook)"}


def on_this_machine(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


class Sender:
    """`local`: endpoints may also be on this machine, and there without TLS: for trying things out."""

    def __init__(self, *, local: bool = False, timeout_s: float = TIMEOUT_S, resolve: Resolve = system_resolve) -> None:
        self._local = local
        self._timeout_s = timeout_s
        self._resolve = resolve

    async def check(self, url: str) -> None:
        """Raise what `send` would not send to.

        Raises:
            NotFetched: with a sentence.
        """
        try:
            async with asyncio.timeout(self._timeout_s):
                await checked(url, self._rules(url), self._resolve)
        except TimeoutError:
            raise NotFetched("too-slow", "Its name could not be looked up in time.") from None

    async def send(self, url: str, body: bytes, headers: Mapping[str, str], at: datetime) -> Outcome:
        try:
            answered = await post(url, body, {**_HEADERS, **headers}, self._rules(url), self._resolve)
        except NotFetched as error:
            return Outcome(None, str(error))
        said = answered.body.decode("utf-8", "replace").replace("\x00", "")
        return Outcome(answered.status, _flaw(answered.status), said, _retry_after(answered, at))

    def _rules(self, url: str) -> Rules:
        bounded = Rules(KEPT_BYTES, ports=_EVERY_PORT, answer_s=self._timeout_s, within_s=self._timeout_s)
        if not self._local:
            return bounded
        if url.lower().startswith("http:"):
            return replace(bounded, plain_http=True, may=on_this_machine)
        return replace(bounded, may=lambda address: on_the_internet(address) or on_this_machine(address))


def _flaw(status: int) -> str | None:
    if 200 <= status < 300:  # noqa: PLR2004  success
        return None
    more = ": redirects are not followed" if status in _REDIRECTS else ""
    return f"It answered with status {status}{more}."


def _retry_after(answered: Answered, at: datetime) -> float | None:
    """Seconds. Its clock is not ours, so a date is taken for what it is from ours."""
    said = answered.headers.get("retry-after", "").strip()
    if said.isdecimal() and len(said) < 10:  # noqa: PLR2004  digits
        return float(said)
    try:
        then = parsedate_to_datetime(said)
    except (TypeError, ValueError):
        return None
    return max(0.0, ((then if then.tzinfo else then.replace(tzinfo=UTC)) - at).total_seconds())
