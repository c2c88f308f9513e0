"""What engines find in pictures of every kind."""

import asyncio
import shutil
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFilter

from face_embedding.engines.baseline import Baseline
from face_embedding.engines.insight import InsightFace
from face_embedding.faces import BadModels, Engine, alike
from face_embedding.looking import Eyes, NotAPicture
from support.tiny_faces import crowd, face, png

ANN, BOB = 6, 7
Encode = Callable[[Image.Image], bytes]


def encoded(picture: Image.Image, kind: str = "PNG", **how: object) -> bytes:
    out = BytesIO()
    picture.save(out, kind, **how)  # type: ignore[arg-type]
    return out.getvalue()


def sixteen_bits(picture: Image.Image) -> bytes:
    return encoded(Image.fromarray(np.asarray(picture.convert("L")).astype(np.uint16) * 257))


def lying(picture: Image.Image) -> bytes:
    """As a camera that was held upright stores it."""
    exif = Image.Exif()
    exif[0x0112] = 6
    return encoded(picture.transpose(Image.Transpose.ROTATE_90), "JPEG", exif=exif, quality=95)


COLOURED: dict[str, Encode] = {
    "RGBA": lambda one: encoded(one.convert("RGBA")),
    "CMYK": lambda one: encoded(one.convert("CMYK"), "JPEG", quality=95),
    "palette": lambda one: encoded(one.convert("P", palette=Image.Palette.ADAPTIVE)),
    "JPEG": lambda one: encoded(one, "JPEG", quality=85),
    "WebP": lambda one: encoded(one, "WEBP", quality=90),
    "AVIF": lambda one: encoded(one, "AVIF", quality=90),
    "lying on its side": lying,
}
COLOURLESS: dict[str, Encode] = {
    "grey": lambda one: encoded(one.convert("L")),
    "grey with alpha": lambda one: encoded(one.convert("LA")),
    "16 bits": sixteen_bits,
    "black and white": lambda one: encoded(one.convert("1")),
}


@pytest.mark.parametrize("kind", COLOURED)
async def test_the_same_face_is_found_in_every_kind_of_file(eyes: Eyes, kind: str) -> None:
    plain = await eyes.look(png(face(ANN)))
    seen = await eyes.look(COLOURED[kind](face(ANN)))
    assert (seen.width, seen.height) == (320, 320)
    (found,) = seen.faces
    assert alike(found.vector, plain.faces[0].vector) > 0.9
    assert abs(found.face.x - plain.faces[0].face.x) < 6


@pytest.mark.parametrize("kind", COLOURLESS)
async def test_a_picture_without_colours_is_looked_at_all_the_same(eyes: Eyes, baseline: Baseline, kind: str) -> None:
    data = COLOURLESS[kind](face(ANN))
    assert (await eyes.look(data)).faces == ()  # the tiny models go by the colour of skin
    if kind != "black and white":
        assert len((await Eyes(baseline).look(data)).faces) == 1


@pytest.mark.parametrize("person", range(0, 30, 7))
def test_a_person_is_alike_in_all_pictures_and_like_nobody_else(insight: InsightFace, person: int) -> None:
    own = [insight.find(face(person, variant))[0].vector for variant in range(3)]
    others = [insight.find(face(other))[0].vector for other in range(1, 32, 5) if other != person]
    assert min(alike(own[0], one) for one in own) > 0.9
    assert max(alike(own[0], one) for one in others) < insight.threshold


def test_a_face_has_a_box_points_an_age_a_sex_and_a_quality(insight: InsightFace) -> None:
    (found,) = insight.find(face(ANN))
    shown = found.face
    assert found.vector.shape == (512,)
    assert np.linalg.norm(found.vector) == pytest.approx(1, abs=1e-5)
    assert (shown.x, shown.y, shown.width, shown.height) == pytest.approx((80, 61, 159, 198), abs=20)
    left, right, nose, *mouth = shown.landmarks
    assert left[0] < nose[0] < right[0]
    assert left[1] < nose[1] < mouth[0][1]
    assert 0 <= (shown.age or -1) <= 100
    assert shown.sex in {"female", "male"}
    assert shown.score > 0.5
    assert shown.quality > 0.8


def test_quality_falls_with_size_sharpness_and_light(insight: InsightFace) -> None:
    def of(picture: Image.Image) -> float:
        return insight.find(picture)[0].face.quality

    good = of(face(ANN))
    assert of(face(ANN, size=80)) < good
    assert of(face(ANN).filter(ImageFilter.GaussianBlur(4))) < good
    assert of(face(ANN).point(lambda value: value // 4)) < good


def test_of_many_faces_the_largest_comes_first(insight: InsightFace) -> None:
    found = insight.find(crowd([ANN, BOB, 12]))
    assert [round(one.face.x) // 320 for one in found] == [0, 1, 2]
    for one, person in zip(found, (ANN, BOB, 12), strict=True):
        assert alike(one.vector, insight.find(face(person))[0].vector) > 0.8


async def test_places_are_told_in_pixels_of_the_whole_picture(eyes: Eyes) -> None:
    large = await eyes.look(encoded(face(ANN).resize((3000, 3000)), "JPEG"))
    assert (large.width, large.height) == (3000, 3000)
    assert large.faces[0].face.width == pytest.approx(159 / 320 * 3000, rel=0.12)


@pytest.mark.parametrize("engine", ["insight", "baseline"])
@pytest.mark.parametrize("size", [(1, 4000), (4000, 1), (1, 1), (300, 300)])
def test_where_nobody_is_nobody_is_found(request: pytest.FixtureRequest, engine: str, size: tuple[int, int]) -> None:
    looks: Engine = request.getfixturevalue(engine)
    assert looks.find(Image.new("RGB", size, (96, 120, 140))) == []


@pytest.mark.parametrize("data", [b"", b"hello", png(face(1))[:2000], b"<svg/>", b"\x89PNG\r\n\x1a\n"])
async def test_what_is_no_picture_is_refused_in_words(eyes: Eyes, data: bytes) -> None:
    with pytest.raises(NotAPicture):
        await eyes.look(data)


def test_the_baseline_finds_faces_and_says_what_it_is(baseline: Baseline) -> None:
    found = [baseline.find(face(person)) for person in range(8)]
    assert sum(bool(one) for one in found) >= 6
    same = next(one[0] for one in found if one)
    assert same.vector.shape == (baseline.dimension,)
    assert (baseline.name, baseline.baseline) == ("baseline/lbp-hog", True)
    assert (same.face.age, same.face.sex, same.face.landmarks) == (None, None, ())


def test_the_baseline_takes_a_picture_and_its_copies_for_the_same(baseline: Baseline) -> None:
    (found,) = baseline.find(face(ANN))
    for copy in (face(ANN).resize((400, 400)), face(ANN).transpose(Image.Transpose.FLIP_LEFT_RIGHT)):
        (again,) = baseline.find(copy)
        assert alike(found.vector, again.vector) > baseline.threshold


def broken(models: Path, folder: Path) -> Path:
    """One file is cut short."""
    shutil.copytree(models, folder)
    file = folder / "w_tiny.onnx"
    file.write_bytes(file.read_bytes()[:3000])
    return folder


def without(name: str) -> Callable[[Path, Path], Path]:
    def made(models: Path, folder: Path) -> Path:
        shutil.copytree(models, folder)
        (folder / name).unlink()
        return folder

    return made


def empty(_: Path, folder: Path) -> Path:
    folder.mkdir()
    return folder


UNFIT: dict[str, tuple[Callable[[Path, Path], Path], str]] = {
    "not there": (lambda _, folder: folder, "is not a directory"),
    "empty": (empty, r"there are no \*\.onnx models in .*bad"),
    "corrupt": (broken, "bad cannot be used: w_tiny.onnx cannot be loaded"),
    "no recogniser": (without("w_tiny.onnx"), "no model that tells people apart"),
    "no detector": (without("det_tiny.onnx"), "no model that finds faces"),
}


@pytest.mark.parametrize("case", UNFIT)
def test_a_directory_that_cannot_be_used_is_named_with_what_is_wrong(
    face_models: Path, tmp_path: Path, case: str
) -> None:
    make, message = UNFIT[case]
    folder = make(face_models, tmp_path / "bad")
    with pytest.raises(BadModels, match=message) as refusal:
        InsightFace(folder)
    assert str(folder) in str(refusal.value)


async def test_many_pictures_at_once_are_seen_as_each_alone(insight: InsightFace) -> None:
    alone = [insight.find(face(person, 1, 160)) for person in range(8)]
    eyes = Eyes(insight, threads=4)
    together = await asyncio.gather(*(eyes.look(png(face(person, 1, 160))) for person in range(8)))
    for one, other in zip(alone, together, strict=True):
        assert one[0].face.score == other.faces[0].face.score
        assert np.array_equal(one[0].vector, other.faces[0].vector)
    assert (eyes.counts.pictures, eyes.counts.faces) == (8, 8)
    eyes.close()
