"""The examples: drawn correctly, and each really run on the whole system, as `groove run` runs it."""

import io
import json
from collections import Counter
from pathlib import Path
from typing import Any

import av
import pytest
from PIL import Image, ImageChops, ImageStat

from contracts.catalogue import NODE_TYPES
from contracts.checks import check_params, variables_in
from contracts.models import ModelBook
from contracts.nodes import OutputPort, PortType
from contracts.workflow import Workflow, WorkflowEdge
from groove import Client, Execution, Value
from groove.bringing import brought
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
    (port,) = [port for port in outputs_of(node.type) if port.name == edge.source_port]
    return port


def outputs_of(type_: str) -> tuple[OutputPort, ...]:
    """An asset node has what its asset is: here always a photo."""
    return NODE_TYPES[type_].outputs or (OutputPort(name="image", type=PortType.IMAGE),)


def test_the_readme_names_each():
    assert len(FILES) == 11
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
async def test_it_runs_and_everything_it_promises_is_there(file: Path, studio: Stack):
    drawn, workflow = read(file)
    async with Client(studio.url) as client:
        run = await client.wait((await client.run(await brought(client, drawn, FOLDER)))["id"])
        assert run["state"] == "completed", run.get("error")
        assert {node["state"] for node in run["nodes"].values()} <= {"completed", "cached"}
        assert set(run["nodes"]) == {node.id for node in workflow.nodes}
        for node in workflow.nodes:
            outputs = run["nodes"][node.id]["outputs"]
            if node.type == "output":
                wired = [edge for edge in workflow.edges if edge.target_node_id == node.id]
                assert len(outputs["value"]) == len(wired)
                continue
            for port in outputs_of(node.type):
                assert len(outputs[port.name]) == node.params.get("count", 1)
                for value in outputs[port.name]:
                    await check(client, value)


async def check(client: Client, value: Value) -> None:
    """A text says something; a picture can be opened, is as large as it says, and not one flat colour; films play."""
    match value["type"]:
        case "text":
            assert len(value["text"].split()) >= 3, value
        case "character":
            assert value["references"]
        case "storyboard":
            assert len(value["scenes"]) == 2
        case "image":
            await check_picture(client, value)
        case _:
            await check_film(client, value)


async def check_film(client: Client, value: Value) -> None:
    with av.open(io.BytesIO(await client.fetch(value["url"]))) as box:
        assert abs(box.duration / av.time_base - value["duration_s"]) < 0.2
        assert box.streams.audio, "every film and every sound of the examples is heard"
        if value["type"] == "video":
            stream = box.streams.video[0]
            assert (stream.width, stream.height) == (value["width"], value["height"])
            assert sum(1 for _ in box.decode(stream)) >= 24
    for name in ("poster_url", "preview_url") if value["type"] == "video" else ("thumbnail_url",):
        Image.open(io.BytesIO(await client.fetch(value[name])))


async def check_picture(client: Client, value: Value) -> None:
    picture = Image.open(io.BytesIO(await client.fetch(value["url"])))
    assert picture.size == (value["width"], value["height"])
    assert len(picture.convert("RGB").resize((64, 64)).getcolors(64 * 64) or ()) > 100


async def test_variables_change_what_is_made(studio: Stack):
    drawn, _ = read(FOLDER / "seasons.json")
    async with Client(studio.url) as client:
        run = await client.run(drawn, variables={"season": "winter"}, outputs=["scene"])
        done = await client.wait(run["id"])
    assert set(done["nodes"]) == {"scene"}
    assert done["nodes"]["scene"]["outputs"]["text"][0]["text"] == "a village by a lake in winter"


async def done(client: Client, name: str) -> Execution:
    drawn, _ = read(FOLDER / name)
    return await client.wait((await client.run(await brought(client, drawn, FOLDER)))["id"])


def made(run: Execution, node: str, port: str) -> Value:
    return run["nodes"][node]["outputs"][port][0]


async def test_a_face_from_a_photo_is_seen_again_in_the_film(studio: Stack):
    async with Client(studio.url) as client:
        run = await done(client, "character.json")
    who, film = made(run, "face", "character"), made(run, "clip", "video")
    assert film["identity"]["characters"][0]["character_id"] == who["character_id"]
    assert film["identity"]["score"] > 0.5
    assert film["identity"]["engine"] == json.loads(made(run, "face", "text")["text"])["engine"]


async def test_a_film_goes_on_from_its_very_last_frame(studio: Stack):
    async with Client(studio.url) as client:
        run = await done(client, "sequel.json")
        first, whole = made(run, "first", "video"), made(run, "more", "video")
        still = Image.open(io.BytesIO(await client.fetch(made(run, "still", "image")["url"])))
        with av.open(io.BytesIO(await client.fetch(whole["url"]))) as box:
            *_, last = box.decode(video=0)
    assert abs(whole["duration_s"] - first["duration_s"] - 2) < 0.2
    differs = ImageChops.difference(still.convert("RGB"), last.to_image()).convert("L")
    assert ImageStat.Stat(differs).mean[0] < 1


async def test_a_narrator_is_heard_in_a_film_of_all_clips(studio: Stack):
    async with Client(studio.url) as client:
        run = await done(client, "narrated.json")
    clips = made(run, "evening", "video")["duration_s"] + made(run, "morning", "video")["duration_s"]
    film, voice = made(run, "film", "video")["duration_s"], made(run, "voice", "audio")["duration_s"]
    assert abs(film - max(voice, clips - 0.5)) < 0.3, (
        "as long as the clips without what is crossfaded, or as what is said"
    )


async def test_a_variation_is_compared_with_its_original(studio: Stack):
    async with Client(studio.url) as client:
        run = await done(client, "likeness.json")
    told = json.loads(made(run, "match", "text")["text"])
    assert told["character_id"] == made(run, "face", "character")["character_id"]
    assert 0 < told["score"] <= 1
    assert told["baseline"], "without weights it says what it is"
