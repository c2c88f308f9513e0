"""Characters in requests for pictures: their pictures go along, or are set in, and what was left out is said."""

import base64
import io
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import numpy as np
import pytest
from google_bench import Google, model, paint
from PIL import Image

from providers import catalogue
from providers.fakes.adapter import FakePaidProvider
from providers.fakes.http import Server
from providers.fakes.ledger import Ledger
from providers.fakes.paid import PaidVendor
from providers.fakes.picture import png
from providers.interface import Character, Done, Job, Media, Request
from providers.local_provider import LocalProvider


def shot(words: str, mime: str = "image/png", data: bytes | None = None) -> Media:
    return Media(data or png(words, 60, 80), mime, words.rjust(64, "0"), 60, 80)


MIRA = Character("c1", "Mira", "a red scarf, grey eyes.", (shot("mira 1"), shot("mira 2"), shot("mira 3")))
NOAH = Character("c2", "Noah", "", (shot("noah 1"), shot("noah 2")))
NOBODY = Character("c3", "Iris", "tall", ())


def cast_in(request: Request, *characters: Character, **changes: object) -> Request:
    return Request(**{**vars(request), "characters": characters, **changes})  # type: ignore[arg-type]  # test convenience


def sent(google: Google) -> tuple[list[str], list[bytes]]:
    parts = google.sent["contents"][0]["parts"]  # type: ignore[index]  # JSON
    words = [part["text"] for part in parts if "text" in part]
    return words, [base64.urlsafe_b64decode(part["inlineData"]["data"]) for part in parts if "inlineData" in part]


async def test_google_gets_their_pictures_and_is_told_who_is_who(google: Google) -> None:
    await google.make(cast_in(paint(), MIRA, NOAH))
    (said,), pictures = sent(google)
    assert said.startswith("a lighthouse\n\nPictures 1, 3 and 5 show Mira. Keep the face and the likeness of Mira")
    assert "Mira: a red scarf, grey eyes." in said
    assert "Pictures 2 and 4 show Noah." in said
    ranked = (MIRA.pictures[0], NOAH.pictures[0], MIRA.pictures[1], NOAH.pictures[1], MIRA.pictures[2])
    assert pictures == [one.data for one in ranked]
    prepared = google.provider.prepare(cast_in(paint(), MIRA, NOAH))
    assert prepared.prompt_sent == said
    assert prepared.notes == ()


async def test_what_was_connected_comes_first_and_what_has_no_room_is_said(google: Google) -> None:
    media = {"image": (shot("base"),), "reference": (shot("hat"),)}
    request = cast_in(
        paint(using="gemini-2.5-flash-image"), MIRA, NOAH, NOBODY, operation="image_to_image", media=media
    )
    prepared = google.provider.prepare(request)
    assert "Picture 3 shows Mira." in prepared.prompt_sent
    assert "Noah" in prepared.prompt_sent
    assert "Iris: tall." in prepared.prompt_sent
    notes = " ".join(prepared.notes)
    assert "2 of 3 pictures of Mira were left out" in notes
    assert "All 2 pictures of Noah were left out" in notes
    assert "takes 2 reference pictures" in notes
    assert "Iris has no picture" in notes
    await google.make(request)
    assert sent(google)[1] == [media["image"][0].data, media["reference"][0].data, MIRA.pictures[0].data]


async def test_pictures_that_google_cannot_take_are_left_out_and_the_others_go(google: Google) -> None:
    huge = shot("huge", data=b"x" * 15_500_000)
    one = Character("c1", "Mira", "", (shot("film", "image/gif"), huge, shot("fine")))
    prepared = google.provider.prepare(cast_in(paint(), one))
    assert "Picture 1 shows Mira" in prepared.prompt_sent
    assert prepared.notes[-1].startswith("2 of 3 pictures of Mira were left out")
    with_none = google.provider.prepare(paint())
    assert with_none.prompt_sent == "a lighthouse"


async def test_writing_takes_no_notice_of_them(google: Google) -> None:
    request = Request("k", "text_to_text", model("gemini-3.8-flash"), {"prompt": "a poem"}, 7, characters=(MIRA,))
    assert google.provider.prepare(request).prompt_sent == "a poem"


@pytest.mark.parametrize("operation", ["text_to_image", "image_to_image"])
async def test_the_local_painter_sets_their_best_pictures_in(operation: str) -> None:
    local = LocalProvider()
    painter = catalogue.book({"local"}).default(operation, "local")
    assert painter is not None
    media = {"image": (shot("base"),)} if operation == "image_to_image" else {}
    face = Image.new("RGB", (90, 90), (200, 30, 30))
    out = io.BytesIO()
    face.save(out, "PNG")
    one = Character("c1", "Mira", "", (shot("red", data=out.getvalue()),))
    plain = Request("k", operation, painter, {"prompt": "a grey sea", "resolution": "512"}, 3, media=media)

    async def made(request: Request) -> Image.Image:
        done = await local.submit(local.prepare(request), _quiet)
        assert isinstance(done, Done)
        return Image.open(io.BytesIO(done.artifacts[0].data or b""))

    before, after = await made(plain), await made(cast_in(plain, one, NOBODY))
    assert before.size == after.size
    pixels = np.asarray(after.convert("RGB")).astype(int)
    assert (np.abs(pixels - (200, 30, 30)).sum(axis=2) < 30).mean() > 0.1
    notes = local.prepare(cast_in(plain, one, NOBODY)).notes
    assert any(note.startswith("Mira's picture was set into the scene") for note in notes)
    assert any("no picture of Iris" in note for note in notes)
    assert local.prepare(plain).notes == notes[:1]
    await local.close()


async def _quiet(_: float, __: str) -> None:
    """Nobody watches."""


@pytest.fixture
async def vendor(tmp_path: Path) -> AsyncIterator[FakePaidProvider]:
    ledger = Ledger(tmp_path / "ledger.db")
    server = Server(PaidVendor(ledger).handle)
    await server.start()
    adapter = FakePaidProvider(server.url, timeout_s=2)
    yield adapter
    await adapter.close()
    await server.close()
    ledger.close()


async def test_the_fake_vendor_paints_the_faces_that_it_is_given(vendor: FakePaidProvider) -> None:
    painter = catalogue.book({"fake"}).find("fake", "fake-painter")
    assert painter is not None
    faces = [png(f"face {number}") for number in range(3)]

    async def made(attempt: int, prompt: str = "a hero", **changes: object) -> list[bytes | None]:
        params = {"prompt": prompt, "count": 1, **changes}
        request = Request(f"run.paint.{attempt}", "text_to_image", painter, params, 7, characters=(MIRA,))
        job = await vendor.submit(vendor.prepare(request), _quiet)
        assert isinstance(job, Job)
        for _ in range(2):  # however often it is asked
            done = await vendor.poll(job.handle)
            assert isinstance(done, Done)
        return [one.data for one in done.artifacts]

    own = await made(1)
    told = {"pictures": [base64.b64encode(one).decode() for one in faces], "match": "hero"}
    async with httpx2.AsyncClient(base_url=vendor._base_url) as control:
        assert (await control.post("/faces", json=told)).status_code == 200
    assert await made(2, "something else") not in [[one] for one in faces]
    assert await made(3) == faces[:1]
    assert await made(4, count=2) == faces[1:]
    assert await made(5) == own
