"""One JSON object per line, with what is bound to the work at hand."""

import json
import logging
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, TextIO

from kit.tracing import trace_id

_bound: ContextVar[Mapping[str, Any]] = ContextVar("bound", default={})  # noqa: B039  replaced, never changed
_OWN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


@contextmanager
def bind(**fields: Any) -> Iterator[None]:
    """Put fields on every line logged inside, by this task and those it starts."""
    token = _bound.set({**_bound.get(), **fields})
    try:
        yield
    finally:
        _bound.reset(token)


class JsonLines(logging.Formatter):
    def __init__(self, service: str) -> None:
        super().__init__()
        self._service = service

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "service": self._service,
            "logger": record.name,
            "message": record.getMessage(),
            **_bound.get(),
        }
        if (trace := trace_id()) is not None:
            line["trace_id"] = trace
        line.update((key, value) for key, value in vars(record).items() if key not in _OWN)
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


def set_up(service: str, level: str = "info", out: TextIO | None = None) -> None:
    """Send everything to one stream, standard output unless given another. Safe to call again."""
    handler = logging.StreamHandler(out or sys.stdout)
    handler.setFormatter(JsonLines(service))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for chatty in ("nats", "faststream", "httpx", "httpx2", "httpcore2", "asyncio"):  # and URLs may hold secrets
        logging.getLogger(chatty).setLevel(max(logging.WARNING, root.level))
