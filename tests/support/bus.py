"""Streams and consumers of one prefix on the shared server."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import nats
from nats.aio.client import Client

from groove_local.stack import JETSTREAM
from kit.provision import provision


@asynccontextmanager
async def provisioned(nats_url: str, prefix: str) -> AsyncIterator[Client]:
    """A client whose prefix has everything of deploy/jetstream.toml. At the end the streams are removed."""
    client = await nats.connect(nats_url)
    try:
        await provision(client, JETSTREAM, prefix)
        yield client
    finally:
        await _remove(client, prefix)
        await client.close()


async def arrived(client: Client) -> None:
    """All that was sent is with the server. The library's first flush overtakes what is not written yet."""
    await client.flush()
    await client.flush()


async def _remove(client: Client, prefix: str) -> None:
    jetstream = client.jetstream()
    for stream in await jetstream.streams_info():
        if stream.config.name and stream.config.name.startswith(f"{prefix.upper()}_"):
            await jetstream.delete_stream(stream.config.name)
