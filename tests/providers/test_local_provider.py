"""The local engine behind the interface of a provider."""

import asyncio
import io
from collections.abc import AsyncIterator

import pytest
from PIL import Image

from contracts.failures import FailureKind
from contracts.models import Model
from providers import catalogue
from providers.fakes.picture import png
from providers.interface import Done, Media, ProviderError, Request
from providers.local_provider import LocalProvider, size_of
from providers.registry import build

PICTURE = Media(png("a boat", 160, 90), "image/png", "0" * 64, 160, 90)


def model(name: str) -> Model:
    found = catalogue.book({"local"}).find("local", name)
    assert found is not None
    return found


def request(operation: str, name: str, *pictures: Media, **params: object) -> Request:
    media = {"image": pictures[:1], "reference": pictures[1:]} if pictures else {}
    return Request("k", operation, model(name), params, seed=3, media=media)


class Local(LocalProvider):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[float] = []

    async def watch(self, done: float, _: str) -> None:
        self.seen.append(done)

    async def make(self, request: Request) -> Done:
        done = await self.submit(self.prepare(request), self.watch)
        assert isinstance(done, Done)
        assert (done.cost, done.cost_basis) == (0, "free")
        return done


@pytest.fixture
async def local() -> AsyncIterator[Local]:
    provider = Local()
    yield provider
    await provider.close()


def opened(done: Done, index: int = 0) -> Image.Image:
    return Image.open(io.BytesIO(done.artifacts[index].data or b""))


async def test_it_writes(local: Local) -> None:
    done = await local.make(request("text_to_text", "local-writer", prompt="a story of a fox", max_words=40))
    assert 3 < len((done.artifacts[0].text or "").split()) <= 40


async def test_it_enhances_with_and_without_a_picture(local: Local) -> None:
    plain = await local.make(request("prompt_enhance", "local-writer", prompt="a red fox"))
    assert (plain.artifacts[0].text or "").startswith("a red fox")
    assert (await local.make(request("prompt_enhance", "local-writer", PICTURE))).artifacts[0].text


async def test_it_describes_in_as_many_words_as_are_allowed(local: Local) -> None:
    for words in (120, 20, 3):
        done = await local.make(request("image_to_text", "local-eye", PICTURE, max_words=words))
        assert 0 < len((done.artifacts[0].text or "").split()) <= words


async def test_it_paints_the_same_picture_twice_and_others_beside_it(local: Local) -> None:
    params = {"prompt": "a lighthouse", "aspect_ratio": "16:9", "resolution": "512", "count": 2}
    one, two = [await local.make(request("text_to_image", "local-painter", **params)) for _ in range(2)]
    assert one == two
    assert one.artifacts[0] != one.artifacts[1]
    with opened(one) as picture:
        assert picture.size == (680, 384)
        assert picture.info["Source"].startswith("synthetic")


async def test_it_edits_at_the_size_of_the_picture(local: Local) -> None:
    with opened(
        await local.make(request("image_to_image", "local-painter", PICTURE, PICTURE, prompt="night"))
    ) as image:
        assert image.size == (160, 90)


async def test_it_enlarges(local: Local) -> None:
    with opened(await local.make(request("upscale", "local-upscaler", PICTURE, factor=4))) as picture:
        assert picture.size == (640, 360)


async def test_progress_is_told_while_it_works_and_other_work_goes_on(local: Local) -> None:
    task = asyncio.create_task(
        local.make(request("text_to_image", "local-painter", prompt="a stormy sea", resolution="1K"))
    )
    await task
    assert local.seen
    assert all(0 <= done <= 1 for done in local.seen)


async def test_work_that_is_not_wanted_any_more_ends_early(local: Local) -> None:
    wish = request("text_to_image", "local-painter", prompt="a stormy sea", resolution="4K")
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(local.make(wish), 0.1)


@pytest.mark.parametrize(
    ("wish", "kind"),
    [
        (request("upscale", "local-painter", PICTURE), FailureKind.UNSUPPORTED),
        (request("image_to_text", "local-eye"), FailureKind.INVALID_REQUEST),
        (
            request("upscale", "local-upscaler", Media(b"", "image/png", "", 4096, 4096), factor=4),
            FailureKind.INVALID_INPUT,
        ),
    ],
)
async def test_what_cannot_work_is_refused_by_name(local: Local, wish: Request, kind: FailureKind) -> None:
    with pytest.raises(ProviderError) as caught:
        await local.make(wish)
    assert caught.value.kind == kind


def test_sizes_follow_ratio_and_resolution() -> None:
    assert size_of("1:1", "1K") == (1024, 1024)
    assert size_of("16:9", "1K") == (1368, 768)
    assert size_of("9:16", "4K") == (2304, 4096)


async def test_the_registry_builds_it() -> None:
    built = build({"local"})
    assert built["local"].name == "local"
    await built["local"].close()
