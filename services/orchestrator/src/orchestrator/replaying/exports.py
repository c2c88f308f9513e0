"""A run in a file: everything that was asked, decided and reported of it. Media and secrets are not in it."""

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

from kit.log_jetstream import EXPECTED
from kit.record import Record

FORMAT = "groove-run"
VERSION = 1
MAX_FILE_BYTES = 256 * 1024 * 1024
_ENDS = re.compile("[\x85\u2028\u2029]")
_KEPT_HEADERS = ("traceparent", EXPECTED)
"""The second is what its writer took for the last message on its subject: a hole is found by it."""


class BadFile(Exception):
    """It cannot be read: a sentence that says why."""


@dataclass(frozen=True)
class Exported:
    prefix: str
    """Of the installation that it comes from: what its subjects start with."""
    records: list[Record]
    run: str | None = None
    """None: a recording of many."""


def write(prefix: str, run_id: str, records: Iterable[Record]) -> str:
    """The whole file."""
    lines = [_line(record) for record in records]
    header = {
        "format": FORMAT,
        "version": VERSION,
        "installation": prefix,
        "run": run_id,
        "count": len(lines),
        "sha256": _digest(lines),
    }
    return "".join(f"{line}\n" for line in (_dump(header), *lines))


def missing(records: Iterable[Record]) -> str:
    """The first message that another one was stored behind, and that is not here. Empty: there is none."""
    last: dict[str, int] = {}
    for record in records:
        before = last.get(record.subject, 0)
        expected = record.headers.get(EXPECTED, "")
        if expected.isdecimal() and int(expected) != before:
            gone = max(int(expected), before)
            return f"message {gone} is missing, which message {record.seq} on {record.subject} was stored behind."
        last[record.subject] = record.seq
    return ""


def read(file: Path) -> Exported:
    """Read an export, or a bare recording (the same lines without a header).

    Raises:
        BadFile: it is neither, was changed or cut, or is too large.
        OSError: it cannot be opened.
    """
    if file.stat().st_size > MAX_FILE_BYTES:
        raise BadFile(f"{file} is larger than {MAX_FILE_BYTES // 1024 // 1024} MiB.")
    try:
        text = file.read_bytes().decode()
    except UnicodeDecodeError as error:
        raise BadFile(f"{file} is not text: it is no export of a run.") from error
    lines = text.split("\n")
    lines = lines[:-1] if lines[-1] == "" else lines
    first = _object(file, lines[0] if lines else "", 1)
    if "format" not in first:
        records = _records(file, lines, 1)
        return Exported(records[0].subject.split(".")[0], records)
    _check(file, first, lines[1:])
    return Exported(str(first.get("installation")), _records(file, lines[1:], 2), str(first.get("run")))


def _check(file: Path, header: dict[str, Any], lines: list[str]) -> None:
    if header["format"] != FORMAT:
        raise BadFile(f"{file} is of format {header['format']!r}, not {FORMAT!r}.")
    version = header.get("version")
    if not isinstance(version, int) or version > VERSION:
        raise BadFile(f"{file} is of version {version!r}; this release reads up to {VERSION}. Take a newer groove.")
    if header.get("count") != len(lines):
        raise BadFile(f"{file} says that it holds {header.get('count')} messages, and holds {len(lines)}.")
    if header.get("sha256") != _digest(lines):
        raise BadFile(f"{file} was changed or damaged: its digest does not fit.")


def _records(file: Path, lines: list[str], first: int) -> list[Record]:
    records = [_record(file, line, number) for number, line in enumerate(lines, first)]
    for number, (one, after) in enumerate(pairwise(records), first + 1):
        if after.seq <= one.seq:
            raise BadFile(f"{file}, line {number}: message {after.seq} comes after message {one.seq}.")
    return records


def _record(file: Path, line: str, number: int) -> Record:
    said = _object(file, line, number)
    try:
        body = json.dumps(said["body"], separators=(",", ":"), ensure_ascii=False).encode()
        time = datetime.fromisoformat(said["time"])
        return Record(int(said["seq"]), str(said["subject"]), str(said["id"]), said.get("headers", {}), body, time)
    except (KeyError, TypeError, ValueError) as error:
        raise BadFile(f"{file}, line {number}: this is no message of a log ({error}).") from error


def _object(file: Path, line: str, number: int) -> dict[str, Any]:
    try:
        said = json.loads(line)
    except ValueError as error:
        raise BadFile(f"{file}, line {number}: this is not JSON.") from error
    if not isinstance(said, dict):
        raise BadFile(f"{file}, line {number}: this is no message of a log.")
    return said


def _line(record: Record) -> str:
    try:
        body = json.loads(record.data)
    except ValueError as error:
        raise BadFile(f"Message {record.seq} on {record.subject} is not JSON: it cannot be exported.") from error
    return _dump(
        {
            "seq": record.seq,
            "subject": record.subject,
            "id": record.id,
            "time": record.time.isoformat(),
            "headers": {name: record.headers[name] for name in _KEPT_HEADERS if name in record.headers},
            "body": body,
        }
    )


def _dump(document: Any) -> str:
    """On one line, whatever a reader takes for the end of one."""
    line = json.dumps(document, separators=(",", ":"), ensure_ascii=False)
    return _ENDS.sub(lambda end: f"\\u{ord(end[0]):04x}", line)


def _digest(lines: list[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
