"""Words at Google through the whole system: a storyboard, one of its scenes as a better prompt, and a narrator."""

import io
import wave
from typing import Any

import pytest

from support.api import Api, edge, node, workflow
from support.elsewhere import Google

GOOGLE = {"provider": "google"}
COMPLETE = "a fox, 85mm lens, soft window light, subject on the left third"


def answered(api: Api, run: dict[str, Any], node_id: str) -> dict[str, Any]:
    """What a person sees of the request behind a node."""
    jobs = api.get("/api/jobs?limit=100")["items"]
    job = next(one for one in jobs if (one["execution_id"], one["node_id"]) == (run["id"], node_id))
    response: dict[str, Any] = api.get(f"/api/jobs/{job['id']}")["submissions"][-1]["response"]
    return response


def test_a_storyboards_scene_is_refined_and_spoken(paying: Api) -> None:
    done = paying.run(
        workflow(
            node("board", "storyboard", prompt="a storm over Kyoto", scenes=3, style="ink", **GOOGLE),
            node("scene", "storyboard_scene", index=1),
            node("better", "prompt_enhance", target_model="veo-3.1", **GOOGLE),
            node("say", "text_to_speech", voice="Puck", **GOOGLE),
            edges=(
                edge("board.storyboard", "scene.storyboard"),
                edge("scene.start", "better.prompt"),
                edge("better.text", "say.text"),
            ),
        )
    )
    assert done["state"] == "completed", done
    (board,) = done["nodes"]["board"]["outputs"]["storyboard"]
    assert len(board["scenes"]) == 3
    assert all("ink" in scene["start"] for scene in board["scenes"])
    (sound,) = done["nodes"]["say"]["outputs"]["audio"]
    assert sound["mime"] == "audio/wav"
    with wave.open(io.BytesIO(paying.http.get(sound["url"]).content)) as file:
        assert file.getframerate() == 24_000
        assert file.getnframes() / 24_000 == pytest.approx(sound["duration_s"], abs=0.05)
    assert {name: made["cost"] > 0 for name, made in done["nodes"].items()} == {
        "board": True,
        "scene": False,
        "better": True,
        "say": True,
    }
    told = answered(paying, done, "better")
    assert told["before"] == board["scenes"][1]["start"]
    assert told["after"] == done["nodes"]["better"]["outputs"]["text"][0]["text"]
    assert "Enhanced for veo-3.1." in told["notes"]


def test_a_prompt_that_is_complete_costs_nothing(paying: Api, google: Google) -> None:
    done = paying.run(workflow(node("better", "prompt_enhance", prompt=COMPLETE, **GOOGLE)))
    assert done["state"] == "completed", done
    assert done["nodes"]["better"]["outputs"]["text"][0]["text"] == COMPLETE
    assert done["cost"] == 0
    assert google.calls(COMPLETE) == []
    told = answered(paying, done, "better")
    assert (told["before"], told["after"], told["cost"]) == (COMPLETE, COMPLETE, 0)


@pytest.mark.parametrize(
    ("text", "voice", "kind", "told"),
    [
        ("word " * 2_000, "", "invalid_input", "9,999 characters"),
        ("hello", "Kora", "invalid_request", "Kore"),
    ],
)
def test_what_cannot_be_spoken_is_refused_before_it_is_paid(
    paying: Api, google: Google, text: str, voice: str, kind: str, told: str
) -> None:
    params: dict[str, Any] = {"voice": voice, **GOOGLE}
    calls = len(google.all_calls)
    graph = workflow(
        node("text", "text", text=text), node("say", "text_to_speech", **params), edges=(edge("text.text", "say.text"),)
    )
    error = paying.run(graph)["nodes"]["say"]["error"]
    assert error["kind"] == kind
    assert told in error["message"]
    assert len(google.all_calls) == calls
