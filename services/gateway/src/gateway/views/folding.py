"""A batch of the log, opened and folded into rows. What cannot be read pauses its aggregate, and no other. No IO."""

import logging
from collections.abc import Iterable

from contracts.envelope import Unreadable
from gateway.views.reading import Entry, Opened, opened
from gateway.views.rows import Batch

log = logging.getLogger(__name__)


def open_all(batch: Batch, all_: Iterable[Entry], pausing: set[str]) -> list[Opened]:
    """Those that can be read. `pausing` are the aggregates of which nothing more is folded; it grows."""
    readable: list[Opened] = []
    for entry in all_:
        if entry.aggregate in pausing:
            continue
        try:
            readable.append(opened(entry))
        except Unreadable as error:
            _pause(batch, entry, str(error), pausing)
    return readable


def fold_all(batch: Batch, readable: Iterable[Opened], pausing: set[str]) -> None:
    """Take them in, in order. The rows that they change must be in the batch."""
    for one in readable:
        paused_at = batch.paused.get(one.entry.aggregate)
        if paused_at is not None and paused_at["seq"] <= one.entry.record.seq:
            continue
        try:
            one.step(batch)
        except Exception as error:
            log.exception("a message could not be folded", extra={"seq": one.entry.record.seq})
            _pause(batch, one.entry, f"{type(error).__name__}: {error}", pausing)


def runs_of(readable: Iterable[Opened]) -> set[str]:
    return {one.entry.address.id for one in readable if one.entry.address.kind == "run"}


def graphs_of(readable: Iterable[Opened]) -> set[str]:
    return {one.entry.address.id for one in readable if one.entry.address.kind == "graph"}


def assets_of(readable: Iterable[Opened]) -> set[str]:
    return {one.asset for one in readable if one.asset is not None}


def characters_of(readable: Iterable[Opened]) -> set[str]:
    return {one.character for one in readable if one.character is not None}


def _pause(batch: Batch, entry: Entry, reason: str, pausing: set[str]) -> None:
    """Nothing more of this aggregate is folded until a release can: the others go on."""
    pausing.add(entry.aggregate)
    batch.paused[entry.aggregate] = {
        "aggregate": entry.aggregate,
        "subject": entry.record.subject,
        "seq": entry.record.seq,
        "reason": " ".join(reason.split())[:500],
    }
    log.error("a part of the views is paused", extra={"aggregate": entry.aggregate, "seq": entry.record.seq})
