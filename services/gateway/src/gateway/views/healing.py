"""Folds again, from its beginning, what was paused because an earlier release could not read it."""

import logging
from typing import Any

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.base import NodeId, ProjectId, RunId
from contracts.subjects import Address, Subjects
from gateway.database import line_of
from gateway.views import store, tables
from gateway.views.folding import assets_of, fold_all, open_all
from gateway.views.reading import entries
from gateway.views.rows import Batch
from gateway.views.straight import Straight
from kit.log import Log

Json = dict[str, Any]
log = logging.getLogger(__name__)


async def heal(connection: AsyncConnection, source: Log, subjects: Subjects, seq: int) -> dict[str, Json]:
    """Bring what can be read now to `seq`, where all the rest is. Give what is still paused, by aggregate.

    The caller holds the checkpoint, so nothing is folded meanwhile. What clients were told already stays as it was.
    """
    left: dict[str, Json] = {}
    paused = await store.paused(connection)
    for aggregate, row in sorted(paused.items(), key=lambda one: int(one[1]["seq"])):  # what is said of an asset comes
        batch, pausing = Batch(), set[str]()
        records = await source.read(*subjects_of(subjects, subjects.parse(row["subject"])))
        readable = open_all(batch, entries([one for one in records if one.seq <= seq], subjects), pausing)
        await Straight(await line_of(connection)).fetch_assets(batch, assets_of(readable))  # after what made it
        fold_all(batch, readable, pausing)
        stopped = batch.paused.get(aggregate)
        if stopped is not None and stopped["seq"] <= row["seq"]:
            left[aggregate] = row
            continue
        await connection.execute(delete(tables.paused).where(tables.paused.c.aggregate == aggregate))
        await store.write(connection, batch)
        if stopped is not None:
            left[aggregate] = stopped
        log.info("a part of the views goes on", extra={"aggregate": aggregate, "paused_at": row["seq"]})
    return left


def subjects_of(subjects: Subjects, address: Address) -> tuple[str, ...]:
    """All that the views read of one aggregate."""
    if address.imported:
        return (subjects.imported("*", ProjectId(address.scope), RunId(address.id), "*"),)
    facts = subjects.events(address.kind, address.scope, address.id)
    if address.kind != "run":
        return (facts,)
    reports = subjects.report(ProjectId(address.scope), RunId(address.id), NodeId("*"))
    return subjects.command("run", address.scope, address.id), facts, reports
