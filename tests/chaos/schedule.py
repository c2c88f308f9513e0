"""What is done to whom, and when. The same seed gives the same schedule."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Literal

SERVICES = ("gateway", "orchestrator-1", "orchestrator-2", "text-worker", "image-worker")
SERVERS = ("nats", "postgres", "seaweedfs")
LEASE_S = 3
"""How long a worker may be silent before its tasks are given to others."""
_QUIET_S = (0.2, 1.6)
"""Between two blows."""
_FROZEN_S = (0.5, LEASE_S + 2.0)
_FREEZES = 0.25
"""The share of blows that freeze instead of killing."""
_BLACKOUTS = 0.04
"""The share of blows that kill all of them at once."""
EVERYBODY = "everybody"
_UNFREEZABLE = "postgres"
"""Its server processes are many: stopping the first stops no query."""


@dataclass(frozen=True)
class Blow:
    at_s: float
    """After the first run was started."""
    victim: str
    kind: Literal["kill", "freeze"]
    for_s: float = 0.0
    """How long it is frozen."""

    def __str__(self) -> str:
        how = f" for {self.for_s:.2f} s" if self.kind == "freeze" else ""
        return f"{self.at_s:6.2f} s  {self.kind} {self.victim}{how}"


def schedule(seed: int, seconds: float, victims: Sequence[str] = SERVICES + SERVERS) -> list[Blow]:
    chance = Random(seed)
    blows: list[Blow] = []
    at_s = 0.0
    while (at_s := at_s + chance.uniform(*_QUIET_S)) < seconds:
        victim, freeze, for_s = chance.choice(victims), chance.random() < _FREEZES, chance.uniform(*_FROZEN_S)
        if len(victims) > 1 and chance.random() < _BLACKOUTS:
            blows.append(Blow(at_s, EVERYBODY, "kill"))
        elif freeze and victim != _UNFREEZABLE:
            blows.append(Blow(at_s, victim, "freeze", for_s))
        else:
            blows.append(Blow(at_s, victim, "kill"))
    return blows


def each_once(seed: int, every_s: float, victims: Sequence[str] = SERVICES + SERVERS) -> list[Blow]:
    """Everybody is killed once, in an order that the seed gives."""
    order = Random(seed).sample(victims, len(victims))
    return [Blow(every_s * (n + 1), victim, "kill") for n, victim in enumerate(order)]
