from collections.abc import AsyncIterator, Iterator

import pytest

from client.server import Server
from groove import Client, Patience

QUICK = Patience(tries=4, first_s=0.001, longest_s=0.01, stream_s=5)


@pytest.fixture
def server() -> Iterator[Server]:
    with Server().serving() as serving:
        yield serving


@pytest.fixture
async def client(server: Server) -> AsyncIterator[Client]:
    async with Client(server.url, patience=QUICK) as connected:
        yield connected
