"""Text from the words given: its shape follows what was asked, and enhancing twice changes nothing."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from providers.local.engine import enhance, write


def test_the_same_question_has_the_same_answer_and_another_seed_another():
    assert write("a story about a fox", seed=1) == write("a story about a fox", seed=1)
    assert len({write("a story about a fox", seed=seed) for seed in range(6)}) > 2


@pytest.mark.parametrize(
    ("prompt", "lines"),
    [("list 3 ideas for a red boat", 3), ("five titles for a fox in the snow", 5), ("a haiku about the sea", 3)],
)
def test_the_shape_is_the_one_asked_for(prompt, lines):
    assert len(write(prompt, seed=1).splitlines()) == lines


@pytest.mark.parametrize(
    "prompt",
    [
        "write a story about a glass whale",
        "a poem about a glass whale",
        "Give me a caption for a glass whale",
        "glass whale",
        "write a prompt for a glass whale",
    ],
)
def test_the_words_given_are_used(prompt):
    assert "glass whale" in write(prompt, seed=2).lower()


def test_context_is_used():
    text = write("summarize this", context=["The tower is white. It is tall."], seed=1)
    assert text == "The tower is white."
    assert "A wide blue scene" in write("a story about it", context=["A wide blue scene. More."], seed=1)


@pytest.mark.parametrize(
    "prompt", ["a story about this", "a story about a boat", "a boat", "what now?", "summarize it"]
)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_sentences_begin_with_a_capital_and_end_with_a_full_stop(prompt, seed):
    text = write(prompt, context=["a fox crossing a frozen river", "low light, ", "Snow?"], seed=seed)
    said = re.split(r"(?<=[.!?])\s+", text)
    assert all(sentence[0].isupper() and sentence[-1] in ".!?" for sentence in said)
    assert text.count("fox crossing") == 1


def test_a_title_of_a_few_words_keeps_them_all():
    assert "Fox in the Snow" in write("a title for a fox in the snow", seed=1)


@given(prompt=st.text(max_size=80), limit=st.integers(1, 60))
@settings(max_examples=60, deadline=None)
def test_no_text_is_longer_than_asked_or_empty(prompt, limit):
    text = write(prompt, seed=1, max_words=limit)
    assert text
    assert len(text.split()) <= limit


@given(
    prompt=st.text(max_size=120),
    target=st.sampled_from(["", "veo-3.1", "gemini-image"]),
    seen=st.sampled_from(["", "A wide scene. Dark."]),
)
@settings(max_examples=80, deadline=None)
def test_enhancing_twice_is_enhancing_once(prompt, target, seen):
    once = enhance(prompt, target=target, image_description=seen, seed=1)
    assert enhance(once, target=target, image_description=seen, seed=2) == once


def test_quoted_phrases_and_names_stay_as_they_are():
    better = enhance('Amélie holds a sign "OPEN late" in Kyoto', seed=3)
    assert '"OPEN late"' in better
    assert "Amélie" in better
    assert "Kyoto" in better
    assert len(better.split()) > 15


def test_what_was_said_is_not_said_again():
    better = enhance("a fox at night, 35mm lens, blue", seed=1)
    assert better.count("lens") == 1
    assert "palette of" not in better


def test_a_video_target_gets_motion_and_a_picture_is_kept_in_mind():
    assert any(word in enhance("a fox", target="veo-3.1", seed=1) for word in ("dolly", "pan", "shot"))
    assert "a dim red sky" in enhance("a fox", image_description="A dim red sky. It is dark.", seed=1)
