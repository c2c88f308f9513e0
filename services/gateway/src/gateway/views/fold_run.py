"""What commands, decisions and reports do to the views of a run, and what its watchers are told."""

from typing import Any

from contracts.envelope import ReportLetter, RunDecision, RunLetter
from contracts.run import StartRun
from contracts.work import TERMINAL, Claimed
from gateway.views import audit, working
from gateway.views.fold_credit import fold_cost
from gateway.views.rows import Batch, Place, RunRow, changed
from gateway.views.turn import Turn

Json = dict[str, Any]


def fold_command(batch: Batch, letter: RunLetter, place: Place) -> None:
    """A run that was asked for is pending until the orchestrator has decided."""
    command = letter.command
    if not isinstance(command, StartRun) or place.aggregate_id in batch.runs:
        return
    run = RunRow(
        id=place.aggregate_id,
        position=place.position(),
        project_id=place.project_id,
        user_id=letter.user_id,
        created_at=letter.at,
        graph_id=command.graph_id,
        graph_version=command.graph_version,
        budget=command.budget,
        forked_from=command.fork_of,
        actor=letter.actor,
    )
    batch.put_run(run)
    wanted = [node for node in command.inline.nodes if node.id == command.job] if command.inline else []
    if not place.imported:
        batch.jobs.extend(working.asked(run, node.id, node.type, place.position()) for node in wanted)


def fold_run(batch: Batch, decision: RunDecision, place: Place) -> None:
    for index, event in enumerate(decision.events):
        Turn(batch, place, index, event.at).take(event)
    audit.of_run(batch, decision, place)
    run = batch.runs.get(place.aggregate_id)
    if run is not None and not place.imported:  # nobody can ask for anything based on an imported one
        batch.put_run(changed(run, seq=place.seq))


def fold_report(batch: Batch, letter: ReportLetter, place: Place) -> None:
    """The current attempt's claim is its start; work so quick that nobody claimed it starts with its end."""
    report = letter.report
    node = batch.nodes[place.aggregate_id, place.node_id]
    fold_cost(batch, letter, place)
    begun = (isinstance(report, Claimed) and report.epoch <= 1) or (isinstance(report, TERMINAL) and report.epoch == 0)
    if not begun or node.state != "queued" or node.attempt != report.attempt:
        return
    started_at = getattr(report, "started_at", None) or report.at
    batch.put_node(changed(node, state="running", started_at=started_at))
    turn = Turn(batch, place, 0, report.at)
    turn.tell("node_started", node_id=place.node_id, attempt=report.attempt, worker=letter.worker)
