"""What came back, verified and stored under its digest, as the values that travel on."""

import asyncio
import hashlib
from dataclasses import dataclass, replace

from contracts.base import AssetId
from contracts.catalogue import NODE_TYPES
from contracts.failures import FailureKind
from contracts.nodes import PortType
from contracts.values import MAX_INLINE_TEXT, MediaValue, Outputs, TextValue, Value
from contracts.work import Task
from kit import media
from kit.ids import named_id
from kit.objects import Objects
from providers.interface import Artifact, Done, ProviderError
from providers.worker.stamping import Stamper

_EXCERPT = 1_000
_TEXT_TYPE = "text/plain; charset=utf-8"


def object_key(sha256: str) -> str:
    return f"objects/{sha256}"


def thumbnail_key(sha256: str) -> str:
    return f"thumbs/{sha256}.webp"


@dataclass(frozen=True)
class _Checks:
    limits: media.Limits
    stamper: Stamper


@dataclass(frozen=True)
class _Made:
    data: bytes
    picture: media.Picture
    thumbnail: bytes


async def store(task: Task, done: Done, objects: Objects, limits: media.Limits, stamper: Stamper) -> Outputs:
    """Verify every artifact, store its bytes, and give the outputs. Repeating it stores the same again.

    Raises:
        ProviderError: NO_OUTPUT or PROVIDER_FAILED; what it cost is in it.
        Unavailable: object storage is away.
    """
    port = NODE_TYPES[task.operation].outputs[0]
    if not done.artifacts:
        raise _useless(FailureKind.NO_OUTPUT, "The provider answered without a result.", task, done)
    values: list[Value] = []
    for index, artifact in enumerate(done.artifacts):
        if port.type is PortType.TEXT:
            values.append(await _text(task, done, artifact, objects))
        else:
            asset = AssetId(named_id(task.task_id, port.name, str(index)))
            values.append(await _image(task, done, artifact, objects, _Checks(limits, stamper), asset))
    return {port.name: tuple(values)}


async def _text(task: Task, done: Done, artifact: Artifact, objects: Objects) -> TextValue:
    if not artifact.text or not artifact.text.strip():
        raise _useless(FailureKind.NO_OUTPUT, "The provider answered with an empty text.", task, done)
    data = artifact.text.encode(errors="replace")
    if len(data) <= MAX_INLINE_TEXT:
        return TextValue(text=data.decode())
    digest = hashlib.sha256(data).hexdigest()
    await objects.put(object_key(digest), data, _TEXT_TYPE)
    return TextValue(text=data.decode()[:_EXCERPT], sha256=digest)


async def _image(
    task: Task, done: Done, artifact: Artifact, objects: Objects, checks: _Checks, asset: AssetId
) -> MediaValue:
    if not artifact.data:
        raise _useless(FailureKind.NO_OUTPUT, "The provider answered without a picture.", task, done)
    try:
        made = await asyncio.to_thread(_make, task, artifact.data, checks)
    except (media.NotAnImage, media.TooManyPixels, media.TooLarge) as error:
        message = f"The provider's picture cannot be used: {error}."
        raise _useless(FailureKind.PROVIDER_FAILED, message, task, done) from error
    picture = made.picture
    await asyncio.gather(
        objects.put(object_key(picture.sha256), made.data, picture.mime),
        objects.put(thumbnail_key(picture.sha256), made.thumbnail, "image/webp"),
    )
    return MediaValue(
        type="image",
        asset_id=asset,
        sha256=picture.sha256,
        mime=picture.mime,
        bytes=picture.bytes,
        width=picture.width,
        height=picture.height,
    )


def _make(task: Task, data: bytes, checks: _Checks) -> _Made:
    picture = media.inspect(data, checks.limits)
    stamped = checks.stamper.stamp(task, data, picture.mime)
    if stamped is not data:
        picture = replace(picture, bytes=len(stamped), sha256=hashlib.sha256(stamped).hexdigest())
    return _Made(stamped, picture, media.thumbnail(data, limits=checks.limits))


def _useless(kind: FailureKind, message: str, task: Task, done: Done) -> ProviderError:
    return ProviderError(kind, message, provider=task.provider or "", cost=done.cost)
