"""The sweep, when what it wants to look at is away."""

import asyncio
from types import SimpleNamespace

from contracts.subjects import Subjects
from kit.errors import Unavailable
from kit.queue_memory import MemoryWorkQueue
from orchestrator.outside import Outside
from orchestrator.sweep import sweep_for_ever


class Away:
    """A register that cannot be read the first time."""

    def __init__(self) -> None:
        self.looks = 0
        self.read = asyncio.Event()

    async def list(self) -> list[object]:
        self.looks += 1
        if self.looks == 1:
            raise Unavailable("the connection was lost")
        self.read.set()
        return []


async def test_a_sweep_that_could_not_look_soon_looks_again():
    register = Away()
    world = SimpleNamespace(open_runs=register, tasks=MemoryWorkQueue(), subjects=Subjects("sim"))
    desk = SimpleNamespace(world=world, outside=Outside(world, None))
    sweeping = asyncio.create_task(sweep_for_ever(desk, None, every_s=3600, again_s=0.01))
    async with asyncio.timeout(2):
        await register.read.wait()
    sweeping.cancel()
