from collections.abc import AsyncIterator, Callable

import pytest

from unit.worker.world import World


@pytest.fixture
async def world() -> AsyncIterator[Callable[..., World]]:
    made: list[World] = []

    def make(**vendor: object) -> World:
        made.append(World(**vendor))
        return made[-1]

    yield make
    for one in made:
        await one.close()
