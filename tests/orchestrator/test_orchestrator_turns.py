"""What waits for the workers, in which order it gets there, and that none of it is lost. By counts, not by time."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from orchestrator_house import apart, chain, once_each

from contracts.envelope import ReportLetter, unseal
from contracts.run import CancelRun, StartRun
from contracts.work import Claimed, Task
from kit.log_jetstream import JetStreamLog
from kit.pull import Puller
from orchestrator.admission import width
from providers.worker.slots import Announcing

SLOTS = 2


async def orchestrator(home, slots: int = SLOTS, **environment: str):
    """One that has heard of the workers."""
    process = await home.orchestrator(**environment)

    async def heard() -> bool:
        return await home.gauge('groove_worker_slots{queue="text"}') == slots

    await home.until(heard)
    return process


@asynccontextmanager
async def workers(home, slots: int = SLOTS) -> AsyncIterator[None]:
    """Somebody says that there are so many, as workers do."""
    announcing = Announcing(home.nc.publish, home.subjects, "text", "scripted", every_s=0.1)
    announcing.start(slots)
    yield
    await announcing.stop()


async def queued(home) -> list[Task]:
    """In the order in which workers get them."""
    stream = JetStreamLog(home.nc, home.subjects.tasks)
    return [unseal(Task, record.data) for record in await stream.read(f"{home.subjects.prefix}.task.text.>")]


async def claims(home, run: str) -> Counter[str]:
    """How often a worker began each node."""
    records = await home.log.read(home.subjects.report("p", run, "*"))
    return Counter(r.subject for r in records if isinstance(unseal(ReportLetter, r.data).report, Claimed))


async def as_many(home, count: int) -> None:
    async def there() -> bool:
        return len(await queued(home)) == count

    await home.until(there)


@asynccontextmanager
async def at_work(home) -> AsyncIterator[None]:
    puller = Puller(home.nc, home.subjects.tasks, "text")
    working = asyncio.create_task(home.work(puller))
    yield
    await puller.close()
    await working


async def test_one_node_of_another_user_lies_behind_no_more_than_keeps_the_workers_busy(idle_home):
    home = idle_home
    async with workers(home):
        await orchestrator(home)
        await home.start("many", apart("many", 300), user="a")
        await as_many(home, width(SLOTS))
        await home.start("one", chain("one", 1), user="b")
        await as_many(home, width(SLOTS) + 1)
        assert [task.user_id for task in await queued(home)] == ["a"] * width(SLOTS) + ["b"]
        async with at_work(home):
            facts = await home.over("many", "one")
        for events in facts.values():
            once_each(events)
        assert [task.user_id for task in home.tasks].index("b") == width(SLOTS)


async def test_users_with_much_to_do_take_turns(idle_home):
    home = idle_home
    async with workers(home):
        await orchestrator(home)
        await home.start("first", apart("first", 60), user="a")
        await home.start("second", apart("second", 60), user="b")
        async with at_work(home):
            await home.over("first", "second")
        order = "".join(task.user_id for task in home.tasks[10:100])
        assert 0.35 < order.count("a") / len(order) < 0.65


async def test_what_is_held_back_is_found_again_by_who_comes_after(idle_home):
    home = idle_home
    async with workers(home):
        first = await orchestrator(home)
        await home.start("many", apart("many", 40), user="a")
        await as_many(home, width(SLOTS))
        first.kill()
        await first.wait()
        await orchestrator(home)
        async with at_work(home):
            facts = await home.over("many")
        once_each(facts["many"])
        # who comes after may queue again what a worker finished while it was reading: no worker begins that again
        assert {task.node_id for task in home.tasks} == {f"n{i}" for i in range(40)}
        assert set((await claims(home, "many")).values()) == {1}


async def test_a_cancel_ends_what_was_held_back_and_it_never_gets_to_a_worker(idle_home):
    home = idle_home
    async with workers(home):
        await orchestrator(home)
        await home.start("many", apart("many", 40), user="a")
        await as_many(home, width(SLOTS))
        await home.answer(await home.ask("many", CancelRun(), user="a"))

        async def closed() -> bool:
            return not await home.open_runs.list()

        await home.until(closed)
        await home.start("next", apart("next", 9), user="a")
        async with at_work(home):
            await home.over("next")
        names = [task.run_id for task in home.tasks]
        assert (names.count("next"), names.count("many")) == (9, width(SLOTS))


async def test_the_installation_says_how_many_a_user_may_have_at_work(idle_home):
    home = idle_home
    async with workers(home, slots=20):
        await orchestrator(home, 20, GROOVE_USER_TASKS="2", GROOVE_PROVIDER_TASKS="local=3,other=1")
        for user in "ab":
            await home.start(user, apart(user, 9), user=user)
        await as_many(home, 3)
        assert await home.gauge('groove_tasks_held_back{queue="text"}') == 15
        async with at_work(home):
            facts = await home.over("a", "b")
        for events in facts.values():
            once_each(events)


async def test_what_is_urgent_goes_before_what_the_same_user_asked_for_earlier(idle_home):
    home = idle_home
    async with workers(home, slots=1):
        await orchestrator(home, 1)
        for priority in ("low", "normal", "high"):
            command = StartRun(inline=apart(priority, 4), body_digest=priority, priority=priority)
            await home.answer(await home.ask(priority, command))
        async with at_work(home):
            await home.over("low", "normal", "high")
        assert [task.run_id for task in home.tasks] == ["low"] + ["high"] * 4 + ["normal"] * 4 + ["low"] * 3
