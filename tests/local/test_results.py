"""What the demo leaves in demo-output/."""

import json

from groove_local.results import collect, write

PICTURE = {"type": "image", "url": "/media/abc", "mime": "image/png", "sha256": "abc", "bytes": 3, "asset_id": "a"}
SMALL = {**PICTURE, "mime": "image/webp", "sha256": "def"}
EXECUTION = {
    "id": "run-1",
    "graph_id": "graph-1",
    "state": "completed",
    "cost": 0,
    "created_at": "2026-11-21T10:00:00Z",
    "completed_at": "2026-11-21T10:00:02.500Z",
    "nodes": {
        "result": {"state": "completed", "outputs": {"value": [SMALL]}},
        "paint": {
            "state": "completed",
            "attempt": 1,
            "outputs": {"image": [PICTURE, SMALL]},
        },
        "describe": {
            "state": "completed",
            "outputs": {"text": [{"type": "text", "text": "A fox at dusk."}]},
            "started_at": "2026-11-21T10:00:01Z",
            "completed_at": "2026-11-21T10:00:01.250Z",
        },
    },
}


TYPES = {"paint": "text_to_image", "describe": "image_to_text", "result": "output"}


async def fetch(url):
    return url.encode()


async def test_pictures_texts_and_the_story_of_the_run_are_saved(tmp_path):
    files = await collect(EXECUTION, TYPES, 2, fetch)
    saved = write(tmp_path / "out", files)
    assert [path.name for path in saved] == ["paint-1.png", "paint-2.webp", "describe.txt", "run.json"]
    assert (tmp_path / "out" / "describe.txt").read_text() == "A fox at dusk.\n"
    assert (tmp_path / "out" / "paint-1.png").read_bytes() == b"/media/abc"
    story = json.loads((tmp_path / "out" / "run.json").read_text())
    assert (story["state"], story["seconds"], story["events"]) == ("completed", 2.5, 2)
    assert story["nodes"]["describe"]["seconds"] == 0.25
    assert story["nodes"]["paint"]["files"] == ["paint-1.png", "paint-2.webp"]
    assert story["nodes"]["result"]["files"] == ["paint-2.webp"]


async def test_the_files_of_the_last_demo_make_room_and_others_stay(tmp_path):
    write(tmp_path, await collect(EXECUTION, TYPES, 0, fetch))
    (tmp_path / "mine.txt").write_text("keep")
    again = {**EXECUTION, "nodes": {"describe": EXECUTION["nodes"]["describe"]}}
    write(tmp_path, await collect(again, TYPES, 0, fetch))
    assert {path.name for path in tmp_path.iterdir()} == {"describe.txt", "run.json", "mine.txt"}


async def test_a_run_json_of_somebody_else_is_no_reason_to_fail(tmp_path):
    (tmp_path / "run.json").write_text('["not ours"]')
    write(tmp_path, {"run.json": b"{}"})
    assert (tmp_path / "run.json").read_bytes() == b"{}"
