"""Credits are held for a run before it begins, and let go of if it never does."""

from collections.abc import Collection

from contracts.base import NodeId
from contracts.envelope import RunLetter
from contracts.plan import Plan
from contracts.problems import Rejected
from contracts.run import StartRun
from orchestrator.domain.billing import paid, wanted
from orchestrator.domain.booking import Want
from orchestrator.domain.fork import Fork
from orchestrator.items import RunKey
from orchestrator.orchestra import Orchestra
from orchestrator.planning import made_before
from orchestrator.runs import Held


async def hold_for(desk: Orchestra, held: Held, letter: RunLetter, made: Plan, fork: Fork | None = None) -> None:
    """Have held what the run may cost. What costs nothing needs nothing.

    Raises:
        Rejected: there is not so much, or a budget of the day forbids it.
    """
    held.reserved = None
    command = letter.command
    if not desk.credits.on or not isinstance(command, StartRun):
        return
    heirs: Collection[NodeId] = fork.heirs if fork else ()
    nodes = paid(made, heirs)
    if not nodes:
        return
    await desk.runs.list(held)
    want = Want(held.run_id, held.project_id, command.daily_budget)
    try:
        held.reserved = await desk.credits.reserve(letter.user_id, want, wanted(nodes, command.budget))
    except Rejected:
        there = await made_before(desk, letter, made, fork)  # it may be there for nothing
        left = paid(made, there)
        if len(left) == len(nodes):
            raise
        held.reserved = await desk.credits.reserve(letter.user_id, want, wanted(left, command.budget))


async def release_stranded(desk: Orchestra, held: Held) -> bool:
    """Of a run that is on the register and never began: whether it was taken off."""
    if held.run.started is not None or held.run.refused is not None or not desk.credits.on:
        return False
    key = RunKey(held.project_id, held.run_id)
    if not await desk.credits.release_stranded(key):
        return False
    held.listed = False
    await desk.outside.close_named(held.run_id)
    return True
