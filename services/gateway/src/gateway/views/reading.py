"""From a record of the log to something that can be folded."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from contracts.envelope import (
    AssetDecision,
    CharacterDecision,
    CreditDecision,
    GraphDecision,
    ReportLetter,
    RunDecision,
    RunLetter,
    unseal,
)
from contracts.subjects import Address, Subjects
from gateway.views.fold_asset import fold_asset
from gateway.views.fold_character import fold_character
from gateway.views.fold_credit import fold_credit
from gateway.views.fold_graph import fold_graph
from gateway.views.fold_run import fold_command, fold_report, fold_run
from gateway.views.rows import Batch, Place
from kit.record import Record

Step = Callable[[Batch], None]


@dataclass(frozen=True)
class Entry:
    """One record that concerns the views."""

    record: Record
    address: Address

    @property
    def aggregate(self) -> str:
        return f"{self.address.kind}:{self.address.id}"

    @property
    def place(self) -> Place:
        return Place(
            self.record.seq, self.address.scope, self.address.id, self.address.node or "", self.address.imported
        )


@dataclass(frozen=True)
class Opened:
    """An entry that was understood: the rows it needs, and what it does to them."""

    entry: Entry
    step: Step
    nodes: frozenset[str] = frozenset()
    facts: int = 1
    """A decision may hold many."""
    asset: str | None = None
    """An asset that must be there already."""
    character: str | None = None
    """So with a character."""


def entries(records: list[Record], subjects: Subjects) -> list[Entry]:
    """Those that concern the views: recipes and commands about graphs do not, nor what was erased."""
    found = (Entry(record, subjects.parse(record.subject)) for record in records if not record.erased)
    return [entry for entry in found if _concerns(entry.address)]


def _concerns(address: Address) -> bool:
    match address.family, address.kind:
        case ("cmd", "run") | ("evt", "graph" | "run" | "asset" | "character" | "credit") | ("rpt", _):
            return True
        case _:
            return False


def opened(entry: Entry, until: int | None = None) -> Opened:
    """Read it; with `until`, a run's decision only up to the event at that position.

    Raises:
        Unreadable: not by this version.
    """
    data, place = entry.record.data, entry.place
    match entry.address.family, entry.address.kind:
        case "cmd", _:
            return Opened(entry, partial(fold_command, letter=unseal(RunLetter, data), place=place))
        case "rpt", _:
            step = partial(fold_report, letter=unseal(ReportLetter, data), place=place)
            return Opened(entry, step, frozenset({place.node_id}))
        case _, "graph":
            drawn = unseal(GraphDecision, data)
            return Opened(entry, partial(fold_graph, decision=drawn, place=place), facts=len(drawn.events))
        case _, "credit":
            booked = unseal(CreditDecision, data)
            return Opened(entry, partial(fold_credit, decision=booked, place=place), facts=len(booked.events))
        case _, "character":
            return _of_character(entry, unseal(CharacterDecision, data))
        case _, "asset":
            said = unseal(AssetDecision, data)
            old = any(event.type != "AssetAdded" for event in said.events)
            return Opened(
                entry, partial(fold_asset, decision=said, place=place), asset=place.aggregate_id if old else None
            )
        case _:
            decision = unseal(RunDecision, data)
            if until is not None:
                kept = tuple(e for index, e in enumerate(decision.events) if place.position(index) <= until)
                decision = decision.model_copy(update={"events": kept})
            step = partial(fold_run, decision=decision, place=place)
            return Opened(entry, step, _nodes(decision.events), len(decision.events))


def _of_character(entry: Entry, said: CharacterDecision) -> Opened:
    old = any(event.type != "CharacterCreated" for event in said.events)
    step = partial(fold_character, decision=said, place=entry.place)
    return Opened(entry, step, facts=len(said.events), character=entry.place.aggregate_id if old else None)


def _nodes(events: tuple[Any, ...]) -> frozenset[str]:
    return frozenset(event.node_id for event in events if getattr(event, "node_id", None))
