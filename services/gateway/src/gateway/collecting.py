"""Garbage collection of bytes: what nobody refers to goes, and nothing that anybody refers to.

Objects are content-addressed and shared: the same bytes of two people are stored once. Who makes or uploads bytes first
writes them, whether or not they are there (so that they are young), and only then says so in the log. Four rules:

1. Only what was last written before the *horizon* is looked at: before the grace period, and before the oldest
   execution that has not ended. Whatever a worker or an upload wrote and has not yet told is younger than that.
2. Whether anybody refers to it is asked when the views hold the whole log, with nothing paused, as it was when the
   pass began. What was deleted counts as referred to as long as anybody may have it back, and an hour longer.
3. Between the question and the removal somebody may write the same bytes again and refer to them: object stores cannot
   delete on a condition. So nothing is removed at once: it goes to `trash/`, and is looked at again there.
4. What lies in the trash and is referred to is put back, at the end of the same pass or in any later one. It is removed
   for good when it has lain there for the grace period: by then whoever wrote it again has said so (rule 1).

So the bytes of something that is referred to are never gone. In the worst case they are missing in their place from one
step of a pass to its end. Two passes at once would do no harm; an advisory lock sees to it that one is enough.
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from kit.clock import Clock
from kit.errors import NotFound
from kit.objects import Objects, Stored

FOLDERS = ("objects", "thumbs", "posters", "previews")
TRASH = "trash"
UPLOADS = "uploads"
_OURS = re.compile(rf"({'|'.join(FOLDERS)})/([0-9a-f]{{64}})(?![0-9a-f])[^/]*")


class NotNow(Exception):
    """Nothing may be collected. The message says why, and what to do."""


class References(Protocol):
    """Who refers to bytes."""

    async def horizon(self, now: datetime) -> datetime:
        """Nothing that was written from then on may be touched.

        Raises:
            NotNow: it is not known who refers to what.
        """
        ...

    async def referred(self, digests: Collection[str], now: datetime) -> set[str]:
        """Those that anybody refers to, of whomever, or may refer to again."""
        ...


@dataclass
class Swept:
    """What a pass did, or would do."""

    seen: int = 0
    trashed: int = 0
    trashed_bytes: int = 0
    put_back: int = 0
    removed: int = 0
    removed_bytes: int = 0
    uploads: int = 0
    """That were never completed."""
    keys: list[str] = field(default_factory=list)
    """The first of what goes to the trash."""


@dataclass(frozen=True)
class Collector:
    objects: Objects
    references: References
    clock: Clock
    grace: timedelta
    """Longer than an orchestrator may be away while workers go on."""

    async def sweep(self, *, dry: bool = False) -> Swept:
        """One pass. `dry`: nothing is changed.

        Raises:
            NotNow: nothing may be collected.
            Unavailable: the store does not answer; what was done is done.
        """
        swept, now = Swept(), self.clock()
        horizon = min(await self.references.horizon(now), now - self.grace)
        await self._remove(swept, horizon, dry=dry)
        for folder in FOLDERS:
            async for page in self.objects.list(folder):
                swept.seen += len(page)
                await self._look(page, swept, horizon, dry=dry)
        if not dry and swept.trashed:
            await self._put_back(swept)
        await self._uploads(swept, dry=dry)
        return swept

    async def _look(self, page: Iterable[Stored], swept: Swept, horizon: datetime, *, dry: bool) -> None:
        old = {one: digest for one in page if one.modified < horizon and (digest := digest_of(one.key)) is not None}
        if not old:
            return
        referred = await self.references.referred(set(old.values()), self.clock())
        for one, digest in old.items():
            if digest not in referred and (dry or await self._throw_away(one)):
                swept.trashed += 1
                swept.trashed_bytes += one.bytes
                swept.keys += [one.key] if len(swept.keys) < 100 else []  # noqa: PLR2004  enough to look at

    async def _throw_away(self, one: Stored) -> bool:
        try:
            await self.objects.copy(one.key, f"{TRASH}/{one.key}")
        except NotFound:  # another pass was quicker
            return False
        await self.objects.delete(one.key)
        return True

    async def _remove(self, swept: Swept, horizon: datetime, *, dry: bool) -> None:
        """What has lain in the trash long enough, once what is referred to is back in its place."""
        await self._put_back(swept, dry=dry)
        async for page in self.objects.list(TRASH):
            old = {one: digest for one, digest in _thrown_away(page).items() if one.modified < horizon}
            referred = await self.references.referred(set(old.values()), self.clock()) if old else set()
            for one, digest in old.items():
                if digest in referred and not await self.objects.exists(_home(one)):
                    continue  # since a moment ago: next time
                swept.removed += 1
                swept.removed_bytes += one.bytes
                if not dry:
                    await self.objects.delete(one.key)

    async def _put_back(self, swept: Swept, *, dry: bool = False) -> None:
        """What is referred to and not in its place. The copy in the trash stays until it is old."""
        async for page in self.objects.list(TRASH):
            lying = _thrown_away(page)
            referred = await self.references.referred(set(lying.values()), self.clock()) if lying else set()
            for one, digest in lying.items():
                if digest in referred and not await self.objects.exists(_home(one)):
                    swept.put_back += 1
                    if not dry:
                        await self.objects.copy(one.key, _home(one))

    async def _uploads(self, swept: Swept, *, dry: bool) -> None:
        """What was uploaded and never completed: nothing refers to it."""
        before = self.clock() - self.grace
        async for page in self.objects.list(UPLOADS):
            for one in page:
                if one.modified < before:
                    swept.uploads += 1
                    if not dry:
                        await self.objects.delete(one.key)


def _home(one: Stored) -> str:
    return one.key.removeprefix(f"{TRASH}/")


def _thrown_away(page: Iterable[Stored]) -> dict[Stored, str]:
    return {one: digest for one in page if (digest := digest_of(_home(one))) is not None}


def digest_of(key: str) -> str | None:
    """Of the bytes that it is made from. None: it is none of ours to judge."""
    match = _OURS.fullmatch(key)
    return match.group(2) if match else None
