"""The film editor, with real films: what comes out is what a player shows."""

import asyncio
import io
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from contracts.failures import FailureKind
from kit.cutting import child
from kit.cutting.orders import CannotCut, CutLimits, Join
from kit.cutting.room import CuttingRoom, Tell
from kit.settings import read
from providers.interface import HERE, Done, Media, ProviderError, Request
from support.clips import BLUE, GREEN, RED, WHITE, Seen, clip, near, png, recording, tone
from video_worker.editor import Editor
from video_worker.settings import VideoWorkerSettings


class Here(CuttingRoom):
    """The work of the child without the child, which takes a third of a second to begin."""

    async def _told(self, order: dict[str, Any], _: Tell) -> dict[str, Any]:
        return child._done(order, Path(order["folder"]), self.limits)


EDITOR, CONFINED = Editor(Here()), Editor(CuttingRoom())


def media(data: bytes, mime: str = "video/mp4") -> Media:
    return Media(data, mime, "0" * 64)


async def done_by(editor: Editor, asked: Request, told: list[float] | None = None) -> Done:
    async def tell(share: float, _: str) -> None:
        if told is not None:
            told.append(share)

    done = await editor.submit(editor.prepare(asked), tell)
    assert isinstance(done, Done)
    return done


async def stitched(*clips: bytes, audio: bytes | None = None, **params: object) -> tuple[Seen, Done]:
    done = await done_by(EDITOR, stitch(clips, audio, **params))
    assert done.artifacts[0].mime == "video/mp4"
    return Seen(done.artifacts[0].data or b""), done


def stitch(clips: Sequence[bytes], audio: bytes | None = None, **params: object) -> Request:
    inputs = {"clips": tuple(map(media, clips))} | ({"audio": (media(audio, "audio/wav"),)} if audio else {})
    return Request("k", "stitch", HERE, {"crossfade_s": 0, **params}, seed=0, media=inputs)


async def frame_of(film: bytes, at: str, time_s: float = 0) -> Image.Image:
    asked = Request("k", "extract_frame", HERE, {"at": at, "time_s": time_s}, seed=0, media={"video": (media(film),)})
    done = await done_by(EDITOR, asked)
    return Image.open(io.BytesIO(done.artifacts[0].data or b""))


COLOURS = [RED] * 8 + [GREEN] * 8 + [BLUE] * 8


@pytest.mark.parametrize(
    ("at", "time_s", "colour"),
    [
        ("first", 0, RED),
        ("last", 0, BLUE),
        ("time", 0, RED),
        ("time", 7.9 / 24, RED),
        ("time", 8 / 24, GREEN),
        ("time", 15.9 / 24, GREEN),
        ("time", 1.0, BLUE),
    ],
)
async def test_a_picture_is_exactly_the_one_that_is_shown_then(at: str, time_s: float, colour: tuple[int, ...]) -> None:
    picture = await frame_of(clip(COLOURS), at, time_s)
    assert (picture.format, picture.size) == ("PNG", (96, 54))
    assert near(picture.getpixel((90, 50)), colour)


async def test_a_picture_of_a_film_of_varying_rate_is_the_one_that_is_shown_then() -> None:
    film = clip([RED, GREEN, BLUE], times=[0, 0.2, 1.5])
    for time_s, colour in ((0.1, RED), (0.3, GREEN), (1.4, GREEN), (1.5, BLUE)):
        assert near((await frame_of(film, "time", time_s)).getpixel((90, 50)), colour)


async def test_a_picture_of_a_turned_film_stands_upright() -> None:
    picture = await frame_of(clip(RED, turned=90), "last")
    assert picture.size == (54, 96)
    assert near(picture.getpixel((5, 90)), WHITE)
    assert near(picture.getpixel((50, 5)), RED)


async def test_the_child_takes_pictures_and_refuses_films_too() -> None:
    asked = [
        Request("k", "extract_frame", HERE, {"at": "last"}, seed=0, media={"video": (media(film),)})
        for film in (clip(COLOURS), png())
    ]
    data = (await done_by(CONFINED, asked[0])).artifacts[0].data or b""
    assert near(Image.open(io.BytesIO(data)).getpixel((90, 50)), BLUE)
    with pytest.raises(ProviderError, match="The video cannot be used: this is no video"):
        await done_by(CONFINED, asked[1])


async def test_a_time_after_the_end_is_refused_with_the_length() -> None:
    with pytest.raises(ProviderError, match=r"1\.00 seconds long: there is no picture at 9 seconds") as refused:
        await frame_of(clip(RED), "time", 9)
    assert refused.value.kind is FailureKind.INVALID_INPUT


async def test_clips_of_any_kind_are_joined_in_order_with_crossfades() -> None:
    clips = (
        clip(RED, sound=tone(1)),
        clip(GREEN, size=(64, 64), rate=30),
        clip(BLUE, turned=90, sound=tone(1)),
        clip([RED, GREEN], times=[0, 0.5], sound=tone(1, 880)),
        clip(GREEN, codec="libvpx-vp9", box="webm", sound=tone(1)),
    )
    told: list[float] = []
    asked = stitch(clips, crossfade_s=0.2)
    done = await done_by(CONFINED, asked, told)
    seen = Seen(done.artifacts[0].data or b"")
    assert (seen.size, seen.rate, seen.codec, seen.sound_codec, seen.sound_rate, seen.faststart) == (
        *((96, 54), 30, "h264", "aac", 48_000),
        True,
    )
    lengths = [1, 1, 1, 0.5 + 1 / 24, 1]  # the last picture of a rate that varies lasts as long as the encoder says
    assert abs(len(seen.frames) - 30 * (sum(lengths) - 4 * 0.2)) < 20
    assert near(seen.colour(10), RED)
    assert near(seen.frames[40][50, 48], GREEN)
    assert near(seen.frames[40][50, 2], (0, 0, 0))
    assert near(seen.frames[62][5, 48], BLUE)
    assert near(seen.colour(-1), GREEN)
    middle = seen.frames[27][50, 40]
    assert middle[0] > 60
    assert middle[1] > 60
    assert seen.loud(0.2, 0.7) > 0.05
    assert seen.loud(1.1, 1.5) < 0.005
    assert told == sorted(told)
    assert told[-1] == 1
    assert len(told) > 10
    again = await done_by(CONFINED, asked)
    assert again.artifacts == done.artifacts


async def test_crossfades_are_as_long_as_the_clips_allow_and_that_is_said() -> None:
    seen, done = await stitched(clip(RED), clip(GREEN, seconds=0.5), clip(BLUE), crossfade_s=3)
    assert len(seen.frames) == 24 + 12 + 24 - 5 - 5
    assert "2 of 2 crossfades were made shorter than 3 s, down to 0.21 s" in done.notes[0]


async def test_without_any_sound_the_film_has_none() -> None:
    seen, _ = await stitched(clip(RED), clip(BLUE))
    assert seen.sound is None
    assert len(seen.frames) == 48


@pytest.mark.parametrize(
    ("resolution", "size"), [("first", (96, 54)), ("480p", (854, 480)), ("720p", (1280, 720)), ("1080p", (1920, 1080))]
)
async def test_a_film_is_as_large_as_it_was_asked_for(resolution: str, size: tuple[int, int]) -> None:
    seen, _ = await stitched(clip(RED, seconds=0.1), resolution=resolution)
    assert seen.size == size


async def test_every_film_is_equally_loud() -> None:
    levels = []
    for level in (0.02, 0.9):
        seen, _ = await stitched(clip(RED, sound=tone(1, level=level)))
        levels.append(seen.loud(0.2, 0.8))
    assert levels[0] == pytest.approx(levels[1], rel=0.05)


async def test_music_lies_under_the_clips_as_long_as_they_are() -> None:
    music = recording(tone(0.6, 880))
    own, bed = clip(RED, seconds=2, sound=tone(2, 200)), clip(BLUE, seconds=2)
    seen, _ = await stitched(own, bed, audio=music)
    assert seen.seconds == pytest.approx(4, abs=0.1)
    assert 0 < seen.loud(2.2, 2.8) < 0.4 * seen.loud(0.5, 1.5)
    assert seen.loud(3.9, 4.0) < seen.loud(2.2, 2.8)


async def test_a_narration_is_heard_above_the_clips_and_the_last_picture_waits_for_it() -> None:
    voice = tone(2, 300)
    voice[:48_000] = 0
    seen, done = await stitched(
        clip([RED] * 23 + [BLUE], sound=tone(1, 880)), audio=recording(voice), audio_role="narration"
    )
    assert len(seen.frames) == 48
    assert near(seen.colour(47), BLUE)
    assert seen.loud(1.2, 1.8) > 0.05
    assert "held for 1.0 seconds" in done.notes[0]


async def test_under_a_narration_the_clips_are_quieter() -> None:
    quiet, loud = tone(3, 300, 0.02), clip(RED, seconds=3, sound=tone(3, 880, 0.4))
    quiet[: 2 * 48_000] = 0
    seen, _ = await stitched(loud, audio=recording(quiet), audio_role="narration")
    assert seen.loud(2.3, 2.8) < 0.4 * seen.loud(0.3, 1.0)


SHORT = Editor(Here(CutLimits(seconds=2, clips=3)))
WHOLE = clip(RED, seconds=2, sound=tone(2))
NO_VIDEO = "this is no video"


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        (png(), NO_VIDEO),
        (b"", NO_VIDEO),
        (b"a text" * 100, NO_VIDEO),
        (WHOLE[: len(WHOLE) // 2], "damaged or cut short"),
        (WHOLE[:-300], "damaged or cut short"),
        (WHOLE[:40] + bytes(len(WHOLE)), "damaged or cut short"),
        (recording(tone(1)), "no pictures in it, only sound"),
        (recording(tone(1), codec="aac", box="mp4"), "no pictures in it, only sound"),
        (clip(RED, seconds=3.5, rate=12), "plays for [34] seconds; at most 2 are taken"),
    ],
)
async def test_what_is_no_film_that_can_be_used_is_refused_in_a_sentence(bad: bytes, why: str) -> None:
    asked = Request("k", "extract_frame", HERE, {"at": "last"}, seed=0, media={"video": (media(bad),)})
    for request, name in ((asked, "The video"), (stitch([clip(RED, seconds=0.2), bad]), "Clip 2")):
        with pytest.raises(ProviderError, match=f"^{name} cannot be used: .*{why}") as refused:
            await done_by(SHORT, request)
        assert refused.value.kind is FailureKind.INVALID_INPUT


async def test_what_cannot_be_joined_is_refused_in_a_sentence() -> None:
    one = clip(RED, seconds=1.5)
    for request, why in (
        (stitch([]), "There is no clip to join"),
        (stitch([one] * 4), "At most 3 clips are joined at once; 4 are wired"),
        (stitch([one] * 2), "The film would be 3 seconds long; at most 2 are made"),
        (stitch([one], png()), "The audio input cannot be used: this is no sound"),
        (stitch([one], clip(RED)), "The audio input cannot be used: there is no sound in it"),
        (
            stitch([one], recording(tone(3)), audio_role="narration"),
            "The audio input cannot be used: it is longer than",
        ),
        (Request("k", "extract_frame", HERE, {}, seed=0), "There is no video at the video input"),
    ):
        with pytest.raises(ProviderError, match=why) as refused:
            await done_by(SHORT, request)
        assert refused.value.kind is FailureKind.INVALID_INPUT


@pytest.mark.parametrize("limits", [CutLimits(cpu_s=1), CutLimits(wall_s=0.5), CutLimits(memory_bytes=450_000_000)])
async def test_what_takes_too_much_is_ended_and_that_is_said(limits: CutLimits) -> None:
    with pytest.raises(CannotCut, match=r"^This takes more (time|memory)"):
        await CuttingRoom(limits).join([clip(RED)] * 30, Join(resolution="1080p"))
    assert not children()


async def test_once_it_is_cancelled_the_child_is_gone_within_a_second() -> None:
    begun = asyncio.Event()

    async def tell(_: float, __: str) -> None:
        begun.set()

    work = CONFINED.submit(CONFINED.prepare(stitch([clip(RED)] * 60, resolution="1080p")), tell)
    joining = asyncio.create_task(work)
    await begun.wait()
    assert len(children()) == 1
    at = time.monotonic()
    joining.cancel()
    with pytest.raises(asyncio.CancelledError):
        await joining
    assert time.monotonic() - at < 1
    assert not children()


PARENT = """
import asyncio, sys
from pathlib import Path
from kit.cutting.orders import Join
from kit.cutting.room import CuttingRoom
async def tell(_):
    print("begun", flush=True)
asyncio.run(CuttingRoom().join([Path(sys.argv[1]).read_bytes()] * 60, Join(resolution="1080p"), tell=tell))
"""


def test_a_worker_that_is_killed_leaves_no_child_behind(tmp_path: Path) -> None:
    (tmp_path / "clip").write_bytes(clip(RED))
    parent = subprocess.Popen([sys.executable, "-c", PARENT, str(tmp_path / "clip")], stdout=subprocess.PIPE)
    assert parent.stdout is not None
    assert parent.stdout.readline() == b"begun\n"
    (pid,) = children(parent.pid)
    watched = os.pidfd_open(pid)
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    assert select.select([watched], [], [], 5)[0], "the child outlived its parent"
    os.close(watched)


def children(parent: int | None = None) -> list[int]:
    """Cutting processes of a process: of this one."""
    found = Path(f"/proc/{parent or os.getpid()}/task").glob("*/children")
    pids = [int(pid) for path in found for pid in path.read_text().split()]
    return [pid for pid in pids if b"kit.cutting.child" in Path(f"/proc/{pid}/cmdline").read_bytes()]


def test_the_limits_are_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GROOVE_EDIT_MAX_S", "30")
    for name in ("ENDPOINT", "ACCESS_KEY", "SECRET_KEY", "BUCKET"):
        monkeypatch.setenv(f"GROOVE_S3_{name}", "http://x")
    settings = read(VideoWorkerSettings)
    assert settings.cutting.seconds == 30
