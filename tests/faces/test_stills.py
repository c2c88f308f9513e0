"""Pictures out of a film, to look for faces in: upright, spread over it, whatever film it is."""

from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from kit.filming import FilmLimits, NotAFilm
from kit.films import stills
from support.clips import BLUE, GREEN, RED, clip, recording, tone
from support.tiny_faces import face, png

FILMS: dict[str, tuple[dict[str, Any], tuple[int, int], int]] = {
    "plain": ({}, (96, 54), 5),
    "lying on its side": ({"turned": 90}, (54, 96), 5),
    "of a rate that varies": ({"times": (0, 0.05, 0.9, 1.4, 2.0)}, (96, 54), 5),
    "webm": ({"codec": "libvpx-vp9", "box": "webm"}, (96, 54), 5),
    "of one frame": ({"seconds": 1 / 24}, (96, 54), 1),
    "with sound": ({"sound": tone(1)}, (96, 54), 5),
}


def opened(path: Path) -> Image.Image:
    with Image.open(path) as picture:
        return picture.copy()


@pytest.mark.parametrize("kind", FILMS)
def test_a_film_gives_a_few_pictures(tmp_path: Path, kind: str) -> None:
    how, size, count = FILMS[kind]
    (tmp_path / "film").write_bytes(clip(**how))
    names = stills(tmp_path / "film", tmp_path, 5, FilmLimits())
    assert [opened(tmp_path / name).size for name in names] == [size] * count


def test_they_are_spread_over_the_whole_film(tmp_path: Path) -> None:
    (tmp_path / "film").write_bytes(clip([RED] * 24 + [GREEN] * 24 + [BLUE] * 24))
    names = stills(tmp_path / "film", tmp_path, 3, FilmLimits())
    shown = [opened(tmp_path / name).getpixel((90, 50)) for name in names]
    assert [max(range(3), key=pixel.__getitem__) for pixel in shown if isinstance(pixel, tuple)] == [0, 1, 2]


@pytest.mark.parametrize(
    ("data", "limits", "words"),
    [
        (png(face(1)), FilmLimits(), "no pictures"),
        (recording(tone(1)), FilmLimits(), "no pictures"),
        (recording(tone(1), codec="aac", box="mp4"), FilmLimits(), "no pictures"),
        (clip()[:2000], FilmLimits(), "damaged"),
        (clip(seconds=2), FilmLimits(video_s=1), "at most 1 are accepted"),
        (b"", FilmLimits(), "no pictures"),
    ],
    ids=["a renamed PNG", "a sound", "a sound in a film's box", "cut short", "too long", "empty"],
)
def test_what_is_no_film_is_refused_in_a_sentence(tmp_path: Path, data: bytes, limits: FilmLimits, words: str) -> None:
    (tmp_path / "film").write_bytes(data)
    with pytest.raises(NotAFilm, match=words):
        stills(tmp_path / "film", tmp_path, 5, limits)
