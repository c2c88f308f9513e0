"""Storyboards from templates: as many scenes as asked for, small enough to travel, and nobody is forgotten."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.storyboard import MAX_SCENES
from providers.local.engine import storyboard

BOAT = "A film about a paper boat that sails from a puddle to the sea"


def test_each_scene_begins_where_the_last_one_ended():
    board = storyboard(BOAT, scenes=5, style="ink", seed=1)
    assert len(board.scenes) == 5
    assert all(one.end == other.start for one, other in pairwise(board.scenes))
    assert all("ink" in scene.start and "ink" in scene.end for scene in board.scenes)
    assert all("paper boat" in scene.start and "film about" not in scene.start for scene in board.scenes)
    assert board.title == "A paper boat that sails from a puddle"
    assert len({scene.motion for scene in board.scenes}) == 5


def test_the_same_words_and_seed_are_the_same_board():
    assert storyboard(BOAT, scenes=3, seed=1) == storyboard(BOAT, scenes=3, seed=1)
    assert storyboard(BOAT, scenes=3, seed=1) != storyboard(BOAT, scenes=3, seed=2)


def test_everyone_is_seen_under_their_own_name():
    board = storyboard(BOAT, scenes=4, names=["Ann-Sophie O'Hara", "Ben"], seed=1)
    assert board.scenes[0].characters == ("Ann-Sophie O'Hara", "Ben") == board.scenes[-1].characters
    for scene in board.scenes:
        assert scene.characters
        assert all(name in scene.start for name in scene.characters)


def test_the_hour_is_kept_where_the_words_settle_it():
    assert not any("morning" in scene.start for scene in storyboard("A harbour at night", scenes=6, seed=1).scenes)
    assert any("light" in scene.start for scene in storyboard("A harbour", scenes=6, seed=1).scenes)


@pytest.mark.parametrize("scenes", [1, 2, MAX_SCENES])
@given(prompt=st.text(max_size=4_000), style=st.text(max_size=2_000), names=st.lists(st.text(min_size=1, max_size=40)))
def test_whatever_is_asked_it_fits(scenes: int, prompt: str, style: str, names: list[str]):
    board = storyboard(prompt, scenes=scenes, style=style, names=names[:4], seed=3)
    assert len(board.scenes) == scenes
    assert type(board).model_validate_json(board.model_dump_json().encode("utf-8", "surrogatepass")) == board
    assert len(board.model_dump_json()) < 60_000
