"""What a task works on: its media and long texts, fetched, and looked at before anyone pays for them."""

import asyncio
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from contracts.checks import prompt_too_long
from contracts.failures import FailureKind
from contracts.models import Model
from contracts.values import CharacterValue, MediaValue, TextValue, Value
from contracts.work import Task
from kit import media
from kit.objects import NotFound, Objects
from providers.interface import Character, Media, ProviderError, Request
from providers.worker.results import object_key

_PROMPT = "prompt"
_MEGA = 1_000_000


@dataclass(frozen=True)
class Limits:
    image: media.Limits = field(default_factory=media.Limits)
    media_bytes: int = 500_000_000
    """Of a film or a sound."""
    text_bytes: int = 1_000_000


@dataclass(frozen=True)
class Fetched:
    """By digest. What is missing here was too large, or is gone: `flaw` says so, in a sentence."""

    blobs: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    flaw: str | None = None


async def fetch(task: Task, objects: Objects, limits: Limits) -> Fetched:
    """Read what the task refers to. No more than reading: nothing is decoded before the attempt is claimed.

    Raises:
        Unavailable: not now.
    """
    wanted = {value.digest: (port, value) for port, value in _stored(task)}
    blobs: dict[str, bytes] = {}
    for digest, (port, value) in wanted.items():
        try:
            if flaw := await _too_large(digest, value, objects, limits):
                return Fetched(flaw=f"The {port} input cannot be used: {flaw}.")
            blobs[digest] = await objects.get(object_key(digest))
        except NotFound:
            return Fetched(flaw=f"The {port} input is gone: its file is no longer stored.")
    return Fetched(blobs)


def _stored(task: Task) -> Iterator[tuple[str, MediaValue | TextValue]]:
    """What lies in object storage, by port."""
    for port, values in task.inputs.items():
        for value in values:
            if isinstance(value, CharacterValue):
                yield from ((port, one) for one in value.references)
            elif isinstance(value, MediaValue) or (isinstance(value, TextValue) and value.sha256):
                yield port, value


async def _too_large(digest: str, value: Value, objects: Objects, limits: Limits) -> str | None:
    most = limits.text_bytes
    if isinstance(value, MediaValue):
        most = limits.image.bytes if value.type == "image" else limits.media_bytes
    size = (await objects.head(object_key(digest))).bytes
    return None if size <= most else f"it is {size / _MEGA:.1f} MB; at most {most / _MEGA:g} MB are taken"


async def request_of(task: Task, model: Model, fetched: Fetched, limits: Limits) -> Request:
    """Make the provider's request, with every picture decoded once to see that it is one.

    Raises:
        ProviderError: INVALID_INPUT, with the reason.
    """
    if fetched.flaw:
        raise _invalid(fetched.flaw)
    texts: dict[str, tuple[str, ...]] = {}
    shown: dict[str, tuple[Media, ...]] = {}
    characters = [await _character(value, fetched, limits) for value in _characters(task)]
    for port, values in task.inputs.items():
        words = [_text(port, value, fetched) for value in values if isinstance(value, TextValue)]
        pictures = [await _media(port, value, fetched, limits) for value in values if isinstance(value, MediaValue)]
        if words and port != _PROMPT:
            texts[port] = tuple(words)
        if pictures:
            shown[port] = tuple(pictures)
    params = dict(task.params)
    if _PROMPT in params:
        params[_PROMPT] = _whole_prompt(task, str(params[_PROMPT]), fetched)
        if len(params[_PROMPT]) > model.max_prompt_chars:
            raise _invalid(prompt_too_long(model, len(params[_PROMPT])).message)
    return Request(
        key=task.task_id,
        operation=task.operation,
        model=model,
        params=params,
        seed=task.seed,
        texts=texts,
        media=shown,
        characters=tuple(characters),
        user_id=task.user_id,
        project_id=task.project_id,
    )


def _characters(task: Task) -> Iterator[CharacterValue]:
    return (value for values in task.inputs.values() for value in values if isinstance(value, CharacterValue))


async def _character(value: CharacterValue, fetched: Fetched, limits: Limits) -> Character:
    pictures = [await _media("character", one, fetched, limits) for one in value.references]
    return Character(value.character_id, value.name, value.description, tuple(pictures))


def _whole_prompt(task: Task, joined: str, fetched: Fetched) -> str:
    """Where a long text was wired to the prompt, only its beginning could be joined before it got here."""
    for value in task.inputs.get(_PROMPT, ()):
        if isinstance(value, TextValue) and value.sha256 and joined.startswith(value.text):
            return _text(_PROMPT, value, fetched) + joined.removeprefix(value.text)
    return joined


def _text(port: str, value: TextValue, fetched: Fetched) -> str:
    if value.sha256 is None:
        return value.text
    try:
        return _whole(port, value.sha256, fetched).decode()
    except UnicodeDecodeError as error:
        raise _invalid(f"The {port} input is not a text.") from error


async def _media(port: str, value: MediaValue, fetched: Fetched, limits: Limits) -> Media:
    data = _whole(port, value.sha256, fetched)
    if value.type != "image":
        return Media(data, value.mime, value.sha256, value.width, value.height, value.duration_s, value)
    try:
        picture = await asyncio.to_thread(media.inspect, data, limits.image)
    except (media.NotAnImage, media.TooManyPixels, media.TooLarge) as error:
        raise _invalid(f"The {port} input cannot be used: {error}.") from error
    return Media(data, picture.mime, value.sha256, picture.width, picture.height, value=value)


def _whole(port: str, digest: str, fetched: Fetched) -> bytes:
    data = fetched.blobs[digest]
    if hashlib.sha256(data).hexdigest() != digest:
        raise _invalid(f"The {port} input is damaged: what is stored is not what was stored.")
    return data


def _invalid(message: str) -> ProviderError:
    return ProviderError(FailureKind.INVALID_INPUT, message)
