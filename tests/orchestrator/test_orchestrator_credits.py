"""Runs that are paid for, on a real server: many at once, with too little money, by orchestrators that are killed."""

import asyncio
import os
import sys

from orchestrator_house import node, stamp

from contracts.base import UserId
from contracts.credit import Grant
from contracts.envelope import CreditDecision, CreditLetter, ReportLetter, RunDecision, seal, unseal
from contracts.problems import Reason
from contracts.run import InlineGraph, RunStarted, StartRun
from contracts.values import TextValue
from contracts.work import Succeeded, Task
from kit.clock import utc_now
from kit.ids import new_id
from orchestrator.domain.credit import Account, apply

PAID = {"GROOVE_CREDITS": "on", "GROOVE_PROVIDERS": "local,fake", "GROOVE_SWEEP_S": "0.5", "GROOVE_OVERDUE_S": "0.3"}
PRICE = 100_000
DIES = """
import os, signal
from kit.log_jetstream import JetStreamLog
from orchestrator import main

append = JetStreamLog.append

async def dies(self, subject, data, **more):
    if b'"RunStarted"' in data:
        os.kill(os.getpid(), signal.SIGKILL)
    return await append(self, subject, data, **more)

JetStreamLog.append = dies
main.main()
"""


def costs(task: Task) -> Succeeded:
    said = {"outputs": {"text": (TextValue(text=task.run_id),)}, "cost": PRICE, "cost_basis": "reported"}
    return Succeeded(**stamp(task), started_at=utc_now(), **said)


def one(word: str) -> InlineGraph:
    return InlineGraph(nodes=(node("n0", prompt=word, provider="fake", model="fake-writer"),))


async def give(home, amount: int) -> None:
    letter = CreditLetter(
        id=new_id(),
        at=utc_now(),
        user_id=UserId("u"),
        project_id="_",
        aggregate_id="u",
        reply_to=home.subjects.answers("door"),
        command=Grant(amount=amount, key="first"),
    )
    subject = home.subjects.command("credit", "u", "u")
    await home.log.append(subject, seal(letter), expected=None, event_id=letter.id)
    assert (await home.answer(letter.id)).outcome == "done"


async def account(home) -> Account:
    """As the log tells it; never was more reserved than there was."""
    told = Account()
    for record in await home.log.read(home.subjects.events("credit", "u", "u")):
        decision = unseal(CreditDecision, record.data)
        before = told.available
        apply(told, decision, record.seq)
        for event in decision.events:
            assert event.type not in {"Reserved", "ReservationEnlarged"} or event.amount <= before
    return told


async def nothing_held(home) -> bool:
    return not (await account(home)).holds and not await home.open_runs.list()


async def test_many_runs_at_once_with_too_little_money_and_only_so_many_begin(home):
    home.answering = costs
    await asyncio.gather(home.orchestrator(**PAID), home.orchestrator(**PAID))
    await give(home, 5 * PRICE + PRICE // 2)
    runs = [f"run{n}" for n in range(20)]
    letters = await asyncio.gather(*(home.ask(run, StartRun(inline=one(run), body_digest=run)) for run in runs))
    answers = await asyncio.gather(*map(home.answer, letters))
    begun = [run for run, answer in zip(runs, answers, strict=True) if answer.outcome == "done"]
    assert len(begun) == 5
    assert {answer.rejection.reason for answer in answers if answer.rejection} == {Reason.INSUFFICIENT_CREDITS}
    await home.over(*begun)
    await home.until(lambda: nothing_held(home))
    there = await account(home)
    assert (there.balance, there.reserved) == (PRICE // 2, 0)
    for run in begun:
        told = await home.log.read(home.subjects.report("p", run, "n0"))
        assert [unseal(ReportLetter, record.data).report.type for record in told] == ["Claimed", "Succeeded"]
    # a copy of a task may come from a sweep that meets its end halfway: whoever has reported drops it
    assert {task.id for task in home.tasks} == {f"{run}.n0.1" for run in begun}


async def killed(home) -> None:
    """By its own hand, when a reservation is stored and the run is not."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-c", DIES),
        env={
            **os.environ,
            "GROOVE_NATS_URL": home.nats_url,
            "GROOVE_PREFIX": home.subjects.prefix,
            "GROOVE_HEALTH_PORT": "0",
            **PAID,
        },
        stdout=asyncio.subprocess.DEVNULL,
    )
    assert await process.wait() == -9


async def test_killed_between_the_reservation_and_the_run_it_is_used_or_let_go_of(home):
    """Its command comes again by itself only in half a minute: the sweep sees to it before that."""
    home.answering = costs
    first = await home.orchestrator(**PAID)
    await give(home, PRICE)
    first.terminate()
    await first.wait()
    letter = await home.ask("run", StartRun(inline=one("run"), body_digest="run"))
    await killed(home)
    assert (await account(home)).reserved == PRICE
    assert len(await home.open_runs.list()) == 1
    await home.orchestrator(**PAID)
    assert (await home.answer(letter)).outcome == "done"
    await home.over("run")
    await home.until(lambda: nothing_held(home))
    there = await account(home)
    assert (there.balance, there.reserved) == (0, 0)
    decisions = await home.decisions("run", "p", "run", RunDecision)
    assert sum(isinstance(event, RunStarted) for decision in decisions for event in decision.events) == 1
