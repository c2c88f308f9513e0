"""What is decided about a run. The same state gives the same decision, whoever asks and however often."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from contracts.base import NodeId, RunId
from contracts.envelope import RunLetter
from contracts.failures import Failure, FailureKind
from contracts.problems import Reason, Rejected, reject
from contracts.run import (
    CancelRun,
    LateResult,
    NodeCancelled,
    NodeFailed,
    NodeInDoubt,
    NodeReset,
    NodeSucceeded,
    Plan,
    ResumeRun,
    RunCancelled,
    RunEvent,
    RunRefused,
    RunResumed,
    RunStarted,
    SettleNode,
    StartRun,
)
from contracts.work import Failed, InDoubt, Succeeded
from orchestrator.domain import judging
from orchestrator.domain.draft import Draft, Known, Lack
from orchestrator.domain.fork import Fork
from orchestrator.domain.forward import end, go_on, skip_after
from orchestrator.domain.retries import after_failure
from orchestrator.domain.run_state import GOOD, Outcome, Run, Step, outcome_reports, truths


@dataclass(frozen=True)
class Decided:
    events: tuple[RunEvent, ...]
    needs: Mapping[NodeId, str]
    """Not empty: find these out, and decide again."""
    more: bool
    """These facts are a decision of their own; when they are stored, look again."""
    after: Run
    """The run with these facts taken in."""
    lacks: Lack | None = None
    """Set: have so much held for the run, and decide again."""


Act = Callable[[Draft], None]


def look(
    run: Run,
    now: datetime,
    known: Known,
    act: Act | None = None,
    woken: frozenset[NodeId] = frozenset(),
    *,
    funding: int | None = None,
) -> Decided:
    """Decide all that can be decided now: what was reported, the command, timers, what is ready, the end.

    `woken` nodes ask again for the recipe that they wait for. `funding`: what is held for the run, as was found out.
    """
    draft = Draft(run.copy(), now, known, woken, funding=funding)
    _answer_reports(draft)
    if act is not None:
        act(draft)
        _answer_reports(draft)  # a resume gives meaning to what had none before
    if draft.run.state == "running":
        go_on(draft)
    more = draft.full or bool(draft.needs) or draft.lacks is not None
    return Decided(tuple(draft.events), draft.needs, more, draft.run, draft.lacks)


def start(
    letter: RunLetter,
    command: StartRun,
    plan: Plan | Rejected,
    graph: tuple[int | None, str],
    fork: Fork | None = None,
) -> Act:
    """Begin, or record why not. `graph` is the version and name that were frozen."""
    source = fork.source if fork else None
    was = source.started if source else None

    def act(draft: Draft) -> None:
        if isinstance(plan, Rejected):
            draft.record(
                RunRefused(
                    at=draft.now,
                    run_id=_run_id(letter),
                    user_id=letter.user_id,
                    rejection=plan.rejection,
                    body_digest=command.body_digest,
                )
            )
            return
        draft.record(
            RunStarted(
                at=draft.now,
                run_id=_run_id(letter),
                project_id=letter.project_id,
                user_id=letter.user_id,
                graph_id=was.graph_id if was else command.graph_id,
                graph_version=graph[0],
                graph_name=graph[1],
                plan=plan,
                variables=dict(fork.variables) if fork else command.variables,
                priority=command.priority,
                budget=command.budget,
                body_digest=command.body_digest,
                forked_from=was.run_id if was else None,
                inherits=fork.heirs if fork else (),
                frozen=fork.frozen if fork else None,
                reserved=draft.funding,
                daily_budget=command.daily_budget if draft.funding is not None else None,
            )
        )
        draft.source = source

    return act


def taking_over(source: Run, act: Act | None) -> Act:
    """As `act`, with the run at hand from which there is still something to be taken over."""

    def both(draft: Draft) -> None:
        draft.source = source
        if act is not None:
            act(draft)

    return both


def begun(run: Run, command: StartRun) -> bool:
    """Whether the very same was asked for and answered before.

    Raises:
        Rejected: something else was, under the same id.
    """
    born = run.started or run.refused
    if born is not None and born.body_digest != command.body_digest:
        raise reject(Reason.DIFFERENT_BODY, "An execution with this id was asked for with another body.")
    return born is not None


def obey(run: Run, command: CancelRun | ResumeRun | SettleNode) -> Act:
    """What a command does to a run that was started.

    Raises:
        Rejected: not to this run, or not now.
    """
    if run.started is None:
        raise reject(Reason.UNKNOWN_RUN, "There is no such execution.")
    match command:
        case CancelRun():
            return _cancel
        case ResumeRun():
            return _resume(run)
        case SettleNode():
            return _settle(run, command)
        case _:
            assert_never(command)


def _cancel(draft: Draft) -> None:
    run = draft.run
    if run.terminal:
        return
    left = [node_id for node_id, step in run.steps.items() if step.state in {"waiting", "queued", "running"}]
    if not left:  # its last report came first: it has ended by itself
        end(draft)
        return
    for node_id in left:
        draft.record(NodeCancelled(at=draft.now, node_id=node_id))
    draft.record(RunCancelled(at=draft.now))


def _resume(run: Run) -> Act:
    again = [node_id for node_id, step in run.steps.items() if step.state in {"failed", "cancelled", "skipped"}]
    left = [node_id for node_id, step in run.steps.items() if step.state == "waiting"]
    if run.state not in {"failed", "cancelled"}:
        raise reject(Reason.NOT_RESUMABLE, f"The execution is {run.state}: there is nothing to resume.")
    if not again and not _movable(run, left) and not all(step.state in GOOD for step in run.steps.values()):
        doubtful = ", ".join(node_id for node_id, step in run.steps.items() if step.state == "in_doubt")
        message = (
            f"{doubtful} is in doubt. Settle it first: resubmit, fail or adopt." if doubtful else "Nothing is left."
        )
        raise reject(Reason.NOT_RESUMABLE, message)

    def act(draft: Draft) -> None:
        draft.record(RunResumed(at=draft.now))
        for node_id in again:
            draft.record(NodeReset(at=draft.now, node_id=node_id))

    return act


def _movable(run: Run, waiting: list[NodeId]) -> bool:
    return any(node_id in run.free and not run.blocked(run.steps[node_id]) for node_id in waiting)


def _settle(run: Run, command: SettleNode) -> Act:
    step = run.steps.get(command.node_id)
    if step is None:
        raise reject(Reason.UNKNOWN_NODE, f"The execution has no node {command.node_id}.", "node_id")
    if step.state != "in_doubt":
        raise reject(Reason.NOT_IN_DOUBT, f"{command.node_id} is {step.state}, not in doubt.", "node_id")
    if command.action == "adopt" and not command.handle:
        raise reject(Reason.INVALID_PARAM, "To adopt a job its handle is needed.", "handle")

    def act(draft: Draft) -> None:
        if draft.run.steps[command.node_id].state != "in_doubt":
            return  # what it made was told in this very moment: nothing is left to settle
        if command.action == "fail" and draft.run.steps[command.node_id].kept:
            judging.take_best(draft, command.node_id, "Another try was settled as failed.")
            return
        if command.action == "fail":
            failure = Failure(kind=FailureKind.IN_DOUBT, message="Settled as failed.")
            failed = NodeFailed(at=draft.now, node_id=command.node_id, attempt=step.attempt, failure=failure)
            draft.record(failed)
            skip_after(draft, command.node_id)
            return
        draft.record(NodeReset(at=draft.now, node_id=command.node_id, settled=True, adopt=command.handle))

    return act


def _answer_reports(draft: Draft) -> None:
    for node_id, made in truths(draft.run):
        if draft.full:
            return
        if _ends_doubt(draft.run.steps[node_id], made):
            _take(draft, node_id, made)
        else:
            _too_late(draft, node_id, made)
    for node_id, report in outcome_reports(draft.run):
        if draft.full:
            return
        step = draft.run.steps[node_id]
        wanted = step.state in {"queued", "running"} or (step.state == "waiting" and draft.run.state == "running")
        if report.attempt < step.attempt or not wanted:
            _too_late(draft, node_id, report)
        elif isinstance(report, Succeeded):
            _take(draft, node_id, report)
        elif isinstance(report, InDoubt):
            draft.record(NodeInDoubt(at=draft.now, node_id=node_id, attempt=report.attempt, failure=report.failure))
        elif isinstance(report, Failed) and step.state in {"queued", "running"}:
            _failure(draft, node_id, report)
        else:
            _too_late(draft, node_id, report)


def _ends_doubt(step: Step, made: Succeeded) -> bool:
    """Whether it is the node's result, also in a run that has failed for it: then a resume need not pay again.

    A node that was settled since, and not yet begun again, need not be begun either.
    """
    return made.attempt == step.attempt and step.state in {"in_doubt", "waiting"}


def _take(draft: Draft, node_id: NodeId, report: Succeeded) -> None:
    """What was made is the result, unless it is to be compared with its characters first."""
    if draft.run.steps[node_id].judging:
        judging.judged(draft, node_id, report)
    elif draft.run.plan[node_id].judged and draft.run.state == "running":
        judging.made(draft, node_id, report)
    else:
        draft.record(_success(draft, node_id, report))


def _success(draft: Draft, node_id: NodeId, report: Succeeded) -> NodeSucceeded:
    return NodeSucceeded(
        at=draft.now,
        node_id=node_id,
        attempt=report.attempt,
        recipe=draft.run.steps[node_id].recipe,
        outputs=report.outputs,
        cost=report.cost,
        cost_basis=report.cost_basis,
        started_at=report.started_at,
        prompt_sent=report.prompt_sent,
        notes=report.notes,
    )


def _too_late(draft: Draft, node_id: NodeId, report: Outcome) -> None:
    """Only what was made, or cost something, is worth a fact: it is kept, charged and cached, and changes no node."""
    made = isinstance(report, Succeeded) and bool(report.outputs)
    if isinstance(report, InDoubt) or not (made or report.cost):
        return
    draft.record(
        LateResult(
            at=draft.now,
            node_id=node_id,
            attempt=report.attempt,
            recipe=draft.run.steps[node_id].recipe,
            outputs=report.outputs if isinstance(report, Succeeded) else {},
            cost=report.cost,
            cost_basis=report.cost_basis if isinstance(report, Succeeded) else "reported",
        )
    )


def _failure(draft: Draft, node_id: NodeId, report: Failed) -> None:
    step = draft.run.steps[node_id]
    if step.judging:
        judging.not_judged(draft, node_id, report)
        return
    event = after_failure(draft.run.id, node_id, step, report, draft.now)
    if isinstance(event, NodeFailed) and step.kept:
        judging.take_best(draft, node_id, f"Another try failed: {report.failure.message}", report.cost)
        return
    draft.record(event)
    if isinstance(event, NodeFailed):
        skip_after(draft, node_id)


def _run_id(letter: RunLetter) -> RunId:
    return RunId(letter.aggregate_id)
