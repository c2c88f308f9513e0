"""What came back, verified and stored under its digest, as the values that travel on."""

import asyncio
import hashlib
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

from contracts.base import AssetId
from contracts.catalogue import JUDGE, NODE_TYPES
from contracts.failures import FailureKind
from contracts.nodes import PortType
from contracts.values import MAX_INLINE_TEXT, MediaValue, Outputs, TextValue, Value
from contracts.work import Task
from kit import media
from kit.confined import Screening
from kit.filming import NotAFilm
from kit.ids import named_id
from kit.objects import Objects
from providers.interface import Artifact, Done, ProviderError
from providers.worker.stamping import Stamper

SHELVES = {"thumb": "thumbs", "poster": "posters", "preview": "previews"}
"""Where in object storage the pictures of a film or a sound lie, under its digest."""
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
    screening: Screening


@dataclass(frozen=True)
class _Made:
    data: bytes
    picture: media.Picture
    thumbnail: bytes


async def store(
    task: Task, done: Done, objects: Objects, limits: media.Limits, stamper: Stamper, screening: Screening
) -> Outputs:
    """Verify every artifact, store its bytes, and give the outputs. Repeating it stores the same again.

    Raises:
        ProviderError: NO_OUTPUT or PROVIDER_FAILED; what it cost is in it.
        Unavailable: object storage is away.
    """
    if task.operation == JUDGE:
        return {}
    ports = {port.name: port.type for port in NODE_TYPES[task.operation].outputs}
    first = next(iter(ports))
    if not done.artifacts:
        raise _useless(FailureKind.NO_OUTPUT, "The provider answered without a result.", task, done)
    made: dict[str, list[Value]] = {}
    checks = _Checks(limits, stamper, screening)
    for artifact in done.artifacts:
        port = artifact.port or first
        values = made.setdefault(port, [])
        asset = AssetId(named_id(task.task_id, port, str(len(values))))
        values.append(await _value(task, done, artifact, objects, checks, (ports[port], asset)))
    return {port: tuple(values) for port, values in made.items()}


async def _value(
    task: Task, done: Done, artifact: Artifact, objects: Objects, checks: "_Checks", what: tuple[PortType, AssetId]
) -> Value:
    kind, asset = what
    if artifact.value is not None:
        return artifact.value
    match kind:
        case PortType.TEXT:
            return await _text(task, done, artifact, objects)
        case PortType.IMAGE:
            return await _image(task, done, artifact, objects, checks, asset)
        case PortType.VIDEO | PortType.AUDIO:
            return await _film(task, done, artifact, objects, checks, asset)
        case _:
            raise _useless(FailureKind.PROVIDER_FAILED, f"This is no {kind.value}.", task, done)


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


async def _film(
    task: Task, done: Done, artifact: Artifact, objects: Objects, checks: _Checks, asset: AssetId
) -> MediaValue:
    """A video or a sound: proven to be one by another process, which makes the pictures of it too."""
    if not artifact.data:
        raise _useless(FailureKind.NO_OUTPUT, "The provider answered with an empty file.", task, done)
    data = await asyncio.to_thread(checks.stamper.stamp, task, artifact.data, artifact.mime)
    digest = hashlib.sha256(data).hexdigest()
    with tempfile.TemporaryDirectory(prefix="groove-") as name:
        folder = Path(name)
        await asyncio.to_thread((folder / "film").write_bytes, data)
        try:
            film = await checks.screening.look(folder / "film", folder)
        except NotAFilm as error:
            message = f"What the provider sent cannot be used: {error}."
            raise _useless(FailureKind.PROVIDER_FAILED, message, task, done) from error
        pictures = {key: folder / f"{key}.webp" for key in SHELVES if (folder / f"{key}.webp").exists()}
        await asyncio.gather(
            objects.put(object_key(digest), folder / "film", film.mime),
            *(
                objects.put(f"{SHELVES[k]}/{digest}.webp", path.read_bytes(), "image/webp")
                for k, path in pictures.items()
            ),
        )
    if film.type != NODE_TYPES[task.operation].outputs[0].type.value:
        raise _useless(FailureKind.PROVIDER_FAILED, f"The provider sent a file with {film.type} alone.", task, done)
    return MediaValue(
        type=film.type,
        asset_id=asset,
        sha256=digest,
        mime=film.mime,
        bytes=len(data),
        width=film.width,
        height=film.height,
        duration_s=film.duration_s,
    )


def _make(task: Task, data: bytes, checks: _Checks) -> _Made:
    picture = media.inspect(data, checks.limits)
    stamped = checks.stamper.stamp(task, data, picture.mime)
    if stamped is not data:
        picture = replace(picture, bytes=len(stamped), sha256=hashlib.sha256(stamped).hexdigest())
    return _Made(stamped, picture, media.thumbnail(data, limits=checks.limits))


def _useless(kind: FailureKind, message: str, task: Task, done: Done) -> ProviderError:
    return ProviderError(kind, message, provider=task.provider or "", cost=done.cost)
