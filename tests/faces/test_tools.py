"""What nodes get: faces of a picture, how much it shows a character, and how much what was made does."""

import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image

from contracts.catalogue import JUDGE
from contracts.failures import FailureKind
from contracts.values import CharacterValue
from face_embedding.adapters.qdrant import QdrantVectors
from face_embedding.comparing import BASELINE_NOTE, Comparer
from face_embedding.engines.baseline import Baseline
from face_embedding.engines.insight import InsightFace
from face_embedding.judging import Judge
from face_embedding.looking import Eyes
from face_embedding.tools import Tools
from faces.world import ANN, BOB, EVE, USER, character, kept, media, request, shown
from kit.errors import Unavailable
from providers.interface import Character, Done, ProviderError, Request
from support.tiny_faces import crowd, face, png

PAGE = png(Image.new("RGB", (320, 200), "white"))
Did = Callable[[Request], Awaitable[Done]]


async def quietly(_: float, __: str) -> None:
    """Nobody watches."""


def doing(eyes: Eyes, vectors: QdrantVectors) -> Did:
    comparer = Comparer(eyes, vectors)
    tools = Tools(comparer, Judge(comparer), first_wait_s=0)

    async def do(asked: Request) -> Done:
        done = await tools.submit(tools.prepare(asked), quietly)
        assert isinstance(done, Done)
        return done

    return do


@pytest.fixture
def do(eyes: Eyes, vectors: QdrantVectors) -> Did:
    return doing(eyes, vectors)


def told(done: Done) -> dict[str, Any]:
    (text,) = [one.text for one in done.artifacts if one.text]
    return dict(json.loads(text))


async def test_the_faces_of_a_picture_are_told_and_one_is_kept_as_a_character(do: Did, vectors: QdrantVectors) -> None:
    asked = request("face_analysis", media={"image": (shown(ANN),)})
    done, again = await do(asked), await do(asked)
    value = done.artifacts[0].value
    assert isinstance(value, CharacterValue)
    assert again.artifacts[0].value == value
    assert (value.name, value.engine) == ("", "insightface/tiny")
    assert [one.asset_id for one in value.references] == [f"a{ANN}-0"]
    assert [one.port for one in done.artifacts] == ["character", "text"]
    said = told(done)
    assert (said["engine"], said["baseline"], said["width"], said["height"]) == ("insightface/tiny", False, 320, 320)
    (found,) = said["faces"]
    assert set(found) == {"box", "landmarks", "score", "quality", "age", "sex"}
    (point,) = await vectors.of_character(USER, value.character_id)
    assert (point.source_asset_id, point.saved) == (f"a{ANN}-0", False)
    assert done.notes == ()


async def test_of_many_faces_the_largest_is_the_character(do: Did) -> None:
    done = await do(request("face_analysis", media={"image": (media(png(crowd([BOB, ANN]))),)}))
    assert len(told(done)["faces"]) == 2
    assert done.notes == ("There are 2 faces in this picture; the largest one is the character.",)


async def test_a_tiny_face_works_with_a_word_on_it(do: Did) -> None:
    done = await do(request("face_analysis", media={"image": (shown(ANN, size=48),)}))
    assert "of low quality" in done.notes[0]
    assert told(done)["faces"][0]["quality"] < 0.6


@pytest.mark.parametrize("data", [PAGE, png(Image.new("RGB", (1, 4000)))])
async def test_without_a_face_there_is_no_character(do: Did, vectors: QdrantVectors, data: bytes) -> None:
    with pytest.raises(ProviderError, match="No face was found in this picture") as error:
        await do(request("face_analysis", media={"image": (media(data),)}))
    assert error.value.kind is FailureKind.INVALID_INPUT
    assert await vectors.users() == set()


@pytest.mark.parametrize("asked", ["face_analysis", "face_match", JUDGE])
async def test_what_is_missing_is_said(do: Did, asked: str) -> None:
    with pytest.raises(ProviderError, match="There is no") as error:
        await do(request(asked))
    assert error.value.kind is FailureKind.INVALID_REQUEST


@pytest.mark.parametrize("is_kept", [True, False])
async def test_a_variation_matches_its_original(
    do: Did, vectors: QdrantVectors, insight: InsightFace, *, is_kept: bool
) -> None:
    if is_kept:
        await vectors.keep([kept(insight, ANN)])
    who = Character(f"c{ANN}", "Ann") if is_kept else character(ANN)
    same = told(await do(request("face_match", media={"image": (shown(ANN, 1),)}, characters=(who,))))
    assert (same["match"], same["name"], same["character_id"]) == (True, who.name, f"c{ANN}")
    assert same["score"] > 0.9 > same["threshold"]
    assert same["best_face"]["score"] > 0.5
    other = told(await do(request("face_match", media={"image": (shown(BOB),)}, characters=(who,))))
    assert (other["match"], other["faces"]) == (False, 1)
    nobody = await do(request("face_match", media={"image": (media(PAGE),)}, characters=(who,)))
    assert (told(nobody)["score"], told(nobody)["match"], told(nobody)["best_face"]) == (None, False, None)
    assert "No face" in nobody.notes[0]


async def test_a_character_without_a_face_cannot_be_matched(do: Did) -> None:
    faceless = Character("c", "Landscape", "", (media(PAGE),))
    with pytest.raises(ProviderError, match="no picture in which a face was found") as error:
        await do(request("face_match", media={"image": (shown(ANN),)}, characters=(faceless,)))
    assert error.value.kind is FailureKind.INVALID_INPUT


async def test_every_result_is_judged_by_the_character_that_it_shows_least(do: Did) -> None:
    both, ann = media(png(crowd([ANN, BOB])), "m1"), shown(ANN, 2)
    done = await do(request(JUDGE, media={"made": (both, ann)}, characters=(character(ANN), character(BOB))))
    assert done.artifacts == ()
    first, second = done.identities
    assert first.match
    assert (first.threshold, first.engine) == (0.4, "insightface/tiny")
    assert [one.name for one in first.characters] == [f"Person {ANN}", f"Person {BOB}"]
    assert not second.match
    assert second.score == min(one.score for one in second.characters if one.score is not None)


async def test_a_result_without_a_face_has_no_score(do: Did) -> None:
    made = (media(PAGE), shown(ANN))
    done = await do(request(JUDGE, media={"made": made}, characters=(character(ANN),)))
    assert [one.score is None for one in done.identities] == [True, False]
    assert [one.match for one in done.identities] == [False, True]


async def test_without_a_face_to_go_by_nothing_is_judged(do: Did) -> None:
    faceless = Character("c", "Landscape", "", (media(PAGE),))
    done = await do(request(JUDGE, media={"made": (shown(ANN),)}, characters=(faceless,)))
    assert done.identities == ()
    assert done.notes == ("None of its characters has a picture with a face, so there is nothing to compare.",)
    some = await do(request(JUDGE, media={"made": (shown(ANN),)}, characters=(character(ANN), faceless)))
    ann, landscape = some.identities[0].characters
    assert some.identities[0].match, "it cannot be made more like a landscape, so that does not count"
    assert (some.identities[0].score, landscape.score) == (ann.score, None)
    assert "Landscape has no picture with a face, so only the others were compared." in some.notes


def film(path: Path, *people: int | None, rate: int = 5) -> bytes:
    """Half a second of each; of None, a wall."""
    with av.open(str(path), "w", format="mp4") as box:
        stream = box.add_stream("libx264", rate=rate, options={"crf": "18", "preset": "ultrafast"})
        stream.width = stream.height = 320
        stream.pix_fmt = "yuv420p"
        for nth, person in enumerate(people):
            shot = Image.new("RGB", (320, 320), (90, 110, 130)) if person is None else face(person, nth)
            for _ in range(rate // 2):
                box.mux(stream.encode(av.VideoFrame.from_ndarray(np.asarray(shot), format="rgb24")))
        box.mux(stream.encode())
    return path.read_bytes()


async def test_a_film_is_judged_by_the_frames_that_show_a_face(do: Did, tmp_path: Path) -> None:
    shows = film(tmp_path / "a.mp4", ANN, None, ANN, ANN, None)
    mostly = film(tmp_path / "b.mp4", EVE, ANN, EVE, EVE, EVE)
    nobody = film(tmp_path / "c.mp4", None, None, None)
    made = tuple(media(data, mime="video/mp4") for data in (shows, mostly, nobody, b"no film at all"))
    done = await do(request(JUDGE, media={"made": made}, characters=(character(ANN),)))
    assert [one.match for one in done.identities] == [True, False, False, False]
    assert [one.score is None for one in done.identities] == [False, False, True, True]
    assert done.notes == ("It could not be looked at: there are no pictures in it.",)


async def test_while_qdrant_is_away_a_task_waits(eyes: Eyes, vectors: QdrantVectors) -> None:
    class Cut(QdrantVectors):
        """Away three times."""

        def __init__(self) -> None:
            self.__dict__.update(vectors.__dict__)
            self.left = 3

        async def _run(self, work: Any) -> Any:
            self.left -= 1
            if self.left >= 0:
                raise Unavailable("Qdrant does not answer")
            return await super()._run(work)

    away = Cut()
    done = await doing(eyes, away)(request("face_analysis", media={"image": (shown(ANN),)}))
    assert (away.left, await vectors.count(), len(done.artifacts)) == (-1, 1, 2)


async def test_the_baseline_is_labelled_wherever_it_answers(baseline: Baseline, tmp_path: Path) -> None:
    from face_embedding.adapters.qdrant import Place

    looks, keeps = Eyes(baseline), QdrantVectors(Place(path=tmp_path / "other"), baseline)
    do = doing(looks, keeps)
    seen = await do(request("face_analysis", media={"image": (shown(ANN),)}))
    assert (told(seen)["engine"], told(seen)["baseline"]) == ("baseline/lbp-hog", True)
    assert BASELINE_NOTE in seen.notes
    matched = await do(request("face_match", media={"image": (shown(ANN),)}, characters=(character(ANN),)))
    assert (told(matched)["match"], told(matched)["threshold"]) == (True, baseline.threshold)
    judged = await do(request(JUDGE, media={"made": (shown(ANN),)}, characters=(character(ANN),)))
    assert judged.identities[0].engine == "baseline/lbp-hog"
    assert BASELINE_NOTE in judged.notes
    looks.close()
    keeps.close()
