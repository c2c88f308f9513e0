"""A description follows the pixels, and nothing else."""

import numpy as np
import pytest
from PIL import Image

from providers.local.engine import describe, edit, paint


def plain(rgb, size=(64, 64)):
    return Image.new("RGB", size, rgb)


def halves(top, bottom, size=(120, 80)):
    picture = plain(top, size)
    picture.paste(plain(bottom, (size[0], size[1] // 2)), (0, size[1] // 2))
    return picture


@pytest.mark.parametrize(
    ("rgb", "name"),
    [((220, 30, 30), "red"), ((30, 60, 220), "blue"), ((30, 150, 50), "green"), ((250, 250, 250), "white"),
     ((8, 8, 8), "black"), ((130, 130, 130), "grey"), ((250, 225, 40), "yellow"), ((245, 140, 30), "orange"),
     ((130, 40, 160), "purple"), ((250, 170, 190), "pink"), ((105, 65, 35), "brown")],
)  # fmt: skip
def test_a_plain_picture_is_named_by_its_colour(rgb, name):
    assert name in describe(plain(rgb))


def test_changed_pixels_change_the_description():
    before = halves((120, 180, 240), (40, 120, 50))
    after = halves((10, 12, 30), (40, 120, 50))
    assert describe(before) != describe(after)
    assert "sky blue" in describe(before)
    assert "green land" in describe(before)


def test_it_is_deterministic_and_two_to_four_sentences():
    picture = paint("a lighthouse at sunset, calm sea", width=160, height=120, seed=1)
    text = describe(picture)
    assert text == describe(picture)
    assert 2 <= text.count(". ") + 1 <= 4
    assert text.endswith(".")


def test_what_a_file_says_about_itself_is_not_believed():
    picture = plain((220, 30, 30))
    picture.info["Description"] = "a green forest"
    assert "forest" not in describe(picture)


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("what are the dominant colours?", "The most common colour"),
        ("How is the lighting?", "The picture is"),
        ("What is the scene?", "A wide scene"),
    ],
)
def test_the_question_decides_which_sentence_comes_first(question, first):
    assert describe(halves((120, 180, 240), (40, 120, 50)), question).startswith(first)


def test_stars_on_a_dark_sky_are_seen_and_the_same_sky_without_them_has_none():
    dark = Image.new("RGB", (200, 150), (8, 10, 26))
    starry = np.asarray(dark).copy()
    rng = np.random.default_rng(1)
    starry[rng.integers(2, 70, 60), rng.integers(2, 198, 60)] = 255
    assert "stars" in describe(Image.fromarray(starry))
    assert "stars" not in describe(dark)


def test_the_side_of_the_light_is_seen():
    ramp = np.zeros((80, 120, 3), dtype=np.uint8)
    ramp[30:50, 96:116] = 255
    right = Image.fromarray(ramp)
    assert "on the right" in describe(right)
    assert "on the left" in describe(right.transpose(Image.Transpose.FLIP_LEFT_RIGHT))


def test_orientation_is_said():
    assert describe(halves((120, 180, 240), (40, 120, 50), (60, 120))).count("tall") == 1
    assert "wide" in describe(halves((120, 180, 240), (40, 120, 50)))


def test_a_night_edit_is_described_darker_than_its_source():
    day = paint("mountains and a lake at noon", width=160, height=120, seed=2)
    assert "dark" not in describe(day, "light").split(".")[0]
    assert "dark" in describe(edit(day, "night", seed=1, strength=1.0), "light").split(".")[0]


@pytest.mark.parametrize("mode", ["L", "RGBA", "P", "CMYK", "1", "LA"])
def test_every_mode_is_described(mode):
    assert describe(halves((250, 250, 250), (10, 10, 10)).convert(mode))


def test_a_single_pixel_is_described():
    assert "red" in describe(plain((220, 30, 30), (1, 1)))
