"""Files that lie beside a workflow are uploaded when it is run; values that are no file are shown and saved as told."""

import json
from pathlib import Path

import pytest

from client.runs import BYTES
from client.server import Reply, Server
from groove import Client, words
from groove.bringing import brought

CHARACTER = {"type": "character", "character_id": "c1", "name": "Ann", "references": [{}]}
BOARD = {"type": "storyboard", "title": "A storm", "scenes": [{"start": "calm"}, {"start": "waves"}]}


@pytest.fixture
def shelf(server: Server) -> Server:
    ticket = {"asset_id": "a1", "method": "PUT", "url": f"{server.url}/put", "headers": {}}
    server.on("POST", "/api/assets/uploads", Reply(201, ticket))
    server.on("PUT", "/put", Reply())
    server.on("POST", "/api/assets/a1/complete", Reply(body={"id": "a1"}))
    return server


def asset(id_: str, name: object) -> dict:
    return {"id": id_, "type": "asset", "params": {"asset_id": name}}


async def test_a_file_beside_the_workflow_is_uploaded_once_and_takes_the_place_of_its_name(
    shelf: Server, tmp_path: Path
):
    (tmp_path / "media").mkdir()
    (tmp_path / "media" / "face.png").write_bytes(BYTES)
    text = {"id": "t", "type": "text", "params": {"text": "media/face.png"}}
    given = {"nodes": [asset("a", "media/face.png"), asset("b", "media/face.png"), text], "edges": []}
    async with Client(shelf.url) as client:
        told = await brought(client, given, tmp_path)
    assert [node["params"].get("asset_id") for node in told["nodes"]] == ["a1", "a1", None]
    assert told["nodes"][2] == text
    assert given["nodes"][0]["params"]["asset_id"] == "media/face.png", "what was given stays as it was"
    assert len(shelf.asked("PUT", "/put")) == 1


@pytest.mark.parametrize(
    "name", ["asset_0193", "missing.png", "../secret.png", "/etc/passwd.txt", "media", "", None, 7]
)
async def test_what_names_no_file_below_the_workflow_is_an_id(server: Server, tmp_path: Path, name: object):
    (tmp_path / "secret.png").write_bytes(BYTES)
    below = tmp_path / "here"
    (below / "media").mkdir(parents=True)
    given = {"nodes": [asset("a", name)], "edges": []}
    async with Client(server.url) as client:
        assert await brought(client, given, below) == given
        assert await brought(client, "graph-id", below) == "graph-id"
        assert await brought(client, given, None) == given


async def test_a_character_and_a_storyboard_are_saved_as_they_are_told(server: Server, tmp_path: Path):
    async with Client(server.url) as client:
        for value in (CHARACTER, BOARD):
            saved = await client.download(value, tmp_path)
            assert saved.suffix == ".json"
            assert json.loads(saved.read_text()) == value


def test_they_are_shown_in_words():
    assert words.value(CHARACTER) == "Ann, 1 picture"
    assert words.value(BOARD) == "“A storm”, 2 scenes"
    film = {"type": "video", "mime": "video/mp4", "bytes": 1000, "width": 64, "height": 36, "duration_s": 3.0}
    like = {"score": 0.31, "threshold": 0.4, "match": False, "characters": [{"name": "Ann"}]}
    assert words.value(film | {"identity": like}).endswith(", like Ann: 0.31 of 0.40")
    assert words.value(film | {"identity": like | {"score": None}}).endswith(", like Ann: no face found")
