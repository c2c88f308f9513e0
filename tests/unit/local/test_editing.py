"""A given picture is changed by words and stays the same place."""

import numpy as np
import pytest
from PIL import Image

from providers.local.engine import edit, paint, upscale

WORDS = [
    "night with stars", "dusk", "golden hour", "winter snow", "autumn", "rain", "storm", "fog", "noir", "pencil sketch",
    "ink", "watercolor", "oil painting", "pixel art", "neon", "vintage film", "mirror", "rotate", "blue", "low poly",
    "paper cut", "aurora", "words nobody knows", "",
]  # fmt: skip


@pytest.fixture(scope="module")
def scene():
    return paint("a lighthouse on a cliff at sunset, calm sea", width=84, height=63, seed=3)


def pixels(image):
    return np.asarray(image.convert("RGB"), dtype=np.float32)


def difference(a, b):
    return float(np.abs(pixels(a) - pixels(b)).mean())


@pytest.mark.parametrize("words", WORDS)
def test_every_word_changes_the_picture_and_keeps_its_size(scene, words):
    changed = edit(scene, words, seed=1)
    assert changed.size == scene.size
    assert difference(scene, changed) > 4


@pytest.mark.parametrize("words", ["night with stars", "winter snow", "watercolor", "words nobody knows", ""])
def test_seeds_differ_visibly_and_one_seed_is_repeatable(scene, words):
    first, again, other = (edit(scene, words, seed=seed) for seed in (1, 1, 2))
    assert first.tobytes() == again.tobytes()
    assert difference(first, other) > 1


def test_strength_goes_from_nothing_to_much(scene):
    none, some, all_ = (edit(scene, "night", seed=1, strength=strength) for strength in (0, 0.3, 1))
    assert difference(scene, none) < 0.5
    assert difference(scene, none) < difference(scene, some) < difference(scene, all_)


@pytest.mark.parametrize("strength", [-0.1, 1.1])
def test_strength_out_of_range_is_refused(scene, strength):
    with pytest.raises(ValueError, match="between 0 and 1"):
        edit(scene, "night", seed=1, strength=strength)


def test_night_darkens_and_keeps_the_structure(scene):
    night = edit(scene, "night", seed=1)
    assert pixels(night).mean() < 0.7 * pixels(scene).mean()
    lower = slice(42, 63)
    a, b = pixels(scene)[lower].mean(axis=2), pixels(night)[lower].mean(axis=2)
    assert np.corrcoef(a.ravel(), b.ravel())[0, 1] > 0.5


def test_a_mirrored_picture_is_mirrored(scene):
    turned = edit(scene, "mirror", seed=1, strength=0.05)
    assert difference(scene.transpose(Image.Transpose.FLIP_LEFT_RIGHT), turned) < difference(scene, turned)


def test_references_lend_their_palette(scene):
    green = Image.new("RGB", (40, 40), (20, 160, 60))
    plain, borrowed = edit(scene, "soft", seed=1), edit(scene, "soft", seed=1, references=[green])
    assert (
        pixels(borrowed)[..., 1].sum() / pixels(borrowed).sum()
        > pixels(plain)[..., 1].sum() / pixels(plain).sum() + 0.03
    )


@pytest.mark.parametrize("mode", ["L", "RGBA", "P", "CMYK", "1", "LA", "I;16", "F", "I"])
def test_every_kind_of_picture_is_taken(mode):
    if mode == "I;16":
        source = Image.fromarray((np.arange(64 * 48).reshape(48, 64) * 20).astype(np.uint16))
    elif mode in ("F", "I"):
        source = Image.new("L", (64, 48), 120).convert(mode)
    else:
        source = paint("hills", width=64, height=48, seed=1).convert(mode)
    changed = edit(source, "night", seed=1)
    assert changed.size == (64, 48)
    assert changed.mode == "RGB"


@pytest.mark.parametrize("size", [(1, 1), (3, 90), (90, 3), (17, 16)])
def test_tiny_and_odd_pictures_are_taken(size):
    for words in ("night", "storm", "snow", "oil", "low poly", "watercolor", "ink"):
        assert edit(Image.new("RGB", size, (120, 90, 200)), words, seed=1).size == size


@pytest.mark.parametrize("factor", [2, 4])
def test_upscaling_multiplies_the_sides_and_keeps_the_picture(scene, factor):
    big = upscale(scene, factor)
    assert big.size == (scene.width * factor, scene.height * factor)
    assert difference(scene, big.resize(scene.size, Image.Resampling.BOX)) < 3


def test_other_factors_are_refused(scene):
    with pytest.raises(ValueError, match="2 or 4"):
        upscale(scene, 3)


def test_things_are_added_when_the_words_ask_for_them(scene):
    plain, more = edit(scene, "add nothing", seed=1), edit(scene, "add a hot air balloon", seed=1)
    assert difference(plain, more) > 2


def test_a_lit_window_stays_lit_at_night():
    house = Image.new("RGB", (160, 120), (90, 80, 70))
    house.paste((120, 180, 240), (0, 0, 160, 60))
    house.paste((255, 226, 150), (70, 85, 76, 92))
    night = pixels(edit(house, "night", seed=1, strength=1.0))
    assert night[88, 73].mean() > 2 * night[88, 20].mean()
