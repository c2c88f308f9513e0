"""Words become pictures, the same ones every time."""

import functools
import hashlib
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from providers.local import lexicon
from providers.local.engine import paint
from providers.local.props import PROPS
from providers.local.reading import read
from providers.local.scene import world_of
from providers.local.worlds import WORLDS

SIZE = {"width": 72, "height": 54}
DEMO = "a lighthouse on a cliff at sunset, calm sea, cinematic"


def pixels(image):
    return np.asarray(image, dtype=np.float32)


def difference(a, b):
    return float(np.abs(pixels(a) - pixels(b)).mean())


@functools.cache
def painted(prompt, seed=1):
    return paint(prompt, seed=seed, **SIZE)


def test_the_same_words_and_seed_give_the_same_bytes_in_another_process():
    program = (
        "import hashlib; from providers.local.engine import paint;"
        f"print(hashlib.sha256(paint({DEMO!r}, width=72, height=54, seed=5).tobytes()).hexdigest())"
    )
    elsewhere = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    here = hashlib.sha256(painted(DEMO, seed=5).tobytes()).hexdigest()
    assert elsewhere.strip() == here


def test_the_same_words_and_seed_give_the_same_bytes_twice():
    assert paint(DEMO, seed=5, **SIZE).tobytes() == painted(DEMO, seed=5).tobytes()


def test_another_seed_is_another_picture():
    assert difference(painted(DEMO, seed=1), painted(DEMO, seed=2)) > 3


@pytest.mark.parametrize("size", [(64, 64), (200, 64), (64, 200), (320, 180), (65, 97)])
def test_any_shape_has_the_size_that_was_asked_for(size):
    picture = paint(DEMO, width=size[0], height=size[1], seed=1)
    assert picture.size == size
    assert picture.mode == "RGB"


@pytest.mark.parametrize("size", [(8, 64), (64, 5000), (0, 0)])
def test_sides_out_of_range_are_refused(size):
    with pytest.raises(ValueError, match="sides of 16 to 4096"):
        paint(DEMO, width=size[0], height=size[1], seed=1)


@pytest.mark.parametrize("subject", sorted(lexicon.SUBJECTS))
def test_every_subject_paints_something_that_is_not_flat(subject):
    picture = painted(f"a {lexicon.SUBJECTS[subject].split()[0]} at sunset")
    assert pixels(picture).std() > 8


@pytest.mark.parametrize("style", sorted(lexicon.STYLES))
def test_a_style_word_changes_the_finish(style):
    plain = "mountains and a lake"
    assert difference(painted(plain), painted(f"{plain}, {lexicon.STYLES[style].split()[0]}")) > 2


@pytest.mark.parametrize("light", sorted(lexicon.LIGHTS))
def test_every_light_differs_from_noon(light):
    if light == "day":
        return
    word = lexicon.LIGHTS[light].split()[0]
    assert difference(painted("hills at noon"), painted(f"hills at {word}")) > 6


def test_night_is_darker_than_noon():
    assert pixels(painted("a lake at night")).mean() < 0.6 * pixels(painted("a lake at noon")).mean()


@pytest.mark.parametrize(("word", "channel"), [("red", 0), ("green", 1), ("blue", 2)])
def test_a_colour_word_pulls_the_whole_palette(word, channel):
    plain, dyed = pixels(painted("hills at noon")), pixels(painted(f"hills at noon, {word}"))
    share = [picture[..., channel].sum() / picture.sum() for picture in (plain, dyed)]
    assert share[1] > share[0] * 1.04


def test_a_colour_before_a_subject_dyes_the_subject_and_not_the_sky():
    reading = read("a red boat at sea")
    assert dict(reading.dyed) == {"boat": "red"}
    assert reading.palette == ()


def test_what_the_negative_prompt_names_is_left_out():
    assert "boat" in read("a lake with a boat").subjects
    assert "boat" not in read("a lake with a boat", "boat").subjects
    assert "boat" not in read("a lake without boat").subjects


def test_an_unknown_prompt_still_paints_and_its_words_choose_what():
    first, second = painted("qwertz"), painted("zxcvbn uiop")
    assert pixels(first).std() > 8
    assert difference(first, second) > 3


def test_an_empty_prompt_and_foreign_letters_paint():
    for prompt in ("", "   ", "маяк на закате", "灯台", "\ud800 lone surrogate"):
        assert pixels(painted(prompt)).std() > 5


def test_progress_only_grows_and_ends_at_one():
    seen = []
    paint(DEMO, seed=1, progress=seen.append, **SIZE)
    assert seen == sorted(seen)
    assert seen[-1] == 1
    assert len(seen) > 2


def test_every_prop_has_words_and_every_world_can_be_reached():
    assert set(PROPS) <= set(lexicon.SUBJECTS)
    reached = {world_of((subject,)) for subject in lexicon.SUBJECTS}
    assert reached == set(WORLDS)


def test_a_picture_is_an_image_that_can_be_saved(tmp_path):
    painted(DEMO).save(tmp_path / "a.png")
    with Image.open(tmp_path / "a.png") as saved:
        assert saved.size == (72, 54)
