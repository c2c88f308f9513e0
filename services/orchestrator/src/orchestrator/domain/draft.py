"""A decision while it is being made."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from contracts.base import NodeId
from contracts.run import (
    LateResult,
    NodeCached,
    NodeInherited,
    NodeJudged,
    NodeMade,
    NodeSucceeded,
    Origin,
    RunEvent,
    RunStarted,
)
from contracts.storyboard import StoryboardValue
from contracts.values import CharacterValue, MediaValue, Outputs, TextValue, Value
from orchestrator.domain.evolve import evolve
from orchestrator.domain.run_state import Run


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


@dataclass(frozen=True)
class Lack:
    """What a run may cost in all: `need` for what comes next, `most` for all that is left."""

    need: int
    most: int


FULL = 200_000
"""Bytes, about, from which the rest of what is decided goes into a message of its own."""
_SMALL, _MEDIUM = 150, 400
"""Bytes of an event without outputs, and of one planned node or value."""

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
    weight: int = 0
    funding: int | None = None
    """What is held for the run of its user's credits, as was found out just now. None: nobody has asked."""
    lacks: Lack | None = None
    """More must be held before this can be decided."""
    promised: int | None = None
    """What is asked for and not told of may cost. Counted when it is needed first, then kept."""
    source: Run | None = None
    """The run that this one was forked from, while something is to be taken over from it."""

    @property
    def full(self) -> bool:
        """Whether one message should hold no more: what is left is decided next."""
        return self.weight >= FULL

    def record(self, event: RunEvent) -> None:
        evolve(self.run, event)
        self.events.append(event)
        self.weight += _weight(event)


def _bytes(value: Value) -> int:
    match value:
        case TextValue():
            return _MEDIUM + len(value.text.encode())
        case MediaValue():
            return _MEDIUM
        case CharacterValue():
            return _MEDIUM * (1 + len(value.references))
        case StoryboardValue():
            return _MEDIUM + sum(len(one.start) + len(one.end) + len(one.motion) for one in value.scenes) * 2


def _weight(event: RunEvent) -> int:
    match event:
        case RunStarted():
            drawn = event.frozen.graph.nodes if event.frozen else ()
            all_params = [node.params for node in event.plan.nodes] + [node.params for node in drawn]
            return sum(_MEDIUM + sum(len(str(value).encode()) for value in params.values()) for params in all_params)
        case NodeSucceeded() | NodeMade() | NodeJudged() | NodeCached() | NodeInherited() | LateResult():
            values = [value for port in event.outputs.values() for value in port]
            return _SMALL + sum(_bytes(value) for value in values)
        case _:
            return _SMALL
