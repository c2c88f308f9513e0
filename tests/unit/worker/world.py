"""Workers whose every step in the world can be watched, cut (SIGKILL), frozen (SIGSTOP) or put in any order."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from contracts.base import MessageId, NodeId, ProjectId, RunId, UserId
from contracts.catalogue import NODE_TYPES
from contracts.envelope import ReportLetter, seal, unseal
from contracts.subjects import Subjects
from contracts.work import TERMINAL, Report, Revoked, Submitting, Task
from kit.errors import Conflict, Unavailable
from kit.log_memory import MemoryLog
from kit.objects_memory import MemoryObjects
from kit.record import Record
from providers import catalogue
from providers.worker.claim import Fenced, Pen
from providers.worker.control import Calls
from providers.worker.lifecycle import Desk, carry_out
from providers.worker.progress import Voice
from providers.worker.timing import Timing
from unit.worker.vendor import Asked, Free, Line, Time, Vendor

SUBJECTS = Subjects("t")
EVERYTHING = frozenset(NODE_TYPES)


def task(**changes: Any) -> Task:
    given = {
        "id": MessageId("m1"),
        "basis": 3,
        "run_id": RunId("r1"),
        "node_id": NodeId("n1"),
        "project_id": ProjectId("p1"),
        "user_id": UserId("local"),
        "attempt": 1,
        "operation": "text_to_text",
        "provider": "fake",
        "model": "fake-writer",
        "paid": True,
        "params": {"prompt": "a poem"},
    }
    return Task(**(given | changes))


def painting(**changes: Any) -> Task:
    return task(**({"operation": "text_to_image", "model": "fake-painter"} | changes))


@dataclass
class LineLog:
    """The shared log, as one worker reaches it."""

    line: Line
    log: MemoryLog
    lost: deque[str] = field(default_factory=deque)
    """Reports whose next append has no answer: "Submitting unsaid", or "Submitting stored"."""

    async def append(
        self,
        subject: str,
        data: bytes,
        *,
        expected: int | None,
        event_id: str,
        headers: Mapping[str, str] | None = None,
    ) -> int:
        kind = unseal(ReportLetter, data).report.type
        await self.line.step(f"before {kind}")
        if f"{kind} unsaid" in self.lost:
            self.lost.remove(f"{kind} unsaid")
            raise Unavailable("the log is away")
        seq = await self.log.append(subject, data, expected=expected, event_id=event_id, headers=headers)
        if f"{kind} stored" in self.lost:
            self.lost.remove(f"{kind} stored")
            raise Unavailable("the log went away")
        await self.line.step(f"after {kind}")
        return seq

    async def read(self, *filters: str, after: int = 0) -> list[Record]:
        await self.line.step("read")
        return await self.log.read(*filters, after=after)

    async def last(self, subject: str) -> Record | None:
        return await self.log.last(subject)

    async def last_seq(self) -> int:
        return await self.log.last_seq()

    def follow(self, *filters: str, after: int) -> AsyncIterator[list[Record]]:
        return self.log.follow(*filters, after=after)


class LineObjects(MemoryObjects):
    def __init__(self, line: Line, shared: MemoryObjects) -> None:
        super().__init__()
        self._kept, self._written = shared._kept, shared._written
        self._line = line
        self.away = 0

    async def put(self, key: str, data: Any, content_type: str) -> None:
        await self._line.step(f"before put {key.partition('/')[0]}")
        if self.away:
            self.away -= 1
            raise Unavailable("storage is away")
        await super().put(key, data, content_type)

    async def get(self, key: str) -> bytes:
        await self._line.step("get")
        if self.away:
            self.away -= 1
            raise Unavailable("storage is away")
        return await super().get(key)


@dataclass
class Worker:
    line: Line
    desk: Desk
    objects: LineObjects
    log: LineLog
    said: list[bytes] = field(default_factory=list)


class World:
    def __init__(self, **vendor: Any) -> None:
        self.time = Time()
        self.log = MemoryLog(self.time)
        self.objects = MemoryObjects()
        self.vendor = Vendor(self.time, **vendor)
        self.workers: list[Worker] = []
        self._running: list[asyncio.Task[str]] = []

    def worker(self, **changes: Any) -> Worker:
        line = Line()

        async def sleep(seconds: float) -> None:
            await line.step("sleep")
            self.time.on(seconds)
            await asyncio.sleep(0)

        said: list[bytes] = []

        async def publish(_subject: str, data: bytes) -> None:
            said.append(data)

        log = LineLog(line, self.log)
        pen = Pen(log, SUBJECTS, f"w{len(self.workers)}", self.time, sleep)
        objects = LineObjects(line, self.objects)
        given: dict[str, Any] = {
            "pen": pen,
            "objects": objects,
            "providers": {"fake": Asked(line, self.vendor), "local": Free(line, self.vendor)},
            "book": catalogue.book({"local", "fake"}),
            "operations": EVERYTHING,
            "calls": Calls(),
            "voice": Voice(publish, SUBJECTS, every_s=0),
            "timing": Timing(),
        }
        made = Worker(line, Desk(**(given | changes)), objects, log, said)
        self.workers.append(made)
        return made

    async def deliver(self, to: Worker, one: Task, deliveries: int = 1) -> str:
        """As an inbox does. A worker that is cut off says nothing any more."""
        work = asyncio.ensure_future(self._settle(to, one, deliveries))
        dead = asyncio.ensure_future(to.line.dead.wait())
        self._running.append(work)
        await asyncio.wait({work, dead}, return_when=asyncio.FIRST_COMPLETED)
        dead.cancel()
        return work.result() if work.done() else "dead"

    def start(self, to: Worker, one: Task, deliveries: int = 1) -> "asyncio.Task[str]":
        work = asyncio.create_task(self._settle(to, one, deliveries))
        self._running.append(work)
        return work

    async def _settle(self, to: Worker, one: Task, deliveries: int) -> str:
        try:
            await carry_out(one, to.desk, deliveries)
        except Fenced:
            return "left"
        except (Conflict, Unavailable):
            return "not now"
        except asyncio.CancelledError:
            return "cancelled"
        except Exception as error:  # noqa: BLE001  whatever it is, it comes again
            return f"handed back: {type(error).__name__}"
        return "acked"

    async def revoke(self, one: Task) -> None:
        """As the orchestrator does: unless it is over, whatever else is written meanwhile."""
        subject = SUBJECTS.report(one.project_id, one.run_id, one.node_id)
        while True:
            last = await self.log.last(subject)
            if last and isinstance(unseal(ReportLetter, last.data).report, TERMINAL):
                return
            revoked = Revoked(at=self.time(), attempt=one.attempt, basis=one.basis)
            letter = ReportLetter(id=MessageId("revoke"), worker="orchestrator", report=revoked)
            try:
                await self.log.append(subject, seal(letter), expected=last.seq if last else 0, event_id="revoke")
            except Conflict:
                continue
            break
        for worker in self.workers:
            worker.desk.calls.ring(one.run_id)

    async def reports(self) -> list[Report]:
        return [unseal(ReportLetter, record.data).report for record in await self.log.read("t.rpt.>")]

    async def kinds(self) -> list[str]:
        return [report.type for report in await self.reports()]

    async def endings(self, attempt: int = 1) -> list[Report]:
        return [one for one in await self.reports() if isinstance(one, TERMINAL) and one.attempt == attempt]

    async def ending(self, attempt: int = 1) -> Any:
        (only,) = await self.endings(attempt)
        return only

    async def announced(self) -> int:
        return sum(isinstance(report, Submitting) for report in await self.reports())

    async def close(self) -> None:
        for work in self._running:
            work.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
