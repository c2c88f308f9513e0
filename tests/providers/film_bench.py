"""Requests for films, and how tests follow them to their end."""

import dataclasses
from collections.abc import Mapping
from typing import Any

import pytest
from google_bench import PICTURE, Google, model
from pydantic import SecretStr

from providers.fakes.film import mp4
from providers.fakes.picture import png
from providers.interface import Character, Done, Job, Media, Pending, ProviderError, Request
from providers.registry import Vertex

OMNI, VEO = "gemini-omni-1.2-flash", "veo-3.1-generate-001"
TOKEN = "ya29.canary-token-0123456789"  # noqa: S105  nobody's
PROJECT = Vertex("proj", "us-central1", SecretStr(TOKEN))
LAST = Media(png("a boat, later"), "image/png", "1" * 64, 96, 96)
FILM = Media(mp4("a clip", 2), "video/mp4", "2" * 64, 96, 54, 2.0)
ADA = Character("c1", "Ada", "a pilot with red hair", (PICTURE, LAST))
BOB = Character("c2", "Bob", "", (LAST,))


def film(prompt: str = "a harbour at dawn", using: str = OMNI, **params: object) -> Request:
    settings = {"prompt": prompt, "aspect_ratio": "9:16", "resolution": "720p", "duration_s": 4, "audio": True}
    return Request("k", "text_to_video", model(using), settings | params, seed=7)


def animate(using: str = OMNI, **media: tuple[Media, ...]) -> Request:
    params = {"prompt": "the boat leaves", "resolution": "720p", "duration_s": 4, "audio": True}
    return Request("k", "image_to_video", model(using), params, seed=7, media={"image": (PICTURE,)} | media)


def extend(using: str = OMNI, **params: object) -> Request:
    settings = {"prompt": "it goes on", "duration_s": 5, "mode": "joined"} | params
    return Request("k", "video_extend", model(using), settings, seed=7, media={"video": (FILM,)})


def having(request: Request, **changes: Any) -> Request:
    return dataclasses.replace(request, **changes)


async def ordered(google: Google, request: Request) -> Mapping[str, Any]:
    job = await google.provider.submit(google.provider.prepare(request), google.watch)
    assert isinstance(job, Job)
    return job.handle


async def followed(google: Google, handle: Mapping[str, Any], looks: int = 5) -> Done:
    for _ in range(looks):
        seen = await google.provider.poll(handle)
        if isinstance(seen, Done):
            return seen
        assert isinstance(seen, Pending)
    raise AssertionError("it is never done")


async def made(google: Google, request: Request) -> Done:
    return await followed(google, await ordered(google, request))


async def came_to_nothing(google: Google, request: Request) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        await made(google, request)
    assert caught.value.provider == "google"
    return caught.value
