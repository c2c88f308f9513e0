"""Prompts refined for a model, here and by Google: what stays, what is shown, and what is not paid for."""

import json
from typing import Any

import pytest
from google_bench import BOOK, Google, model

from providers.interface import Character, Done, Request
from providers.local_provider import LocalProvider

COMPLETE = "a fox in the snow, 85mm lens, low golden-hour light, subject on the left third"


def ask(prompt: str, target: str = "", people: tuple[Character, ...] = (), **params: object) -> Request:
    said: dict[str, Any] = {"prompt": prompt, "target_model": target} | params
    return Request("k", "prompt_enhance", model("gemini-3.8-flash"), said, 7, characters=people)


async def here(request: Request) -> Done:
    found = BOOK.find("local", "local-writer")
    assert found is not None
    local = LocalProvider()
    mine = Request("k", "prompt_enhance", found, request.params, 7, characters=request.characters)

    async def nothing(_: float, __: str) -> None: ...

    try:
        done = await local.submit(local.prepare(mine), nothing)
    finally:
        await local.close()
    assert isinstance(done, Done)
    return done


async def test_before_and_after_are_shown(google: Google) -> None:
    google.goes_wrong("say", text="a fox in fresh snow, rim light")
    for done in (await google.make(ask("a fox", "flux-2")), await here(ask("a fox", "flux-2"))):
        assert done.response["before"] == "a fox"
        assert done.response["after"] == done.artifacts[0].text
        assert done.response["target"] == "flux-2"
        assert "Enhanced for flux-2." in done.notes
    assert "calls" in (await google.make(ask("a fox", count=2))).response


async def test_names_and_quoted_phrases_that_google_lost_are_put_back(google: Google) -> None:
    google.goes_wrong("say", text="a café at night")
    done = await google.make(ask('Léa\'s café in Kyoto, sign "OPEN late"', people=(Character("c", "Ann Lee"),)))
    text = done.artifacts[0].text or ""
    assert text.startswith("a café at night. ")
    assert all(one in text for one in ('"OPEN late"', "Kyoto", "Ann Lee"))
    assert any("Put back word for word" in note for note in done.notes)
    assert "Kyoto" in json.dumps(google.sent["systemInstruction"])


@pytest.mark.parametrize("count", [1, 2])
async def test_what_is_complete_is_returned_unchanged_and_not_paid_for(google: Google, count: int) -> None:
    request = ask(COMPLETE, "gemini-3.1-flash-image", count=count)
    for done in (await google.make(request), await here(request)):
        assert [artifact.text for artifact in done.artifacts] == [COMPLETE] * count
        assert done.cost == 0
        assert "unchanged" in done.notes[0]
        assert done.response["before"] == COMPLETE
    assert google.fake.calls == []


async def test_a_film_needs_motion_too(google: Google) -> None:
    await google.make(ask(COMPLETE, "veo-3.1"))
    assert len(google.fake.calls) == 1
    assert "Motion:" in json.dumps(google.sent["systemInstruction"])


async def test_what_google_made_is_complete_when_it_comes_back(google: Google) -> None:
    google.goes_wrong("say", text=COMPLETE)
    once = (await google.make(ask("a fox"))).artifacts[0].text or ""
    assert (await google.make(ask(once))).artifacts[0].text == once
    assert len(google.fake.calls) == 1


@pytest.mark.parametrize(
    ("target", "prompt", "told"),
    [
        ("sdxl", "a street, no people", "negative prompt: people, blur"),
        ("veo-3.1", "a street", "negative prompt: blur"),
        ("flux-2", "a street without cars", "say what is there instead of “no cars”"),
        ("tiramisu", "a street", "Known: Gemini Omni, Gemini image"),
        ("runway", "a long road " * 30, "follows about 60 best"),
    ],
)
async def test_conventions_are_told_in_notes(target: str, prompt: str, told: str) -> None:
    done = await here(ask(prompt, target))
    assert any(told in note for note in done.notes), done.notes


async def test_nothing_is_told_of_a_target_that_was_not_named() -> None:
    assert (await here(ask("a street"))).notes == ("Enhanced for image models in general.",)
