"""What nobody could handle: read from where copies of it are kept."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from contracts.subjects import Subjects
from kit import parked as parking
from kit.record import Record
from providers.redact import HIDDEN, Redactor

Json = dict[str, Any]
Kind = Literal["command", "report", "task", "timer", "other"]
_FAMILIES: dict[str, Kind] = {"cmd": "command", "rpt": "report", "task": "task", "due": "timer"}
_SECRET_WORDS = ("secret", "password", "token", "authorization", "api_key", "apikey", "credential")
_REDACTOR = Redactor()
_LONGEST_TEXT = 4_000


@dataclass(frozen=True)
class Parked:
    """A copy, or the server's notice that it gave a message up."""

    id: int
    at: datetime
    subject: str
    """That the message had."""
    stream: str
    sequence: int
    """Where it stood in its stream."""
    reason: str
    deliveries: int | None
    kind: Kind
    run_id: str | None
    """Or the graph, of a command about one."""
    node_id: str | None
    data: bytes
    notice: bool = False
    """Nothing was copied: the message is where it was, if it is still there."""

    def shown(self) -> Json:
        return {
            "id": str(self.id),
            "at": self.at,
            "kind": self.kind,
            "subject": self.subject,
            "stream": self.stream,
            "sequence": self.sequence,
            "reason": _REDACTOR.scrub(self.reason),
            "bytes": len(self.data),
            "deliveries": self.deliveries,
            "aggregate_id": self.run_id,
            "node_id": self.node_id,
        }

    def whole(self) -> Json:
        """With its body: as JSON where it is that, and nothing secret in it."""
        try:
            body, text = hidden(json.loads(self.data)), None
        except ValueError:
            body, text = None, _REDACTOR.scrub(self.data.decode("utf-8", "replace")[:_LONGEST_TEXT])
        return self.shown() | {"body": body, "text": text}


def read(subjects: Subjects, record: Record) -> Parked:
    if parking.SUBJECT in record.headers:
        return _copy(subjects, record)
    try:
        said = json.loads(record.data)
        stream, sequence, deliveries = str(said["stream"]), int(said["stream_seq"]), int(said["deliveries"])
        reason = f"The server gave it up after {deliveries} deliveries to consumer {said['consumer']}."
    except (ValueError, KeyError, TypeError):
        stream, sequence, deliveries, reason = "", 0, 0, "Nobody knows what this is."
    return Parked(
        record.seq, record.time, record.subject, stream, sequence, reason, deliveries, "other", None, None, record.data,
        notice=bool(stream),
    )  # fmt: skip


def _copy(subjects: Subjects, record: Record) -> Parked:
    headers = record.headers
    subject = headers[parking.SUBJECT]
    kind, run_id, node_id = whose(subjects, subject)
    return Parked(
        id=record.seq,
        at=record.time,
        subject=subject,
        stream=headers.get(parking.STREAM, ""),
        sequence=_number(headers.get(parking.SEQUENCE)),
        reason=headers.get(parking.REASON, ""),
        deliveries=_number(headers.get(parking.DELIVERIES)) or None,
        kind=kind,
        run_id=run_id,
        node_id=node_id,
        data=record.data,
    )


def whose(subjects: Subjects, subject: str) -> tuple[Kind, str | None, str | None]:
    """What a message on this subject is, and of which run (or graph) and node."""
    match subject.removeprefix(subjects.prefix + ".").split("."):
        case ["cmd", _, "run" | "graph", _, id_]:
            return "command", id_, None
        case [("rpt" | "task") as family, _, _, run, node]:
            return _FAMILIES[family], run, node
        case ["due", _, run, node]:
            return "timer", run, node
        case _:
            return "other", None, None


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() else 0


def hidden(value: Any, name: str = "") -> Any:
    """The same without secrets: what is called like one, and what looks like one."""
    match value:
        case str():
            return HIDDEN if any(word in name.lower() for word in _SECRET_WORDS) else _REDACTOR.scrub(value)
        case dict():
            return {key: hidden(one, str(key)) for key, one in value.items()}
        case list():
            return [hidden(one, name) for one in value]
        case _:
            return value
