"""Makes an empty installation what a backup says. Media first, the library last: nothing names what is not there yet.

Tasks, timers, slots and folded state are not in a backup: provisioning makes their streams, and the first sweep of an
orchestrator queues again whatever open runs still want.
"""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from nats.aio.client import Client

from contracts.base import RunId
from contracts.subjects import Subjects
from gateway.backup import library, manifest
from gateway.backup.manifest import Consumer, Manifest, Stream
from gateway.rebuild.schemas import Refused
from kit.objects import Objects
from kit.objects_copy import check_objects, load_objects
from kit.register import JetStreamRegister
from kit.stream_copy import AlreadyThere, StreamCopy, load_stream
from kit.wire import ApiError, Wire

_NO_STREAM = 10059
Say = Callable[[str], None]


@dataclass(frozen=True)
class Restoring:
    """Where the backup is, and the empty servers that it goes to."""

    nc: Client
    subjects: Subjects
    postgres_url: str
    objects: Objects
    folder: Path
    media: Path
    say: Say
    replicas: int | None = None
    """Of streams. None: as many as they had."""


async def restore(at: Restoring) -> Manifest:
    """Check all of the backup, then put it in place.

    Raises:
        Refused: this is no backup, or the installation is not empty. Nothing was changed.
        Damaged: a file is not what was written.
        Unavailable: a server does not answer.
    """
    told = await asyncio.to_thread(manifest.read, at.folder)
    await _empty(at, told)
    at.say("checking")
    for file in told.files:
        await asyncio.to_thread(file.check, at.folder)
    kept = await asyncio.to_thread(manifest.read_index, at.folder / manifest.INDEX)
    await check_objects(at.media, kept)
    at.say("media")
    await load_objects(at.objects, at.media, kept)
    at.say("the log")
    for stream in (*told.others, told.log):
        await _stream(at, stream)
    await _consumers(at, told.consumers)
    await _open(at, told)
    at.say("accounts, keys and projects")
    await library.load(at.postgres_url, told.library, at.folder)
    return told


async def _empty(at: Restoring, told: Manifest) -> None:
    if told.prefix != at.subjects.prefix:
        raise Refused(f"The backup is of the installation {told.prefix}: set GROOVE_PREFIX={told.prefix}.")
    await library.require_empty(at.postgres_url)
    wire = Wire(at.nc)
    for stream in (told.log, *told.others):
        try:
            await wire.api(f"STREAM.INFO.{stream.config['name']}")
        except ApiError as error:
            if error.code != _NO_STREAM:
                raise
            continue
        raise Refused(
            f"Stream {stream.config['name']} is there already. Restore into a NATS server without streams, before "
            "they are provisioned."
        )
    await wire.close()


async def _stream(at: Restoring, stream: Stream) -> None:
    copy = StreamCopy(stream.config, stream.state, stream.bytes, stream.file.sha256)
    try:
        await load_stream(at.nc, copy, at.folder / stream.file.path, at.replicas)
    except AlreadyThere as error:
        raise Refused(f"{error}. Somebody provisioned it meanwhile.") from error


async def _consumers(at: Restoring, consumers: tuple[Consumer, ...]) -> None:
    wire = Wire(at.nc)
    for consumer in consumers:
        config = {**consumer.config, "deliver_policy": "by_start_sequence", "opt_start_seq": consumer.start}
        if at.replicas is not None:
            config["num_replicas"] = at.replicas
        body = {"stream_name": at.subjects.log, "config": config, "action": "create"}
        await wire.api(f"CONSUMER.CREATE.{at.subjects.log}.{config['durable_name']}", body)
    await wire.close()


async def _open(at: Restoring, told: Manifest) -> None:
    register = JetStreamRegister(at.nc, at.subjects.open_runs)
    for run in told.heard:
        body = json.dumps({"project_id": run.project_id, "run_id": run.run_id}).encode()
        await register.put(at.subjects.open_run(RunId(run.run_id)), body)
