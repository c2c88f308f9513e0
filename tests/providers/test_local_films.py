"""Films of the local provider: what comes out is what a player shows."""

import asyncio
import io
from collections.abc import AsyncIterator

import numpy as np
import pytest
from PIL import Image

from contracts.failures import FailureKind
from contracts.models import Model
from providers import catalogue
from providers.interface import Character, Done, Media, ProviderError, Request
from providers.local_films import filmed
from providers.local_provider import LocalProvider
from support.clips import BLUE, GREEN, RED, Seen, clip, near, png, tone


def media(data: bytes, mime: str = "image/png") -> Media:
    return Media(data, mime, "0" * 64)


def model() -> Model:
    found = catalogue.book({"local"}).find("local", "local-filmmaker")
    assert found is not None
    return found


def request(operation: str, characters: tuple[Character, ...] = (), seed: int = 3, **given: object) -> Request:
    params = {"prompt": "a quiet harbour", "resolution": "360p", "duration_s": 0.5}
    inputs = {name: (value,) for name, value in given.items() if isinstance(value, Media)}
    params |= {name: value for name, value in given.items() if not isinstance(value, Media)}
    return Request("k", operation, model(), params, seed=seed, media=inputs, characters=characters)


@pytest.fixture
async def local() -> AsyncIterator[LocalProvider]:
    provider = LocalProvider()
    yield provider
    await provider.close()


async def make(local: LocalProvider, asked: Request) -> bytes:
    async def quiet(_: float, __: str) -> None:
        pass

    done = await local.submit(local.prepare(asked), quiet)
    assert isinstance(done, Done)
    assert done.artifacts[0].mime == "video/mp4"
    return done.artifacts[0].data or b""


def distance(frame: np.ndarray, picture: Image.Image) -> float:
    fitted = np.asarray(picture.resize((frame.shape[1], frame.shape[0])))
    return float(np.abs(frame.astype(int) - fitted).mean())


async def test_words_become_a_film_of_the_size_and_length_that_was_asked_for(local: LocalProvider) -> None:
    one, two = [await make(local, request("text_to_video", aspect_ratio="9:16")) for _ in range(2)]
    assert one == two
    seen = Seen(one)
    assert (seen.size, seen.rate, len(seen.frames), seen.faststart) == ((360, 640), 24, 12, True)
    assert (seen.codec, seen.sound_codec, seen.sound_rate) == ("h264", "aac", 48_000)
    assert seen.loud(0.2, 0.4) > 0.01
    assert one != await make(local, request("text_to_video", aspect_ratio="9:16", seed=4))


async def test_a_film_begins_with_the_first_picture_and_ends_with_the_last(local: LocalProvider) -> None:
    first, last = (Image.linear_gradient("L").rotate(turn).convert("RGB").resize((160, 90)) for turn in (0, 180))
    given = [io.BytesIO(), io.BytesIO()]
    first.save(given[0], "PNG")
    last.save(given[1], "PNG")
    pictures = {"image": media(given[0].getvalue()), "last_image": media(given[1].getvalue())}
    seen = Seen(await make(local, request("image_to_video", audio=False, **pictures)))
    assert seen.size == (640, 360)
    assert seen.sound is None
    assert distance(seen.frames[0], first) < 3
    assert distance(seen.frames[-1], last) < 3
    assert distance(seen.frames[0], last) > 40


@pytest.mark.parametrize(
    ("picture", "film"), [((100, 100), (360, 360)), ((90, 160), (360, 640)), ((400, 10), (864, 360))]
)
def test_a_film_has_the_shape_of_its_picture(picture: tuple[int, int], film: tuple[int, int]) -> None:
    asked = request("image_to_video", image=media(png(RED, picture)), duration_s=0.1, audio=False)
    assert Seen(filmed(asked, 1, lambda _: None).data or b"").size == film


async def test_pictures_of_characters_and_references_are_set_in_and_that_is_said(local: LocalProvider) -> None:
    mara = Character("c", "Mara", pictures=(media(png(GREEN, (100, 100))),))
    tom = Character("d", "Tom")
    asked = request("text_to_video", (mara, tom), reference=media(png(BLUE, (100, 100))), audio=False)
    notes = local.prepare(asked).notes[1:]
    assert notes[0].startswith("Mara's picture and the reference picture were set into the scene:")
    assert "no picture of Tom" in notes[1]
    seen = Seen(await make(local, asked))
    for frame in (seen.frames[0], seen.frames[6], seen.frames[-1]):
        assert sum(near(pixel, GREEN) for pixel in frame[180]) > 150
        assert sum(near(pixel, BLUE) for pixel in frame[180]) > 150


@pytest.mark.parametrize("mode", ["joined", "alone"])
async def test_a_film_goes_on_from_its_exact_last_picture(local: LocalProvider, mode: str) -> None:
    film = clip([RED] * 23 + [BLUE], sound=tone(1))
    seen = Seen(await make(local, request("video_extend", video=media(film, "video/mp4"), mode=mode)))
    assert seen.size == (96, 54)
    before = 24 if mode == "joined" else 0
    assert len(seen.frames) == before + 12
    assert near(seen.colour(before), BLUE)
    assert seen.sound is not None
    if mode == "joined":
        assert near(seen.colour(0), RED)
        assert seen.loud(0.2, 0.8) == pytest.approx(0.212, rel=0.1)


async def test_a_film_of_another_rate_without_sound_goes_on_as_it_is(local: LocalProvider) -> None:
    film = clip(RED, size=(54, 96), rate=30, turned=90)
    seen = Seen(await make(local, request("video_extend", video=media(film, "video/mp4"))))
    assert (seen.size, seen.rate, len(seen.frames), seen.sound) == ((96, 54), 30, 45, None)


async def test_what_cannot_be_filmed_is_refused_in_a_sentence(local: LocalProvider) -> None:
    for operation, word in (("image_to_video", "picture"), ("video_extend", "video")):
        with pytest.raises(ProviderError, match=f"There is no {word}") as refused:
            local.prepare(request(operation))
        assert refused.value.kind is FailureKind.INVALID_REQUEST
    with pytest.raises(ProviderError, match="this is no video") as refused:
        await make(local, request("video_extend", video=media(png(), "video/mp4")))
    assert refused.value.kind is FailureKind.INVALID_INPUT


async def test_a_film_that_nobody_wants_any_more_is_dropped_at_its_next_frame(local: LocalProvider) -> None:
    told = asyncio.Event()

    async def tell(done: float, _: str) -> None:
        if 0 < done < 1:
            told.set()

    asked = local.prepare(request("text_to_video", duration_s=20))
    making = asyncio.create_task(local.submit(asked, tell))
    await told.wait()
    making.cancel()
    with pytest.raises(asyncio.CancelledError):
        await making
    # all its threads are free again: this would wait for the twenty seconds of film otherwise
    async with asyncio.timeout(5):
        await asyncio.to_thread(local._threads.shutdown)
