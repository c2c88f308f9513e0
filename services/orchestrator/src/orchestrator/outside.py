"""Does what the decisions call for: tasks, timers, revocations, the cache. All of it may be done again."""

import asyncio
import json
from collections.abc import Sequence

from contracts.base import MessageId, NodeId
from contracts.envelope import ReportLetter, seal, unseal
from contracts.work import TERMINAL, Control, Revoked
from kit.ids import new_id
from kit.log import Conflict
from kit.queue import AlreadyQueued
from orchestrator.domain.effects import Effect, QueueTask, Revoke, SetTimer, TellAbandoned, TellMade
from orchestrator.domain.run_state import Run, hear
from orchestrator.ports import NotYet, World
from orchestrator.recipes import Recipes

ATTEMPTS = 20


class Outside:
    def __init__(self, world: World, recipes: Recipes) -> None:
        self._world = world
        self._recipes = recipes

    async def perform(self, run: Run, effects: Sequence[Effect]) -> None:
        """All at once.

        Raises:
            NotYet: the queue still holds an earlier attempt of a node. The others were done.
        """
        results = await asyncio.gather(*(self._do(run, effect) for effect in effects), return_exceptions=True)
        if any(isinstance(effect, Revoke) for effect in effects):
            await self._world.say(self._world.subjects.control(run.id), seal(Control(run_id=run.id)))
        for result in results:
            if isinstance(result, BaseException):
                raise result

    async def _do(self, run: Run, effect: Effect) -> None:
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
            case TellMade():
                await self._recipes.made(run, effect.node_id, effect.recipe, effect.outputs)
            case TellAbandoned():
                await self._recipes.abandoned(run, effect.node_id, effect.recipe)

    async def _queue(self, effect: QueueTask) -> None:
        task = effect.task
        subject = self._world.subjects.task(effect.queue, task.project_id, task.run_id, task.node_id)
        result = await self._world.tasks.publish_once(subject, seal(task), event_id=task.id)
        if isinstance(result, AlreadyQueued):
            there = await self._world.tasks.peek(subject)
            if there is not None and there.id != task.id:
                raise NotYet(f"{there.id} is still queued where {task.id} should go")

    async def _revoke(self, run: Run, node_id: NodeId, attempt: int) -> None:
        subject = self._world.subjects.report(run.project_id, run.id, node_id)
        revoked = Revoked(at=self._world.clock(), attempt=attempt)
        letter = ReportLetter(id=MessageId(new_id()), worker="orchestrator", report=revoked)
        for _ in range(ATTEMPTS):
            reports = [
                (record.seq, unseal(ReportLetter, record.data).report) for record in await self._world.log.read(subject)
            ]
            if any(r.attempt == attempt and isinstance(r, (*TERMINAL, Revoked)) for _, r in reports):
                return
            try:
                await self._world.log.append(
                    subject, seal(letter), expected=reports[-1][0] if reports else 0, event_id=letter.id
                )
            except Conflict:
                continue
            hear(run, node_id, revoked)
            return
        raise Conflict(f"{node_id} reports faster than it can be revoked")

    async def close(self, run: Run) -> None:
        """Nothing of it is left to do."""
        await self._world.open_runs.remove(self._world.subjects.open_run(run.id))

    async def open(self, run_id: str, subject: str, project: str) -> None:
        await self._world.open_runs.put(subject, json.dumps({"project_id": project, "run_id": run_id}).encode())


def _project(run: Run) -> bytes:
    return json.dumps({"project_id": run.project_id}).encode()
