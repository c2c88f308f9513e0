"""A Google of the tests: the adapter, and the fake that it speaks to."""

from datetime import UTC, datetime

import pytest
from pydantic import SecretStr

from contracts.models import Model, ModelBook
from providers import catalogue
from providers.fakes.google import FakeGoogle
from providers.fakes.google_faults import Fault
from providers.fakes.picture import png
from providers.google import GoogleProvider
from providers.interface import Done, Media, ProviderError, Request

KEY = "AIza-canary-0123456789-abcdefghij-KLMNOP"
BOOK: ModelBook = catalogue.book({"local", "google"})
PICTURE = Media(png("a boat"), "image/png", "0" * 64, 96, 96)


def now() -> datetime:
    return datetime(2026, 11, 21, tzinfo=UTC)


def model(name: str) -> Model:
    found = BOOK.find("google", name)
    assert found is not None
    return found


def write(prompt: str = "a poem on rain", **params: object) -> Request:
    return Request("k", "text_to_text", model("gemini-3.8-flash"), {"prompt": prompt, "max_words": 50} | params, seed=7)


def paint(prompt: str = "a lighthouse", using: str = "gemini-3.1-flash-image", **params: object) -> Request:
    return Request("k", "text_to_image", model(using), {"prompt": prompt} | params, seed=7)


class Google:
    def __init__(self, fake: FakeGoogle, **how: object) -> None:
        self.fake = fake
        options: dict[str, object] = {"api_key": SecretStr(KEY), "base_url": fake.url, "timeout_s": 5, "clock": now}
        self.provider = GoogleProvider(**(options | how))  # type: ignore[arg-type]  # test convenience
        self.progress: list[float] = []

    async def watch(self, done: float, _: str) -> None:
        self.progress.append(done)

    def goes_wrong(self, kind: str, **more: object) -> None:
        self.fake.script.append(Fault(kind, **more))  # type: ignore[arg-type]  # test convenience

    async def make(self, request: Request) -> Done:
        done = await self.provider.submit(self.provider.prepare(request), self.watch)
        assert isinstance(done, Done)
        return done

    async def refused(self, request: Request) -> ProviderError:
        with pytest.raises(ProviderError) as caught:
            await self.make(request)
        assert caught.value.provider == "google"
        return caught.value

    @property
    def sent(self) -> dict[str, object]:
        body: dict[str, object] = self.fake.calls[-1].body
        return body
