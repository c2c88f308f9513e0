"""Listens to everything that is published under a prefix: records, tasks, timers, progress, answers."""

import nats
from nats.aio.client import Client
from nats.aio.msg import Msg

from kit.clock import utc_now
from kit.record import Record, decode
from support.bus import arrived
from support.servers import unique


class Wiretap:
    """Started before the services it listens to."""

    def __init__(self, nats_url: str) -> None:
        self.prefix = unique()
        self.heard: list[Record] = []
        self._url = nats_url
        self._client: Client | None = None

    async def start(self) -> None:
        self._client = await nats.connect(self._url)
        await self._client.subscribe(f"{self.prefix}.>", cb=self._hear)
        await arrived(self._client)

    async def close(self) -> None:
        if self._client:
            await self._client.close()

    async def _hear(self, message: Msg) -> None:
        headers = dict(message.headers or {})
        self.heard.append(decode(len(self.heard) + 1, message.subject, headers, message.data, utc_now()))
