"""Asks for recipes and tells what became of them, on their own subjects.

A recipe whose history this release cannot read is as good as not known: what it describes is made, and nothing is told.

What was made may have been deleted since. The gateway says so on the asset's own subject, and nobody else is told: who
gets a result from a recipe looks there first. So no deletion is missed, whatever was down when it happened, and one
that is taken back before anybody asks has changed nothing.
"""

import asyncio
import contextlib
import json
from collections.abc import Mapping
from dataclasses import replace

from contracts.asset import deleted
from contracts.base import MessageId, NodeId
from contracts.envelope import AssetDecision, RecipeDecision, Unreadable, seal, unseal
from contracts.recipe import Abandoned, Made, Making, RecipeEvent, Voided, Waiting
from contracts.run import Origin
from contracts.values import MediaValue, Outputs
from kit.ids import new_id
from kit.log import Conflict
from kit.sealed import owned
from orchestrator.domain import recipes
from orchestrator.domain.draft import Hit, Known, Mine, RecipeAnswer, Theirs
from orchestrator.domain.run_state import Run
from orchestrator.paused import Illegible, aggregate_of, legible
from orchestrator.ports import World

ATTEMPTS = 20
REMEMBERED = 10_000


class Recipes:
    def __init__(self, world: World) -> None:
        self._world = world
        self._ours: dict[str, recipes.Recipe] = {}
        """As they were when this process asked for them first."""

    async def ask(self, run: Run, needs: Mapping[NodeId, str]) -> Known:
        """What each node may do. A node that is first gets the recipe; its twins in the run wait for it."""
        first = {key: node for node, key in reversed([*needs.items()])}
        answers = await asyncio.gather(*(self._ask(run, node, key) for key, node in first.items()))
        by_key = dict(zip(first, answers, strict=True))
        return {
            (node, key): Theirs(_origin(run, first[key]))
            if isinstance(by_key[key], Mine) and node != first[key]
            else by_key[key]
            for node, key in needs.items()
        }

    async def _ask(self, run: Run, node: NodeId, key: str) -> RecipeAnswer:
        me = _origin(run, node)
        subject = self._subject(run, key)
        recipe = recipes.Recipe()  # most are new: try without reading
        for _ in range(ATTEMPTS):
            answer = recipes.answer(recipe, me)
            gone = isinstance(answer, Hit) and await self._gone(answer)
            try:
                if answer is None or gone:
                    now = self._world.clock()
                    making = Making(at=now, by=me)
                    seq = await self._append(subject, recipe.seq, *([Voided(at=now)] if gone else []), making)
                    self._remember(subject, replace(recipe, maker=me, made=None, seq=seq))
                    return Mine()
            except Conflict:
                try:
                    recipe = await self._read(subject)
                except Illegible:
                    return Mine()
                continue
            return answer
        raise Conflict("a recipe is still contended")

    async def _gone(self, hit: Hit) -> bool:
        """Whether any of it is deleted. What this release cannot read about that does not count."""
        subjects, project = self._world.subjects, hit.origin.project_id
        assets = {
            value.asset_id for values in hit.outputs.values() for value in values if isinstance(value, MediaValue)
        }
        newest = await asyncio.gather(
            *(self._world.log.last(subjects.events("asset", project, asset)) for asset in sorted(assets))
        )
        for record in newest:
            with contextlib.suppress(Unreadable):
                if record is not None and deleted(unseal(AssetDecision, record.data).events):
                    return True
        return False

    async def peek(self, run: Run, needs: Mapping[NodeId, str]) -> Known:
        """What was made already; as if the rest were being made by somebody. Nothing is claimed."""
        answers = await asyncio.gather(*(self._peek(run, key) for key in needs.values()))
        return {
            (node, key): answer or Theirs(_origin(run, node))
            for (node, key), answer in zip(needs.items(), answers, strict=True)
        }

    async def _peek(self, run: Run, key: str) -> Hit | None:
        try:
            recipe = await self._read(self._subject(run, key))
        except Illegible:
            return None
        hit = Hit(recipe.made.outputs, recipe.made.by) if recipe.made else None
        return None if hit is None or await self._gone(hit) else hit

    async def queue_up(self, run: Run, node: NodeId, key: str) -> None:
        """See to it that a node that waits is woken: by who makes the recipe, or at once if nobody does any more."""
        me, subject = _origin(run, node), self._subject(run, key)
        for _ in range(ATTEMPTS):
            try:
                recipe = await self._read(subject)
            except Illegible:
                recipe = recipes.Recipe()
            if not isinstance(recipes.answer(recipe, me), Theirs):
                await self._wake(me, run.seq)
                return
            if me in recipe.waiting:
                return
            with contextlib.suppress(Conflict):
                await self._append(subject, recipe.seq, Waiting(at=self._world.clock(), by=me))
                return
        raise Conflict("a recipe is still contended")

    async def made(self, run: Run, node: NodeId, key: str, outputs: Outputs, *, wake_again: bool) -> None:
        event = Made(at=self._world.clock(), by=_origin(run, node), outputs=outputs)
        with contextlib.suppress(Illegible):  # who waits looks again when its run is swept
            await self._tell(self._subject(run, key), event, wake_again=wake_again)

    async def abandoned(self, run: Run, node: NodeId, key: str, *, wake_again: bool) -> None:
        me = _origin(run, node)
        event = Abandoned(at=self._world.clock(), by=me)
        with contextlib.suppress(Illegible):
            await self._tell(self._subject(run, key), event, wake_again=wake_again)
        twins = [twin for twin, step in run.steps.items() if step.maker == me and step.recipe == key]
        await asyncio.gather(*(self._wake(_origin(run, twin), run.seq) for twin in twins))

    async def _tell(self, subject: str, event: Made | Abandoned, *, wake_again: bool) -> None:
        """Append it unless it was told, then wake who waits.

        Told before, it wakes them only if asked to: runs that are loaded because they were woken would else wake
        each other for ever.
        """
        me, remembered = event.by, self._ours.pop(subject, None)
        recipe = remembered if remembered and remembered.maker == event.by else await self._read(subject)
        for _ in range(ATTEMPTS):
            ours = recipe.maker == me and recipe.made is None
            free = isinstance(event, Made) and recipe.maker is None  # a late result after it was handed on
            if ours or free:
                try:
                    await self._append(subject, recipe.seq, event)
                except Conflict:
                    recipe = await self._read(subject)
                    continue
            elif not wake_again:
                return
            await asyncio.gather(*(self._wake(waiter) for waiter in recipe.waiting if waiter != me))
            return
        raise Conflict("a recipe is still contended")

    async def _wake(self, waiter: Origin, basis: int = 0) -> None:
        body = json.dumps({"project_id": waiter.project_id, "basis": basis}).encode()
        await self._world.wakes.publish_once(self._world.subjects.due(waiter.run_id, waiter.node_id), body)

    async def _read(self, subject: str) -> recipes.Recipe:
        records = await self._world.log.read(subject)
        subjects, paused = self._world.subjects, self._world.paused
        try:
            told = [(record.seq, legible(subjects, RecipeDecision, record)) for record in records]
        except Illegible as error:
            paused.add(error)
            raise
        if records:
            paused.was_read(aggregate_of(subjects, records[0]))
        return recipes.fold((seq, event) for seq, decision in told for event in decision.events)

    async def _append(self, subject: str, expected: int | None, *events: RecipeEvent) -> int:
        decision = RecipeDecision(id=MessageId(new_id()), at=events[0].at, actor="orchestrator", events=events)
        headers = owned(self._world.subjects.parse(subject).scope)
        return await self._world.log.append(
            subject, seal(decision), expected=expected, event_id=decision.id, headers=headers
        )

    def _remember(self, subject: str, recipe: recipes.Recipe) -> None:
        """Mostly nobody waits: then what is made is told without reading on."""
        self._ours[subject] = recipe
        while len(self._ours) > REMEMBERED:
            del self._ours[next(iter(self._ours))]

    def _subject(self, run: Run, key: str) -> str:
        return self._world.subjects.events("recipe", run.user_id, key)


def _origin(run: Run, node: NodeId) -> Origin:
    return Origin(run_id=run.id, node_id=node, project_id=run.project_id)
