"""Places at a provider's account, shared by worker processes on a real server."""

import asyncio
from itertools import pairwise

from contracts.work import Claimed, Submitted, Succeeded
from kit.log_jetstream import JetStreamLog
from kit.slots import Slots
from support.vendor import Vendor
from workers.bench import Bench

QUICK = {"GROOVE_PROVIDERS": "local,fake", "GROOVE_SEND_WITHIN_S": "5", "GROOVE_CONNECT_S": "1"}


def told(vendor: Vendor, **more: str) -> dict[str, str]:
    return {**QUICK, "GROOVE_FAKE_URL": vendor.url, **more}


async def test_no_more_than_the_account_allows_are_at_the_provider_and_a_killed_worker_gives_up_its_place(
    workshop: Bench, vendor: Vendor
):
    vendor.takes(0.7)
    env = told(vendor, GROOVE_SLOTS="3", GROOVE_PROVIDER_SLOTS="fake=1", GROOVE_SLOT_LEASE_S="4")
    workers = await asyncio.gather(workshop.worker(**env), workshop.worker(**env))
    nodes = ["n1", "n2", "n3"]
    for node in nodes:
        await workshop.put(workshop.paid(node))
    first, _ = await _first(workshop, nodes, Submitted)
    claimed = next(report for report in await workshop.reports(first) if isinstance(report, Claimed))
    next(worker for worker in workers if worker.name == claimed.worker).kill()
    for node in nodes:
        assert isinstance(await workshop.until(node, limit_s=40), Succeeded)
    vendor.takes(0)
    jobs = await asyncio.to_thread(vendor.jobs, workshop.run)
    assert len(jobs) == len(nodes), "one submission per task"
    assert all(later["at"] - earlier["at"] >= 0.5 for earlier, later in pairwise(jobs))


async def test_a_place_goes_from_hand_to_hand_on_the_server(workshop: Bench):
    log = JetStreamLog(workshop.nc, workshop.subjects.accounts)
    base = workshop.subjects.provider_slots("fake")
    rivals = [Slots(log, base, 2) for _ in range(5)]
    leases = await asyncio.gather(*(slots.take(f"w{n}") for n, slots in enumerate(rivals)))
    held = [lease for lease in leases if lease is not None]
    assert 1 <= len(held) <= 2, "two who want the same one may both look elsewhere for a moment"
    for lease in held:
        await lease.release()
    again = [await slots.take("again") for slots in rivals]
    assert [lease is not None for lease in again] == [True, True, False, False, False]
    for lease in again:
        if lease is not None:
            await lease.release()


async def _first(workshop: Bench, nodes: list[str], kind: type) -> tuple[str, object]:
    waits = {asyncio.create_task(workshop.until(node, kind, limit_s=30)): node for node in nodes}
    done, others = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    for other in others:
        other.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    one = next(iter(done))
    return waits[one], one.result()
