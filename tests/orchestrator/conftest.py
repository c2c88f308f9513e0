"""A house of its own for every test."""

from collections.abc import AsyncIterator

import pytest
from nats.aio.client import Client
from orchestrator_house import House, house


@pytest.fixture
async def home(bus: Client, nats_url: str, prefix: str) -> AsyncIterator[House]:
    """With a worker."""
    async with house(bus, nats_url, prefix) as one:
        yield one


@pytest.fixture
async def idle_home(bus: Client, nats_url: str, prefix: str) -> AsyncIterator[House]:
    """Nobody works here."""
    async with house(bus, nats_url, prefix, working=False) as one:
        yield one
