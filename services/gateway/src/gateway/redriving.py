"""Sends again what was parked, each kind in the one way that keeps the log's laws.

A command is appended anew, under an id of its own. A report, a task and a timer are not: a report is in the log already
and a second one would fence the worker that holds the node; whether a task or a timer is still wanted, only the
orchestrator knows. For these it is told to look at the node again, and does what its state calls for.
"""

import json
from dataclasses import dataclass, replace

from nats.aio.client import Client

from contracts.base import NodeId, ProjectId, RunId
from contracts.envelope import GraphLetter, ReportLetter, RunLetter, Unreadable, unseal
from contracts.subjects import Subjects
from contracts.work import TERMINAL
from gateway import parked as reading
from gateway.parked import Parked
from gateway.views.read_runs import Runs
from gateway.views.rows import RunRow
from kit.errors import Conflict, Unavailable
from kit.ids import named_id
from kit.log import Log
from kit.parked import Parking
from kit.sealed import owned
from kit.wire import ApiError, Wire, answer_of

_ATTEMPTS = 5
_LIVELY = ("pending", "running")


class CannotRedrive(Exception):
    """It cannot be sent again, and nothing was changed. The message says why, and what to do instead."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


@dataclass(frozen=True)
class Redriven:
    id: int
    how: str
    """`appended`: the command is in the log again. `told`: the orchestrator looks at the node again."""
    subject: str
    sequence: int
    """Where it is stored now."""


class Redriver:
    def __init__(self, nc: Client, log: Log, subjects: Subjects, runs: Runs) -> None:
        self.parking = Parking(nc, subjects.prefix)
        self._wire = Wire(nc)
        self._log = log
        self._subjects = subjects
        self._runs = runs

    async def find(self, seq: int) -> Parked | None:
        record = await self.parking.find(seq)
        return reading.read(self._subjects, record) if record is not None else None

    async def page(self, after: int, limit: int) -> list[Parked]:
        return [reading.read(self._subjects, record) for record in await self.parking.page(after, limit)]

    async def redrive(self, user: str, parked: Parked) -> Redriven:
        """Send it again, then forget the copy. Safe to repeat.

        Raises:
            CannotRedrive: for good, or until something else is done first.
            Unavailable: not now.
        """
        message = await self._original(parked) if parked.notice else parked
        match message.kind:
            case "command":
                done = await self._append(message)
            case "report":
                await self._still_there(message)
                done = await self._tell(await self._run_of(user, message), message)
            case "task" | "timer":
                run = await self._waiting(user, message)
                if parked.notice:
                    await self._unstick(message)
                done = await self._tell(run, message)
            case _:
                raise CannotRedrive("not-redrivable", f"Nobody here handles messages of {message.subject[:200]}.")
        await self.parking.remove(parked.id)
        return done

    async def _original(self, notice: Parked) -> Parked:
        record = await self._wire.leader_get(notice.stream, seq=notice.sequence) if self._ours(notice.stream) else None
        if record is None:
            raise CannotRedrive("gone", f"Message {notice.sequence} of {notice.stream} is not there any more.")
        kind, run_id, node_id = reading.whose(self._subjects, record.subject)
        return replace(
            notice, subject=record.subject, kind=kind, run_id=run_id, node_id=node_id, data=record.data, notice=False
        )

    def _ours(self, stream: str) -> bool:
        return stream in {self._subjects.log, self._subjects.tasks, self._subjects.timers}

    async def _append(self, message: Parked) -> Redriven:
        address = self._subjects.parse(message.subject)
        try:
            graph = address.kind == "graph"
            letter = unseal(GraphLetter, message.data) if graph else unseal(RunLetter, message.data)
        except Unreadable as error:
            raise _unreadable(error) from error
        mine = named_id("redriven", message.stream, str(message.sequence))
        for _ in range(_ATTEMPTS):
            there = await self._log.read(message.subject)
            before = next((record.seq for record in there if record.id == mine), None)
            if before is not None:  # an earlier try died before it forgot the copy
                return Redriven(message.id, "appended", message.subject, before)
            last = there[-1].seq if there else 0
            try:
                seq = await self._log.append(
                    message.subject, message.data, expected=last, event_id=mine, headers=owned(letter.user_id)
                )
            except Conflict:
                continue
            return Redriven(message.id, "appended", message.subject, seq)
        raise Unavailable("other commands keep coming first")

    async def _still_there(self, message: Parked) -> None:
        record = await self._wire.leader_get(self._subjects.log, seq=message.sequence)
        if record is None or record.subject != message.subject:
            raise CannotRedrive("gone", f"The log has no such report at {message.sequence}: it is another log.")
        try:
            unseal(ReportLetter, record.data)
        except Unreadable as error:
            raise _unreadable(error) from error

    async def _waiting(self, user: str, message: Parked) -> RunRow:
        """The run, if it still waits for this."""
        run = await self._run_of(user, message)
        if message.kind == "task" and await self._answered(run, message):
            text = f"Its node was told that it failed when it was parked. Make it again: groove resume {run.id}"
            raise CannotRedrive("already-answered", text)
        if run.state not in _LIVELY:
            raise CannotRedrive("not-wanted", f"Execution {run.id} is {run.state}: nothing in it waits for this.")
        return run

    async def _answered(self, run: RunRow, task: Parked) -> bool:
        subject = self._subjects.report(ProjectId(run.project_id), RunId(run.id), NodeId(task.node_id or ""))
        last = await self._log.last(subject)
        if last is None:
            return False
        try:
            report, attempt = unseal(ReportLetter, last.data).report, json.loads(task.data)["attempt"]
        except Unreadable as error:
            raise _unreadable(error) from error
        except (ValueError, KeyError, TypeError):
            attempt = 0  # too broken to tell: whoever reported last reported on it
        return isinstance(report, TERMINAL) and report.attempt >= int(attempt)

    async def _run_of(self, user: str, message: Parked) -> RunRow:
        run = await self._runs.find(user, message.run_id) if message.run_id else None
        if run is None:
            raise CannotRedrive("gone", f"There is no execution {message.run_id}: nothing waits for this.")
        return run

    async def _tell(self, run: RunRow, message: Parked) -> Redriven:
        """As a timer does that comes due."""
        subject = self._subjects.due(RunId(run.id), NodeId(message.node_id or ""))
        body = json.dumps({"project_id": run.project_id, "basis": run.seq}).encode()
        seq = int(answer_of(await self._wire.request(subject, body))["seq"])
        return Redriven(message.id, "told", subject, seq)

    async def _unstick(self, message: Parked) -> None:
        """It will never be delivered again where it lies, and keeps the place of the next one."""
        try:
            await self._wire.api(f"STREAM.MSG.DELETE.{message.stream}", {"seq": message.sequence, "no_erase": True})
        except ApiError:
            return  # somebody was quicker


def _unreadable(error: Unreadable) -> CannotRedrive:
    why = " ".join(str(error).split())[:300]
    return CannotRedrive("unreadable", f"This release cannot read it either ({why}). Send it again after an upgrade.")
