"""Real worker processes killed while they ask a real vendor, under each policy; its ledger is the judge."""

import asyncio

import httpx2
import pytest

from contracts.work import Claimed, InDoubt, Submitting, Succeeded
from support.vendor import Vendor
from workers.bench import Bench
from workers.test_slots import told

POLICIES = {
    "look_up": {},
    "ask": {"GROOVE_DOUBT": "fake=ask"},
    "resubmit": {"GROOVE_FAKE_KEY_WINDOW_S": "3600"},
}


@pytest.mark.parametrize("policy", POLICIES)
async def test_killed_between_asking_and_knowing_it_is_paid_once_at_most(workshop: Bench, vendor: Vendor, policy: str):
    vendor.takes(0)
    env = told(vendor, **POLICIES[policy])
    await _remember_keys(vendor, 3600 if policy == "resubmit" else 0)
    try:
        vendor.will("slow", seconds=30, match=workshop.run)
        workers = await asyncio.gather(workshop.worker(**env), workshop.worker(**env))
        await workshop.put(workshop.paid())
        async with asyncio.timeout(30):
            while not await asyncio.to_thread(vendor.jobs, workshop.run):  # noqa: ASYNC110  the vendor is another process
                await asyncio.sleep(0.02)
        claimed = await workshop.until("n1", Claimed)
        next(worker for worker in workers if worker.name == claimed.worker).kill()
        ending = await workshop.until("n1", limit_s=40)
        assert isinstance(ending, InDoubt if policy == "ask" else Succeeded), ending
        assert len(await asyncio.to_thread(vendor.jobs, workshop.run)) == 1
        asked = await asyncio.to_thread(vendor.submissions, workshop.run)
        assert [entry["outcome"] for entry in asked] == ["taken", "repeated"][: 2 if policy == "resubmit" else 1]
        kinds = [type(report) for report in await workshop.reports()]
        assert kinds.count(Submitting) == len(asked)
    finally:
        await _remember_keys(vendor, 0)


async def _remember_keys(vendor: Vendor, seconds: float) -> None:
    async with httpx2.AsyncClient(base_url=vendor.url, trust_env=False) as http:
        (await http.post("/settings", json={"key_window_s": seconds})).raise_for_status()
