"""A task that nobody has taken makes room for the next attempt."""

import asyncio

import pytest
from orchestrator_house import chain

from contracts.envelope import unseal
from contracts.run import CancelRun, ResumeRun
from contracts.work import Task


@pytest.mark.parametrize("orchestrators", [1, 2])
async def test_a_resume_right_after_a_cancel_waits_for_no_worker(idle_home, orchestrators):
    for _ in range(orchestrators):
        await idle_home.orchestrator()
    subject = idle_home.subjects.task("text", "p", "run", "n0")
    await idle_home.start("run", chain("one", 1))
    for attempt in range(1, 5):
        await idle_home.until(lambda attempt=attempt: _waits(idle_home, subject, attempt))
        for command in (CancelRun(), ResumeRun()):
            async with asyncio.timeout(5):
                answer = await idle_home.answer(await idle_home.ask("run", command))
            assert answer.outcome == "done"
    assert (await idle_home.nc.jetstream().stream_info(idle_home.subjects.tasks)).state.messages == 1


async def _waits(home, subject, attempt):
    there = await home.queue.peek(subject)
    return there is not None and unseal(Task, there.data).attempt == attempt
