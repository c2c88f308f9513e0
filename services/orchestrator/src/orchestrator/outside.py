"""Does what the decisions call for: tasks, timers, revocations, the cache. All of it may be done again."""

import asyncio
import json
from collections.abc import Callable, Iterable, Sequence

from contracts import telemetry
from contracts.base import MessageId, NodeId, ProjectId, RunId
from contracts.envelope import ReportLetter, seal, unseal
from contracts.run import Priority
from contracts.work import TERMINAL, Control, Revoked, Task
from kit import tracing
from kit.ids import new_id
from kit.log import Conflict
from kit.queue import Published
from kit.sealed import owned
from orchestrator.admission import Admission, Ticket
from orchestrator.domain.effects import Effect, QueueTask, QueueUp, Revoke, SetTimer, TellAbandoned, TellMade
from orchestrator.domain.hearing import hear
from orchestrator.domain.run_state import Run
from orchestrator.paused import legible
from orchestrator.ports import World
from orchestrator.recipes import Recipes

ATTEMPTS = 20
_URGENCY: dict[Priority, int] = {"low": -1, "normal": 0, "high": 1}


class Outside:
    def __init__(self, world: World, recipes: Recipes, admission: Admission | None = None) -> None:
        self._world = world
        self._recipes = recipes
        self.admission = admission or Admission()
        self.call: Callable[[Ticket], None] = lambda _: None
        """Has a run look at a node whose turn has come. Who waits for turns sets it before anything is decided."""

    async def perform(self, run: Run, effects: Sequence[Effect], *, wake_again: bool = False) -> None:
        """All at once, but for tasks whose turn has not come.

        `wake_again`: an earlier try may have died between telling of a recipe and waking who waits.

        Raises:
            Conflict: something is contended. The others were done.
        """
        now = [effect for effect in effects if not isinstance(effect, QueueTask) or self._admits(run, effect)]
        self.call_turns()
        results = await asyncio.gather(*(self._do(run, effect, wake_again) for effect in now), return_exceptions=True)
        if any(isinstance(effect, Revoke) for effect in effects):
            await self._world.say(self._world.subjects.control(run.id), seal(Control(run_id=run.id)))
        for result in results:
            if isinstance(result, BaseException):
                raise result

    def settle(self, run: Run, nodes: Iterable[NodeId] | None) -> None:
        """What has ended makes room for others: of these nodes, or of all."""
        for node_id in self.admission.nodes(run.id) if nodes is None else nodes:
            attempt, step = self.admission.attempt(run.id, node_id), run.steps.get(node_id)
            at_work = step is not None and step.open and step.state in {"queued", "running"}
            if attempt is not None and not (step and at_work and step.attempt == attempt):
                self.admission.over(run.id, node_id)
        self.call_turns()

    def call_turns(self) -> None:
        for ticket in self.admission.turns():
            self.call(ticket)

    def _admits(self, run: Run, effect: QueueTask) -> bool:
        """Whether it may go to the workers now. If not, it will be called."""
        task, step = effect.task, run.steps[effect.task.node_id]
        ticket = Ticket(
            run_id=run.id,
            node_id=task.node_id,
            project_id=run.project_id,
            attempt=task.attempt,
            queue=effect.queue,
            user_id=run.user_id,
            provider=task.provider or "",
            urgency=_URGENCY[run.started.priority] if run.started else 0,
            age=task.basis,
        )
        return self.admission.ask(ticket, begun=step.claimed >= task.attempt)

    async def _do(self, run: Run, effect: Effect, wake_again: bool) -> None:
        match effect:
            case QueueTask():
                await self._queue(effect)
            case SetTimer():
                at, due = (
                    self._world.subjects.timer(run.id, effect.node_id),
                    self._world.subjects.due(run.id, effect.node_id),
                )
                await self._world.timers.schedule(at, due, effect.at, _project(run))
            case Revoke():
                await self._revoke(run, effect.node_id, effect.attempt)
            case QueueUp():
                await self._recipes.queue_up(run, effect.node_id, effect.recipe)
            case TellMade():
                await self._recipes.made(run, effect.node_id, effect.recipe, effect.outputs, wake_again=wake_again)
            case TellAbandoned():
                await self._recipes.abandoned(run, effect.node_id, effect.recipe, wake_again=wake_again)

    async def _queue(self, effect: QueueTask) -> None:
        task = effect.task
        subject = self._world.subjects.task(effect.queue, task.project_id, task.run_id, task.node_id)
        for _ in range(ATTEMPTS):
            with _sending(effect, subject):
                result = await self._world.tasks.publish_once(
                    subject, seal(task), owned(task.user_id), event_id=task.id
                )
            if isinstance(result, Published):
                return
            there = await self._world.tasks.peek(subject)
            if there is None:
                continue
            if there.id == task.id or unseal(Task, there.data).attempt >= task.attempt:
                return
            # that attempt has ended, else there were no next one; what another orchestrator put there since stays
            await self._world.tasks.cancel(subject, seen=there.seq)
        raise Conflict(f"{task.id} finds its place taken, and then free")

    async def _revoke(self, run: Run, node_id: NodeId, attempt: int) -> None:
        subject = self._world.subjects.report(run.project_id, run.id, node_id)
        letter_id = MessageId(new_id())
        for _ in range(ATTEMPTS):
            records = await self._world.log.read(subject)
            reports = [legible(self._world.subjects, ReportLetter, record).report for record in records]
            ours = [report for report in reports if report.attempt == attempt]
            if any(isinstance(report, (*TERMINAL, Revoked)) for report in ours):
                return
            revoked = Revoked(
                at=self._world.clock(), attempt=attempt, epoch=max((report.epoch for report in ours), default=0)
            )
            letter = ReportLetter(id=letter_id, worker="orchestrator", report=revoked)
            try:
                await self._world.log.append(
                    subject,
                    seal(letter),
                    expected=records[-1].seq if records else 0,
                    event_id=letter_id,
                    headers=owned(run.user_id),
                )
            except Conflict:
                continue
            hear(run, node_id, revoked)
            return
        raise Conflict(f"{node_id} reports faster than it can be revoked")

    async def close(self, run: Run) -> None:
        """Nothing of it is left to do."""
        await self._world.open_runs.remove(self._world.subjects.open_run(run.id))

    async def close_named(self, run_id: RunId) -> None:
        """Of one that never began."""
        await self._world.open_runs.remove(self._world.subjects.open_run(run_id))

    async def open(self, project_id: ProjectId, run_id: RunId) -> None:
        body = json.dumps({"project_id": project_id, "run_id": run_id}).encode()
        await self._world.open_runs.put(self._world.subjects.open_run(run_id), body)


def _sending(effect: QueueTask, subject: str) -> tracing.Going:
    if not tracing.recording():
        return tracing.span("", "sends")
    task, template = effect.task, telemetry.task(effect.queue)
    about: dict[str, str | int] = {
        telemetry.RUN: task.run_id,
        telemetry.NODE: task.node_id,
        telemetry.TASK: task.task_id,
        telemetry.ATTEMPT: task.attempt,
    }
    return tracing.span(telemetry.send(template), "sends", {**about, **telemetry.sent(template, subject)})


def _project(run: Run) -> bytes:
    return json.dumps({"project_id": run.project_id, "basis": run.seq}).encode()
