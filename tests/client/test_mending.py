"""`groove dlq` and `groove doubt`: what they print, and with which code they leave."""

import json
from collections.abc import Callable

import pytest
from typer.testing import CliRunner, Result

from client.runs import AT, RUN, execution
from client.server import Reply, Server, problem
from groove.cli import app

DOUBT = {
    "execution_id": RUN,
    "node_id": "image",
    "graph_name": "A small run",
    "type": "text_to_image",
    "attempt": 2,
    "since": AT.format(3),
    "provider": "fake",
    "model": "fake-painter",
    "request_key": f"{RUN}.image.2",
    "estimate": 2_500_000,
    "error": {"kind": "in_doubt", "message": "The answer was lost."},
    "actions": ["resubmit", "fail", "adopt"],
}
PARKED = {
    "id": "7",
    "at": AT.format(3),
    "kind": "task",
    "subject": "groove.task.image.default.r1.paint",
    "stream": "GROOVE_TASKS",
    "sequence": 41,
    "reason": "Task: version 2",
    "bytes": 1200,
    "deliveries": 3,
    "aggregate_id": "r1",
    "node_id": "paint",
}
Groove = Callable[..., Result]


@pytest.fixture
def groove(server: Server) -> Groove:
    def invoke(*args: str) -> Result:
        environment = {"GROOVE_URL": server.url, "COLUMNS": "120"}
        return CliRunner().invoke(app, args, env=environment, catch_exceptions=False)

    return invoke


def test_a_doubt_is_told_with_all_that_a_person_needs_to_settle_it(groove: Groove, server: Server):
    server.on("GET", "/api/doubts", Reply(body={"items": [DOUBT], "next_cursor": None}))
    said = groove("doubt", "list")
    assert said.exit_code == 0
    for part in (
        f"image  in {RUN}",
        "fake fake-painter, attempt 2",
        f"{RUN}.image.2",
        "2.5 cr",
        "The answer was lost.",
    ):
        assert part in said.stdout
    assert f"groove doubt settle {RUN} image resubmit | fail | adopt HANDLE" in said.stderr
    assert json.loads(groove("doubt", "list", "--json").stdout)["items"] == [DOUBT]


def test_no_doubts_and_nothing_parked_are_said_in_words(groove: Groove, server: Server):
    nothing = Reply(body={"items": [], "next_cursor": None})
    server.on("GET", "/api/doubts", nothing)
    server.on("GET", "/api/parked", nothing)
    assert groove("doubt", "list").stdout == "Nothing is in doubt.\n"
    assert groove("dlq", "list").stdout == "Nothing is parked.\n"
    assert groove("dlq", "redrive", "--all").stdout == "Nothing is parked.\n"


@pytest.mark.parametrize("command", [("doubt", "settle"), ("settle",)])
def test_a_doubt_is_settled(groove: Groove, server: Server, command: tuple[str, ...]):
    server.on("GET", f"/api/executions/{RUN}", Reply(body=execution("failed")))
    server.on("POST", f"/api/executions/{RUN}/nodes/image/settle", Reply(body=execution("failed")))
    said = groove(*command, RUN, "image", "adopt", "job-9")
    assert said.exit_code == 0, said.output
    (asked,) = server.asked("POST", f"/api/executions/{RUN}/nodes/image/settle")
    assert asked.json == {"action": "adopt", "handle": "job-9"}
    assert groove(*command, RUN, "image", "adopt").exit_code == 2


def test_parked_messages_are_listed_and_shown(groove: Groove, server: Server):
    server.on("GET", "/api/parked", Reply(body={"items": [PARKED], "next_cursor": "x"}))
    server.on("GET", "/api/parked/7", Reply(body={**PARKED, "body": {"v": 2}, "text": None}))
    listed = groove("dlq", "list")
    assert "r1/paint" in listed.stdout
    assert "Task: version 2" in listed.stdout
    assert "There are more" in listed.stderr
    shown = groove("dlq", "show", "7").stdout
    assert "message 41 of GROOVE_TASKS, 1.2 kB" in shown
    assert "delivered 3 times" in shown
    assert '"v": 2' in shown


def test_a_parked_message_is_sent_again(groove: Groove, server: Server):
    done = {"id": "7", "how": "appended", "subject": "s", "sequence": 99}
    server.on("POST", "/api/parked/7/redrive", Reply(body=done))
    assert groove("dlq", "redrive", "7").stdout == "7: sent again, as message 99 of the log.\n"
    (asked,) = server.asked("POST", "/api/parked/7/redrive")
    assert asked.headers["idempotency-key"]
    assert json.loads(groove("dlq", "redrive", "7", "--json").stdout) == done


def test_all_are_sent_again_and_what_cannot_be_stays(groove: Groove, server: Server):
    pages = [
        Reply(body={"items": [PARKED], "next_cursor": "c"}),
        Reply(body={"items": [{**PARKED, "id": "8"}], "next_cursor": None}),
    ]
    server.on("GET", "/api/parked", *pages)
    server.on("POST", "/api/parked/7/redrive", problem(409, "already-answered", "Its node failed."))
    told = {"id": "8", "how": "told", "subject": "s", "sequence": 3}
    server.on("POST", "/api/parked/8/redrive", Reply(body=told))
    said = groove("dlq", "redrive", "--all")
    assert said.exit_code == 1
    assert said.stdout.splitlines() == [
        "7: left where it is. Its node failed.",
        "8: the orchestrator was told to look at it again.",
    ]


def test_one_or_all_must_be_said(groove: Groove):
    assert groove("dlq", "redrive").exit_code == 2
    assert groove("dlq", "redrive", "7", "--all").exit_code == 2


def test_what_is_not_parked_is_refused_with_a_reason(groove: Groove, server: Server):
    server.on("POST", "/api/parked/9/redrive", problem(404, "unknown-parked", "There is no such parked."))
    assert groove("dlq", "redrive", "9").exit_code == 3
