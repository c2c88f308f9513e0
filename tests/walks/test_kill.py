"""`kill -9` each service once in the middle of a run: it completes, and each task was asked for once."""

import pytest

from groove_local.stack import Stack
from support.api import Api
from support.vendor import Vendor
from walks.paid import paid_chain

MOMENTS = {
    "gateway": "node_started",
    "orchestrator-1": "node_started",
    "orchestrator-2": "node_queued",
    "image-worker": "node_started",
    "text-worker": "node_started",
}


@pytest.mark.parametrize("name", MOMENTS)
def test_a_run_survives_the_death_of_any_service(api: Api, stack: Stack, vendor: Vendor, word: str, name: str):
    vendor.takes(1.0)
    run = api.start(paid_chain(word))
    victim = "look" if name == "text-worker" else "paint"
    for event in api.stream(run):
        if event.name == MOMENTS[name] and event.data.get("node_id") == victim:
            break
    stack.kill(name)
    wait_until_back(stack, name)
    seen: list[int] = [event.id for event in api.stream(run) if event.id is not None]
    done = api.execution(run)
    vendor.takes(0)

    assert done["state"] == "completed", done
    assert len(seen) == len(set(seen))
    jobs = vendor.jobs(run)
    assert sorted(job["key"] for job in jobs) == sorted({job["key"] for job in jobs}), "one call per task"
    assert len(jobs) == 3
    names = [event.name for event in api.stream(run)]
    assert names.count("node_completed") == 4
    assert names.count("execution_completed") == 1


def wait_until_back(stack: Stack, name: str) -> None:
    import asyncio

    asyncio.run(stack.ready(name))
