"""All that the shelf of media is looked after with."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncEngine

from contracts.subjects import Subjects
from gateway.cleaning import Cleaner
from gateway.collecting import Collector
from gateway.metrics import Metrics
from gateway.references import ViewReferences
from gateway.shelf_settings import ShelfSettings
from gateway.shelving import Shelving
from gateway.views.find_assets import Finder
from gateway.views.read_disk import Disk
from gateway.views.read_lineage import Lineages
from gateway.views.read_uses import Uses
from kit.clock import Clock
from kit.log import Log
from kit.objects import Objects
from kit.objects_s3 import S3Objects


@dataclass(frozen=True)
class Shelf:
    find: Finder
    uses: Uses
    lineage: Lineages
    shelving: Shelving
    disk: Disk
    cleaner: Cleaner
    clean_every_s: float
    restorable: timedelta
    """How long a deleted asset can be had back."""

    async def background(self, metrics: Metrics) -> None:
        """Tidy up, for ever."""
        await self.cleaner.run(self.clean_every_s, metrics)


def cleaner_of(
    engine: AsyncEngine, shelving: Shelving, log: Log, objects: Objects, settings: ShelfSettings, clock: Clock
) -> Cleaner:
    restorable = timedelta(days=settings.asset_restore_days)
    references = ViewReferences(engine, log, objects, restorable)
    collector = Collector(objects, references, clock, timedelta(hours=settings.gc_grace_hours))
    return Cleaner(engine, collector, shelving, clock, objects.parts if isinstance(objects, S3Objects) else None)


def shelf_of(
    engine: AsyncEngine, log: Log, subjects: Subjects, objects: Objects, settings: ShelfSettings, clock: Clock
) -> Shelf:
    restorable = timedelta(days=settings.asset_restore_days)
    shelving = Shelving(log, subjects, clock)
    return Shelf(
        find=Finder(engine),
        uses=Uses(engine),
        lineage=Lineages(engine),
        shelving=shelving,
        disk=Disk(engine, clock, restorable, settings.quota_bytes),
        cleaner=cleaner_of(engine, shelving, log, objects, settings, clock),
        clean_every_s=settings.gc_every_s,
        restorable=restorable,
    )
