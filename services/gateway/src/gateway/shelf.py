"""All that the shelf of media is looked after with."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncEngine

from contracts.subjects import Subjects
from gateway.settings import Settings
from gateway.shelving import Shelving
from gateway.views.find_assets import Finder
from gateway.views.read_lineage import Lineages
from gateway.views.read_uses import Uses
from kit.clock import Clock
from kit.log import Log


@dataclass(frozen=True)
class Shelf:
    find: Finder
    uses: Uses
    lineage: Lineages
    shelving: Shelving
    restorable: timedelta
    """How long a deleted asset can be had back."""


def shelf_of(engine: AsyncEngine, log: Log, subjects: Subjects, settings: Settings, clock: Clock) -> Shelf:
    return Shelf(
        find=Finder(engine),
        uses=Uses(engine),
        lineage=Lineages(engine),
        shelving=Shelving(log, subjects, clock),
        restorable=timedelta(days=settings.asset_restore_days),
    )
