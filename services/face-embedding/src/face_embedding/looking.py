"""Pictures in, faces out: off the event loop, a few at a time, and each picture once while it is remembered."""

import asyncio
import hashlib
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from contracts.faces import Face
from face_embedding.faces import Engine, Found, Seen
from kit import media

_EDGE = 2048
"""Pixels: what is larger is looked at smaller."""
_REMEMBERED = 64
NotAPicture = (media.NotAnImage, media.TooManyPixels, media.TooLarge)
"""The message says what to send instead."""


@dataclass
class Counts:
    """Since this process began."""

    pictures: int = 0
    faces: int = 0
    searches: int = 0


class Eyes:
    def __init__(self, engine: Engine, threads: int = 2, limits: media.Limits | None = None) -> None:
        self.engine = engine
        self.counts = Counts()
        self._limits = limits or media.Limits()
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="faces")
        self._seen: OrderedDict[str, Seen] = OrderedDict()

    async def look(self, data: bytes, sha256: str | None = None) -> Seen:
        """See who is in a picture.

        Raises:
            NotAPicture: one of these.
        """
        digest = sha256 or hashlib.sha256(data).hexdigest()
        if digest in self._seen:
            self._seen.move_to_end(digest)
            return self._seen[digest]
        seen = await asyncio.get_running_loop().run_in_executor(self._threads, self._looked, data)
        self.counts.pictures += 1
        self.counts.faces += len(seen.faces)
        self._seen[digest] = seen
        while len(self._seen) > _REMEMBERED:
            self._seen.popitem(last=False)
        return seen

    def forget(self) -> None:
        """Somebody's data is removed for good: nothing of what was seen stays in memory."""
        self._seen.clear()

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _looked(self, data: bytes) -> Seen:
        if len(data) > self._limits.bytes:
            raise media.TooLarge("the file is too large to look at")
        picture, (width, height) = media.shown(data, _EDGE, self._limits)
        by = width / picture.width
        return Seen(width, height, tuple(_scaled(found, by, (width, height)) for found in self.engine.find(picture)))


def _scaled(found: Found, by: float, size: tuple[int, int]) -> Found:
    """In pixels of the whole picture, and within it."""
    face = found.face
    left, top = max(0.0, face.x * by), max(0.0, face.y * by)
    right, bottom = min(float(size[0]), (face.x + face.width) * by), min(float(size[1]), (face.y + face.height) * by)
    told = Face(
        **{
            **face.model_dump(),
            "x": round(left, 1),
            "y": round(top, 1),
            "width": round(max(0.0, right - left), 1),
            "height": round(max(0.0, bottom - top), 1),
            "landmarks": tuple((round(x * by, 1), round(y * by, 1)) for x, y in face.landmarks),
        }
    )
    return replace(found, face=told)
