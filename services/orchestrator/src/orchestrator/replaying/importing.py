"""A run of another installation, brought here to be looked at. Nothing of it is ever done again."""

import json
import re
from dataclasses import dataclass
from typing import Any

from contracts.base import ID_PATTERN, NodeId, ProjectId, RunId, UserId
from contracts.run import (
    NodeFailed,
    NodeInDoubt,
    NodeJudged,
    NodeMade,
    NodeRetryScheduled,
    NodeSucceeded,
    RunRefused,
    RunStarted,
    StartRun,
)
from contracts.subjects import Subjects
from contracts.work import TERMINAL
from kit.errors import Conflict, TooLarge
from kit.log import Log
from kit.record import Record, encode
from kit.sealed import owned
from orchestrator.replaying.exports import BadFile, Exported, missing
from orchestrator.replaying.telling import Told, fold, read

_FREE = frozenset({"params", "variables", "outputs", "inputs"})
"""What people and models say is left as it is."""


class AlreadyThere(Exception):
    """The run is in this log, and not as the file tells it."""


@dataclass(frozen=True)
class Owner:
    """Whose it is to be."""

    project: ProjectId
    user: UserId


@dataclass(frozen=True)
class Brought:
    run: RunId
    messages: int
    written: int
    """Less than all, when an earlier import had begun."""


def checked(exported: Exported) -> list[Told]:
    """The whole run, in order.

    Raises:
        BadFile: it is not whole, cannot be read, or does not fit here.
    """
    if exported.run is None:
        raise BadFile("This is a bare recording. Import what `groove export` wrote.")
    tale = read(Subjects(exported.prefix), exported.records)
    if tale.flaws:
        raise BadFile(f"This release cannot read all of it: {tale.flaws[0]}")
    told = tale.runs.get(RunId(exported.run), [])
    if not told or len(told) != len(exported.records):
        raise BadFile(f"It holds other things than run {exported.run}.")
    names = {exported.run, *(one.address.node for one in told if one.address.node)}
    for name in (name for name in names if not re.fullmatch(ID_PATTERN, name)):
        raise BadFile(f"{name!r} is no id.")
    flaw = missing(exported.records) or _lacking(told)
    if flaw:
        raise BadFile(f"It has a hole: {flaw}")
    try:
        fold(told)
        for one in told:
            encode(one.record.data, one.record.id, None)
    except TooLarge as error:
        raise BadFile(f"Message {one.seq} is too large: {error}") from error
    except (KeyError, AttributeError) as error:
        raise BadFile(f"It does not follow from what lies before: something is missing ({error!r}).") from error
    return told


def _lacking(told: list[Told]) -> str:
    """What its decisions speak of, and the file does not hold."""
    decisions = [one for one in told if one.address.family == "evt"]
    letters = {one.message.id: one.message for one in told if one.address.family == "cmd"}
    if not any(isinstance(letter.command, StartRun) for letter in letters.values()):
        return "the request that began it is missing."
    born = decisions[0].message.events[:1] if decisions else ()
    if not born or not isinstance(born[0], RunStarted | RunRefused):
        return "the decision that began it is missing."
    reports = [(one.address.node, one.message.report) for one in told if one.address.family == "rpt"]
    ended = {(node, report.attempt) for node, report in reports if isinstance(report, TERMINAL)}
    for one in decisions:
        if one.message.answers is not None and one.message.answers not in letters:
            return f"message {one.seq} answers command {one.message.answers}, which is missing."
        for event in one.message.events:
            if isinstance(event, NodeSucceeded | NodeMade | NodeJudged | NodeFailed | NodeInDoubt | NodeRetryScheduled):
                attempt = event.attempt - isinstance(event, NodeRetryScheduled)
                if attempt and (event.node_id, attempt) not in ended:
                    return f"message {one.seq} answers a report on {event.node_id}, attempt {attempt}: it is missing."
    return ""


async def bring(log: Log, subjects: Subjects, exported: Exported, owner: Owner) -> Brought:
    """Tell it here: in its order, guarded message by message. Once more goes on where it was broken off.

    Raises:
        BadFile: see `checked`. Nothing was written.
        AlreadyThere: nothing was written.
    """
    told = checked(exported)
    run = RunId(told[0].address.id)
    there = await _there(log, subjects, run)
    _same(told, there, subjects, owner)
    moved = {one.seq: record.seq for one, record in zip(told, there, strict=False)}
    last = {record.subject: record.seq for record in there}
    for one in told[len(there) :]:
        node: Any = one.address.node or "_"
        subject = subjects.imported(one.address.family, owner.project, run, NodeId(node))
        try:
            seq = await log.append(
                subject,
                _rewritten(one, exported.prefix, owner, moved),
                expected=last.get(subject, 0),
                event_id=one.record.id,
                headers={**_headers(one.record), **(owned(owner.user) or {})},
            )
        except Conflict as error:
            raise AlreadyThere(f"Somebody else is importing run {run}. Try again.") from error
        moved[one.seq] = last[subject] = seq
    return Brought(run, len(told), len(told) - len(there))


async def _there(log: Log, subjects: Subjects, run: RunId) -> list[Record]:
    anywhere = ProjectId("*")
    return await log.read(
        subjects.command("run", anywhere, run),
        subjects.events("run", anywhere, run),
        subjects.report(anywhere, run, "*"),
        subjects.imported("*", anywhere, run, "*"),
    )


def _same(told: list[Told], there: list[Record], subjects: Subjects, owner: Owner) -> None:
    """Whether what is there is the beginning of this import, or nothing."""
    addresses = [subjects.parse(record.subject) for record in there]
    run = told[0].address.id
    if any(not address.imported for address in addresses):
        raise AlreadyThere(f"Run {run} is in this log already.")
    if any(address.scope != owner.project for address in addresses):
        raise AlreadyThere(f"Run {run} was imported already, into project {addresses[0].scope}.")
    if [one.record.id for one in told[: len(there)]] != [record.id for record in there]:
        raise AlreadyThere(f"Run {run} was imported already, from another file.")
    if there and len(there) == len(told):
        raise AlreadyThere(f"Run {run} was imported already: all {len(told)} messages of it are there.")


def _headers(record: Record) -> dict[str, str]:
    return {name: record.headers[name] for name in ("traceparent",) if name in record.headers}


def _rewritten(one: Told, installation: str, owner: Owner, moved: dict[int, int]) -> bytes:
    body = json.loads(one.record.data)
    body = _owned(body, one.address.scope, owner)
    body.pop("reply_to", None)
    for part in (body, body.get("report", {})):
        if part.get("basis"):
            part["basis"] = moved.get(part["basis"], 0)
    for event in body.get("events", ()):
        if event["type"] == "RunStarted":
            event["imported_from"] = installation
    return json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode()


def _owned(value: Any, project: str, owner: Owner) -> Any:
    if isinstance(value, list):
        return [_owned(one, project, owner) for one in value]
    if not isinstance(value, dict):
        return value
    new = {key: one if key in _FREE else _owned(one, project, owner) for key, one in value.items()}
    if new.get("project_id") == project:
        new["project_id"] = owner.project
    if "user_id" in new:
        new["user_id"] = owner.user
    return new


__all__ = ["AlreadyThere", "Brought", "Owner", "bring", "checked"]
