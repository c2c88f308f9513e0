"""Counts what users ask for, in this gateway's share of the buckets that all gateways draw from.

A gateway leases a twentieth of a quota at once, counts it down by itself, and gives back what it did not use for a
while. Tokens leave the shared bucket before they are used, so all gateways together never admit more than one bucket
would have given out by then; what a gateway still holds when others find the bucket full again is the only slack:
at most one lease per gateway (docs/limits.md, tests/gateway/test_gateway_buckets.py).
"""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from gateway.database import away
from gateway.library.buckets import Buckets
from gateway.limits.rate import Policy, Verdict

_AGES_S = 10.0
"""After so long unused, a lease goes back."""
_LOOK_S = 5.0
_FORGET_EVERY_S = 3600.0
_AWAY_S = 1.0
_MOST = 50_000
Steady = Callable[[], float]
log = logging.getLogger(__name__)


@dataclass
class _Purse:
    """What this gateway holds of one bucket."""

    tokens: int = 0
    left: float = 0.0
    """In the shared bucket, when it was last seen."""
    seen_at: float = 0.0
    empty_until: float = 0.0
    free_until: float = 0.0
    """The database is away: nothing is counted so long."""
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


class TooMany(Exception):
    """More open at once than there may be."""


class Limiter:
    """Without a policy there is no limit of that kind."""

    def __init__(
        self,
        buckets: Buckets,
        requests: Policy | None = None,
        paid: Policy | None = None,
        sign_ins: Policy | None = None,
        *,
        streams: int | None = None,
        now: Steady = time.monotonic,
    ) -> None:
        self.requests, self.paid, self.sign_ins = requests, paid, sign_ins
        self._buckets = buckets
        self._streams = streams
        self._open: Counter[str] = Counter()
        self._now = now
        self._purses: dict[tuple[Policy, str], _Purse] = {}

    async def spend(self, policy: Policy, who: str) -> Verdict:
        """Take a token. While the database is away everything is allowed: it would fail by itself if it needs it."""
        purse = self._purses.setdefault((policy, who), _Purse())
        now = self._now()
        if purse.tokens <= 0 and now >= max(purse.empty_until, purse.free_until):
            async with purse.turn:
                if purse.tokens <= 0 and now >= max(purse.empty_until, purse.free_until):
                    await self._lease(policy, who, purse)
        if purse.tokens > 0:
            purse.tokens -= 1
            return Verdict(policy, allowed=True, left=self._left(policy, purse))
        if now < purse.free_until:
            return Verdict(policy, allowed=True, left=0)
        return Verdict(policy, allowed=False, left=min(0.999, self._left(policy, purse)))

    def barred(self, policy: Policy, who: str) -> Verdict | None:
        """That it is known here to be empty, if it is."""
        purse = self._purses.get((policy, who))
        if purse is None or purse.tokens > 0 or self._now() >= purse.empty_until:
            return None
        return Verdict(policy, allowed=False, left=min(0.999, self._left(policy, purse)))

    @contextmanager
    def stream(self, who: str) -> Iterator[None]:
        """Raise TooMany if it is one too many."""
        if self._streams is not None and self._open[who] >= self._streams:
            raise TooMany(f"{self._streams} streams are open already: close one before you open another.")
        self._open[who] += 1
        try:
            yield
        finally:
            self._open[who] -= 1
            if not self._open[who]:
                del self._open[who]

    async def keep(self) -> None:
        """Give back what is not used, and forget what is full, for ever."""
        forgotten_at = self._now()
        while True:
            await asyncio.sleep(_LOOK_S)
            try:
                await self.give_back(_AGES_S)
                if self._now() - forgotten_at > _FORGET_EVERY_S:
                    forgotten_at = self._now()
                    longest = max((p.window_s for p in (self.requests, self.paid, self.sign_ins) if p), default=0)
                    await self._buckets.forget(timedelta(seconds=2 * longest + 60))
            except Exception as error:
                if not away(error):
                    raise

    async def give_back(self, age_s: float = 0.0) -> None:
        """What was leased so long ago and is left."""
        old = self._now() - age_s
        for (policy, who), purse in list(self._purses.items()):
            if purse.seen_at > old or self._now() < purse.empty_until or purse.turn.locked():
                continue
            tokens, purse.tokens = purse.tokens, 0
            del self._purses[policy, who]
            if tokens:
                await self._buckets.give_back(_name(policy, who), policy.quota, tokens)

    async def _lease(self, policy: Policy, who: str, purse: _Purse) -> None:
        try:
            taken = await self._buckets.take(_name(policy, who), (policy.quota, policy.per_s), policy.lease)
        except Exception as error:
            if not away(error):
                raise
            log.warning("limits are not counted while the database is away")
            purse.free_until = self._now() + _AWAY_S
            return
        purse.tokens, purse.left, purse.seen_at = taken.tokens, taken.left, self._now()
        if not taken.tokens:
            purse.empty_until = purse.seen_at + (1 - min(taken.left, 1.0)) / policy.per_s
        if len(self._purses) > _MOST:
            await self.give_back()

    def _left(self, policy: Policy, purse: _Purse) -> float:
        since = max(0.0, self._now() - purse.seen_at)
        return min(policy.quota, purse.left + since * policy.per_s + purse.tokens)


def _name(policy: Policy, who: str) -> str:
    return f"{policy.name}:{policy.quota}/{policy.window_s}:{who}"
