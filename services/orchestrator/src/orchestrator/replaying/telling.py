"""Records of the log, opened and put in order."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from contracts.base import RunId
from contracts.envelope import (
    AssetDecision,
    CharacterDecision,
    CreditDecision,
    CreditLetter,
    GraphDecision,
    GraphLetter,
    RecipeDecision,
    ReportLetter,
    RunDecision,
    RunLetter,
    Unreadable,
    unseal,
)
from contracts.subjects import Address, Subjects
from kit.record import Record
from orchestrator.domain.evolve import apply
from orchestrator.domain.hearing import hear
from orchestrator.domain.run_state import Run

_KINDS: dict[tuple[str, str], Any] = {
    ("cmd", "run"): RunLetter,
    ("cmd", "graph"): GraphLetter,
    ("evt", "run"): RunDecision,
    ("evt", "graph"): GraphDecision,
    ("evt", "recipe"): RecipeDecision,
    ("evt", "asset"): AssetDecision,
    ("evt", "character"): CharacterDecision,
    ("cmd", "credit"): CreditLetter,
    ("evt", "credit"): CreditDecision,
    ("rpt", "run"): ReportLetter,
}


@dataclass(frozen=True)
class Told:
    """One record, read."""

    record: Record
    address: Address
    message: Any

    @property
    def seq(self) -> int:
        return self.record.seq


@dataclass(frozen=True)
class Flaw:
    """Something that is not as it should be."""

    subject: str
    seq: int
    what: str

    def __str__(self) -> str:
        return f"{self.subject} at {self.seq}: {self.what}"


@dataclass
class Tale:
    """All that was told, by what it is about."""

    runs: dict[RunId, list[Told]] = field(default_factory=dict)
    graphs: dict[str, list[Told]] = field(default_factory=dict)
    accounts: dict[str, list[Told]] = field(default_factory=dict)
    """By user."""
    flaws: list[Flaw] = field(default_factory=list)
    """What could not be read."""
    messages: int = 0


def read(subjects: Subjects, records: Iterable[Record]) -> Tale:
    """Open records, in log order. What cannot be read is noted, and never silently passed over."""
    tale = Tale()
    for record in records:
        tale.messages += 1
        try:
            told = opened(subjects, record)
        except Unreadable as error:
            tale.flaws.append(Flaw(record.subject, record.seq, _short(error)))
            continue
        if told.address.kind == "run":
            tale.runs.setdefault(RunId(told.address.id), []).append(told)
        elif told.address.kind == "graph":
            tale.graphs.setdefault(told.address.id, []).append(told)
        elif told.address.kind == "credit":
            tale.accounts.setdefault(told.address.id, []).append(told)
    for run_id, all_ in tale.runs.items():
        if any(one.address.imported for one in all_):  # what was asked of it here was refused, and is no part of it
            tale.runs[run_id] = [one for one in all_ if one.address.imported]
    return tale


def opened(subjects: Subjects, record: Record) -> Told:
    """Read one record.

    Raises:
        Unreadable: this release does not know what it is.
    """
    try:
        address = subjects.parse(record.subject)
    except ValueError as error:
        raise Unreadable(str(error)) from error
    kind = _KINDS.get((address.family, address.kind))
    if kind is None:
        raise Unreadable(f"nothing is known of {address.family} {address.kind}")
    return Told(record, address, unseal(kind, record.data))


def take_in(run: Run, told: Told) -> None:
    if told.address.family == "evt":
        apply(run, told.message, told.seq)
    elif told.address.family == "rpt" and told.address.node is not None:
        hear(run, told.address.node, told.message.report)


def fold(told: Iterable[Told]) -> Run:
    """A run as it was left, everything taken in as it stands in the log."""
    run = Run()
    for one in told:
        take_in(run, one)
    return run


def _short(error: Exception) -> str:
    """A validator says much, on many lines."""
    return " ".join(str(error).split())[:300]
