"""The story of each kind of message: read, decide, append, act, answer."""

import contextlib
from collections.abc import Sequence

from contracts.base import NodeId
from contracts.envelope import Answer, RunLetter, seal
from contracts.problems import Reason, Rejected, Rejection, reject
from contracts.run import ResumeRun, StartRun
from contracts.work import TERMINAL, Revoked
from kit import tracing
from kit.log import Conflict, TooLarge
from orchestrator.domain.effects import Revoke, effects
from orchestrator.domain.run import Act, begun, obey, start
from orchestrator.forking import forked
from orchestrator.holding import hold_for, release_stranded
from orchestrator.imported import refuse_imported
from orchestrator.items import Asked, Due, Reported, RunItem, RunKey, Swept, Turn
from orchestrator.orchestra import Orchestra
from orchestrator.planning import planned_of
from orchestrator.ports import Overtaken
from orchestrator.runs import ATTEMPTS, Held, Why


async def handle_run(desk: Orchestra, key: RunKey, items: Sequence[RunItem], *, again: bool) -> None:
    """Everything that has come in for one run. `again`: some of it came before, so all effects are repeated."""
    held, repeated = desk.runs.kept(key), again and any(isinstance(item, Asked | Reported) for item in items)
    if held is None:
        if not any(_telling(item) or isinstance(item, Turn) for item in items):
            return  # it says nothing that must be decided; a fold will find it
        held, again = desk.runs.begin(key) if _begins(items, again=again) else await desk.runs.load(key), True
    elif not all(isinstance(item, Reported | Turn) for item in items):
        # reports that this process was not given, or that another one's decision made meaningful
        await desk.runs.catch_up(held, max((item.basis for item in items if isinstance(item, Due)), default=0))
    tracing.adopt(held.trace)
    touched: dict[NodeId, None] = {}
    try:
        for item in items:
            if isinstance(item, Reported):
                await desk.runs.hear(held, item.seq, item.node_id, item.report)
            if isinstance(item, Due | Turn) or (isinstance(item, Reported) and _telling(item)):
                touched[item.node_id] = None
        answers = [await _command(desk, held, item.letter, touched) for item in items if isinstance(item, Asked)]
        await _look(desk, held, items, touched)
        if any(isinstance(item, Swept) for item in items) and await release_stranded(desk, held):
            return
        await _act(desk, held, None if again or answers else touched, wake_again=repeated)
    except BaseException:
        desk.runs.forget(key)  # what was half done is read again from the log
        raise
    for letter, answer in answers:
        await _reply(desk, letter.reply_to, answer)


def _begins(items: Sequence[RunItem], *, again: bool) -> bool:
    """Whether the run cannot have been heard of before."""
    return not again and all(isinstance(item, Asked) and isinstance(item.letter.command, StartRun) for item in items)


def _telling(item: RunItem) -> bool:
    """Whether something may have to be decided."""
    if isinstance(item, Reported):
        return isinstance(item.report, (*TERMINAL, Revoked))
    return not isinstance(item, Turn)


async def _look(desk: Orchestra, held: Held, items: Sequence[RunItem], touched: dict[NodeId, None]) -> None:
    """Decide over reports, timers and wake-ups."""
    woken = frozenset(item.node_id for item in items if isinstance(item, Due))
    if any(isinstance(item, Swept) for item in items):
        woken |= {node_id for node_id, step in held.run.steps.items() if step.maker is not None}
    resumed = any(isinstance(item, Asked) and isinstance(item.letter.command, ResumeRun) for item in items)
    news = any(isinstance(item, Reported) and _telling(item) for item in items)
    obeyed_alone = all(isinstance(item, Asked) or not _telling(item) for item in items)
    if held.run.started is None or (obeyed_alone and not resumed):  # a command's decision holds all that followed
        return
    told = [] if resumed else await desk.runs.decide(held, Why(), woken=woken)
    if not told and (resumed or news):
        # what ended before a resume was stored, and what another process asked for again, is news only now
        await desk.runs.catch_up(held)
        told = await desk.runs.decide(held, Why(), woken=woken)
    _touch(told, touched)


def _touch(events: Sequence[object], touched: dict[NodeId, None]) -> None:
    for event in events:
        node_id = getattr(event, "node_id", None)
        if node_id is not None:
            touched[NodeId(node_id)] = None


async def _act(desk: Orchestra, held: Held, nodes: dict[NodeId, None] | None, *, wake_again: bool) -> None:
    desk.outside.settle(held.run, nodes)
    wanted = effects(held.run, nodes)
    await desk.outside.perform(held.run, wanted, wake_again=wake_again)
    if any(isinstance(effect, Revoke) for effect in wanted):  # what nobody had begun has ended with that
        await desk.outside.perform(held.run, effects(held.run, nodes), wake_again=wake_again)
    if held.run.settled:
        await desk.credits.settle(held.run, doubtful=nodes is None)
        await desk.runs.close(held)


async def _command(
    desk: Orchestra, held: Held, letter: RunLetter, touched: dict[NodeId, None]
) -> tuple[RunLetter, Answer]:
    if letter.basis > held.run.seq:
        await desk.runs.reach(held, letter.basis)
    for _ in range(ATTEMPTS):
        known = held.run.answered.get(letter.id)
        if known is not None:
            return letter, _answer(letter, known[0], _refusal(held) or known[1])
        with contextlib.suppress(Overtaken):
            return letter, await _obey(desk, held, letter, touched)
    raise Conflict(f"run {held.run_id} is still contended")


async def _obey(desk: Orchestra, held: Held, letter: RunLetter, touched: dict[NodeId, None]) -> Answer:
    why = Why(cause=letter.id, actor=letter.actor or letter.user_id, letter=letter)
    try:
        act = await _act_of(desk, held, letter)
        if act is not None:
            _touch(await desk.runs.decide(held, why, act), touched)
    except Rejected as no:
        if held.run.started is not None:
            await desk.runs.refuse(held, why, no.rejection)
        return _answer(letter, held.run.seq, no.rejection)
    except TooLarge:
        if not isinstance(letter.command, StartRun):
            raise
        message = "The graph is too large to be frozen into one run. Take away nodes, or shorten the texts."
        refusal = start(letter, letter.command, reject(Reason.GRAPH_TOO_LARGE, message), (None, ""))
        await desk.runs.decide(held, why, refusal)
    return _answer(letter, held.run.seq, _refusal(held))


def _refusal(held: Held) -> Rejection | None:
    return held.run.refused.rejection if held.run.refused else None


async def _act_of(desk: Orchestra, held: Held, letter: RunLetter) -> Act | None:
    """What the command does. None: it was done before, under another letter."""
    command, run = letter.command, held.run
    if not isinstance(command, StartRun):
        if run.started is None:
            await refuse_imported(desk.world, RunKey(held.project_id, held.run_id))
        return obey(run, command)
    if begun(run, command):
        return None
    try:
        if command.fork_of is not None:
            made = await forked(desk.world, desk.runs, desk.graphs, letter, command)
            act = start(letter, command, made.plan, (made.version, made.frozen.graph.name), made)
            await hold_for(desk, held, letter, made.plan, made)
            return act
        planned, version, name = await planned_of(desk, letter, command)
        act = start(letter, command, planned, (version, name))
        await hold_for(desk, held, letter, planned)
    except Rejected as no:
        return start(letter, command, no, (command.graph_version, ""))
    return act


async def _reply(desk: Orchestra, to: str | None, answer: Answer) -> None:
    if to is not None:
        await desk.world.say(to, seal(answer))


def _answer(letter: RunLetter, seq: int, rejection: Rejection | None) -> Answer:
    return Answer(command_id=letter.id, outcome="rejected" if rejection else "done", seq=seq, rejection=rejection)
