"""What the demo leaves in demo-output/."""

import json

from groove_local.results import collect, write

PICTURE = {"type": "image", "url": "/media/abc", "mime": "image/png", "sha256": "abc", "bytes": 3, "asset_id": "a"}
SMALL = {**PICTURE, "mime": "image/webp"}
EXECUTION = {
    "id": "run-1",
    "graph_id": "graph-1",
    "state": "completed",
    "cost": 0,
    "created_at": "2026-11-21T10:00:00Z",
    "completed_at": "2026-11-21T10:00:02.500Z",
    "nodes": {
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
        "result": {"state": "completed", "outputs": {}},
    },
}


async def fetch(url):
    return url.encode()


async def test_pictures_texts_and_the_story_of_the_run_are_saved(tmp_path):
    files = await collect(EXECUTION, {"paint": "text_to_image"}, [{}, {}], fetch)
    saved = write(tmp_path / "out", files)
    assert [path.name for path in saved] == ["paint-1.png", "paint-2.webp", "describe.txt", "run.json"]
    assert (tmp_path / "out" / "describe.txt").read_text() == "A fox at dusk.\n"
    assert (tmp_path / "out" / "paint-1.png").read_bytes() == b"/media/abc"
    story = json.loads((tmp_path / "out" / "run.json").read_text())
    assert (story["state"], story["seconds"], story["events"]) == ("completed", 2.5, 2)
    assert story["nodes"]["describe"]["seconds"] == 0.25
    assert story["nodes"]["paint"]["files"] == ["paint-1.png", "paint-2.webp"]
    assert story["nodes"]["result"]["state"] == "completed"
