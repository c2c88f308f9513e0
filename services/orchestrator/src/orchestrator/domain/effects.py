"""What the world must be told. A function of the state alone: saying it twice is harmless, so it is repeated freely."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from contracts.base import MessageId, NodeId
from contracts.catalogue import JUDGE
from contracts.failures import Failure
from contracts.recipe import effective_seed, recipe
from contracts.run import PlannedNode
from contracts.subjects import Queue
from contracts.values import Outputs
from contracts.work import Task
from orchestrator.domain.inputs import Given, gather
from orchestrator.domain.run_state import Run, Step


@dataclass(frozen=True)
class QueueTask:
    queue: Queue
    task: Task


@dataclass(frozen=True)
class SetTimer:
    node_id: NodeId
    at: datetime


@dataclass(frozen=True)
class Revoke:
    """No call may begin for this attempt."""

    node_id: NodeId
    attempt: int


@dataclass(frozen=True)
class QueueUp:
    """Be on the list of those who wait for a recipe: once it is in the log that this node waits, not before."""

    node_id: NodeId
    recipe: str


@dataclass(frozen=True)
class TellMade:
    node_id: NodeId
    recipe: str
    outputs: Outputs


@dataclass(frozen=True)
class TellAbandoned:
    node_id: NodeId
    recipe: str


Effect = QueueTask | SetTimer | Revoke | QueueUp | TellMade | TellAbandoned


def effects(run: Run, nodes: Iterable[NodeId] | None = None) -> list[Effect]:
    """All effects that the state calls for; of these nodes only, when the rest is known to be done."""
    if run.started is None:
        return []
    chosen = run.steps if nodes is None else dict.fromkeys(node for node in nodes if node in run.steps)
    return [effect for node_id in chosen for effect in _of(run, run.plan[node_id], run.steps[node_id])]


def _of(run: Run, node: PlannedNode, step: Step) -> Iterator[Effect]:
    if step.open and step.state in {"queued", "running"} and node.queue is not None:
        task = task_of(run, node, step)
        if task is not None:
            yield QueueTask("face" if step.judging else node.queue, task)
    if step.retry_at is not None:
        yield SetTimer(node.id, step.retry_at)
    if step.state in {"cancelled", "waiting"} and step.open and step.revoked < step.attempt:
        yield Revoke(node.id, step.attempt)  # also if a resume came before it: else nobody might ever say that it ended
    yield from _of_recipe(run, node, step)


def _of_recipe(run: Run, node: PlannedNode, step: Step) -> Iterator[Effect]:
    if step.maker is not None and step.maker.run_id != run.id and step.recipe is not None and run.state == "running":
        yield QueueUp(node.id, step.recipe)
    if step.state == "completed" and step.attempt and step.recipe is not None:
        yield TellMade(node.id, step.recipe, step.outputs)
    elif step.late and step.recipe is not None:
        yield TellMade(node.id, step.recipe, step.late)
    elif step.state in {"failed", "cancelled"} and not step.open and not step.doubt:
        yield from (TellAbandoned(node.id, key) for key in _held(run, node, step))


def _held(run: Run, node: PlannedNode, step: Step) -> Iterable[str]:
    """Recipes that may be the node's to make: what it was scheduled for, and what it may have asked for since."""
    keys = {} if step.recipe is None else {step.recipe: None}
    if node.queue is not None and node.cacheable and not run.lacking[node.id]:
        given = gather(run, node)
        if not isinstance(given, Failure):
            keys[recipe(node, given.params, given.inputs)] = None
    return keys


def task_of(run: Run, node: PlannedNode, step: Step) -> Task | None:
    """The newest attempt of a node, as its worker gets it."""
    given = gather(run, node)
    if isinstance(given, Failure):
        return None
    if step.judging:
        return _judgement(run, node, step, given)
    return Task(
        id=MessageId(f"{run.id}.{node.id}.{step.attempt}"),
        basis=step.basis,
        run_id=run.id,
        node_id=node.id,
        project_id=run.project_id,
        user_id=run.user_id,
        graph_id=run.started.graph_id if run.started else None,
        attempt=step.attempt,
        operation=node.type,
        operation_version=node.type_version,
        provider=node.provider,
        model=node.model,
        paid=node.paid,
        account=node.account,
        params=given.params,
        seed=effective_seed(node.seed, step.again),
        inputs=given.inputs,
        recipe=step.recipe,
        estimate=node.estimate,
        adopt=step.adopt,
    )


def _judgement(run: Run, node: PlannedNode, step: Step, given: Given) -> Task:
    """Look at what was made, and say how much it shows its characters. Free, and not a thing that is kept by recipe."""
    made = tuple(value for values in step.kept[-1].outputs.values() for value in values)
    return Task(
        id=MessageId(f"{run.id}.{node.id}.{step.attempt}"),
        basis=step.basis,
        run_id=run.id,
        node_id=node.id,
        project_id=run.project_id,
        user_id=run.user_id,
        graph_id=run.started.graph_id if run.started else None,
        attempt=step.attempt,
        operation=JUDGE,
        inputs={"made": made, "character": given.inputs.get("character", ())},
    )
