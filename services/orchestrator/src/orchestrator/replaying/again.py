"""One decision, made once more from what its decider knew: time, plan and answers about recipes are the record's."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from contracts.base import NodeId, ProjectId, RunId
from contracts.envelope import GraphDecision, RunDecision, RunLetter
from contracts.graph import GraphEvent
from contracts.problems import Rejected, Rejection
from contracts.run import (
    NodeAwaiting,
    NodeCached,
    NodeInherited,
    NodeScheduled,
    RunEvent,
    RunFunded,
    RunRefused,
    RunStarted,
    StartRun,
)
from orchestrator.domain.draft import Hit, Known, Mine, Theirs
from orchestrator.domain.fork import Fork
from orchestrator.domain.run import Act, begun, look, obey, start, taking_over
from orchestrator.domain.run_state import Run, Step

Source = Callable[[RunId], Run | None]
"""A run that was forked, as it was left: what it gives to its forks does not change. None: it is not at hand."""


class Missing(Exception):
    """The log lacks what the decision was made from."""


@dataclass(frozen=True)
class Again:
    """What is decided."""

    events: tuple[RunEvent | GraphEvent, ...] = ()
    refused: Rejection | None = None


def decide_again(run: Run, decision: RunDecision, letters: dict[str, RunLetter], source: Source) -> Again:
    """Decide once more.

    Raises:
        Missing: the command that it answers is not in the log.
    """
    try:
        act = _act(run, decision, letters, source)
    except Rejected as no:
        return Again(refused=no.rejection)
    known, woken = _known(decision), _woken(run, decision)
    funding = _funding(decision)
    decided = look(run, decision.at, known, act, woken, funding=funding)
    if decided.needs and decided.events != decision.events:
        # a recipe that was got, and then not made: the budget did not reach
        known = {**known, **{(node_id, key): Mine() for node_id, key in decided.needs.items()}}
        decided = look(run, decision.at, known, act, woken, funding=funding)
    return Again(decided.events)


def _act(run: Run, decision: RunDecision, letters: dict[str, RunLetter], source: Source) -> Act | None:
    act = None
    if decision.answers is not None:
        letter = letters.get(decision.answers)
        if letter is None:
            raise Missing(f"it answers command {decision.answers}, which is not in the log")
        act = _obeying(run, decision, letter, source)
    forked_from = run.started.forked_from if run.started else None
    if run.started is None or forked_from is None or not run.heirs_left():
        return act
    return taking_over(source(forked_from) or _stand_in(run.started, decision), act)


def _obeying(run: Run, decision: RunDecision, letter: RunLetter, source: Source) -> Act | None:
    command = letter.command
    if not isinstance(command, StartRun):
        return obey(run, command)
    if begun(run, command):
        return None
    born = next((event for event in decision.events if isinstance(event, RunStarted | RunRefused)), None)
    if born is None:
        raise Missing("it answers a request to start, and neither starts nor refuses")
    if isinstance(born, RunRefused):
        return start(letter, command, Rejected(*born.rejection.errors), (None, ""))
    fork = None
    if born.forked_from is not None and born.frozen is not None:
        was = source(born.forked_from) or _stand_in(born, decision)
        fork = Fork(was, born.frozen, born.plan, born.variables, born.inherits)
    return start(letter, command, born.plan, (born.graph_version, born.graph_name), fork)


def _stand_in(born: RunStarted, decision: RunDecision) -> Run:
    """The run that was forked, as far as this decision tells of it: in an export it is not there."""
    run_id, taken = born.forked_from or RunId(""), [e for e in decision.events if isinstance(e, NodeInherited)]
    project = taken[0].origin.project_id if taken else born.project_id
    run = Run(id=run_id, project_id=ProjectId(project), started=born.model_copy(update={"run_id": run_id}))
    run.steps = {node_id: Step() for node_id in born.inherits}
    run.steps |= {e.node_id: Step(state="completed", outputs=e.outputs, recipe=e.recipe) for e in taken}
    return run


def _funding(decision: RunDecision) -> int | None:
    """What was held for the run, as far as its decider was told: nothing more, where it says nothing."""
    for event in decision.events:
        if isinstance(event, RunFunded | RunStarted):
            return event.reserved
    return 0


def _woken(run: Run, decision: RunDecision) -> frozenset[NodeId]:
    """Nodes that were moved by a timer, or by whoever finished what they waited for."""
    woken = set()
    for event in decision.events:
        node_id = getattr(event, "node_id", None)
        step = run.steps.get(node_id) if node_id is not None else None
        if step is None or node_id is None:
            continue
        early = step.retry_at is not None and step.retry_at - decision.at > timedelta()
        if step.maker is not None or (early and isinstance(event, NodeScheduled)):
            woken.add(node_id)
    return frozenset(woken)


def _known(decision: RunDecision) -> Known:
    found: dict[tuple[NodeId, str], Mine | Hit | Theirs] = {}
    for event in decision.events:
        match event:
            case NodeScheduled(recipe=str(key)):
                found[event.node_id, key] = Mine()
            case NodeCached():
                found[event.node_id, event.recipe] = Hit(event.outputs, event.origin)
            case NodeAwaiting():
                found[event.node_id, event.recipe] = Theirs(event.maker)
    return found


def recorded(decision: RunDecision | GraphDecision) -> Again:
    return Again(decision.events, decision.refused)


__all__ = ["Again", "Missing", "Source", "decide_again", "recorded"]
