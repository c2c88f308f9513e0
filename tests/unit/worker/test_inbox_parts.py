"""Progress, cancel calls, and tasks that cannot be read."""

import json
import logging
import sys
from datetime import UTC, datetime

import pytest
from pydantic import SecretStr

from contracts.base import RunId
from contracts.envelope import unseal
from contracts.work import Failed, Progress
from kit.logs import JsonLines
from kit.record import Record
from providers.redact import Redactor
from providers.worker.control import Calls
from providers.worker.progress import Voice
from providers.worker.secrecy import Scrubbed
from providers.worker.unreadable import refuser
from unit.worker.world import SUBJECTS, World, task

AT = datetime(2026, 11, 21, tzinfo=UTC)


def record(data: bytes, subject: str = "t.task.text.p1.r1.n1") -> Record:
    return Record(1, subject, "", {}, data, AT)


async def test_progress_is_thinned_and_never_goes_back() -> None:
    said: list[tuple[str, Progress]] = []
    now = 0.0

    async def publish(subject: str, data: bytes) -> None:
        said.append((subject, unseal(Progress, data)))

    tell = Voice(publish, SUBJECTS, now=lambda: now).about(task())
    for at, fraction in ((0.0, 0.1), (0.1, 0.2), (0.25, 0.3), (0.5, 0.2), (0.8, 7.0)):
        now = at
        await tell(fraction, "at work")
    assert [progress.progress for _, progress in said] == [0.1, 0.3, 0.3, 1.0]
    assert {subject for subject, _ in said} == {"t.live.p1.r1"}


async def test_a_call_reaches_only_the_tasks_of_its_run() -> None:
    calls = Calls()
    with calls.about(RunId("a")) as one, calls.about(RunId("a")) as two, calls.about(RunId("b")) as other:
        calls.ring(RunId("a"))
        assert (one.is_set(), two.is_set(), other.is_set()) == (True, True, False)
    calls.ring(RunId("a"))
    assert not calls._waiting


@pytest.mark.parametrize(
    ("body", "attempt"),
    [(b"\xff\x00 nonsense", 1), (json.dumps({"v": 99, "attempt": 3}).encode(), 3), (b'{"attempt": "x"}', 1)],
)
async def test_a_task_that_cannot_be_read_fails_its_node_once(world, body: bytes, attempt: int) -> None:
    here: World = world()
    refuse = refuser(here.worker().desk.pen)
    for _ in range(2):
        await refuse(record(body))
    (failed,) = await here.reports()
    assert isinstance(failed, Failed)
    assert (failed.attempt, failed.failure.kind) == (attempt, "internal")


async def test_an_unreadable_retry_fails_the_attempt_after_the_last(world) -> None:
    here: World = world()
    worker = here.worker()
    await here.deliver(worker, task())
    await refuser(worker.desk.pen)(record(b"nonsense"))
    assert isinstance(await here.ending(2), Failed)


async def test_an_unreadable_message_of_no_node_is_only_parked(world) -> None:
    here: World = world()
    await refuser(here.worker().desk.pen)(record(b"nonsense", "t.task.odd"))
    assert await here.reports() == []


def test_no_key_gets_into_a_log_line_by_any_way() -> None:
    key = "AIzaSyD-a-key-of-somebody-12345"
    line = Scrubbed(JsonLines("w"), Redactor([SecretStr(key)]))
    try:
        int(f"https://vendor/?key={key}")
    except ValueError:
        record = logging.LogRecord("w", logging.ERROR, "", 1, "asked with %s", (key,), sys.exc_info())
    record.__dict__["url"] = f"?key={key}"
    said = line.format(record)
    assert key not in said
    assert "ValueError" in said
    assert json.loads(said)["level"] == "error"
