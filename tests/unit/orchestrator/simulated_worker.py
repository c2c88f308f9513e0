"""A worker as the orchestrator meets it: claims, fails, succeeds, is in doubt, dies, and hears of a revocation late."""

import asyncio
import hashlib
from typing import Any

from contracts.base import AssetId
from contracts.catalogue import JUDGE
from contracts.envelope import ReportLetter, seal, unseal
from contracts.failures import Failure, FailureKind
from contracts.values import Identity, MediaValue, Outputs, TextValue
from contracts.work import TERMINAL, Claimed, Failed, InDoubt, Report, Revoked, Stopped, Succeeded, Task
from kit.errors import Conflict
from kit.record import Record
from unit.orchestrator.simulation import SUBJECTS, Simulation


class Worker:
    def __init__(self, simulation: Simulation, task: Task) -> None:
        self._simulation = simulation
        self._chance = simulation.chance
        self._task = task
        self._subject = SUBJECTS.report(task.project_id, task.run_id, task.node_id)

    async def work(self) -> bool:
        """Carry the task to its end. Gives whether it is acknowledged."""
        while True:
            tail = await self._tail()
            ours = [report for _, report in tail if report.attempt == self._task.attempt]
            if any(r.attempt > self._task.attempt for _, r in tail) or any(isinstance(r, TERMINAL) for r in ours):
                return True
            last = tail[-1][0] if tail else 0
            try:
                if any(isinstance(report, Revoked) for report in ours):
                    await self._say(Stopped(**self._stamp()), last)
                    return True
                self._look_for_overlap([report for _, report in tail])
                epoch = max((report.epoch for report in ours), default=0) + 1
                seq = await self._say(Claimed(**self._stamp(epoch), worker="w"), last)
            except Conflict:
                continue
            return await self._carry_on(seq, epoch)

    def _look_for_overlap(self, reports: list[Report]) -> None:
        begun = {r.attempt for r in reports if isinstance(r, Claimed) and r.attempt < self._task.attempt}
        over = {r.attempt for r in reports if isinstance(r, TERMINAL)}
        if begun - over:
            self._simulation.flaws.append(f"{self._task.task_id} began before {begun - over} had ended")

    async def _carry_on(self, seq: int, epoch: int) -> bool:
        await self._dawdle(30)
        if self._simulation.faults and self._chance.random() < 0.05:
            return False  # it died; the task is delivered again
        report, sent = self._report(epoch), self._chance.random() < 0.3
        while True:
            try:
                await self._say(report, seq)
            except Conflict:
                news = [(at, r) for at, r in await self._tail() if at > seq]
                if any(isinstance(r, Claimed) for _, r in news):
                    return False  # fenced
                seq = news[-1][0]
                if any(isinstance(r, Revoked) and r.attempt == self._task.attempt for _, r in news):
                    report = report if sent else Stopped(**self._stamp(epoch))
            else:
                if self._task.operation == "text_to_text":  # a picture may be made again for want of likeness
                    self._simulation.made[self._task.recipe] += isinstance(report, Succeeded)
                if isinstance(report, InDoubt) and self._chance.random() < 0.6:
                    await self._insist(epoch)
                await self._dawdle(20)  # the task is still in the queue when its end is in the log
                return True

    async def _insist(self, epoch: int) -> None:
        """What it made is told after all, by one who was fenced: whatever else was told meanwhile."""
        await self._dawdle(300)
        while True:
            tail = await self._tail()
            try:
                await self._say(self._success(epoch), tail[-1][0])
            except Conflict:
                continue
            self._simulation.told_late.add((self._task.run_id, self._task.node_id, self._task.attempt))
            return

    def _success(self, epoch: int) -> Succeeded:
        if self._task.operation == JUDGE:
            return self._verdict(epoch)
        cost = self._chance.randint(1, 40) if self._simulation.credits else 10
        return Succeeded(**self._stamp(epoch), outputs=self._outputs(), started_at=self._simulation.now, cost=cost)

    def _outputs(self) -> Outputs:
        if self._task.operation == "text_to_text":
            count = self._task.params["count"]
            return {"text": tuple(TextValue(text=f"{self._task.recipe}#{i}") for i in range(count))}
        name = self._task.task_id.replace(".", "-")
        digest = hashlib.sha256(name.encode()).hexdigest()
        picture = MediaValue(type="image", asset_id=AssetId(name), sha256=digest, mime="image/png", bytes=1)
        return {"image": (picture,)}

    def _verdict(self, epoch: int) -> Succeeded:
        score = self._chance.choice((0.1, 0.3, 0.8, None))
        identity = Identity(score=score, threshold=0.4, match=bool(score and score > 0.4), engine="simulated")
        identities = tuple(identity for _ in self._task.inputs["made"]) if self._chance.random() < 0.9 else ()
        return Succeeded(**self._stamp(epoch), outputs={}, identities=identities, started_at=self._simulation.now)

    def _report(self, epoch: int) -> Report:
        stamp, fate = self._stamp(epoch), self._chance.random() if self._simulation.faults else 0
        if fate < 0.75:
            return self._success(epoch)
        if fate > 0.95 and self._task.operation != JUDGE:
            return InDoubt(**stamp, failure=Failure(kind=FailureKind.IN_DOUBT, message="Who knows."))
        kind = FailureKind.TRANSIENT if fate < 0.88 else FailureKind.CONTENT_POLICY
        cost = self._chance.choice((0, 7)) if self._simulation.credits else 0
        return Failed(**stamp, failure=Failure(kind=kind, message="No."), cost=cost)

    def _stamp(self, epoch: int = 0) -> dict[str, Any]:
        clock = self._simulation.clock
        return {"at": clock(), "attempt": self._task.attempt, "epoch": epoch, "basis": self._task.basis}

    async def _tail(self) -> list[tuple[int, Report]]:
        await self._simulation.pause()
        records = await self._simulation.log.read(self._subject)
        return [(record.seq, unseal(ReportLetter, record.data).report) for record in records]

    async def _say(self, report: Report, expected: int) -> int:
        await self._simulation.pause()
        letter = ReportLetter(id=f"report-{self._chance.random()}", worker="w", report=report)
        return await self._simulation.log.append(self._subject, seal(letter), expected=expected, event_id=letter.id)

    async def _dawdle(self, longest: int) -> None:
        for _ in range(self._chance.randint(0, longest)):
            await asyncio.sleep(0)


async def work(simulation: Simulation, record: Record) -> None:
    if await Worker(simulation, unseal(Task, record.data)).work():
        there = await simulation.queue.peek(record.subject)
        if there is not None and there.seq == record.seq:
            simulation.queue.finish(record.subject)
    del simulation.workers[record.seq]
