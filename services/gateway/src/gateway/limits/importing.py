"""How files are fetched for users: under which rules, and not too many at once, because each is held in memory."""

import asyncio
from dataclasses import dataclass, field

from gateway.settings import Settings
from kit.fetching import Fetched, Resolve, Rules, fetch, on_the_internet, system_resolve

_AT_ONCE = 4


@dataclass(frozen=True)
class Imports:
    rules: Rules = field(default_factory=lambda: Rules(max_bytes=100_000_000))
    resolve: Resolve = system_resolve
    _turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_AT_ONCE))

    @classmethod
    def of(cls, settings: Settings) -> "Imports":
        return cls(
            Rules(
                max_bytes=settings.import_max_bytes,
                plain_http=settings.import_http,
                ports=frozenset(int(port) for port in settings.import_ports.replace(",", " ").split()),
                may=_anywhere if settings.import_allow_private else on_the_internet,
            )
        )

    async def get(self, url: str) -> Fetched:
        """Raise NotFetched."""
        async with self._turns:
            return await fetch(url, self.rules, self.resolve)


def _anywhere(_address: str) -> bool:
    return True
