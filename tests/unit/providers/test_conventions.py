"""How prompts are written for a family of models, what a prompt says already, and what of it must stay."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from providers.conventions import families, family_of, known, lacks
from providers.keeping import lost, precious, restored
from providers.local.engine import enhance

TARGETS = [
    ("gemini-3.1-flash-image", "gemini-image"),
    ("gemini-nano-banana-2.1", "gemini-image"),
    ("imagen-4.0-generate-001", "imagen"),
    ("gemini-omni-1.2-flash", "gemini-omni"),
    ("veo-3.1-generate-001", "veo"),
    ("fal-ai/flux-2-pro", "flux"),
    ("stable-diffusion-3.5", "stable-diffusion"),
    ("sdxl-turbo", "stable-diffusion"),
    ("gen4_turbo", "runway"),
    ("runway/gen-4.5", "runway"),
    ("kling-v2-5-turbo", "kling"),
    ("luma ray-2", "luma"),
    ("PixVerse v5.6", "pixverse"),
    ("local-painter", "local"),
    ("local-filmmaker", "local-film"),
    ("sora-2", "video"),
]


@pytest.mark.parametrize(("target", "family"), TARGETS)
def test_a_model_is_known_by_its_name(target: str, family: str) -> None:
    found = known(target)
    assert found is not None
    assert found.id == family


@pytest.mark.parametrize("target", ["", "midjourney", "tiramisu"])
def test_others_are_written_for_in_general(target: str) -> None:
    assert known(target) is None
    assert family_of(target).id == "general"


@pytest.mark.parametrize("family", families(), ids=lambda one: one.id)
def test_a_family_orders_what_it_needs_and_says_where_that_is_from(family) -> None:  # type: ignore[no-untyped-def]  # parametrized
    assert set(family.needed) <= set(family.order)
    assert family.source
    assert bool(family.motion) == (family.kind == "video")
    assert family.negative == "separate" or not family.unwanted


@given(
    prompt=st.text(max_size=120)
    | st.sampled_from(["a fox", "A sign says “no light” in Kyoto.", "a lake, 35mm lens, fog", "watercolour fish"]),
    target=st.sampled_from(["", "tiramisu", *(target for target, _ in TARGETS)]),
    seed=st.integers(0, 99),
)
@settings(max_examples=150, deadline=None)
def test_enhanced_is_complete_for_every_target_and_twice_is_once(prompt: str, target: str, seed: int) -> None:
    once = enhance(prompt, target=target, seed=seed)
    assert lacks(once, family_of(target)) == ()
    assert enhance(once, target=target, seed=seed + 1) == once
    assert " ".join(prompt.split()).rstrip(" ,;.") in once


def test_forms_and_order_are_the_familys() -> None:
    tags = enhance("a fox", target="sdxl", seed=1)
    assert not tags.endswith(".")
    assert tags.startswith("a fox, ")
    assert enhance("a fox", target="gemini-3.1-flash-image", seed=1).startswith("a fox. ")
    moving = enhance("a fox", target="kling-2.6", seed=1)
    assert lacks(moving.split(",")[1], family_of("kling")) == ("light", "composition", "lens"), "motion comes first"


def test_a_long_prompt_gets_what_it_needs_and_no_more() -> None:
    assert "mood" not in enhance("fox and hound " * 60, target="sdxl", seed=1)


def test_a_drawing_has_no_lens() -> None:
    assert "lens" not in enhance("a watercolour of a fish", seed=1)


@pytest.mark.parametrize("text", ["a slight delight in flight", "a light blue car", "a frying pan", "the third man"])
def test_words_that_only_look_like_it_do_not_count(text: str) -> None:
    assert set(lacks(text, family_of("veo"))) == {"light", "composition", "lens", "motion"}


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ('Amélie holds a sign "OPEN late" in Kyoto', ('"OPEN late"', "Kyoto")),
        ("The boat of Ann-Sophie O'Hara near New York. Then I sleep.", ("Ann-Sophie O'Hara", "New York")),
        ("a shop «Chez Léa», „Zum Löwen“ and “The Inn”", ("«Chez Léa»", "„Zum Löwen“", "“The Inn”")),
        ("A FOX IN THE SNOW", ()),
        ("a fox", ()),
        ("", ()),
    ],
)
def test_quoted_phrases_and_names_are_precious(text: str, kept: tuple[str, ...]) -> None:
    assert set(precious(text)) == set(kept)


@pytest.mark.parametrize("text", ["“" * 50_000, '"' * 50_000, "a-" * 25_000, "A'." * 20_000, "Ann met Ben. " * 4_000])
def test_long_texts_are_read_at_once(text: str) -> None:
    before = time.process_time()
    precious(text)
    assert time.process_time() - before < 1


def test_what_is_lost_is_put_back_in_one_clause() -> None:
    wanted = precious('Ann meets Ben in Kyoto under "OPEN late"', ["Ann"])
    assert wanted == ('"OPEN late"', "Ann", "Ben", "Kyoto")
    answer = "Anna meets Ben under “OPEN late”"
    gone = lost(wanted, answer)
    assert gone == ("Ann", "Kyoto")
    assert restored(answer, gone) == f"{answer}. Word for word in it: Ann, Kyoto."
    assert lost(wanted, restored(answer, gone)) == ()
    assert restored(answer, ()) == answer
