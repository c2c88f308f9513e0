"""What facts and reports do to a run. Nothing here refuses: the log is right."""

from collections.abc import Callable
from dataclasses import replace

from contracts.base import NodeId
from contracts.envelope import RunDecision
from contracts.failures import Failure, FailureKind
from contracts.run import (
    CostBasis,
    LateResult,
    NodeAwaiting,
    NodeCached,
    NodeCancelled,
    NodeFailed,
    NodeInDoubt,
    NodeInherited,
    NodeJudged,
    NodeMade,
    NodeReset,
    NodeRetryScheduled,
    NodeScheduled,
    NodeSkipped,
    NodeState,
    NodeSucceeded,
    RunCancelled,
    RunCompleted,
    RunEvent,
    RunFailed,
    RunFunded,
    RunRefused,
    RunResumed,
    RunStarted,
)
from contracts.work import Succeeded
from orchestrator.domain.hearing import answered, learn, no_doubt
from orchestrator.domain.run_state import Kept, Run, Step, sources_of, weaker

_REMEMBERED = 256


def apply(run: Run, decision: RunDecision, seq: int) -> None:
    """Take in one decision, in place."""
    run.seq = seq
    for event in decision.events:
        evolve(run, event)
    _stored(run, decision)


def adopt(run: Run, decision: RunDecision, seq: int) -> None:
    """Take in a decision whose events `run` has taken in already, while it was being made."""
    run.seq = seq
    for event in decision.events:
        if isinstance(event, NodeScheduled | NodeMade):
            run.steps[event.node_id] = run.steps[event.node_id].but(basis=seq)
    _stored(run, decision)


def _stored(run: Run, decision: RunDecision) -> None:
    run.decisions += 1
    if decision.answers is not None:
        run.answered[decision.answers] = (run.seq, decision.refused)
        while len(run.answered) > _REMEMBERED:
            del run.answered[next(iter(run.answered))]


def evolve(run: Run, event: RunEvent) -> None:
    """Take in one fact, in place."""
    match event:
        case RunStarted():
            _start(run, event)
        case RunRefused():
            run.id, run.user_id, run.refused = event.run_id, event.user_id, event
        case RunCompleted():
            run.state = "completed"
        case RunFailed():
            run.state = "failed"
        case RunCancelled():
            run.state = "cancelled"
        case RunResumed():
            run.state, run.failed_first = "running", None
            run.lives += 1
            run.allowance = None if run.allowance is None else run.spent  # the rest may have been let go
        case RunFunded():
            run.allowance = event.reserved
        case _:
            run.put(event.node_id, _AFTER[type(event)](run, run.steps[event.node_id], event))


def _start(run: Run, event: RunStarted) -> None:
    run.id, run.project_id, run.user_id = event.run_id, event.project_id, event.user_id
    run.started, run.state, run.allowance = event, "running", event.reserved
    run.plan = {node.id: node for node in event.plan.nodes}
    run.heirs = dict.fromkeys(event.inherits)
    run.order = {node.id: number for number, node in enumerate(event.plan.nodes)}
    dependants: dict[NodeId, list[NodeId]] = {node.id: [] for node in event.plan.nodes}
    for node in event.plan.nodes:
        sources = sources_of(node)
        run.lacking[node.id] = len(sources)
        for source in sources:
            dependants[source].append(node.id)
        run.put(node.id, Step())
    run.dependants = {node_id: tuple(after) for node_id, after in dependants.items()}


def _spend(run: Run, cost: int, basis: CostBasis) -> None:
    if cost:
        run.spent += cost
        run.basis = weaker(run.basis, basis)


def _scheduled(run: Run, step: Step, event: NodeScheduled) -> Step:
    state: NodeState = "running" if step.claimed >= event.attempt else "queued"
    return step.but(
        state=state,
        attempt=event.attempt,
        basis=run.seq,
        recipe=event.recipe,
        adopt=event.adopt,
        better=False,
        retry_at=None,
        maker=None,
    )


def _awaiting(_run: Run, step: Step, event: NodeAwaiting) -> Step:
    return step.but(state="waiting", recipe=event.recipe, maker=event.maker)


def _inherited(run: Run, step: Step, event: NodeInherited) -> Step:
    run.heirs.pop(event.node_id, None)
    run.there(event.node_id)
    return step.but(state="inherited", outputs=event.outputs, recipe=event.recipe)


def _cached(run: Run, step: Step, event: NodeCached) -> Step:
    return _good(run, step, event).but(state="cached")


def _succeeded(run: Run, step: Step, event: NodeSucceeded) -> Step:
    """Of what was judged, the best attempt stands for the node; all that were made are answered."""
    last = max(event.attempt, step.attempt) if event.judged else event.attempt
    _spend(run, event.cost, event.cost_basis)
    answered(run, event.node_id, last)
    return _good(run, step, event).but(
        state="completed",
        attempt=event.attempt if event.judged else step.attempt,
        cost=step.cost + event.cost,
        decided=max(step.decided, last),
        doubted=no_doubt(run, event.node_id, step, event.attempt),
    )


def _good(run: Run, step: Step, event: NodeSucceeded | NodeCached) -> Step:
    run.there(event.node_id)
    return step.but(
        outputs=event.outputs,
        recipe=event.recipe,
        retry_at=None,
        maker=None,
        failure=None,
        doubt=False,
        kept=(),
        judging=False,
        better=False,
    )


def _made(run: Run, step: Step, event: NodeMade) -> Step:
    """It is the next attempt now that is waited for, and that one only looks."""
    _spend(run, event.cost, event.cost_basis)
    answered(run, event.node_id, event.attempt)
    kept = Kept(event.attempt, event.outputs, event.cost_basis, event.started_at, event.prompt_sent, event.notes)
    return step.but(
        state="running",
        attempt=event.attempt + 1,
        basis=run.seq,
        cost=step.cost + event.cost,
        decided=max(step.decided, event.attempt),
        kept=(*step.kept, kept),
        judging=True,
        retry_at=None,
        failure=None,
        adopt=None,
        doubt=False,
        doubted=no_doubt(run, event.node_id, step, event.attempt),
    )


def _judged(run: Run, step: Step, event: NodeJudged) -> Step:
    answered(run, event.node_id, event.attempt)
    notes = (event.note,) if event.note else ()
    kept = tuple(
        replace(one, outputs=event.outputs, notes=(*one.notes, *notes)) if one.attempt == event.made else one
        for one in step.kept
    )
    return step.but(
        state="waiting",
        kept=kept,
        judging=False,
        better=event.again,
        decided=max(step.decided, event.attempt),
        again=step.again + event.again,
        retry_at=None,
    )


def _late(run: Run, step: Step, event: LateResult) -> Step:
    _spend(run, event.cost, event.cost_basis)
    answered(run, event.node_id, event.attempt)
    return step.but(
        cost=step.cost + event.cost,
        decided=max(step.decided, event.attempt),
        late=event.outputs or step.late,
        doubt=step.doubt and event.attempt != step.attempt,
        doubted=no_doubt(run, event.node_id, step, event.attempt),
    )


def _in_doubt(run: Run, step: Step, event: NodeInDoubt) -> Step:
    known = run.reports.get(event.node_id)
    if isinstance(known, Succeeded) and known.attempt == event.attempt:  # it was not known to who decided this
        learn(run, event.node_id, known)
    answered(run, event.node_id, event.attempt)
    return step.but(
        doubted=tuple(dict.fromkeys((*step.doubted, event.attempt))),
        state="in_doubt",
        failure=event.failure,
        doubt=True,
        decided=max(step.decided, event.attempt),
        retry_at=None,
        maker=None,
    )


def _failed(run: Run, step: Step, event: NodeFailed) -> Step:
    run.failed_first = run.failed_first or event.node_id
    _spend(run, event.cost, "reported")
    answered(run, event.node_id, event.attempt)
    return step.but(
        state="failed",
        failure=event.failure,
        cost=step.cost + event.cost,
        decided=max(step.decided, event.attempt),
        retry_at=None,
        maker=None,
        doubt=False,
    )


def _retrying(run: Run, step: Step, event: NodeRetryScheduled) -> Step:
    _spend(run, event.cost, "reported")
    answered(run, event.node_id, event.attempt - 1)
    return step.but(
        state="waiting",
        cost=step.cost + event.cost,
        failure=event.failure,
        retry_at=event.retry_at,
        tries=step.tries + event.counted,
        decided=max(step.decided, event.attempt - 1),
    )


def _cancelled(_run: Run, step: Step, _event: NodeCancelled) -> Step:
    late = step.kept[-1].outputs if step.kept else step.late  # paid for, and never looked at
    return step.but(state="cancelled", retry_at=None, maker=None, late=late)


def _skipped(_run: Run, step: Step, event: NodeSkipped) -> Step:
    failure = Failure(kind=FailureKind.INVALID_INPUT, message=f"Skipped because {event.because} did not succeed.")
    return step.but(state="skipped", failure=failure)


def _reset(_run: Run, step: Step, event: NodeReset) -> Step:
    return step.but(
        state="waiting",
        tries=0,
        failure=None,
        adopt=event.adopt,
        doubt=step.doubt and not event.settled,
        kept=(),
        judging=False,
        better=False,
        again=0,
    )


_AFTER: dict[type[RunEvent], Callable[..., Step]] = {
    NodeScheduled: _scheduled,
    NodeAwaiting: _awaiting,
    NodeSucceeded: _succeeded,
    NodeMade: _made,
    NodeJudged: _judged,
    NodeCached: _cached,
    NodeInherited: _inherited,
    LateResult: _late,
    NodeInDoubt: _in_doubt,
    NodeFailed: _failed,
    NodeRetryScheduled: _retrying,
    NodeCancelled: _cancelled,
    NodeSkipped: _skipped,
    NodeReset: _reset,
}
