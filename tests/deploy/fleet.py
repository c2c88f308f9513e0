"""One service's processes that come and go by the numbers that KEDA reads, and the queue that they work on."""

import asyncio
import os
import signal
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path

from contracts.catalogue import JUDGE
from contracts.envelope import ReportLetter, unseal
from contracts.subjects import Queue
from contracts.work import Claimed, Report, Succeeded
from deploy.keda import Monitor, wanted
from deploy.processes import Nursery
from kit.clock import utc_now
from workers.bench import Bench

TASK_S = 0.8
AT_ONE, AT_FOUR = 3, 12
"""Tasks of each queue over which it is measured: done by one process before there may be more, and by four."""
AT_LEAST, PATIENCE = 2.5, 120
"""Times as much must be done by four; and tasks after which it is given up."""
IN_LINE = 12
"""As many are always there until then."""
MOST, THRESHOLD = 4, 2
"""Processes; and tasks for each: more than six tasks ask for four of them, two or one for one."""
AS_KEDA_READS_S = 0.1


@dataclass
class Fleet:
    """The processes of one service."""

    service: str
    nursery: Nursery
    env: dict[str, str]
    where: Path
    pids: list[int] = field(default_factory=list)
    ended: list[int] = field(default_factory=list)
    told_to_end: list[datetime] = field(default_factory=list)

    def scale(self, replicas: int) -> None:
        """As a Deployment would: new ones at once; who goes is told to end, and may take its time."""
        while len(self.pids) < replicas:
            n = len(self.pids) + len(self.ended)
            own = self.where / f"{self.service}-{n}"
            own.mkdir()
            env = self.env | {"GROOVE_QDRANT_PATH": str(own / "qdrant"), "GROOVE_DATA": str(own)}
            self.pids.append(self.nursery.start(self.service, env, own / "log", sleeping=True))
        while len(self.pids) > replicas:
            pid = self.pids.pop(0)  # the oldest, which is at work
            os.kill(pid, signal.SIGTERM)
            self.told_to_end.append(utc_now())
            self.ended.append(pid)


@dataclass
class Line:
    """One queue, the processes that work on it, and what they have reported."""

    queue: Queue
    fleet: Fleet
    put: int = 0
    feeding: bool = True
    wanted_before: int = 1
    reports: list[tuple[str, Report]] = field(default_factory=list)

    def began(self) -> list[datetime]:
        """When each process took its first task."""
        first: dict[str, datetime] = {}
        for _, report in self.reports:
            if isinstance(report, Claimed):
                first.setdefault(report.worker, report.at)
        return sorted(first.values())

    def done(self, after: datetime | None = None) -> list[datetime]:
        ends = (report.at for _, report in self.reports if isinstance(report, Succeeded))
        return [at for at in ends if after is None or at >= after]

    def seen_enough(self) -> bool:
        began = self.began()
        if len(began) < MOST:
            return False
        alone, together = self.rates()
        return together >= AT_LEAST * alone or len(self.done(after=began[-1])) > PATIENCE

    def scale(self, lag: int) -> None:
        """Down only when two readings in a row say so, as an autoscaler's window does: a dip between two is no end."""
        now = wanted(lag, THRESHOLD, least=1, most=MOST if len(self.done()) >= AT_ONE else 1)
        self.fleet.scale(max(now, self.wanted_before))
        self.wanted_before = now

    def over(self) -> bool:
        return not self.feeding and len(self.fleet.pids) == 1

    def rates(self) -> tuple[float, float]:
        """Tasks a second: of the first one alone, and of four at work while most was done.

        What else goes on in the machine can only make it less; so it is measured until it is enough, or for long.
        """
        first, *_, last = self.began()
        over = self.fleet.told_to_end[0] if self.fleet.told_to_end else utc_now()
        ends = [at for at in self.done(after=last) if at < over]
        spans = [(later - at).total_seconds() for at, later in zip(ends, ends[AT_FOUR:], strict=False)]
        alone_s = (self.done()[AT_ONE - 1] - first).total_seconds()
        return AT_ONE / alone_s, AT_FOUR / min(spans) if spans else 0.0


async def hear(workshop: Bench, lines: dict[Queue, Line], after: int) -> int:
    """What was reported since."""
    subject = workshop.subjects.report(workshop.task().project_id, workshop.run, "*")
    for record in await workshop.log.read(subject, after=after):
        node = record.subject.rpartition(".")[2]
        line = next(one for one in lines.values() if node.startswith(f"{one.queue}-"))
        line.reports.append((node, unseal(ReportLetter, record.data).report))
        after = record.seq
    return after


async def feed(workshop: Bench, line: Line, lag: int) -> None:
    line.feeding = line.feeding and not line.seen_enough()
    for _ in range(IN_LINE - lag if line.feeding else 0):
        sleeping = {"operation": JUDGE, "provider": None, "params": {"seconds": TASK_S}}
        await workshop.put(workshop.task(f"{line.queue}-{line.put:03}", **sleeping), line.queue)
        line.put += 1


async def follow(workshop: Bench, monitor: Monitor, lines: dict[Queue, Line]) -> None:
    """Until nothing more is put and nothing waits: as many processes of each as the numbers ask for."""
    heard, read = 0, partial(asyncio.to_thread, monitor.lags, "$G", workshop.subjects.tasks)
    while True:
        lags = await read()
        heard = await hear(workshop, lines, heard)
        for queue, line in lines.items():
            await feed(workshop, line, lags[queue])
        lags = await read()
        for queue, line in lines.items():
            line.scale(lags[queue])
        if not any(lags.values()) and all(line.over() for line in lines.values()):
            return
        await asyncio.sleep(AS_KEDA_READS_S)
