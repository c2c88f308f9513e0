"""Makes a backup of a running installation. The order is what makes it whole.

Postgres first, then the log, then users' keys, then media: whatever the library names is in the log or after it,
whatever the log says of stored bytes is among the media, and the keys open all of it.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from nats.aio.client import Client

from contracts.subjects import PARTITIONS, Subjects
from gateway.backup import library, manifest
from gateway.backup.manifest import Consumer, File, Manifest, OpenRun, Stream
from gateway.rebuild.schemas import Refused
from kit.clock import Clock
from kit.log_jetstream import JetStreamLog
from kit.objects import Objects
from kit.objects_copy import save_objects
from kit.stream_copy import save_stream
from kit.wire import Wire

_STREAMS = "streams"
Say = Callable[[str], None]


@dataclass(frozen=True)
class Saving:
    """Where everything is, and where it goes."""

    nc: Client
    subjects: Subjects
    postgres_url: str
    objects: Objects
    clock: Clock
    folder: Path
    media: Path
    """May be shared by many backups: what lies there already is not copied again."""
    say: Say


async def save(at: Saving) -> Manifest:
    """All of it, while everything runs.

    Raises:
        Refused: there is something in the folder, or no installation here.
        Damaged: a stored object is not what its name says.
        Unavailable: a server does not answer.
    """
    await asyncio.to_thread(_make_room, at.folder)
    made_at = at.clock()
    at.say("accounts, keys and projects")
    rows = await library.save(at.postgres_url, at.folder)
    begun = await JetStreamLog(at.nc, at.subjects.log).last_seq()
    consumers = await _consumers(at)
    at.say("the log")
    opened = await _stream(at, at.subjects.open_runs)
    log = await _stream(at, at.subjects.log)
    keys = await _stream(at, at.subjects.keys, manifest.KEYS)
    parked = await _stream(at, at.subjects.parked)
    heard = await _heard(at, begun, int(log.state["last_seq"]))
    at.say("media")
    media, objects, total = await _media(at)
    done = Manifest(
        made_at=made_at,
        release=version("groove-gateway"),
        prefix=at.subjects.prefix,
        library=rows,
        log=log,
        others=(opened, keys, parked),
        consumers=consumers,
        heard=heard,
        media=media,
        objects=objects,
        object_bytes=total,
    )
    await asyncio.to_thread(manifest.write, at.folder, done)
    return done


def _make_room(folder: Path) -> None:
    if folder.exists() and any(folder.iterdir()):
        raise Refused(f"{folder} is not empty. Every backup needs a directory of its own.")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)  # it holds keys
    for name in (_STREAMS, manifest.KEYS):
        (folder / name).mkdir(exist_ok=True)


async def _stream(at: Saving, name: str, where: str = _STREAMS) -> Stream:
    path = f"{where}/{name}.snapshot"
    copy = await save_stream(at.nc, name, at.folder / path)
    return Stream(config=copy.config, state=copy.state, bytes=copy.bytes, file=File(path=path, sha256=copy.sha256))


async def _consumers(at: Saving) -> tuple[Consumer, ...]:
    """Read before the log is: what they have done with by now is surely in it."""
    wire, found = Wire(at.nc), []
    for n in range(PARTITIONS):
        info = await wire.api(f"CONSUMER.INFO.{at.subjects.log}.{at.subjects.decider(n)}")
        found.append(Consumer(config=info["config"], start=info["ack_floor"]["stream_seq"] + 1))
    await wire.close()
    return tuple(found)


async def _heard(at: Saving, after: int, upto: int) -> tuple[OpenRun, ...]:
    """Runs that something was decided of while the register and the log were copied."""
    wanted = f"{at.subjects.prefix}.evt.*.run.>"
    records = await JetStreamLog(at.nc, at.subjects.log).read(wanted, after=after)
    about = {at.subjects.parse(record.subject) for record in records if record.seq <= upto}
    return tuple(sorted((OpenRun(project_id=one.scope, run_id=one.id) for one in about), key=lambda run: run.run_id))


async def _media(at: Saving) -> tuple[File, int, int]:
    union = at.media / manifest.INDEX
    known = {one.key: one for one in await asyncio.to_thread(manifest.read_index, union)}
    await asyncio.to_thread(at.media.mkdir, mode=0o700, parents=True, exist_ok=True)
    kept = [one async for one in save_objects(at.objects, at.media, known)]
    digest = await asyncio.to_thread(manifest.write_index, at.folder / manifest.INDEX, kept)
    await asyncio.to_thread(manifest.write_index, union, [*(known | {one.key: one for one in kept}).values()])
    return File(path=manifest.INDEX, sha256=digest), len(kept), sum(one.bytes for one in kept)
