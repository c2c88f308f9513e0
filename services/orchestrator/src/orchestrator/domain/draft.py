"""A decision while it is being made."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from contracts.base import NodeId
from contracts.run import Origin, RunEvent
from contracts.values import Outputs
from orchestrator.domain.run_state import Run, evolve


@dataclass(frozen=True)
class Mine:
    """The recipe is ours to make."""


@dataclass(frozen=True)
class Hit:
    """It was made."""

    outputs: Outputs
    origin: Origin


@dataclass(frozen=True)
class Theirs:
    """It is being made."""

    maker: Origin


RecipeAnswer = Mine | Hit | Theirs
Known = Mapping[tuple[NodeId, str], RecipeAnswer]
"""What is known of recipes, by the node that asks."""


@dataclass
class Draft:
    """The run as it will be, and the facts so far."""

    run: Run
    now: datetime
    known: Known
    woken: frozenset[NodeId] = frozenset()
    events: list[RunEvent] = field(default_factory=list)
    needs: dict[NodeId, str] = field(default_factory=dict)
    """Recipes that must be asked for before this can be decided."""

    def record(self, event: RunEvent) -> None:
        evolve(self.run, event)
        self.events.append(event)
