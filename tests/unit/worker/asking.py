"""Small helpers of the worker's tests."""

import hashlib

from contracts.failures import FailureKind
from contracts.values import MediaValue
from contracts.work import Failed, Task
from unit.worker.world import Worker, World


def media(data: bytes, size: int | None = None) -> MediaValue:
    digest = hashlib.sha256(data).hexdigest()
    return MediaValue(type="image", asset_id="a", sha256=digest, mime="image/png", bytes=size or len(data))


async def stored(world: World, data: bytes) -> MediaValue:
    value = media(data)
    await world.objects.put(f"objects/{value.sha256}", data, "image/png")
    return value


async def failure_of(world: World, one: Task, worker: Worker | None = None) -> tuple[FailureKind, str]:
    assert await world.deliver(worker or world.worker(), one) == "acked"
    ending = await world.ending()
    assert isinstance(ending, Failed)
    return ending.failure.kind, ending.failure.message
