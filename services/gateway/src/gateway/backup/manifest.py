"""What a backup holds. Written last: a directory without it is no backup."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ValidationError

from gateway.rebuild.schemas import Refused
from kit.objects_copy import Damaged, Kept, digest_of

FORMAT = 1
NAME, INDEX = "backup.json", "media.jsonl"
MEDIA, KEYS = "media", "keys"


class File(BaseModel, frozen=True):
    """A file of the backup, by its path inside."""

    path: str
    sha256: str

    def check(self, folder: Path) -> None:
        """Raises: `Damaged`."""
        try:
            digest = digest_of(folder / self.path)
        except OSError as error:
            raise Damaged(f"{folder / self.path} cannot be read: {error.strerror}") from error
        if digest != self.sha256:
            raise Damaged(f"{folder / self.path} is not what was written: its digest is {digest}")


class Table(BaseModel, frozen=True):
    name: str
    columns: tuple[str, ...]
    rows: int
    file: File


class Library(BaseModel, frozen=True):
    """Schema `library` of Postgres: what no log could bring back."""

    revision: str
    """Of the migrations, as the tables were."""
    tables: tuple[Table, ...]
    """In the order in which they can be filled."""


class Stream(BaseModel, frozen=True):
    config: dict[str, Any]
    state: dict[str, Any]
    bytes: int
    file: File


class Consumer(BaseModel, frozen=True):
    """A durable of the log, and the first message that it may not have done with."""

    config: dict[str, Any]
    start: int


class OpenRun(BaseModel, frozen=True):
    """A run that was heard of while the backup was made: it may not have ended where the log was cut."""

    project_id: str
    run_id: str


class Manifest(BaseModel, frozen=True):
    format: Literal[1] = 1
    made_at: AwareDatetime
    release: str
    prefix: str
    library: Library
    log: Stream
    others: tuple[Stream, ...]
    """The register of open runs, users' keys, what was parked."""
    consumers: tuple[Consumer, ...]
    heard: tuple[OpenRun, ...]
    media: File
    """The index: one line for each object."""
    objects: int
    object_bytes: int

    @property
    def files(self) -> Iterator[File]:
        yield from (table.file for table in self.library.tables)
        yield from (stream.file for stream in (self.log, *self.others))
        yield self.media


def read(folder: Path) -> Manifest:
    """Raises: `Refused`: there is no backup, or a later release made it."""
    try:
        text = (folder / NAME).read_text("utf-8")
    except OSError as error:
        raise Refused(f"{folder} holds no finished backup: there is no {NAME} in it.") from error
    try:
        told = json.loads(text)
        if told["format"] > FORMAT:
            raise Refused(f"{folder} was made by release {told['release']}: restore it with that one or a later one.")
        return Manifest.model_validate(told)
    except (ValueError, KeyError, TypeError, ValidationError) as error:
        raise Refused(f"{folder / NAME} cannot be read: {str(error).splitlines()[0]}") from error


def write(folder: Path, manifest: Manifest) -> None:
    fresh = folder / f"{NAME}.part"
    fresh.write_text(manifest.model_dump_json(indent=1) + "\n", "utf-8")
    fresh.replace(folder / NAME)


def read_index(file: Path) -> list[Kept]:
    """Of media; empty where there is none."""
    if not file.exists():
        return []
    with file.open(encoding="utf-8") as lines:
        return [Kept.model_validate_json(line) for line in lines]


def write_index(file: Path, kept: list[Kept]) -> str:
    """Give its digest."""
    data = "".join(one.model_dump_json() + "\n" for one in kept).encode()
    fresh = file.with_name(file.name + ".part")
    fresh.write_bytes(data)
    fresh.replace(file)
    return hashlib.sha256(data).hexdigest()
