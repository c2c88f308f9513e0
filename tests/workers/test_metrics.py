"""What a worker process says of itself."""

import asyncio

from contracts.work import Succeeded
from support.vendor import Vendor
from workers.bench import Bench, Worker

CALLS = "groove_provider_calls_total"


async def until(worker: Worker, name: str, number: float) -> dict[str, float]:
    async with asyncio.timeout(30):
        while (told := await asyncio.to_thread(worker.metrics)).get(name) != number:  # noqa: ASYNC110  another process
            await asyncio.sleep(0.02)
    return told


async def test_it_counts_tasks_by_their_end_calls_by_what_came_of_them_and_what_is_in_flight(
    workshop: Bench, vendor: Vendor
) -> None:
    vendor.takes(0)
    env = {"GROOVE_PROVIDERS": "local,fake", "GROOVE_FAKE_URL": vendor.url, "GROOVE_SLOTS": "2"}
    worker = await workshop.worker(**env)
    before = await asyncio.to_thread(worker.metrics)
    assert (before["groove_task_slots"], before["groove_tasks_in_flight"], before[CALLS]) == (2, 0, 0)
    await workshop.put(workshop.painting("free"))
    await workshop.put(workshop.paid("paid"))
    for node in ("free", "paid"):
        assert isinstance(await workshop.until(node, limit_s=30), Succeeded)
    await until(worker, "groove_messages_acked_total", 2)
    told = await until(worker, "groove_tasks_in_flight", 0)
    assert told['groove_tasks_ended_total{outcome="Succeeded"}'] == 2
    assert told[CALLS + '{provider="fake",call="submit",result="ok"}'] == 1
    assert told[CALLS + '{provider="local",call="submit",result="ok"}'] == 1
    assert told[CALLS + '{provider="fake",call="poll",result="ok"}'] >= 1
    assert told["groove_messages_pulled_total"] == 2
    assert (told["groove_task_seconds_count"], told["groove_task_seconds_sum"] > 0) == (2, True)
