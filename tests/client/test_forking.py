"""`groove fork` and `groove diff`."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from client.runs import RUN, execution, tell
from client.server import Reply, Server
from client.test_whole import small
from groove.cli import app
from groove_local.stack import Stack
from support.servers import unique

Groove = Callable[..., Result]
OP = {"op": "remove_node", "node_id": "look"}


def groove_at(url: str, columns: int = 120) -> Groove:
    def invoke(*args: object) -> Result:
        environment = {"GROOVE_URL": url, "COLUMNS": str(columns)}
        return CliRunner().invoke(app, [str(arg) for arg in args], env=environment, catch_exceptions=False)

    return invoke


@pytest.fixture
def groove(server: Server) -> Groove:
    tell(server)
    server.on("POST", f"/api/executions/{RUN}/fork", Reply(202, execution("running")))
    return groove_at(server.url)


def sent(server: Server) -> object:
    (asked,) = server.asked("POST", f"/api/executions/{RUN}/fork")
    assert asked.headers["idempotency-key"]
    return asked.json


def test_edits_come_from_files_from_json_and_from_single_settings(groove: Groove, server: Server, tmp_path: Path):
    file = tmp_path / "ops.json"
    file.write_text(json.dumps({"ops": [OP]}))
    more = ("--edit", file, "--edit", json.dumps(OP), "--set", "paint.prompt=a red sky", "--set", "paint.seed=7")
    result = groove("fork", RUN, *more, "--set", "vary.model=null", "--var", "hour=noon", "--budget", "2")
    assert result.exit_code == 0, result.output
    assert "completed in" in result.stdout
    assert sent(server) == {
        "edits": [
            OP,
            OP,
            {"op": "change_node", "node_id": "paint", "params": {"prompt": "a red sky", "seed": 7}},
            {"op": "change_node", "node_id": "vary", "params": {"model": None}},
        ],
        "variables": {"hour": "noon"},
        "budget": 2_000_000,
    }


def test_nothing_needs_to_be_edited(groove: Groove, server: Server):
    assert groove("fork", RUN, "--detach").stdout == f"{RUN}\n"
    assert sent(server) == {}


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (("--set", "paint=1"), "--set paint.seed=7"),
        (("--set", "paint.seed"), "--set paint.seed=7"),
        (("--edit", "{"), "--edit is not JSON"),
        (("--edit", "[1]"), "list of ops"),
        (("--edit", "nowhere.json"), "There is no file nowhere.json."),
        (("--var", "hour"), "--var season=winter"),
    ],
)
def test_what_is_no_edit_is_said_before_anything_is_sent(
    groove: Groove, server: Server, given: tuple[str, ...], says: str
):
    result = groove("fork", RUN, *given)
    assert result.exit_code == 2
    assert says in result.stderr
    assert server.asked("POST", f"/api/executions/{RUN}/fork") == []


def test_a_real_run_is_forked_and_told_apart_from_its_fork(stack: Stack, tmp_path: Path):
    groove, file = groove_at(stack.url), tmp_path / "flow.json"
    file.write_text(json.dumps(small(unique())))
    first = json.loads(groove("run", file, "--json").stdout)["id"]
    second = groove("fork", first, "--set", "paint.seed=3", "--json")
    forked = json.loads(second.stdout)
    assert forked["forked_from"] == first
    assert forked["nodes"]["words"]["state"] == "inherited"

    told = groove("diff", first, forked["id"])
    assert told.exit_code == 0
    lines = [" ".join(line.split()) for line in told.stdout.splitlines()]
    assert "forked from a" in told.stdout
    assert "~ Fox (paint) seed not set → 3" in lines
    assert any(line.startswith("= Words (words) same ✓ completed → ≡ inherited same") for line in lines)
    assert any(line.startswith("~ Fox (paint) seed, outputs ✓ completed different") for line in lines)
    assert "seed a 0" in lines
    assert lines[-1].startswith("≠ nodes: 1 same, 2 changed · cost the same (free)")
    assert max(len(line) for line in groove_at(stack.url, 80)("diff", first, "last").stdout.splitlines()) <= 80

    same = groove("diff", first, first)
    assert "✓ the same in all that was drawn, asked and made" in same.stdout
    assert json.loads(groove("diff", first, forked["id"], "--json").stdout)["identical"] is False
