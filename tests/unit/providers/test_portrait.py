import pytest
from PIL import Image, ImageChops, ImageStat

from providers.local.portrait import note, places, set_in

SCENE = Image.new("RGB", (854, 480), "#204060")
FACE = Image.linear_gradient("L").convert("RGB")


def test_a_picture_stands_large_and_clear_in_the_scene():
    seen = set_in(SCENE, [FACE])
    ((left, top, right, bottom),) = places(SCENE.size, [FACE.size])
    assert bottom - top > 380
    mat = 30
    shown = seen.crop((left + mat, top + mat, right - mat, bottom - mat))
    whole = FACE.resize((right - left, bottom - top)).crop((mat, mat, right - left - mat, bottom - top - mat))
    assert max(ImageStat.Stat(ImageChops.difference(shown, whole)).mean) < 12
    assert seen.size == SCENE.size
    assert SCENE.getpixel((left + mat, top + mat)) == (32, 64, 96)


@pytest.mark.parametrize("scene", [(854, 480), (480, 854), (480, 480), (96, 54)])
@pytest.mark.parametrize("many", [1, 2, 3, 4, 8])
def test_prints_stay_within_the_scene_and_off_each_other(scene, many):
    boxes = places(scene, [(300, 400), (1, 4000), (400, 300), (100, 100)] * 2)[:many]
    for index, (left, top, right, bottom) in enumerate(boxes):
        assert 0 <= left < right <= scene[0]
        assert 0 <= top < bottom <= scene[1]
        for other in boxes[index + 1 :]:
            assert other[0] >= right or other[1] >= bottom or other[3] <= top or other[2] <= left


@pytest.mark.parametrize("mode", ["L", "RGBA", "I;16", "CMYK", "P", "1"])
def test_pictures_of_any_kind_and_shape_can_be_set_in(mode):
    strip = Image.new("L", (1, 400), 90).convert("RGB") if mode == "CMYK" else Image.new("L", (1, 400), 90)
    assert set_in(SCENE, [strip.convert(mode)]).mode == "RGB"


def test_without_pictures_the_scene_is_as_it_was():
    assert set_in(SCENE, []) is SCENE


def test_what_was_set_in_is_said():
    end = "set into the scene: the local engine cannot paint likenesses."
    assert note(["Mara"]) == f"Mara's picture was {end}"
    assert note(["Mara", "", "Tom"]) == f"Mara's picture, the reference picture and Tom's picture were {end}"
