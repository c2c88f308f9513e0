"""What becomes of an upload: fetched, proven to be what it says, stored under its digest, written into the log."""

import asyncio
import hashlib
from dataclasses import dataclass

from contracts.asset import AssetAdded
from contracts.base import AssetId, MessageId, ProjectId, UserId
from contracts.envelope import AssetDecision, seal
from contracts.values import MediaValue
from gateway.desk import Desk
from gateway.films import keep_film
from gateway.library.uploads import Upload
from gateway.users import acting
from kit import media
from kit.errors import Conflict, NotFound
from kit.filming import FILMS, SOUNDS, NotAFilm
from kit.sealed import owned

PICTURES = ("image/png", "image/jpeg", "image/webp", "image/gif", "image/avif")
TAKEN = (*PICTURES, *FILMS, *SOUNDS)


class NotTaken(Exception):
    """It cannot be an asset, and the message says why."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


@dataclass(frozen=True)
class _Proven:
    data: bytes
    picture: media.Picture
    thumbnail: bytes
    looks: str | None
    """Its fingerprint."""


def most_bytes(desk: Desk, mime: str) -> int:
    return desk.limits.bytes if mime in PICTURES else desk.screening.limits.bytes


async def take_in(desk: Desk, upload: Upload) -> int:
    """Make an asset of an upload, and give the sequence of its fact. Safe to repeat.

    Raises:
        NotTaken: nothing was uploaded, or it is not what it says, or too large.
    """
    try:
        info = await desk.objects.head(upload.key)
    except NotFound as error:
        message = "Nothing was uploaded yet: PUT the file to the address you were given, then complete it."
        raise NotTaken("upload-missing", message) from error
    if info.bytes > most_bytes(desk, upload.mime) or info.bytes != upload.bytes:
        message = f"{info.bytes:,} bytes were uploaded; {upload.bytes:,} were announced."
        raise NotTaken("too-large" if info.bytes > upload.bytes else "not-what-it-says", message)
    value, looks = await (_picture if upload.mime in PICTURES else _film)(desk, upload)
    seq = await _record(desk, upload, value, looks)
    await desk.objects.delete(upload.key)
    return seq


async def _picture(desk: Desk, upload: Upload) -> tuple[MediaValue, str | None]:
    data = await desk.objects.get(upload.key)
    if upload.sha256 not in {None, hashlib.sha256(data).hexdigest()}:
        raise NotTaken("not-what-it-says", "It is not the file with the SHA-256 that was announced.")
    proven = await asyncio.to_thread(_prove, data, upload.mime, desk.limits)
    picture = proven.picture
    await desk.objects.put(f"thumbs/{picture.sha256}.webp", proven.thumbnail, "image/webp")
    await desk.objects.put(f"objects/{picture.sha256}", proven.data, picture.mime)
    value = MediaValue(
        type="image",
        asset_id=AssetId(upload.id),
        sha256=picture.sha256,
        mime=picture.mime,
        bytes=picture.bytes,
        width=picture.width,
        height=picture.height,
    )
    return value, proven.looks


async def _film(desk: Desk, upload: Upload) -> tuple[MediaValue, str | None]:
    try:
        return await keep_film(desk, upload)
    except NotAFilm as error:
        raise NotTaken(error.kind, _sentence(error)) from error


def _prove(data: bytes, says: str, limits: media.Limits) -> _Proven:
    try:
        found = media.inspect(data, limits)
        if found.mime != says:
            raise NotTaken("not-what-it-says", f"The file was announced as {says}, but it is {found.mime}.")
        cleaned = media.clean(data, limits)
        picture = found if cleaned is data else media.inspect(cleaned, limits)
        small = media.thumbnail(cleaned, limits=limits)
        return _Proven(cleaned, picture, small, media.fingerprint(small))
    except media.TooManyPixels as error:
        raise NotTaken("too-many-pixels", _sentence(error)) from error
    except media.TooLarge as error:
        raise NotTaken("too-large", _sentence(error)) from error
    except media.NotAnImage as error:
        raise NotTaken("not-what-it-says", _sentence(error)) from error


def _sentence(error: Exception) -> str:
    text = str(error)
    return f"{text[:1].upper()}{text[1:]}."


async def _record(desk: Desk, upload: Upload, asset: MediaValue, looks: str | None) -> int:
    now = desk.clock()
    event = AssetAdded(
        at=now,
        asset=asset,
        user_id=UserId(upload.user_id),
        project_id=ProjectId(upload.project_id),
        name=upload.filename,
        fingerprint=looks,
    )
    # the same bytes of the same upload are the same fact
    event_id = MessageId(hashlib.sha256(f"{upload.id}:{asset.sha256}".encode()).hexdigest())
    decision = AssetDecision(id=event_id, at=now, actor=acting.get() or upload.user_id, events=(event,))
    subject = desk.subjects.events("asset", upload.project_id, upload.id)
    try:
        return await desk.log.append(
            subject, seal(decision), expected=0, event_id=event_id, headers=owned(upload.user_id)
        )
    except Conflict:
        last = await desk.log.last(subject)
        if last is None:
            raise
        return last.seq
