"""Runs that are paid for, with everything that may go wrong: what was put in is there or was spent, to the last."""

from datetime import timedelta

import pytest

from contracts.base import RunId
from contracts.credit import Grant, Granted
from contracts.envelope import CreditDecision, CreditLetter, seal, unseal
from contracts.run import StartRun
from orchestrator import credits as accounts
from orchestrator import runs
from orchestrator.domain.booking import Want
from orchestrator.domain.credit import Account, apply
from orchestrator.domain.evolve import apply as take_in
from orchestrator.domain.run_state import Run
from orchestrator.items import RunKey
from orchestrator.sweep import sweep
from unit.orchestrator.simulated_worker import work
from unit.orchestrator.simulation import ORCHESTRATORS, PROJECT, SUBJECTS, Simulation
from unit.orchestrator.test_simulation import RUNS, drawn, left_behind, told

PLENTY = 1_000_000


async def give(simulation: Simulation, amount: int) -> None:
    """There before anything is asked."""
    said = {"amount": amount, "key": "first", "by": "root", "balance": amount, "reserved": 0}
    decision = CreditDecision(
        id="first", at=simulation.clock(), actor="root", events=(Granted(at=simulation.now, **said),)
    )
    await simulation.log.append(SUBJECTS.events("credit", "u", "u"), seal(decision), expected=0, event_id="first")


async def grant(simulation: Simulation, amount: int) -> None:
    """Asked for twice, and delivered twice each."""
    for letter_id in ("grant-1", "grant-2"):
        letter = CreditLetter(
            id=letter_id,
            at=simulation.clock(),
            user_id="u",
            project_id="_",
            aggregate_id="u",
            command=Grant(amount=amount, key="second"),
        )
        for copy in range(2):
            subject = SUBJECTS.command("credit", "u", "u")
            await simulation.log.append(subject, seal(letter), expected=None, event_id=f"{letter_id}-{copy}")


def account_of(simulation: Simulation) -> Account:
    """Folded, every entry checked against the entries before it."""
    account = Account()
    subject = SUBJECTS.events("credit", "u", "u")
    for record in simulation.log._records:
        if record.subject != subject:
            continue
        decision = unseal(CreditDecision, record.data)
        before = account.available
        apply(account, decision, record.seq)
        for event in decision.events:
            if event.type in {"Reserved", "ReservationEnlarged"}:
                assert event.amount <= max(before, 0), "more was reserved than there was"
        if decision.events:
            last = decision.events[-1]
            assert (last.balance, last.reserved) == (account.balance, account.reserved)
    return account


def spent(simulation: Simulation) -> dict[str, int]:
    """What the runs say that they have cost."""
    found = {}
    for name in RUNS:
        run = Run()
        for decision in simulation.decisions(name):
            take_in(run, decision, 1)
        if run.started is not None and run.started.reserved is not None:
            found[name] = run.spent
    return found


async def check(seed: int, amount: int = PLENTY, **trouble: bool) -> Simulation:
    simulation = Simulation(seed, credits=True, **trouble)
    await give(simulation, amount)
    await grant(simulation, amount)
    reads = await told(simulation, meddling=trouble.get("crashes", False))
    if amount == PLENTY:
        assert await left_behind(simulation, reads) == []
    account, costs = account_of(simulation), spent(simulation)
    assert account.balance == 2 * amount - sum(costs.values())
    doubtful = {read.run for read in reads if read.doubtful}
    assert set(account.holds) <= doubtful, "something is held for a run that is over"
    return simulation


@pytest.mark.parametrize("seed", range(700, 710))
async def test_whatever_workers_do_the_account_is_right(seed: int):
    await check(seed, faults=True)


@pytest.mark.parametrize("seed", range(800, 815))
async def test_whoever_dies_the_account_is_right(seed: int):
    await check(seed, faults=True, crashes=True)


@pytest.mark.parametrize("seed", range(900, 910))
async def test_though_little_is_remembered_the_account_is_right(seed: int, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(runs, "KEPT", 1)
    monkeypatch.setattr(accounts, "KEPT", 0)
    monkeypatch.setattr(accounts, "SNAPSHOT_EVERY", 2)
    await check(seed, faults=True, crashes=True)


@pytest.mark.parametrize("seed", range(1000, 1015))
async def test_with_too_little_money_only_so_many_begin(seed: int):
    """Budgets stop before the call: nothing is asked for that could not be paid, as far as anybody could know."""
    simulation = Simulation(seed, credits=True, crashes=True)
    await give(simulation, 60)
    for _ in range(ORCHESTRATORS):
        simulation.begin()
    for run in RUNS:
        await simulation.ask(run, StartRun(inline=drawn(simulation.chance), body_digest=run), twice=True)
    assert await simulation.settle(work)
    await simulation.stop()
    account, costs = account_of(simulation), spent(simulation)
    assert account.balance == 60 - sum(costs.values())
    assert not account.holds
    assert await simulation.open.list() == []
    for run in RUNS:
        first = simulation.events(run)[0]
        assert first.type == ("RunStarted" if run in costs else "RunRefused")


async def test_what_is_held_for_a_run_that_never_began_is_let_go_of_by_the_sweep():
    simulation = Simulation(1, credits=True)
    await give(simulation, 60)
    process = simulation.begin()
    await simulation.ask("ghost", StartRun(inline=drawn(simulation.chance), body_digest="ghost"))
    simulation._collect()
    simulation.commands.clear()  # it is passed over
    await process.desk.runs.list(process.desk.runs.begin(RunKey(PROJECT, RunId("ghost"))))
    await process.desk.credits.reserve("u", Want(RunId("ghost"), PROJECT), 40)
    process.desk.runs.forget(RunKey(PROJECT, RunId("ghost")))
    for held in (40, 0):
        await sweep(process.desk, process.inbox)
        await process.inbox._boxes.quiet(lambda _: True, 5)
        assert account_of(simulation).reserved == held
        simulation.now += timedelta(minutes=5)  # at first it may still be about to begin
    assert await simulation.open.list() == []
    await simulation.stop()
