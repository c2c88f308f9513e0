"""The five examples: drawn correctly, and each really run on the whole system."""

import io
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from contracts.catalogue import NODE_TYPES
from contracts.checks import check_params, variables_in
from contracts.models import ModelBook
from contracts.nodes import OutputPort
from contracts.workflow import Workflow, WorkflowEdge
from groove import Client, Value
from groove_local.stack import Stack

FOLDER = Path(__file__).parents[2] / "examples"
FILES = sorted(FOLDER.glob("*.json"))
NO_MODELS = ModelBook(providers=(), models=())
each = pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)


def read(file: Path) -> tuple[dict[str, Any], Workflow]:
    text = file.read_text()
    return json.loads(text), Workflow.model_validate_json(text)


def output_port(workflow: Workflow, edge: WorkflowEdge) -> OutputPort:
    (node,) = [node for node in workflow.nodes if node.id == edge.source_node_id]
    (port,) = [port for port in NODE_TYPES[node.type].outputs if port.name == edge.source_port]
    return port


def test_there_are_five_and_the_readme_names_each():
    assert len(FILES) == 5
    readme = (FOLDER / "README.md").read_text()
    assert all(f"[{file.name}]({file.name})" in readme for file in FILES)


@each
def test_nodes_are_of_types_that_work_and_have_parameters_that_exist(file: Path):
    _, workflow = read(file)
    for node in workflow.nodes:
        kind = NODE_TYPES[node.type]
        assert kind.available, node.type
        assert check_params(kind, node.params, NO_MODELS) == []
        assert "provider" not in node.params, "what is configured is used"
        assert node.title
    assert len({node.id for node in workflow.nodes}) == len(workflow.nodes)
    assert len({(node.position.x, node.position.y) for node in workflow.nodes}) == len(workflow.nodes)


@each
def test_edges_fit_their_ports(file: Path):
    _, workflow = read(file)
    types = {node.id: node.type for node in workflow.nodes}
    taken = Counter((edge.target_node_id, edge.target_port) for edge in workflow.edges)
    for edge in workflow.edges:
        port = NODE_TYPES[types[edge.target_node_id]].input(edge.target_port)
        assert port is not None, edge
        assert port.type.accepts(output_port(workflow, edge).type), edge
        assert port.many or taken[edge.target_node_id, edge.target_port] == 1, edge


@each
def test_every_node_gets_what_it_needs_and_is_used(file: Path):
    _, workflow = read(file)
    fed = {(edge.target_node_id, edge.target_port) for edge in workflow.edges}
    sources = {edge.source_node_id for edge in workflow.edges}
    for node in workflow.nodes:
        kind = NODE_TYPES[node.type]
        missing = [port.name for port in kind.inputs if not port.optional and (node.id, port.name) not in fed]
        assert not missing, node.id
        assert not kind.prompted or node.params.get("prompt") or (node.id, "prompt") in fed, node.id
        assert node.id in sources or node.type == "output", f"{node.id} leads nowhere"


@each
def test_blanks_have_values_and_values_have_blanks(file: Path):
    _, workflow = read(file)
    texts = [node.params["text"] for node in workflow.nodes if node.type == "text"]
    assert {name for text in texts for name in variables_in(text)} == set(workflow.variables)


@each
async def test_it_runs_and_everything_it_promises_is_there(file: Path, stack: Stack):
    drawn, workflow = read(file)
    async with Client(stack.url) as client:
        run = await client.wait((await client.run(drawn))["id"])
        assert run["state"] == "completed", run.get("error")
        assert {node["state"] for node in run["nodes"].values()} <= {"completed", "cached"}
        assert set(run["nodes"]) == {node.id for node in workflow.nodes}
        for node in workflow.nodes:
            outputs = run["nodes"][node.id]["outputs"]
            if node.type == "output":
                wired = [edge for edge in workflow.edges if edge.target_node_id == node.id]
                assert len(outputs["value"]) == len(wired)
                continue
            for port in NODE_TYPES[node.type].outputs:
                assert len(outputs[port.name]) == node.params.get("count", 1)
                for value in outputs[port.name]:
                    await check(client, value)


async def check(client: Client, value: Value) -> None:
    """A text says something; a picture can be opened, is as large as it says, and is not one flat colour."""
    if value["type"] == "text":
        assert len(value["text"].split()) >= 3, value
        return
    picture = Image.open(io.BytesIO(await client.fetch(value["url"])))
    assert picture.size == (value["width"], value["height"])
    assert len(picture.convert("RGB").resize((64, 64)).getcolors(64 * 64) or ()) > 100


async def test_variables_change_what_is_made(stack: Stack):
    drawn, _ = read(FOLDER / "seasons.json")
    async with Client(stack.url) as client:
        run = await client.run(drawn, variables={"season": "winter"}, outputs=["scene"])
        done = await client.wait(run["id"])
    assert set(done["nodes"]) == {"scene"}
    assert done["nodes"]["scene"]["outputs"]["text"][0]["text"] == "a village by a lake in winter"
