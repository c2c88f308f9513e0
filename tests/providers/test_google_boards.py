"""Storyboards by Gemini through its SDK against the wire-faithful fake."""

import json
from typing import Any

import pytest
from google_bench import PICTURE, Google, model

from contracts.failures import FailureKind
from contracts.storyboard import MAX_SCENE_TEXT, StoryboardValue
from providers.interface import Character, Request

ANN = Character("c-1", "Ann-Sophie O'Hara", "A sailor of sixty.", (PICTURE,))
BEN = Character("c-2", "Ben")
INK = "black ink on rough paper"


def board(scenes: int = 3, people: tuple[Character, ...] = (), **params: object) -> Request:
    said = {"prompt": "a storm comes and goes", "scenes": scenes} | params
    return Request("k", "storyboard", model("gemini-3.8-flash"), said, 7, characters=people)


def drawn(scenes: int, **more: object) -> dict[str, Any]:
    scene = {"title": "T", "start": "calm", "end": "waves", "motion": "wind", "transition": "cut", "characters": []}
    return {"title": "Storm", "style": "", "scenes": [scene | more for _ in range(scenes)]}


def answers(google: Google, *boards: object) -> None:
    for one in boards:
        google.goes_wrong("say", text=one if isinstance(one, str) else json.dumps(one))


async def value(google: Google, request: Request) -> StoryboardValue:
    made = (await google.make(request)).artifacts[0].value
    assert isinstance(made, StoryboardValue)
    return made


async def test_as_many_scenes_as_were_asked_for_in_a_shape(google: Google) -> None:
    done = await google.make(board(5, style=INK))
    made = done.artifacts[0].value
    assert isinstance(made, StoryboardValue)
    assert len(made.scenes) == 5
    assert made.style == INK
    assert all(INK in text for scene in made.scenes for text in (scene.start, scene.end, scene.motion))
    config = google.sent["generationConfig"]
    assert isinstance(config, dict)
    scenes = config["responseJsonSchema"]["properties"]["scenes"]
    assert (scenes["minItems"], scenes["maxItems"]) == (5, 5)
    assert config["maxOutputTokens"] == 5 * 900 + 8_192
    assert "exactly 5 scenes" in json.dumps(google.sent)
    assert done.cost > 0
    assert done.cost_basis == "computed"


async def test_people_are_kept_by_their_names(google: Google) -> None:
    said = drawn(3)
    said["scenes"][1] |= {"start": "Ben looks up", "characters": ["ben", "a stranger"]}
    answers(google, said)
    made = await value(google, board(3, (ANN, BEN)))
    assert made.characters == ("c-1", "c-2")
    assert [scene.characters for scene in made.scenes] == [("Ann-Sophie O'Hara",), ("Ben",), ()]
    assert made.scenes[0].start == "Ann-Sophie O'Hara: calm"
    assert (made.scenes[1].start, made.scenes[1].end) == ("Ben looks up", "Ben: waves")
    assert "Ann-Sophie O'Hara: A sailor of sixty" in google.sent["contents"][0]["parts"][0]["text"]  # type: ignore[index]  # JSON


async def test_what_is_too_long_or_too_many_is_trimmed_not_asked_again(google: Google) -> None:
    answers(google, drawn(6, start="wave " * 400, title="t" * 300))
    made = await value(google, board(2, (ANN,), style=INK))
    assert len(google.fake.calls) == 1
    assert len(made.scenes) == 2
    first = made.scenes[0]
    assert len(first.start) <= MAX_SCENE_TEXT
    assert first.start.startswith("Ann-Sophie O'Hara: wave wave")
    assert first.start.endswith(INK)


async def test_too_few_scenes_are_asked_for_once_more(google: Google) -> None:
    answers(google, drawn(2))
    done = await google.make(board(3))
    assert len(google.fake.calls) == 2
    assert "asked for again" in done.notes[0]


@pytest.mark.parametrize("wrong", [drawn(2), drawn(3, start=""), "no JSON", "[]"])
async def test_twice_wrong_is_no_output_and_paid(google: Google, wrong: object) -> None:
    answers(google, wrong, wrong)
    error = await google.refused(board(3))
    assert error.kind == FailureKind.NO_OUTPUT
    assert error.cost > 0


async def test_several_storyboards_are_asked_for_at_once_and_kept_when_one_fails(google: Google) -> None:
    google.goes_wrong("block_output")
    done = await google.make(board(2, count=3))
    assert len(done.artifacts) == 2
    assert "2 of 3 were made" in done.notes[-1]


async def test_without_counts_the_estimate_stands(google: Google) -> None:
    google.goes_wrong("no_usage")
    done = await google.make(board(2))
    assert (done.cost, done.cost_basis) == (model("gemini-3.8-flash").estimates["storyboard"], "estimated")


async def test_a_film_about_nothing_is_not_asked_for(google: Google) -> None:
    assert (await google.refused(board(2, prompt=" "))).kind == FailureKind.INVALID_REQUEST
    assert (await google.refused(board(0))).kind == FailureKind.INVALID_REQUEST
    assert google.fake.calls == []
