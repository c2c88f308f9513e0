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
    NodeCancelled,
    NodeFailed,
    NodeReset,
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
from orchestrator.domain import judging
from orchestrator.domain.answering import answer_reports
from orchestrator.domain.draft import Draft, Known, Lack
from orchestrator.domain.fork import Fork
from orchestrator.domain.forward import end, go_on, skip_after
from orchestrator.domain.run_state import GOOD, Run


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
    answer_reports(draft)
    if act is not None:
        act(draft)
        answer_reports(draft)  # a resume gives meaning to what had none before
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


def _run_id(letter: RunLetter) -> RunId:
    return RunId(letter.aggregate_id)
