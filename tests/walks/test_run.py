"""Walk 2, run: from a workflow file to pictures, through every service."""

import io
import json
from pathlib import Path

from PIL import Image

from support.api import Api

MAIN = json.loads((Path(__file__).parents[2] / "examples" / "main.json").read_text())
ENDS = {"node_completed", "node_cached"}


def test_the_main_job_runs_from_prompt_to_final_output(api: Api):
    graph = api.save(MAIN)
    run = api.start(graph)
    events = list(api.stream(run))
    done = api.execution(run)

    assert done["state"] == "completed"
    assert done["graph_id"] == graph["id"]
    assert {n["state"] for n in done["nodes"].values()} <= {"completed", "cached"}
    names = [event.name for event in events]
    assert names[0] == "execution_started"
    assert names[-1] == "execution_completed"
    for node_id in done["nodes"]:
        mine = [e.name for e in events if e.data.get("node_id") == node_id and e.id is not None]
        assert len([name for name in mine if name in ENDS]) == 1, f"{node_id}: {mine}"

    (final,) = [n["id"] for n in graph["nodes"] if n["type"] == "output"]
    values = done["nodes"][final]["outputs"]["value"]
    pictures = [v for v in values if v["type"] == "image"]
    assert len(pictures) >= 2, "the picture and its variation"
    assert any(v["type"] == "text" and len(v["text"]) > 40 for v in values), "the description"
    for value in pictures:
        original, small = api.http.get(value["url"]), api.http.get(value["thumbnail_url"])
        assert original.headers["content-type"] == value["mime"]
        assert len(original.content) == value["bytes"]
        assert Image.open(io.BytesIO(original.content)).size == (value["width"], value["height"])
        assert Image.open(io.BytesIO(small.content)).format == "WEBP"
    assert len({v["sha256"] for v in pictures}) == len(pictures)


def test_the_history_as_json_is_what_was_streamed(api: Api):
    run = api.run(MAIN)["id"]
    history = api.get(f"/api/executions/{run}/events?limit=1000")["items"]
    streamed = [event for event in api.stream(run) if event.id is not None]
    assert [event.id for event in streamed] == [item["id"] for item in history]
    assert [event.name for event in streamed] == [item["event"] for item in history]


def test_an_edit_after_the_start_does_not_touch_the_run(api: Api, word: str):
    graph = api.save(MAIN)
    run = api.start(graph)
    (words,) = [n["id"] for n in graph["nodes"] if n["type"] == "text"]
    answer = api.http.patch(f"/api/graphs/{graph['id']}/nodes/{words}", json={"params": {"text": f"a fox {word}"}})
    assert answer.is_success, answer.text
    done = api.finish(run)
    assert done["nodes"][words]["outputs"]["text"][0]["text"] == next(
        n["params"]["text"] for n in MAIN["nodes"] if n["id"] == words
    )
