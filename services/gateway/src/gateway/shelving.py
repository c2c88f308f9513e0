"""What people say of assets: decided over the asset's own facts, and appended behind the last of them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from contracts.asset import AssetAdded, AssetDeleted, AssetEvent, AssetRenamed, AssetRestored, AssetTagged
from contracts.envelope import AssetDecision
from contracts.subjects import Subjects
from gateway.saying import Saying
from kit.clock import Clock
from kit.log import Log

KEEP = "keep"
"""The tag of what is never tidied away."""
RETENTION = "retention"
"""The actor of deletions that a project's settings ask for."""


@dataclass(frozen=True)
class Place:
    """Where an asset's facts lie."""

    project_id: str
    asset_id: str
    owner: str = ""


@dataclass(frozen=True)
class Said:
    """What has been said of an asset. None: nothing yet."""

    name: str | None = None
    tags: tuple[str, ...] | None = None
    deleted_at: datetime | None = None


Decide = Callable[[Said, datetime], tuple[AssetEvent, ...]]


def change(name: str | None, tags: tuple[str, ...] | None, now_called: str, now_tagged: tuple[str, ...]) -> Decide:
    """Call it otherwise, tag it otherwise. `now_called` and `now_tagged` count where nothing has been said."""

    def decide(said: Said, at: datetime) -> tuple[AssetEvent, ...]:
        if said.deleted_at is not None:
            return ()
        events: list[AssetEvent] = []
        if name is not None and name != (now_called if said.name is None else said.name):
            events.append(AssetRenamed(at=at, name=name))
        if tags is not None and tags != (now_tagged if said.tags is None else said.tags):
            events.append(AssetTagged(at=at, tags=tags))
        return tuple(events)

    return decide


def delete(said: Said, at: datetime) -> tuple[AssetEvent, ...]:
    return () if said.deleted_at is not None else (AssetDeleted(at=at),)


def retire(said: Said, at: datetime) -> tuple[AssetEvent, ...]:
    """As `delete`, unless somebody has said meanwhile that it is to be kept."""
    return () if KEEP in (said.tags or ()) else delete(said, at)


def restore(within: timedelta) -> Decide:
    """Nothing is decided once it is too late: then its bytes may be gone."""

    def decide(said: Said, at: datetime) -> tuple[AssetEvent, ...]:
        deleted_at = said.deleted_at
        return () if deleted_at is None or at >= deleted_at + within else (AssetRestored(at=at),)

    return decide


class Shelving:
    def __init__(self, log: Log, subjects: Subjects, clock: Clock) -> None:
        self._subjects = subjects
        self._saying: Saying[Said, AssetEvent] = Saying(log, clock, AssetDecision, Said(), after)

    async def say(self, place: Place, actor: str, decide: Decide) -> tuple[int, Said]:
        """As `Saying.say`."""
        subject = self._subjects.events("asset", place.project_id, place.asset_id)
        return await self._saying.say(subject, place.owner, actor, decide)


def after(said: Said, event: AssetEvent) -> Said:
    match event:
        case AssetAdded():
            return Said(event.name, event.tags)
        case AssetRenamed():
            return Said(event.name, said.tags, said.deleted_at)
        case AssetTagged():
            return Said(said.name, event.tags, said.deleted_at)
        case AssetDeleted():
            return Said(said.name, said.tags, said.deleted_at or event.at)
        case AssetRestored():
            return Said(said.name, said.tags)
