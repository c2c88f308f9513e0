"""Partitions among processes that come, go, are killed and fall asleep."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from orchestrator_house import diamond, once_each

from contracts.envelope import unseal
from contracts.run import StartRun
from contracts.scaling import Alive
from contracts.subjects import PARTITIONS

ALL = list(range(PARTITIONS))


@asynccontextmanager
async def overheard(home) -> AsyncIterator[dict[str, Alive]]:
    """What each process said last; one that left is not there."""
    said: dict[str, Alive] = {}

    async def hear(message) -> None:
        alive = unseal(Alive, message.data)
        said[alive.id] = alive
        if alive.leaving:
            del said[alive.id]

    heard = await home.nc.subscribe(home.subjects.alive, cb=hear)
    yield said
    await heard.unsubscribe()


async def shared(home, said: dict[str, Alive], number: int) -> None:
    """Wait until so many hold all partitions, each one."""

    async def there() -> bool:
        held = sorted(p for alive in said.values() for p in alive.held)
        return held == ALL and len(said) == number

    await home.until(there)


async def carried_on(home, runs: list[str]) -> None:
    facts = await home.over(*runs)
    for events in facts.values():
        once_each(events)
        assert events[-1].type == "RunCompleted"


async def test_who_joins_gets_a_share_and_who_stops_gives_it_back_at_once(home):
    async with overheard(home) as said:
        await home.orchestrator()
        await shared(home, said, 1)
        second = await home.orchestrator()
        await shared(home, said, 2)
        assert sorted(len(alive.held) for alive in said.values()) == [4, 4]
        runs = [f"run{n}" for n in range(40)]
        for run in runs[:20]:
            await home.ask(run, StartRun(inline=diamond(run), body_digest=run))
        second.terminate()
        for run in runs[20:]:
            await home.ask(run, StartRun(inline=diamond(run), body_digest=run))
        await carried_on(home, runs)
        await shared(home, said, 1)


async def test_the_share_of_one_that_is_killed_is_carried_on_by_the_others(home):
    async with overheard(home) as said:
        for _ in range(2):
            await home.orchestrator()
        await shared(home, said, 2)
        victim, runs = home.processes[0], [f"run{n}" for n in range(40)]
        for run in runs:
            await home.ask(run, StartRun(inline=diamond(run), body_digest=run))
        victim.kill()
        async with asyncio.timeout(25):  # the lease of what it held is 30 s: nobody waits for that
            await carried_on(home, runs)

        async def one_has_all() -> bool:
            return any(list(alive.held) == ALL for alive in said.values())

        await home.until(one_has_all)


async def test_what_a_dead_one_was_given_is_looked_at_by_its_successor(home):
    """Commands lay with it, and it had not begun. The lease is 30 s."""
    first = await home.orchestrator()
    os.kill(first.pid, signal.SIGSTOP)
    runs = [f"run{n}" for n in range(10)]
    asked = [await home.ask(run, StartRun(inline=diamond(run), body_digest=run)) for run in runs]

    async def handed_out() -> bool:
        jetstream = home.nc.jetstream()
        durables = [await jetstream.consumer_info(home.subjects.log, home.subjects.decider(p)) for p in ALL]
        return sum(info.num_ack_pending for info in durables) == len(runs)

    await home.until(handed_out)
    first.kill()
    await home.orchestrator()
    async with asyncio.timeout(25):
        assert [(await home.answer(letter)).outcome for letter in asked] == ["done"] * len(runs)
        await carried_on(home, runs)


async def test_one_that_fell_asleep_does_no_harm_when_it_wakes(home):
    async with overheard(home) as said:
        for _ in range(2):
            await home.orchestrator()
        await shared(home, said, 2)
        sleeper, runs = home.processes[0], [f"run{n}" for n in range(40)]
        for run in runs[:20]:
            await home.ask(run, StartRun(inline=diamond(run), body_digest=run))
        os.kill(sleeper.pid, signal.SIGSTOP)

        async def one_has_all() -> bool:
            return any(list(alive.held) == ALL for alive in said.values())

        await home.until(one_has_all)
        for run in runs[20:]:
            await home.ask(run, StartRun(inline=diamond(run), body_digest=run))
        os.kill(sleeper.pid, signal.SIGCONT)
        await carried_on(home, runs)
        await shared(home, said, 2)
