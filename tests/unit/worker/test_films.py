"""Films through a worker: fetched, cut or filmed, proven, kept."""

import hashlib

from contracts.base import AssetId
from contracts.failures import FailureKind
from contracts.values import MediaValue
from contracts.work import Failed, Succeeded, Task
from kit.cutting.room import CuttingRoom
from providers.local_provider import LocalProvider
from support.clips import BLUE, RED, clip, png
from unit.worker.world import World, task
from video_worker.editor import Editor

FREE = {"paid": False, "provider": None, "model": None}


async def value(here: World, data: bytes, kind: str = "video") -> MediaValue:
    digest = hashlib.sha256(data).hexdigest()
    await here.objects.put(f"objects/{digest}", data, f"{kind}/mp4")
    asset = AssetId("018f0000-0000-7000-8000-000000000001")
    return MediaValue(type=kind, asset_id=asset, sha256=digest, mime=f"{kind}/mp4", bytes=len(data))


async def ending(here: World, one: Task) -> Succeeded | Failed:
    local = LocalProvider()
    assert await here.deliver(here.worker(tools=Editor(CuttingRoom()), providers={"local": local}), one) == "acked"
    await local.close()
    report = await here.ending()
    assert isinstance(report, Succeeded | Failed)
    return report


async def test_clips_are_joined_and_the_film_is_kept(world) -> None:
    here: World = world()
    clips = (await value(here, clip(RED)), await value(here, clip(BLUE)))
    params = {"crossfade_s": 0.5, "audio_role": "music", "resolution": "first"}
    told = await ending(here, task(**FREE, operation="stitch", params=params, inputs={"clips": clips}))
    assert isinstance(told, Succeeded)
    (film,) = told.outputs["video"]
    assert isinstance(film, MediaValue)
    assert (film.type, film.mime, film.width, film.height, film.duration_s) == ("video", "video/mp4", 96, 54, 1.5)


async def test_a_picture_taken_from_a_film_is_kept(world) -> None:
    here: World = world()
    inputs = {"video": (await value(here, clip(RED)),)}
    told = await ending(here, task(**FREE, operation="extract_frame", params={"at": "last"}, inputs=inputs))
    assert isinstance(told, Succeeded)
    (picture,) = told.outputs["image"]
    assert isinstance(picture, MediaValue)
    assert (picture.mime, picture.width, picture.height) == ("image/png", 96, 54)


async def test_a_film_that_cannot_be_cut_fails_the_node_in_a_sentence(world) -> None:
    here: World = world()
    inputs = {"clips": (await value(here, png()),)}
    told = await ending(here, task(**FREE, operation="stitch", params={}, inputs=inputs))
    assert isinstance(told, Failed)
    assert told.failure.kind is FailureKind.INVALID_INPUT
    assert told.failure.message == "The clip cannot be used: this is no video."


async def test_words_are_filmed_on_this_machine(world) -> None:
    here: World = world()
    params = {"prompt": "a harbour", "resolution": "360p", "duration_s": 0.5, "audio": True, "count": 1}
    maker = {"paid": False, "provider": "local", "model": "local-filmmaker"}
    told = await ending(here, task(**maker, operation="text_to_video", params=params))
    assert isinstance(told, Succeeded)
    (film,) = told.outputs["video"]
    assert isinstance(film, MediaValue)
    assert (film.width, film.height, film.duration_s) == (640, 360, 0.5)
