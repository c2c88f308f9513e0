"""The service as a process, on a real server, with a worker that says what the test wants."""

import asyncio
from collections import Counter

from orchestrator_house import chain, diamond, impatient, node, once_each, stamp, writes

from contracts.envelope import Estimate, RecipeDecision, RunLetter, seal, unseal
from contracts.failures import Failure, FailureKind
from contracts.run import CancelRun, InlineGraph, NodeRetryScheduled, ResumeRun, StartRun
from contracts.work import Failed, Task
from kit.clock import utc_now


def said(events) -> list[str]:
    return [f"{event.type} {getattr(event, 'node_id', '')}".strip() for event in events]


async def test_a_run_goes_from_its_start_to_its_end(home):
    await home.orchestrator()
    answer = await home.start("run", chain("one", 2))
    events = (await home.over("run"))["run"]
    await home.until(lambda: _closed(home))
    assert (answer.outcome, answer.seq > 0) == ("done", True)
    assert said(events) == [
        "RunStarted",
        "NodeScheduled n0",
        "NodeSucceeded n0",
        "NodeScheduled n1",
        "NodeSucceeded n1",
        "RunCompleted",
    ]
    assert [task.inputs for task in home.tasks][1]["context"][0].text == "made of one 0"


async def _closed(home) -> bool:
    return not await home.open_runs.list()


async def test_a_run_that_cannot_start_says_why_every_time(home):
    await home.orchestrator()
    graph = InlineGraph(nodes=(node("a", prompt=""),))
    first, second = await home.start("run", graph), await home.start("run", graph)
    other = await home.answer(await home.ask("run", StartRun(inline=graph, body_digest="another")))
    left = await home.open_runs.list()
    assert [answer.rejection.reason for answer in (first, second, other)] == [
        "missing_input",
        "missing_input",
        "different_body",
    ]
    assert "a" in first.rejection.message
    assert left == []


async def test_a_command_said_twice_is_done_once_and_answered_the_same(home):
    await home.orchestrator()
    first = await home.start("run", chain("one", 1))
    second = await home.start("run", chain("one", 1))
    once_each((await home.over("run"))["run"])
    assert first.outcome == second.outcome == "done"


async def test_a_failed_attempt_is_made_again_when_its_timer_fires(home):
    def answering(task: Task):
        failure = Failure(kind=FailureKind.TRANSIENT, message="Not now.")
        return writes(task) if task.attempt > 1 else Failed(**stamp(task), failure=failure)

    home.answering = answering
    await home.orchestrator()
    await home.start("run", chain("one", 1))
    events = (await home.over("run"))["run"]
    once_each(events)
    (retry,) = [event for event in events if isinstance(event, NodeRetryScheduled)]
    again = next(event for event in events if event.type == "NodeScheduled" and event.attempt == 2)
    assert again.at >= retry.retry_at


async def test_what_several_runs_want_is_made_once(home):
    runs = [f"run{n}" for n in range(10)]
    await home.orchestrator()
    await home.orchestrator()
    await asyncio.gather(*(home.start(run, diamond("same")) for run in runs))
    facts = await home.over(*runs)
    recipes = {task.recipe for task in home.tasks}
    told = [await home.decisions("recipe", "u", recipe, RecipeDecision) for recipe in recipes]
    for events in facts.values():
        once_each(events)
    # a copy of a task may come from a sweep that meets its end halfway: whoever has reported drops it
    made = {(task.run_id, task.node_id, task.attempt) for task in home.tasks}
    assert Counter(node for _, node, _ in made) == dict.fromkeys("abcd", 1)
    for decisions in told:
        assert [event.type for d in decisions for event in d.events if event.type != "Waiting"] == ["Making", "Made"]


async def test_two_hundred_runs_end_once_each_though_an_orchestrator_is_killed_in_the_middle(bus, home):
    await impatient(bus, home.subjects, ack_wait_s=1.5)
    runs = [f"run{n}" for n in range(200)]
    victim = await home.orchestrator(GROOVE_SWEEP_S="1")
    await home.orchestrator(GROOVE_SWEEP_S="1")
    for run in runs:
        await home.ask(run, StartRun(inline=diamond(run), body_digest=run))
    await home.until(lambda: _made(home, 200))
    victim.kill()
    facts = await home.over(*runs)
    await home.until(lambda: _closed(home))
    for events in facts.values():
        once_each(events)
        assert events[-1].type == "RunCompleted"


async def _made(home, count: int) -> bool:
    return len(home.tasks) >= count


async def test_a_cancel_and_the_reports_it_races_with_are_settled_in_the_log(home):
    runs = [f"run{n}" for n in range(20)]
    await home.orchestrator()
    await home.orchestrator()

    async def start_and_cancel(run: str, steps: int) -> None:
        await home.start(run, diamond(run))
        for _ in range(steps):
            await asyncio.sleep(0)
        await home.answer(await home.ask(run, CancelRun()))

    await asyncio.gather(*(start_and_cancel(run, 20 * n) for n, run in enumerate(runs)))
    facts = await home.over(*runs)
    await home.until(lambda: _closed(home))
    cancelled = [run for run in runs if "RunCancelled" in said(facts[run])]
    for run in cancelled:
        await home.answer(await home.ask(run, ResumeRun()))
    resumed = await home.over(*cancelled, times=2)
    for events in facts.values():
        once_each(events)
    assert cancelled
    for events in resumed.values():
        assert "RunCompleted" in said(events)


async def test_the_sweep_queues_a_task_that_was_lost(idle_home):
    first = await idle_home.orchestrator(GROOVE_SWEEP_S="3600")
    await idle_home.start("run", chain("one", 1))
    subject = idle_home.subjects.task("text", "p", "run", "n0")
    await idle_home.until(lambda: idle_home.queue.peek(subject))
    await idle_home.queue.cancel(subject)
    first.terminate()
    assert await first.wait() == 0
    await idle_home.orchestrator()
    await idle_home.until(lambda: idle_home.queue.peek(subject))


async def test_what_a_run_would_cost_is_answered_and_not_recorded(idle_home):
    await idle_home.orchestrator()
    before = await idle_home.log.last_seq()
    letter = RunLetter(
        id="letter",
        at=utc_now(),
        user_id="u",
        project_id="p",
        aggregate_id="run",
        command=StartRun(inline=chain("one", 2)),
    )
    reply = await idle_home.nc.request(idle_home.subjects.estimates, seal(letter), timeout=5)
    empty = letter.model_copy(update={"command": StartRun(inline=InlineGraph(nodes=()))})
    refusal = await idle_home.nc.request(idle_home.subjects.estimates, seal(empty), timeout=5)
    assert await idle_home.log.last_seq() == before
    assert set(unseal(Estimate, reply.data).nodes) == {"n0", "n1"}
    assert unseal(Estimate, refusal.data).rejection.reason == "empty_graph"
