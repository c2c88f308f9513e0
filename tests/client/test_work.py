"""`groove job` and `groove project`, against the real system."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable

import pytest
from typer.testing import CliRunner, Result

from groove import Client
from groove.cli import app
from groove_local.stack import Stack

Groove = Callable[..., Result]


@pytest.fixture
async def real(stack: Stack) -> AsyncIterator[Client]:
    async with Client(stack.url) as client:
        yield client


@pytest.fixture
def groove(stack: Stack) -> Groove:
    def invoke(*args: object) -> Result:
        environment = {"GROOVE_URL": stack.url, "COLUMNS": "160"}
        return CliRunner().invoke(app, [str(arg) for arg in args], env=environment, catch_exceptions=False)

    return invoke


def test_one_thing_is_made_shown_and_on_the_tape(groove: Groove, word: str):
    done = groove(
        "job", "run", "text_to_text", "--param", f"prompt=a line on {word}", "--param", "max_words=12", "--json"
    )
    assert done.exit_code == 0, done.output
    job = json.loads(done.output)
    assert job["submissions"][0]["payload"]["params"]["max_words"] == 12
    shown = groove("job", "show", job["id"]).output
    assert job["execution_id"] in shown
    assert f"a line on {word}" in shown
    assert job["id"] in groove("job", "list", "--status", "completed", "-n", 100).output
    assert word in groove("project", "history", "default", "-n", 100).output
    looked = groove("job", "run", "upscale", "--input", "image=nothing")
    assert looked.exit_code == 3, looked.output
    assert groove("job", "run", "upscale", "--input", "image").exit_code == 2
    assert groove("job", "run", "upscale", "--param", "factor").exit_code == 2
    refused = groove("job", "run", "fly", "--json")
    assert (refused.exit_code, json.loads(refused.stderr)["type"]) == (3, "/problems/unknown-operation")


async def test_projects_go_and_come_back(real: Client, groove: Groove):
    async def said(*args: object) -> str:
        return (await asyncio.to_thread(groove, "project", *args)).output

    project = await real.projects.create("Film", settings={"retention_days": 9})
    canvas = {"nodes": [{"id": "a", "x": 1.5}], "edges": [], "viewport": {"x": 0, "y": 0, "zoom": 1}}
    changed = await real.projects.change(project["id"], {"graph_state": canvas}, if_version=project["version"])
    assert changed["graph_state"] == canvas
    job = await real.jobs.create(
        "text_to_text", "local", inputs={"prompt": [{"text": "a fox"}]}, project_id=project["id"]
    )
    await real.wait(job["execution_id"])
    assert (await real.jobs.list(project_id=project["id"]))["items"][0]["id"] == job["id"]
    assert (await real.jobs.cancel(job["id"]))["status"] == "completed", "it was too late for that"
    assert "restore" in (await said("delete", project["id"]))
    assert project["id"] in (await said("list", "--deleted", "-n", 100))
    assert (await real.jobs.list(project_id=project["id"]))["items"] == []
    assert "Film is back" in (await said("restore", project["id"]))
    assert (await real.projects.get(project["id"]))["settings"]["retention_days"] == 9
    assert len((await real.projects.generations(project["id"], type="text_to_text"))["items"]) <= 1
