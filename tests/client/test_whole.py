"""The client and the command against the real system."""

import io
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from PIL import Image
from typer.testing import CliRunner, Result

from groove import Client, Problem
from groove.cli import app
from groove_local.stack import Stack
from support.servers import unique

Groove = Callable[..., Result]


@pytest.fixture
async def real(stack: Stack) -> AsyncIterator[Client]:
    async with Client(stack.url) as client:
        yield client


@pytest.fixture
def groove(stack: Stack) -> Groove:
    def invoke(*args: object) -> Result:
        environment = {"GROOVE_URL": stack.url, "COLUMNS": "120"}
        return CliRunner().invoke(app, [str(arg) for arg in args], env=environment, catch_exceptions=False)

    return invoke


def small(word: str) -> dict[str, object]:
    """A picture nobody has made before, and what can be seen in it."""
    return {
        "name": "Small",
        "nodes": [
            {"id": "words", "type": "text", "title": "Words", "params": {"text": f"a fox in the snow {word}"}},
            {"id": "paint", "type": "text_to_image", "title": "Fox", "params": {"resolution": "512"}},
            {"id": "final", "type": "output", "params": {}},
        ],
        "edges": [
            {"source_node_id": "words", "source_port": "text", "target_node_id": "paint", "target_port": "prompt"},
            {"source_node_id": "paint", "source_port": "image", "target_node_id": "final", "target_port": "value"},
        ],
    }


async def test_a_graph_is_drawn_changed_exported_and_deleted(real: Client):
    graph = await real.graphs.create("Drawn by a program")
    words = await real.graphs.add_node(graph["id"], "text", {"text": "a fox"}, title="Words", at=(10, 20))
    paint = await real.graphs.add_node(graph["id"], "text_to_image")
    edge = await real.graphs.connect(graph["id"], f"{words['id']}.text", f"{paint['id']}.prompt")
    await real.graphs.change_node(graph["id"], words["id"], {"params": {"text": "a wolf"}})
    now = await real.graphs.get(graph["id"])
    with pytest.raises(Problem) as stale:
        await real.graphs.edit(graph["id"], [{"op": "describe", "name": "x"}], if_version=now["version"] - 1)
    assert stale.value.status == 412
    await real.graphs.edit(graph["id"], [{"op": "describe", "name": "Renamed"}], if_version=now["version"])
    exported = await real.graphs.export(graph["id"])
    assert exported["name"] == "Renamed"
    assert {node["id"]: node["params"] for node in exported["nodes"]}[words["id"]] == {"text": "a wolf"}
    await real.graphs.disconnect(graph["id"], edge["id"])
    await real.graphs.delete_node(graph["id"], paint["id"])
    again = await real.graphs.import_(exported)
    assert [len(again["nodes"]), len(again["edges"])] == [2, 1]
    for done in (graph, again):
        await real.graphs.delete(done["id"])
        with pytest.raises(Problem) as gone:
            await real.graphs.get(done["id"])
        assert gone.value.status == 404


async def test_what_is_uploaded_can_be_used_and_is_given_back(real: Client, tmp_path: Path):
    noise = Image.effect_noise((64, 48), 80)
    noise.save(tmp_path / "noise.png")
    asset = await real.upload(tmp_path / "noise.png")
    assert (asset["width"], asset["height"]) == (64, 48)
    flow = {
        "name": "Larger",
        "nodes": [
            {"id": "source", "type": "asset", "params": {"asset_id": asset["id"]}},
            {"id": "larger", "type": "upscale", "params": {"factor": 2}},
        ],
        "edges": [
            {"source_node_id": "source", "source_port": "image", "target_node_id": "larger", "target_port": "image"}
        ],
    }
    run = await real.wait((await real.run(flow))["id"])
    assert run["state"] == "completed", run.get("error")
    saved = await real.download(run["nodes"]["larger"]["outputs"]["image"][0], tmp_path / "larger.png")
    assert Image.open(io.BytesIO(saved.read_bytes())).size == (128, 96)


async def test_a_flow_with_a_mistake_is_a_problem_that_says_where(real: Client):
    flow = {"name": "Bad", "nodes": [{"id": "paint", "type": "text_to_image", "params": {"count": 99}}], "edges": []}
    with pytest.raises(Problem) as refused:
        await real.run(flow)
    assert refused.value.status == 422
    assert "count" in refused.value.detail
    assert any("paint" in map(str, flaw.loc) or "count" in map(str, flaw.loc) for flaw in refused.value.errors)


async def test_the_same_key_starts_one_run(real: Client):
    flow, key = small(unique()), unique()
    first, second = await real.run(flow, key=key), await real.run(flow, key=key)
    assert first["id"] == second["id"]
    assert (await real.wait(first["id"]))["state"] == "completed"


def test_a_run_from_the_shell_with_everything_saved(groove: Groove, tmp_path: Path):
    file = tmp_path / "flow.json"
    file.write_text(json.dumps(small(unique())))
    assert groove("estimate", file).stdout == "Free.\n"
    ran = groove("run", file, "--out", tmp_path / "out")
    assert ran.exit_code == 0, ran.output
    assert "✓ completed  Fox" in ran.stdout
    Image.open(tmp_path / "out" / "paint.png").verify()
    again = groove("run", file)
    assert "≡ cached     Fox" in again.stdout
    listed = json.loads(groove("runs", "--json", "--limit", "1").stdout)["items"]
    assert listed[0]["nodes"]["paint"]["state"] == "cached"
    history = [json.loads(line) for line in groove("events", listed[0]["id"], "--json").stdout.splitlines()]
    watched = [json.loads(line) for line in groove("watch", listed[0]["id"], "--json").stdout.splitlines()]
    assert history == [event for event in watched if event["id"] is not None]
    assert groove("resume", listed[0]["id"]).exit_code == 3, "there is nothing to resume"


def test_the_catalogue_can_be_read(groove: Groove):
    assert "text_to_image" in groove("node-types").stdout
    one = groove("node-types", "upscale").stdout
    assert "2 | 4" in one
    assert "(local)" in one
