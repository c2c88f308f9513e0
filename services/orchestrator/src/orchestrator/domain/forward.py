"""What a running run does next: answer, schedule, wait, skip, end."""

from collections import deque
from datetime import datetime, timedelta

from contracts.base import NodeId
from contracts.failures import Failure, FailureKind
from contracts.recipe import recipe
from contracts.run import (
    NodeAwaiting,
    NodeCached,
    NodeFailed,
    NodeInDoubt,
    NodeInherited,
    NodeScheduled,
    NodeSkipped,
    NodeSucceeded,
    Origin,
    PlannedNode,
    RunCompleted,
    RunFailed,
    RunFunded,
)
from contracts.storyboard import StoryboardValue
from contracts.values import Outputs, TextValue
from orchestrator.domain import judging
from orchestrator.domain.draft import Draft, Hit, Lack, Mine
from orchestrator.domain.inputs import Given, gather
from orchestrator.domain.money import highest, shown
from orchestrator.domain.run_state import GOOD, Step

_CLOCKS_DIFFER = timedelta(seconds=1)
"""By so much a timer may seem to come too early."""
_PROMISED = frozenset({"queued", "running"})
_BUDGET = Failure(
    kind=FailureKind.BUDGET_EXCEEDED,
    message="The budget of this run would be exceeded. Raise it, or take a cheaper model.",
)
_STOPPED = (
    "Stopped before the call: it may cost up to {high} credits, and {left} are left of {what}. "
    "Raise it, or take a cheaper model, and resume."
)
_DOUBT = Failure(
    kind=FailureKind.IN_DOUBT,
    message="It is not known whether the provider took the last request. Settle it: resubmit, fail or adopt.",
)


def go_on(draft: Draft) -> None:
    """Move every node that can move, then end the run if nothing is left to come."""
    run = draft.run
    _inherit(draft)
    if run.heirs_left():  # what they are is not known here, or the message is full
        return
    ready = deque(run.in_order(run.free))
    while ready and not draft.full:
        node_id = ready.popleft()
        _move(draft, run.plan[node_id])
        if run.steps[node_id].state in GOOD:
            ready.extend(after for after in run.dependants[node_id] if run.lacking[after] == 0)
    if not draft.needs and not draft.full and draft.lacks is None:
        end(draft)


def _inherit(draft: Draft) -> None:
    """Take over what the run inherits, as much as a message holds."""
    source = draft.source
    if source is None:
        return
    for node_id in draft.run.heirs_left():
        if draft.full:
            return
        step = source.steps[node_id]
        origin = Origin(run_id=source.id, node_id=node_id, project_id=source.project_id)
        draft.record(
            NodeInherited(at=draft.now, node_id=node_id, recipe=step.recipe, outputs=step.outputs, origin=origin)
        )


def _move(draft: Draft, node: PlannedNode) -> None:
    step = draft.run.steps[node.id]
    if step.state != "waiting":
        return
    if step.maker is not None and node.id not in draft.woken:
        _like_its_twin(draft, node, step.maker)
    elif step.retry_at is not None:
        _try_again(draft, node, step.retry_at)
    elif step.kept and not step.open:
        _after_judgement(draft, node, step)
    elif not step.open:  # an attempt from before the resume may still be at work: its report comes first
        _begin(draft, node, step)


def _begin(draft: Draft, node: PlannedNode, step: Step) -> None:
    if step.doubt:
        draft.record(NodeInDoubt(at=draft.now, node_id=node.id, attempt=step.attempt, failure=_DOUBT))
        return
    given = gather(draft.run, node)
    if isinstance(given, Failure):
        _fail(draft, node, given)
    elif node.queue is None:
        _answer(draft, node, given)
    elif step.adopt is not None:
        _schedule(draft, node, step.recipe)  # ours to make since the attempt that is taken over
    elif not node.cacheable:
        _schedule(draft, node, None)
    else:
        _by_recipe(draft, node, step, recipe(node, given.params, given.inputs))


def _answer(draft: Draft, node: PlannedNode, given: Given) -> None:
    outputs = _at_once(node, given)
    if isinstance(outputs, Failure):
        _fail(draft, node, outputs)
    else:
        draft.record(NodeSucceeded(at=draft.now, node_id=node.id, outputs=outputs))


def _try_again(draft: Draft, node: PlannedNode, at: datetime) -> None:
    if at <= draft.now + (_CLOCKS_DIFFER if node.id in draft.woken else timedelta()):
        step = draft.run.steps[node.id]
        if step.judging:
            draft.record(NodeScheduled(at=draft.now, node_id=node.id, attempt=step.attempt + 1, recipe=step.recipe))
        elif (failure := _ask_for(draft, node, step.recipe)) is not None:
            _end_without(draft, node, step, failure)


def _end_without(draft: Draft, node: PlannedNode, step: Step, failure: Failure) -> None:
    """One more attempt cannot be paid for."""
    if step.kept:
        judging.take_best(draft, node.id, f"It was not made again: {failure.message}")
    else:
        _fail(draft, node, failure)


def _after_judgement(draft: Draft, node: PlannedNode, step: Step) -> None:
    if not step.better:
        judging.take_best(draft, node.id)
    elif (failure := _ask_for(draft, node, step.recipe)) is not None:
        _end_without(draft, node, step, failure)


def _like_its_twin(draft: Draft, node: PlannedNode, maker: Origin) -> None:
    """Take over what a node of this very run has made: nobody has to be asked, and nobody wakes for it."""
    if maker.run_id != draft.run.id:
        return
    twin, step = draft.run.steps[maker.node_id], draft.run.steps[node.id]
    if twin.state in {"completed", "cached"} and twin.recipe == step.recipe and step.recipe is not None:
        cached = NodeCached(at=draft.now, node_id=node.id, recipe=step.recipe, outputs=twin.outputs, origin=maker)
        draft.record(cached)


def _at_once(node: PlannedNode, given: Given) -> Outputs | Failure:
    """The outputs of a node that needs no worker."""
    if node.asset is not None:
        return {node.asset.type: (node.asset,)}
    if node.character is not None:
        return {"character": (node.character,)}
    if node.type == "storyboard_scene":
        return _scene(node, given)
    if node.type == "text":
        return {"text": (TextValue(text=str(node.params["text"])),)}
    return given.inputs


def _scene(node: PlannedNode, given: Given) -> Outputs | Failure:
    board, index = next(iter(given.inputs.get("storyboard", ())), None), int(node.params.get("index", 0))
    if not isinstance(board, StoryboardValue):
        return Failure(kind=FailureKind.INVALID_INPUT, message="What is connected is no storyboard.")
    if index >= len(board.scenes):
        message = f"Scene {index} is wanted (counted from 0), but the storyboard has {len(board.scenes)}."
        return Failure(kind=FailureKind.INVALID_INPUT, message=message)
    scene = board.scenes[index]
    texts = {"start": scene.start, "end": scene.end, "motion": scene.motion}
    return {port: (TextValue(text=text),) for port, text in texts.items()}


def _by_recipe(draft: Draft, node: PlannedNode, step: Step, key: str) -> None:
    answer = draft.known.get((node.id, key))
    if answer is None:
        draft.needs[node.id] = key
    elif isinstance(answer, Mine):
        _schedule(draft, node, key)
    elif isinstance(answer, Hit):
        draft.record(
            NodeCached(at=draft.now, node_id=node.id, recipe=key, outputs=answer.outputs, origin=answer.origin)
        )
    elif step.maker != answer.maker:
        draft.record(NodeAwaiting(at=draft.now, node_id=node.id, recipe=key, maker=answer.maker))


def _schedule(draft: Draft, node: PlannedNode, key: str | None) -> None:
    failure = _ask_for(draft, node, key)
    if failure is not None:
        _fail(draft, node, failure)


def _ask_for(draft: Draft, node: PlannedNode, key: str | None) -> Failure | None:
    """Schedule the next attempt. Gives why it cannot be paid for, if it cannot."""
    run, step = draft.run, draft.run.steps[node.id]
    if run.started and (run.started.budget is not None or run.allowance is not None) and highest(node):
        failure = _unaffordable(draft, node)
        if failure is not None or draft.lacks is not None:
            return failure
        draft.promised = (draft.promised or 0) + highest(node)
    draft.record(NodeScheduled(at=draft.now, node_id=node.id, attempt=step.attempt + 1, recipe=key, adopt=step.adopt))
    return None


def _unaffordable(draft: Draft, node: PlannedNode) -> Failure | None:
    """Why it is not asked for. If more could be held for the run, that is asked for first: see `draft.lacks`."""
    run, high = draft.run, highest(node)
    if draft.promised is None:
        counted = _PROMISED if run.allowance is None else _PROMISED | {"in_doubt"}
        asked = (n for n, s in run.steps.items() if s.state in counted and not s.judging)
        draft.promised = sum(highest(run.plan[n]) for n in asked)
    promised = draft.promised
    need, budget = run.spent + promised + high, run.started.budget if run.started else None
    if budget is not None and need > budget:
        if node.high is None:
            return _BUDGET  # as it was said when plans had no upper bounds
        return _stopped(high, budget - run.spent - promised, "the budget of this execution")
    if run.allowance is None or need <= run.allowance:
        return None
    if draft.funding is None:
        left = sum(highest(run.plan[n]) for n, s in run.steps.items() if s.state == "waiting")
        most = run.spent + promised + left
        draft.lacks = draft.lacks or Lack(need, most if budget is None else min(budget, most))
        return None
    if draft.funding > run.allowance:
        draft.record(RunFunded(at=draft.now, reserved=draft.funding))
    if need <= draft.funding:
        return None
    left = max(run.allowance, draft.funding) - run.spent - promised
    return _stopped(high, left, "what could be reserved for this execution, by the balance and the budgets of the day")


def _stopped(high: int, left: int, what: str) -> Failure:
    message = _STOPPED.format(high=shown(high), left=shown(max(left, 0)), what=what)
    return Failure(kind=FailureKind.BUDGET_EXCEEDED, message=message)


def _fail(draft: Draft, node: PlannedNode, failure: Failure) -> None:
    attempt = draft.run.steps[node.id].attempt
    draft.record(NodeFailed(at=draft.now, node_id=node.id, attempt=attempt, failure=failure))
    skip_after(draft, node.id)


def skip_after(draft: Draft, failed: NodeId) -> None:
    """Skip what hangs on a failed node, at any distance."""
    run, after = draft.run, deque(draft.run.dependants[failed])
    while after:
        node_id = after.popleft()
        if run.steps[node_id].state == "waiting":
            draft.record(NodeSkipped(at=draft.now, node_id=node_id, because=failed))
            after.extend(run.dependants[node_id])


def end(draft: Draft) -> None:
    run = draft.run
    doubtful = next(iter(run.in_order(run.doubtful)), None)
    if run.active and (doubtful is None or any(step.active and not run.blocked(step) for step in run.steps.values())):
        return
    if any(step.state == "waiting" and step.open for step in run.steps.values()):
        return
    if doubtful is not None:
        draft.record(RunFailed(at=draft.now, failure=run.steps[doubtful].failure or _DOUBT, node_id=doubtful))
        return
    failed = run.failed_first or next((n for n, s in run.steps.items() if s.state not in GOOD), None)
    if failed is None:
        draft.record(RunCompleted(at=draft.now))
        return
    failure = run.steps[failed].failure or Failure(kind=FailureKind.INTERNAL, message="It did not succeed.")
    draft.record(RunFailed(at=draft.now, failure=failure, node_id=failed))
