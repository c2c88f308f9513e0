"""Holding an attempt: claim it, take it over, notice that it was taken away or revoked.

An acknowledgement fences nobody. What fences is that every report is appended with the sequence its writer last saw.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from contracts.base import MessageId
from contracts.envelope import ReportLetter, seal, unseal
from contracts.subjects import Subjects
from contracts.work import TERMINAL, Claimed, InDoubt, Report, Revoked, Stopped, Submitted, Submitting, Succeeded, Task
from kit.clock import Clock
from kit.errors import Erased
from kit.ids import new_id
from kit.log import Conflict, Log, Unavailable
from kit.sealed import owned
from providers.worker.past import Past, recall
from providers.worker.traces import sending

T = TypeVar("T")
Sleep = Callable[[float], Awaitable[None]]
_LOG_AWAY_S = 2.0
log = logging.getLogger(__name__)


class Fenced(Exception):
    """Someone else holds the attempt, or it is over: nothing more is ours to say or to settle."""


class CalledOff(Exception):
    """It was revoked, and nothing is at work for it any more."""

    def __init__(self, cost: int = 0) -> None:
        super().__init__("revoked")
        self.cost = cost


@dataclass(frozen=True)
class Pen:
    """Writes on the report subjects, in this worker's name."""

    log: Log
    subjects: Subjects
    worker: str
    clock: Clock
    sleep: Sleep = asyncio.sleep
    told: Callable[[Report, Task | None], None] = lambda *_: None
    """Called for every report that is stored. None: of a task that cannot be read."""

    def subject(self, task: Task) -> str:
        return self.subjects.report(task.project_id, task.run_id, task.node_id)

    async def past(self, task: Task) -> Past:
        return recall(await self.reports(task), task.attempt)

    async def reports(self, task: Task, after: int = 0) -> list[tuple[int, Report]]:
        records = await self.log.read(self.subject(task), after=after)
        return [(record.seq, unseal(ReportLetter, record.data).report) for record in records]

    def letter(self, report: Report) -> ReportLetter:
        return ReportLetter(id=MessageId(new_id()), worker=self.worker, report=report)

    async def write(self, task: Task, letter: ReportLetter, expected: int) -> int:
        """Append a report.

        Raises:
            Conflict: something else has been written there.
            Unavailable: it may or may not be stored; writing the same letter again finds out.
        """
        headers = owned(task.user_id)
        try:
            with sending(task, letter.report, self.subject(task)):
                seq = await self.log.append(
                    self.subject(task), seal(letter), expected=expected, event_id=letter.id, headers=headers
                )
        except Erased as error:  # whose it was has gone: nobody is left to be told
            raise Fenced from error
        self.told(letter.report, task)
        return seq

    def stamp(self, task: Task, epoch: int) -> dict[str, Any]:
        """What all reports have in common."""
        return {"at": self.clock(), "attempt": task.attempt, "epoch": epoch, "basis": task.basis}

    async def claim(self, task: Task, past: Past) -> "Hold":
        """Take the attempt, or take it over: from now on no report of an earlier holder is accepted.

        Raises:
            Conflict: it has a past that was not known.
        """
        claimed = Claimed(**self.stamp(task, past.epoch + 1), worker=self.worker)
        seq = await self.write(task, self.letter(claimed), past.seq)
        return Hold(self, task, past, seq, claimed.at)

    async def silent_after(self, task: Task, announced: Submitting) -> datetime:
        """Until when, by our clock, its announcer may still be sending.

        How long ago it announced is read from the log's own times: the clocks of two workers may be far apart.
        """
        leaving = announced.send_by - announced.at
        stored = claimed = None
        for record in await self.log.read(self.subject(task)):
            report = unseal(ReportLetter, record.data).report
            if report == announced:
                stored = record.time
            elif isinstance(report, Claimed):
                claimed = record.time
        if stored is None or claimed is None:
            return self.clock() + leaving
        return self.clock() + leaving - max(claimed - stored, timedelta(0))

    async def waited(self, task: Task) -> timedelta:
        """From when the attempt's job was taken until its last claim, by the log's own times: see `silent_after`."""
        taken = claimed = None
        for record in await self.log.read(self.subject(task)):
            report = unseal(ReportLetter, record.data).report
            if report.attempt == task.attempt and isinstance(report, Submitted):
                taken = taken or record.time
            elif isinstance(report, Claimed):
                claimed = record.time
        return max(claimed - taken, timedelta(0)) if taken and claimed else timedelta(0)

    async def close(self, task: Task, past: Past, ending: Report) -> None:
        """Write the end of an attempt that nobody needs to hold any more."""
        await self.write(task, self.letter(ending), past.seq)


class Hold:
    """An attempt in our hands."""

    def __init__(self, pen: Pen, task: Task, past: Past, seq: int, claimed_at: datetime) -> None:
        self.task = task
        self.epoch = past.epoch + 1
        self.begun_at = past.begun_at or claimed_at
        self.sent = past.submitting is not None or past.handle is not None
        """A provider may have something of ours: it is followed up even if it is revoked."""
        self.asked = past.submitting
        self.first_asked_at = past.first_asked_at
        self.revoked = past.revoked
        self.fenced = False
        self.payload: dict[str, Any] | None = None
        """Of free work, which nobody announces: what was asked for. Its end tells it."""
        self.alone = False
        """Fenced, and still the only one who knows what was paid for: it is followed up all the same."""
        self._news = asyncio.Event()
        self._pen = pen
        self._seq = seq

    async def silent_after(self, announced: Submitting) -> datetime:
        return await self._pen.silent_after(self.task, announced)

    async def waited(self) -> timedelta:
        return await self._pen.waited(self.task)

    def stamp(self) -> dict[str, Any]:
        return self._pen.stamp(self.task, self.epoch)

    def check(self) -> None:
        """Raise `Fenced`, or `CalledOff` if it was revoked and nothing was sent."""
        if self.fenced and not self.alone:
            raise Fenced
        if self.revoked and not self.sent:
            raise CalledOff

    async def say(self, report: Report) -> None:
        """Append a report, if it is still ours to make. While the log is away, what there is to say is kept.

        Raises:
            Fenced: it is not.
            CalledOff: it was revoked, and nothing was sent.
        """
        letter = self._pen.letter(report)
        while True:
            try:
                self._seq = await self._write(letter)
            except Unavailable as error:
                log.warning("a report cannot be written yet: %s", error)
                await self._pen.sleep(_LOG_AWAY_S)
            except Conflict:  # it was revoked; the reports that tell of what was sent are still wanted
                if not isinstance(report, Stopped):
                    self.check()
            else:
                if isinstance(report, Submitting):
                    self.asked, self.first_asked_at = report, self.first_asked_at or report.at
                return

    async def _write(self, letter: ReportLetter) -> int:
        try:
            return await self._pen.write(self.task, letter, self._seq)
        except Conflict:
            await self._catch_up()
            raise

    async def end(self, report: Report) -> None:
        """Append the terminal report; `Stopped` instead if it was revoked and nothing was sent."""
        try:
            await self.say(report)
        except CalledOff as off:
            await self.say(Stopped(**self.stamp(), cost=off.cost))
        except Fenced:
            if not (isinstance(report, Succeeded) and self.task.paid):
                raise
            await self.insist(report)

    async def insist(self, report: Submitted | Succeeded) -> None:
        """Say what was paid for although another took the attempt over: it may be in nobody else's hands.

        It may follow the other's `InDoubt`, and whatever came after that. It never follows another certain end.

        Raises:
            Fenced: what became of the attempt is known without us.
        """
        letter = self._pen.letter(report)
        while True:
            try:
                told = await self._pen.reports(self.task)
                ours = [one for _, one in told if one.attempt == self.task.attempt]
                if report in ours:
                    return
                if any(isinstance(one, TERMINAL) and not isinstance(one, InDoubt) for one in ours):
                    raise Fenced
                await self._pen.write(self.task, letter, told[-1][0] if told else 0)
            except Unavailable as error:
                log.warning("a paid result cannot be reported yet: %s", error)
                await self._pen.sleep(_LOG_AWAY_S)
            except Conflict:
                continue
            else:
                log.info("what was made is told after another had taken the attempt over")
                return

    async def _catch_up(self) -> None:
        news = await self._pen.reports(self.task, after=self._seq)
        if not news:
            raise Unavailable("the log said it has moved on, and showed nothing new")
        self._take_in(news)
        if self.fenced:
            raise Fenced
        self._seq = news[-1][0]

    async def glance(self) -> None:
        """Look whether something was written that concerns us, without moving on."""
        self._take_in(await self._pen.reports(self.task, after=self._seq))

    def _take_in(self, news: list[tuple[int, Report]]) -> None:
        before = self.revoked, self.fenced
        for _, report in news:
            if isinstance(report, Revoked) and report.attempt == self.task.attempt:
                self.revoked = True
            elif report.attempt == self.task.attempt:
                self.fenced |= report.epoch != self.epoch or isinstance(report, TERMINAL)
            else:  # of an earlier attempt: what it made has been told late, and is no concern of ours
                self.fenced |= report.attempt > self.task.attempt
        if before != (self.revoked, self.fenced):
            self._news.set()

    async def pause(self, seconds: float) -> None:
        """Sleep, or less if there is news."""
        asleep = asyncio.ensure_future(self._pen.sleep(seconds))
        try:
            await self._either(asleep)
        finally:
            asleep.cancel()
        self._news.clear()

    async def unless_called_off(self, work: Coroutine[Any, Any, T]) -> T:
        """Do what can be dropped at any time, and drop it when it is no longer wanted.

        Raises:
            Fenced, CalledOff: and the work is cancelled.
        """
        doing = asyncio.ensure_future(work)
        try:
            while not doing.done():
                self.check()
                await self._either(doing)
                self._news.clear()
            return doing.result()
        finally:
            if not doing.done():
                doing.cancel()
                await asyncio.wait({doing})

    async def _either(self, doing: "asyncio.Future[Any]") -> None:
        told = asyncio.ensure_future(self._news.wait())
        try:
            await asyncio.wait({doing, told}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            told.cancel()
