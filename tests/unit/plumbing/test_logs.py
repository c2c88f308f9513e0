import json
import logging
import sys
from collections.abc import Iterator
from io import StringIO

import httpx2
import pytest
from opentelemetry.sdk.trace import TracerProvider

from kit.logs import JsonLines, bind, set_up


@pytest.fixture
def out() -> StringIO:
    return StringIO()


@pytest.fixture
def log(out: StringIO) -> Iterator[logging.Logger]:
    logger = logging.getLogger("room")
    logger.setLevel("INFO")
    handler = logging.StreamHandler(out)
    handler.setFormatter(JsonLines("gateway"))
    logger.addHandler(handler)
    yield logger
    logger.removeHandler(handler)


def test_a_line_says_when_who_and_what(log: logging.Logger, out: StringIO):
    log.warning("parked %s", "it", extra={"seq": 7})
    line = json.loads(out.getvalue())
    assert (line["level"], line["service"], line["logger"]) == ("warning", "gateway", "room")
    assert (line["message"], line["seq"]) == ("parked it", 7)
    assert line["time"].endswith("+00:00")


def test_what_is_bound_is_on_each_line_inside_and_on_none_outside(log: logging.Logger, out: StringIO):
    with bind(run_id="r1"), bind(task_id="t1"):
        log.info("inside")
    log.info("outside")
    inside, outside = (json.loads(line) for line in out.getvalue().splitlines())
    assert (inside["run_id"], inside["task_id"]) == ("r1", "t1")
    assert "run_id" not in outside


def test_an_exception_stays_on_its_line(log: logging.Logger, out: StringIO):
    try:
        int("first\nsecond")
    except ValueError:
        log.exception("failed")
    (line,) = out.getvalue().splitlines()
    assert "ValueError: invalid literal" in json.loads(line)["exception"]


def test_an_active_span_is_named(log: logging.Logger, out: StringIO):
    with TracerProvider().get_tracer("t").start_as_current_span("s") as span:
        log.info("traced")
    assert json.loads(out.getvalue())["trace_id"] == f"{span.get_span_context().trace_id:032x}"


def test_what_json_does_not_know_is_written_as_text(log: logging.Logger, out: StringIO):
    log.info("odd", extra={"thing": {1}})
    assert json.loads(out.getvalue())["thing"] == "{1}"


def test_urls_that_are_asked_are_not_written(out: StringIO):
    """They may hold secrets: signed addresses, webhooks of others."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    try:
        set_up("worker", "debug", out)
        with httpx2.Client(transport=httpx2.MockTransport(lambda _: httpx2.Response(200))) as client:
            client.post("https://hooks.example.com/canary-secret")
        assert "canary-secret" not in out.getvalue()
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)


def test_setting_up_twice_writes_once(out: StringIO):
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    try:
        set_up("worker", "info", sys.stdout)
        set_up("worker", "info", out)
        logging.getLogger("x").info("once")
        assert len(out.getvalue().splitlines()) == 1
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
