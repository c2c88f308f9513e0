"""The `groove` command: what it prints, and with which code it leaves."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from client.runs import BYTES, FAILED, OTHER, PICTURE, RUN, execution, tell
from client.server import Reply, Server, problem
from groove.cli import app

SHOWN = "1344\N{MULTIPLICATION SIGN}768 PNG, 1.2 MB"
FLOW = {
    "name": "A small run",
    "nodes": [
        {"id": "prompt", "type": "text", "title": "Prompt", "params": {"text": "hi"}},
        {"id": "image", "type": "text_to_image", "title": "Picture", "params": {}},
        {"id": "final", "type": "output", "params": {}},
    ],
    "edges": [],
}
NODE_TYPE = {
    "name": "text_to_image",
    "help": "Paint a picture from a prompt.",
    "inputs": [{"name": "prompt", "type": "text", "many": False, "optional": True}],
    "outputs": [{"name": "image", "type": "image"}],
    "params": {
        "properties": {"count": {"type": "integer", "minimum": 1, "maximum": 8, "default": 1}},
        "required": [],
    },
    "available": True,
    "models": [{"id": "local-painter", "provider": "local", "status": "active", "enabled": True}],
}
Groove = Callable[..., Result]


@pytest.fixture
def groove(server: Server) -> Groove:
    def invoke(*args: object, **more: str) -> Result:
        environment = {"GROOVE_URL": server.url, "COLUMNS": "120", **more}
        return CliRunner().invoke(app, [str(arg) for arg in args], env=environment, catch_exceptions=False)

    return invoke


@pytest.fixture
def flow(tmp_path: Path) -> Path:
    file = tmp_path / "flow.json"
    file.write_text(json.dumps(FLOW))
    return file


@pytest.fixture
def started(server: Server) -> Server:
    tell(server)
    server.on("POST", "/api/executions", Reply(202, execution("running")))
    return server


def test_a_run_is_told_line_by_line_where_there_is_no_terminal(groove: Groove, started: Server, flow: Path):
    result = groove("run", flow, "--var", "season=winter", "--output", "final", "--budget", "2.5")
    assert result.exit_code == 0, result.output
    assert started.asked("POST", "/api/executions")[0].json == {
        "graph": FLOW,
        "output_node_ids": ["final"],
        "variables": {"season": "winter"},
        "budget": 2_500_000,
    }
    lines = result.stdout.splitlines()
    assert lines[0] == f"A small run  {RUN}"
    assert "   2.00 s  ↻ retrying   Picture  The provider hiccuped." in lines
    assert f"   4.00 s  ✓ completed  Picture  {SHOWN}" in lines
    assert lines[-1] == "✓ completed in 4.0 s · 3 nodes · 2.5 cr"
    assert "\x1b" not in result.stdout
    assert "progress" not in result.stdout


@pytest.mark.usefixtures("started")
def test_json_is_one_document_and_nothing_else(groove: Groove, flow: Path):
    result = groove("run", flow, "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout) == execution()
    assert result.stderr == ""


@pytest.mark.usefixtures("started")
def test_results_are_saved_once_each(groove: Groove, flow: Path, tmp_path: Path):
    result = groove("run", flow, "--out", tmp_path / "out")
    assert result.exit_code == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["image.png", "prompt.txt", "run.json"]
    assert (tmp_path / "out" / "image.png").read_bytes() == BYTES
    assert json.loads((tmp_path / "out" / "run.json").read_text())["id"] == RUN


@pytest.mark.usefixtures("started")
def test_detached_it_prints_only_the_id(groove: Groove, flow: Path):
    assert groove("run", flow, "--detach").stdout == f"{RUN}\n"


def test_a_saved_graph_is_run_by_its_id(groove: Groove, started: Server):
    assert groove("run", "0199-some-graph").exit_code == 0
    assert started.asked("POST", "/api/executions")[0].json == {"graph_id": "0199-some-graph"}


def test_a_failed_run_says_why_and_what_to_do(groove: Groove, server: Server):
    error = {"kind": "content_policy", "message": "No."}
    node = {"state": "failed", "attempt": 1, "outputs": {}, "cost": 0, "error": error}
    tell(server, FAILED, state="failed", error=error, nodes={"image": node})
    result = groove("watch", RUN)
    assert result.exit_code == 1
    assert "✗ failed     image  No." in result.stdout
    assert f"groove resume {RUN}" in result.stderr


@pytest.mark.parametrize("given", [RUN, RUN[:-3], "last", f"{RUN[:-4]}aa"])
def test_a_run_is_known_by_the_beginning_of_its_id(groove: Groove, server: Server, given: str):
    tell(server)
    result = groove("watch", given, "--json")
    assert result.exit_code == 0, result.output
    events = [json.loads(line) for line in result.stdout.splitlines()]
    assert events[0]["event"] == "execution_started"
    assert events[-1]["event"] == "execution_completed"


def test_a_beginning_that_several_runs_have_is_refused_with_them(groove: Groove, server: Server):
    tell(server)
    result = groove("cancel", RUN[:10])
    assert result.exit_code == 2
    assert "2 runs begin with" in result.stderr
    assert RUN in result.stderr
    assert OTHER in result.stderr
    assert groove("cancel", "ffff").stderr == "error: No run begins with 'ffff'. `groove runs` lists them.\n"


def test_runs_are_listed_with_the_shortest_ids_that_tell_them_apart(groove: Groove, server: Server):
    tell(server)
    lines = groove("runs", COLUMNS="100").stdout.splitlines()
    assert lines[1].startswith(f"{RUN[:-3]}  ✓ completed")
    assert lines[2].startswith(f"{OTHER[:-3]}  ✗ failed")
    assert len(json.loads(groove("runs", "--json").stdout)["items"]) == 2


def test_history_is_printed_as_lines_or_json_lines(groove: Groove, server: Server):
    tell(server)
    assert groove("events", "last").stdout.splitlines()[0].split()[:2] == ["10000", "0.00"]
    numbers = [json.loads(line)["id"] for line in groove("events", "last", "--json").stdout.splitlines()]
    assert numbers == sorted(numbers)


def test_node_types_are_listed_and_explained(groove: Groove, server: Server):
    server.on("GET", "/api/node-types", Reply(body={"items": [NODE_TYPE]}))
    assert "prompt? text" in groove("node-types").stdout
    one = groove("node-types", "text_to_image").stdout
    assert "integer 1 to 8" in one
    assert "local-painter (local)" in one
    assert json.loads(groove("node-types", "text_to_image", "--json").stdout) == NODE_TYPE
    unknown = groove("node-types", "text_to_smell")
    assert unknown.exit_code == 2
    assert "There is no node type 'text_to_smell'. There are: text_to_image." in unknown.stderr


def test_graphs_estimates_cancels_and_uploads(groove: Groove, server: Server, flow: Path, tmp_path: Path):
    graph = {**FLOW, "id": "g1", "version": 3, "updated_at": "2026-11-21T10:00:00+00:00"}
    server.on("GET", "/api/graphs", Reply(body={"items": [graph], "next_cursor": None}))
    assert "A small run" in groove("graphs").stdout
    sums = {"low": 2_000_000, "expected": 3_000_000, "high": 4_000_000}
    estimate = {"cost": 3_000_000, **sums, "nodes": {"image": {**sums, "basis": "the price of today"}}}
    server.on("POST", "/api/executions/estimate", Reply(body=estimate))
    said = groove("estimate", flow).stdout
    assert said.startswith("About 3 cr, at most 4 cr.\n  image")
    assert "the price of today" in said
    tell(server, state="cancelled")
    server.on("DELETE", f"/api/executions/{RUN}", Reply(body={}))
    assert groove("cancel", "last").stdout.startswith("Cancelled.")
    (tmp_path / "a.png").write_bytes(BYTES)
    ticket = {"asset_id": "a1", "method": "PUT", "url": f"{server.url}/put", "headers": {}}
    server.on("POST", "/api/assets/uploads", Reply(201, ticket))
    server.on("PUT", "/put", Reply())
    server.on("POST", "/api/assets/a1/complete", Reply(body={"id": "a1"}))
    assert groove("upload", tmp_path / "a.png").stdout == "a1\n"


def test_a_refusal_is_a_sentence_with_a_place(groove: Groove, server: Server, flow: Path):
    flaw = {"loc": ["body", "graph", "nodes", 1], "message": "Nodes a and b form a cycle: a → b → a."}
    server.on("POST", "/api/executions", problem(422, "cycle", flaw["message"], flaw))
    result = groove("run", flow)
    assert result.exit_code == 3
    assert result.stderr == f"error: {flaw['message']}\n  at body.graph.nodes.1\n"
    as_json = groove("run", flow, "--json")
    assert as_json.stdout == ""
    assert json.loads(as_json.stderr)["type"] == "/problems/cycle"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "is not JSON"),
        ("[]", "is not a workflow"),
        ('{"nodes": [{"id": "a"}]}', "every node needs an `id` and a `type`"),
    ],
)
def test_a_file_that_is_no_workflow_is_said_before_anything_is_sent(
    groove: Groove, server: Server, tmp_path: Path, text: str, said: str
):
    file = tmp_path / "bad.json"
    file.write_text(text)
    result = groove("run", file)
    assert result.exit_code == 2
    assert said in result.stderr
    assert server.seen == []


def test_other_wrong_questions_are_usage_errors(groove: Groove, flow: Path):
    missing = groove("run", "nowhere/flow.json")
    assert (missing.exit_code, missing.stderr) == (2, "error: There is no file nowhere/flow.json.\n")
    assert groove("run", flow, "--var", "season").exit_code == 2
    assert groove("runs", "--state", "happy").exit_code == 2
    assert groove("dance").exit_code == 2


def test_nobody_there_is_said_with_what_to_do(groove: Groove):
    with Server().serving() as server:
        gone = server.url
    result = groove("runs", GROOVE_URL=gone)
    assert result.exit_code == 4
    assert result.stderr == (
        f"error: Nothing answers at {gone}. Start it with `make up`, or say where it is with --url or GROOVE_URL.\n"
    )


def test_url_and_json_may_stand_before_the_command_or_behind_it(groove: Groove, server: Server):
    tell(server)
    with Server().serving() as nobody:
        elsewhere = nobody.url
    for args in (
        ("--url", server.url, "--json", "runs"),
        ("runs", "--url", server.url, "--json"),
        ("--url", elsewhere, "--json", "runs", "--url", server.url),
    ):
        result = groove(*args, GROOVE_URL=elsewhere)
        assert result.exit_code == 0, result.output
        assert len(json.loads(result.stdout)["items"]) == 2


@pytest.mark.parametrize("args", [("dance",), ("watch",), ("runs", "--limit", "0"), ("settle", RUN, "image", "shrug")])
def test_who_wants_json_is_told_in_json_what_was_asked_for_wrongly(groove: Groove, args: tuple[str, ...]):
    result = groove("--json", *args)
    assert (result.exit_code, result.stdout) == (2, "")
    said = json.loads(result.stderr)
    assert said["title"] == "Wrongly asked"
    assert said["detail"]


def test_a_node_is_explained(groove: Groove, server: Server):
    tell(server)
    said = {
        "execution_id": RUN,
        "node_id": "image",
        "state": "cached",
        "recipe": "abc",
        "made": False,
        "reason": "It was not made again.",
        "cached_from": {"execution_id": OTHER, "node_id": "picture"},
        "differences": ["params.seed"],
    }
    server.on("GET", f"/api/executions/{RUN}/nodes/image/explain", Reply(body=said))
    shown = groove("explain", "last", "image").stdout
    assert shown.splitlines()[:2] == ["image  ≡ cached", "It was not made again."]
    assert f"picture in {OTHER}" in shown
    assert "params.seed" in shown
    assert json.loads(groove("explain", RUN, "image", "--json").stdout) == said


def test_what_is_in_doubt_is_settled(groove: Groove, server: Server):
    tell(server, state="failed")
    where = f"/api/executions/{RUN}/nodes/image/settle"
    server.on("POST", where, Reply(body=execution("failed")))
    done = groove("settle", "last", "image", "adopt", "job-7")
    assert (done.exit_code, done.stdout) == (0, "image is settled.\n")
    assert f"groove resume {RUN}" in done.stderr
    assert json.loads(groove("settle", RUN, "image", "resubmit", "--json").stdout)["state"] == "failed"
    asked = server.asked("POST", where)
    assert [seen.json for seen in asked] == [{"action": "adopt", "handle": "job-7"}, {"action": "resubmit"}]
    assert len({seen.headers["idempotency-key"] for seen in asked}) == 2
    for wrong in (("adopt",), ("fail", "job-7")):
        assert groove("settle", RUN, "image", *wrong).exit_code == 2


def test_the_history_of_a_run_outlives_its_graph(groove: Groove, server: Server):
    tell(server, graph_id="deleted")
    assert groove("events", RUN).exit_code == 0


def test_help_loads_nothing_heavy():
    """Half a second to say how to use it would be felt each time; what costs it is these."""
    heavy = ("httpx2", "rich.live", "groove.client", "groove_local")
    check = f"import sys, groove.cli; sys.exit(', '.join(m for m in {heavy} if m in sys.modules) or 0)"
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_in_a_terminal_the_table_is_drawn_and_left_there(server: Server):
    tell(server)
    screen = _in_a_terminal(["watch", RUN, "--url", server.url], {"TERM": "xterm-256color"})
    assert "\x1b[?25l" in screen, "the cursor is hidden while it is drawn"
    assert "\x1b[?25h" in screen, "and comes back"
    last = screen.rpartition("A small run")[2]
    for shown in ("✓", "try 2", SHOWN, "2.5 cr"):
        assert shown in last
    assert "completed\x1b[0m in 4.0 s" in last
    assert "\x1b[32m" in last


def test_no_color_means_no_color(server: Server):
    tell(server)
    screen = _in_a_terminal(["watch", RUN, "--url", server.url], {"TERM": "xterm-256color", "NO_COLOR": "1"})
    assert "\x1b[32m" not in screen
    assert "completed in 4.0 s" in screen


def _in_a_terminal(args: list[str], environment: dict[str, str]) -> str:
    import pty

    ours, theirs = pty.openpty()
    kept = {name: value for name, value in os.environ.items() if name not in {"NO_COLOR", "FORCE_COLOR", "COLUMNS"}}
    process = subprocess.Popen(
        [sys.executable, "-c", "from groove.cli import main; main()", *args],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**kept, "COLUMNS": "110", "LINES": "30", **environment},
    )
    os.close(theirs)
    screen, until = b"", time.monotonic() + 30
    while time.monotonic() < until:
        try:
            chunk = os.read(ours, 65536)
        except OSError:
            break
        if not chunk:
            break
        screen += chunk
    os.close(ours)
    assert process.wait(10) == 0, screen
    return screen.decode()


def test_a_picture_is_shown_as_what_it_is():
    from groove import words

    assert words.value(PICTURE) == SHOWN
    assert words.outputs({"image": [PICTURE, PICTURE]}) == f"2 \N{MULTIPLICATION SIGN} {SHOWN}"
    assert words.value({"type": "text", "text": "a\n b"}) == "“a b”"
    assert (words.duration(59.96), words.duration(61), words.duration(7322)) == ("60.0 s", "1:01 min", "2:02 h")
