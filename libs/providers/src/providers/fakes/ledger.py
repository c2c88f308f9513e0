"""What the fake paid vendor knows, in one SQLite file: it may be killed at any moment and forgets nothing."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_TABLES = """
CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS fault (
  n INTEGER PRIMARY KEY, kind TEXT NOT NULL, times INTEGER NOT NULL, match TEXT NOT NULL,
  retry_after_s REAL, seconds REAL NOT NULL);
CREATE TABLE IF NOT EXISTS submission (
  n INTEGER PRIMARY KEY, at REAL NOT NULL, key TEXT NOT NULL, operation TEXT NOT NULL,
  job_id TEXT, outcome TEXT NOT NULL, billed INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS job (
  id TEXT PRIMARY KEY, key TEXT NOT NULL, at REAL NOT NULL, seconds REAL NOT NULL, cost INTEGER NOT NULL,
  request TEXT NOT NULL, cancelled_at REAL, failure TEXT);
CREATE INDEX IF NOT EXISTS job_key ON job (key);
CREATE TABLE IF NOT EXISTS face (
  n INTEGER PRIMARY KEY, match TEXT NOT NULL, picture BLOB NOT NULL, job_id TEXT, place INTEGER);
"""


@dataclass(frozen=True)
class Fault:
    kind: str
    times: int = 1
    match: str = ""
    """Only for requests whose prompt or operation contains this."""
    retry_after_s: float | None = None
    seconds: float = 0.0
    """Of `slow`."""


@dataclass(frozen=True)
class Order:
    """A job that was taken. What state it is in follows from the time alone."""

    id: str
    key: str
    at: float
    """Seconds since 1970, as are all times here."""
    seconds: float
    cost: int
    """Micro-credits."""
    request: Mapping[str, Any]
    cancelled_at: float | None = None
    failure: str | None = None

    def progress(self, now: float) -> float:
        return 1.0 if self.seconds <= 0 else min(1.0, max(0.0, (now - self.at) / self.seconds))

    def state(self, now: float) -> str:
        if self.cancelled_at is not None:
            return "cancelled"
        if self.progress(now) < 1:
            return "running"
        return "failed" if self.failure else "succeeded"


class Ledger:
    def __init__(self, path: Path | str) -> None:
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.executescript(_TABLES)

    def close(self) -> None:
        self._db.close()

    def reset(self) -> None:
        for table in ("setting", "fault", "submission", "job", "face"):
            self._db.execute(f"DELETE FROM {table}")  # noqa: S608  names from the line above

    def setting(self, name: str, default: float) -> float:
        row = self._db.execute("SELECT value FROM setting WHERE name = ?", (name,)).fetchone()
        return float(row["value"]) if row else default

    def set(self, name: str, value: float) -> None:
        self._db.execute("INSERT OR REPLACE INTO setting VALUES (?, ?)", (name, str(float(value))))

    def plan(self, fault: Fault) -> None:
        self._db.execute(
            "INSERT INTO fault (kind, times, match, retry_after_s, seconds) VALUES (?, ?, ?, ?, ?)",
            (fault.kind, fault.times, fault.match, fault.retry_after_s, fault.seconds),
        )

    def clear_faults(self) -> None:
        self._db.execute("DELETE FROM fault")

    def strike(self, about: str) -> Fault | None:
        """Take the first planned fault that fits, once."""
        for row in self._db.execute("SELECT * FROM fault ORDER BY n"):
            if row["match"] in about:
                self._db.execute("UPDATE fault SET times = times - 1 WHERE n = ?", (row["n"],))
                self._db.execute("DELETE FROM fault WHERE times <= 0")
                return Fault(row["kind"], row["times"], row["match"], row["retry_after_s"], row["seconds"])
        return None

    def give(self, pictures: Sequence[bytes], match: str) -> None:
        """Pictures to be handed out, one for each result of jobs that fit, in order, before any other is made."""
        rows = [(match, picture) for picture in pictures]
        self._db.executemany("INSERT INTO face (match, picture) VALUES (?, ?)", rows)

    def hand_out(self, job_id: str, about: str, count: int) -> None:
        """Make the next of those that fit the results of a job."""
        left = self._db.execute("SELECT n, match FROM face WHERE job_id IS NULL ORDER BY n").fetchall()
        fitting = [row["n"] for row in left if row["match"] in about][:count]
        for place, n in enumerate(fitting):
            self._db.execute("UPDATE face SET job_id = ?, place = ? WHERE n = ?", (job_id, place, n))

    def handed_out(self, job_id: str, place: int) -> bytes | None:
        query = "SELECT picture FROM face WHERE job_id = ? AND place = ?"
        row = self._db.execute(query, (job_id, place)).fetchone()
        return bytes(row["picture"]) if row else None

    def record(self, key: str, operation: str, outcome: str, *, at: float, order: Order | None = None) -> None:
        """Write down a submission, and the job that came of it, at once."""
        self._db.execute("BEGIN")
        if order:
            self._db.execute(
                "INSERT INTO job (id, key, at, seconds, cost, request, failure) VALUES (?, ?, ?, ?, ?, ?, ?)",
                (order.id, key, at, order.seconds, order.cost, json.dumps(order.request), order.failure),
            )
        self._db.execute(
            "INSERT INTO submission (at, key, operation, job_id, outcome, billed) VALUES (?, ?, ?, ?, ?, ?)",
            (at, key, operation, order.id if order else None, outcome, order.cost if order else 0),
        )
        self._db.execute("COMMIT")

    def count(self) -> int:
        return int(self._db.execute("SELECT count(*) FROM submission").fetchone()[0])

    def order(self, job_id: str) -> Order | None:
        return next(iter(self._orders("id = ?", job_id)), None)

    def orders(self, key: str) -> list[Order]:
        return self._orders("key = ?", key)

    def cancel(self, job_id: str, at: float) -> None:
        self._db.execute("UPDATE job SET cancelled_at = ? WHERE id = ?", (at, job_id))

    def submissions(self) -> list[dict[str, Any]]:
        return [dict(row) for row in self._db.execute("SELECT * FROM submission ORDER BY n")]

    def _orders(self, where: str, value: str) -> list[Order]:
        rows = self._db.execute(f"SELECT * FROM job WHERE {where} ORDER BY at", (value,))  # noqa: S608  ours
        return [Order(**(dict(row) | {"request": json.loads(row["request"])})) for row in rows]
