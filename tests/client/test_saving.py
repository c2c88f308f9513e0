"""What a run leaves in a directory."""

import json

from client.runs import BYTES, PICTURE, RUN, execution, tell
from client.server import Server
from groove import Client
from groove.saving import files_noted, pieces, save

SMALL = {**PICTURE, "mime": "image/webp", "sha256": "def"}


async def test_pictures_texts_and_the_story_of_the_run_are_saved(server: Server, client: Client, tmp_path):
    tell(server)
    run = execution()
    run["nodes"]["image"] |= {"started_at": run["created_at"], "completed_at": run["completed_at"]}
    saved = await save(client, run, tmp_path / "out", {"image": "text_to_image"})
    assert [path.name for path in saved.paths] == ["prompt.txt", "image.png", "run.json"]
    assert (tmp_path / "out" / "image.png").read_bytes() == BYTES
    story = json.loads((tmp_path / "out" / "run.json").read_text())
    assert story == saved.summary
    assert (story["id"], story["state"], story["seconds"]) == (RUN, "completed", 4.0)
    assert story["events"] == 10, "progress is not recorded"
    image = story["nodes"]["image"]
    assert (image["type"], image["seconds"], image["files"]) == ("text_to_image", 4.0, ["image.png"])
    assert story["nodes"]["prompt"]["seconds"] is None
    assert story["nodes"]["final"]["files"] == ["image.png"], "what is passed on is in its maker's file"


def test_several_values_and_several_ports_are_told_apart_by_name():
    run = execution(nodes={"look": {"outputs": {"a": [PICTURE, SMALL], "b": [{"type": "text", "text": "x"}]}}})
    assert [piece.file for piece in pieces(run)] == ["look-a-1.png", "look-a-2.webp", "look-b.txt"]


async def test_only_what_run_json_tells_of_is_known_to_be_ours(server: Server, client: Client, tmp_path):
    assert files_noted(tmp_path) == frozenset()
    tell(server)
    await save(client, execution(), tmp_path)
    (tmp_path / "mine.txt").write_text("keep")
    assert files_noted(tmp_path) == {"prompt.txt", "image.png"}
    (tmp_path / "run.json").write_text('{"nodes": {"a": {"files": ["../../etc/passwd"]}}}')
    assert files_noted(tmp_path) == {"passwd"}, "never outside the directory"
    (tmp_path / "run.json").write_text('["not ours"]')
    assert files_noted(tmp_path) == frozenset()
