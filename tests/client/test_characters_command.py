"""`groove character`: what it asks for, what it prints, and with which code it leaves."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from client.server import Reply, Server
from groove import Client
from groove.cli import app

MIRA = {
    "id": "0193-mira",
    "name": "Mira",
    "description": "red scarf",
    "tags": ["hero"],
    "project_id": "default",
    "references": [{"asset_id": "a1", "quality": 0.83, "best": True}, {"asset_id": "a2", "quality": 0, "best": False}],
    "best_reference": "a1",
    "engine": "baseline/x",
    "baseline": True,
    "created_at": "2026-11-21T09:00:00Z",
    "updated_at": "2026-11-21T09:00:00Z",
    "warnings": ["No face was found in a2."],
}
NOAH = MIRA | {"id": "0193-noah", "name": "Noah", "warnings": [], "baseline": False}
ALL = Reply(body={"items": [MIRA, NOAH], "next_cursor": None})
Groove = Callable[..., Result]


@pytest.fixture
def groove(server: Server) -> Groove:
    unknown = Reply(404, {"title": "Unknown character", "detail": "There is no such character.", "status": 404})
    for given in ("mira", "Noah", "0193", "0193-n", "nobody"):
        server.on("GET", f"/api/characters/{given}", unknown)
    server.on("GET", "/api/characters", ALL)
    server.on("GET", "/api/characters/0193-mira", Reply(body=MIRA))

    def invoke(*args: object) -> Result:
        environment = {"GROOVE_URL": server.url, "COLUMNS": "140"}
        return CliRunner().invoke(app, ["character", *map(str, args)], env=environment, catch_exceptions=False)

    return invoke


def test_they_are_listed_and_shown(groove: Groove, server: Server):
    listed = groove("list", "mi", "--tag", "hero", "-n", 5).stdout
    for part in ("0193-mira", "Mira", "0.83", "hero"):
        assert part in listed
    assert server.seen[-1].query == {"text": "mi", "tag": "hero", "limit": "5"}
    shown = groove("show", "0193-mira").stdout
    for part in ("red scarf", "a1  quality 0.83, the best", "baseline/x", "No face was found in a2"):
        assert part in shown
    assert json.loads(groove("show", "0193-mira", "--json").stdout) == MIRA


def test_who_is_meant_may_be_said_by_name_or_by_the_beginning_of_the_id(groove: Groove, server: Server):
    assert "Mira" in groove("show", "mira").stdout
    assert "Noah" in groove("show", "0193-n").stdout
    both = groove("show", "0193")
    assert (both.exit_code, "0193-noah  Noah" in both.stderr) == (2, True)
    assert groove("show", "nobody").exit_code == 3
    server.on("DELETE", "/api/characters/0193-noah", Reply(204))
    gone = groove("delete", "Noah")
    assert (gone.exit_code, "Noah is forgotten" in gone.stdout) == (0, True)


def test_one_is_made_of_files_and_assets(groove: Groove, server: Server, tmp_path: Path):
    file = tmp_path / "face.png"
    file.write_bytes(b"png")
    ticket = {"id": "a9", "asset_id": "a9", "method": "PUT", "url": f"{server.url}/put", "headers": {}, "parts": None}
    server.on("POST", "/api/assets/uploads", Reply(201, ticket))
    server.on("PUT", "/put", Reply())
    server.on("POST", "/api/assets/a9/complete", Reply(body={"id": "a9"}))
    server.on("POST", "/api/characters", Reply(201, MIRA))
    made = groove("create", "Mira", "--picture", file, "--picture", "a1", "--tag", "hero", "--project", "p1")
    assert made.exit_code == 0, made.output
    body = {"name": "Mira", "description": "", "tags": ["hero"], "references": ["a9", "a1"], "project_id": "p1"}
    assert server.seen[-1].json == body
    assert "idempotency-key" in {name.lower() for name in server.seen[-1].headers}
    server.on("GET", "/api/executions/run-1", Reply(body={"id": "run-1"}))
    assert groove("create", "Mira", "--from", "run-1/look").exit_code == 0
    assert server.seen[-1].json["from"] == {"execution_id": "run-1", "node_id": "look"}
    assert groove("create", "Mira", "--from", "run-1").exit_code == 2
    assert groove("create", "Mira", "--picture", "none.png").exit_code == 2


def test_pictures_come_and_go_and_two_become_one(groove: Groove, server: Server):
    server.on("POST", "/api/characters/0193-mira/references", Reply(201, MIRA))
    assert groove("add", "Mira", "a3", "--face", 1).exit_code == 0
    assert server.seen[-1].json == {"asset_id": "a3", "face_index": 1}
    server.on("DELETE", "/api/characters/0193-mira/references/a3", Reply(body=MIRA))
    assert groove("remove", "mira", "a3").exit_code == 0
    server.on("POST", "/api/characters/0193-mira/merge", Reply(body=MIRA))
    assert groove("merge", "mira", "Noah").exit_code == 0
    assert server.seen[-1].json == {"from": "0193-noah"}


def test_whom_a_picture_shows_is_told(groove: Groove, server: Server):
    one = {"character": MIRA, "score": 0.7123, "match": True, "source_asset_id": "a1", "face": 0}
    found = {"engine": "e", "baseline": True, "threshold": 0.4, "faces": [{}], "items": [one], "warnings": []}
    server.on("POST", "/api/characters/search", Reply(body=found))
    said = groove("search", "a7", "-n", 3)
    assert server.seen[-1].json == {"asset_id": "a7", "limit": 3}
    for part in ("Mira", "0.712", "yes", "a1"):
        assert part in said.stdout
    assert "does not tell people apart" in said.stderr
    server.on("POST", "/api/characters/search", Reply(body=found | {"items": [], "baseline": False}))
    assert "nobody who is known" in groove("search", "a7").stdout


async def test_the_client_says_it_all(client: Client, server: Server):
    server.on("PATCH", "/api/characters/c1", Reply(body=MIRA))
    server.on("GET", "/api/characters/c1/uses", Reply(body={"graphs": {"count": 0}}))
    assert (await client.characters.change("c1", {"name": "M"}))["name"] == "Mira"
    assert server.seen[-1].json == {"name": "M"}
    assert (await client.characters.uses("c1"))["graphs"] == {"count": 0}


def test_a_job_takes_a_character(server: Server):
    server.on("POST", "/api/jobs", Reply(422, {"title": "no", "detail": "No.", "status": 422}))
    args = ["job", "run", "text_to_image", "--input", "character=c1", "--input", "image=a1"]
    assert CliRunner().invoke(app, args, env={"GROOVE_URL": server.url}).exit_code == 3
    assert server.seen[-1].json["inputs"] == {"character": [{"character_id": "c1"}], "image": [{"asset_id": "a1"}]}
