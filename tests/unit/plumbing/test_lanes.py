import asyncio

from kit.lanes import Lanes


async def test_each_lane_keeps_its_order_while_lanes_overlap():
    lanes, seen, running, most = Lanes(limit=40), {}, set(), 0

    def job(key: int, number: int):
        pause = (key * 7 + number * 3) % 5 / 2000

        async def run() -> None:
            nonlocal most
            assert key not in running
            running.add(key)
            most = max(most, len(running))
            await asyncio.sleep(pause)
            seen.setdefault(key, []).append(number)
            running.remove(key)

        return run

    for number in range(20):
        for key in range(5):
            await lanes.put(key, job(key, number))
    assert await lanes.drain()
    assert seen == {key: list(range(20)) for key in range(5)}
    assert most == 5
    assert len(lanes) == 0


async def test_putting_waits_when_there_is_no_room():
    lanes, gate = Lanes(limit=2), asyncio.Event()
    for key in range(2):
        await lanes.put(key, gate.wait)
    third = asyncio.create_task(lanes.put(2, gate.wait))
    await asyncio.sleep(0.01)
    assert not third.done()
    gate.set()
    await third
    assert await lanes.drain()


async def test_a_failed_job_stops_neither_its_lane_nor_others(caplog):
    lanes, done = Lanes(limit=10), []

    async def fails() -> None:
        raise ValueError("bug")

    async def works() -> None:
        done.append(1)

    await lanes.put("a", fails)
    await lanes.put("a", works)
    await lanes.put("b", works)
    await lanes.drain()
    assert done == [1, 1]
    assert "a job failed" in caplog.text


async def test_draining_cancels_what_takes_too_long_and_frees_its_room():
    lanes = Lanes(limit=2)
    await lanes.put("a", asyncio.Event().wait)
    await lanes.put("a", asyncio.Event().wait)
    assert not await lanes.drain(timeout_s=0.01)
    done = asyncio.Event()

    async def mark() -> None:
        done.set()

    async with asyncio.timeout(1):
        await lanes.put("a", mark)
        await done.wait()
    await lanes.drain()
