"""What a worker's report does to a run, before any decision is made over it."""

from contracts.base import NodeId
from contracts.run import NodeState
from contracts.work import TERMINAL, Claimed, InDoubt, Report, Revoked, Stopped, Submitting, Succeeded
from orchestrator.domain.run_state import Run, Step


def hear(run: Run, node_id: NodeId, report: Report) -> None:
    """Take in one report, in place. In any order, any number of times."""
    step = run.steps.get(node_id)
    if step is None:
        return
    if isinstance(report, TERMINAL):
        if report.attempt > step.ended:
            doubt = step.doubt or isinstance(report, InDoubt)
            run.put(node_id, step.but(ended=report.attempt, doubt=doubt))
        if isinstance(report, Succeeded) and report.attempt in step.doubted:
            learn(run, node_id, report)
        elif report.attempt > step.decided and _tells(report) and not _told(run, node_id, report.attempt):
            run.reports[node_id] = report
    elif isinstance(report, Revoked):
        ended = step.ended if report.epoch else max(step.ended, report.attempt)  # nobody had begun it: nobody will
        run.put(node_id, step.but(revoked=max(step.revoked, report.attempt), ended=ended))
    elif isinstance(report, Claimed | Submitting) and report.attempt > step.claimed:
        state: NodeState = "running" if step.state == "queued" and report.attempt == step.attempt else step.state
        run.put(node_id, step.but(claimed=report.attempt, state=state))


def _tells(report: Report) -> bool:
    return not isinstance(report, Stopped) or report.cost > 0


def _told(run: Run, node_id: NodeId, attempt: int) -> bool:
    """Whether it is known what the attempt made: a doubt about it comes too late."""
    known = run.reports.get(node_id)
    return isinstance(known, Succeeded) and known.attempt == attempt


def learn(run: Run, node_id: NodeId, report: Succeeded) -> None:
    known = run.truths.get(node_id, ())
    if all(one.attempt != report.attempt for one in known):
        run.truths[node_id] = tuple(sorted((*known, report), key=lambda one: one.attempt))


def no_doubt(run: Run, node_id: NodeId, step: Step, attempt: int) -> tuple[int, ...]:
    """What the attempt made has been taken in. Gives the attempts about which there is still a doubt."""
    if node_id in run.truths:
        left = tuple(one for one in run.truths.pop(node_id) if one.attempt != attempt)
        if left:
            run.truths[node_id] = left
    return tuple(one for one in step.doubted if one != attempt)


def answered(run: Run, node_id: NodeId, attempt: int) -> None:
    report = run.reports.get(node_id)
    if report is not None and report.attempt <= attempt:
        del run.reports[node_id]
