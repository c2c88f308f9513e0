"""Spends money: `GOOGLE_API_KEY=... pytest -m live tests/providers`. Not collected without a key."""

import os
from collections.abc import Mapping

import pytest
from pydantic import SecretStr

from providers import catalogue
from providers.google import GoogleProvider
from providers.interface import Done, Media, Request

KEY = os.environ.get("GOOGLE_API_KEY") or os.environ.get("GEMINI_API_KEY")
BOOK = catalogue.book({"google"})


async def quiet(_: float, __: str) -> None:
    """Nobody watches."""


async def ask(provider: GoogleProvider, operation: str, name: str, media: Mapping[str, tuple[Media, ...]]) -> Done:
    model = BOOK.find("google", name)
    assert model is not None
    params = {"prompt": "a red lighthouse at dawn", "max_words": 20}
    request = Request("live", operation, model, params, seed=1, media=media)
    done = await provider.submit(provider.prepare(request), quiet)
    assert isinstance(done, Done)
    assert done.cost > 0
    return done


if KEY:

    @pytest.mark.live
    async def test_the_real_google_paints_and_looks() -> None:
        provider = GoogleProvider(api_key=SecretStr(str(KEY)))
        painted = (await ask(provider, "text_to_image", "gemini-3.1-flash-lite-image", {})).artifacts[0]
        media = {"image": (Media(painted.data or b"", painted.mime, "live"),)}
        seen = await ask(provider, "image_to_text", "gemini-3.5-flash-lite", media)
        assert seen.artifacts[0].text
        await provider.close()
