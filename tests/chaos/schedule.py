"""What is done to whom, and when. The same seed gives the same schedule."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Literal

SERVICES = ("gateway", "orchestrator-1", "orchestrator-2", "text-worker", "image-worker")
SERVERS = ("nats", "postgres", "seaweedfs")
LINKS = {
    "gateway": ("nats", "postgres", "seaweedfs"),
    "orchestrator-1": ("nats",),
    "orchestrator-2": ("nats",),
    "text-worker": ("nats", "seaweedfs"),
    "image-worker": ("nats", "seaweedfs"),
}
"""Who speaks with which server, and so can be cut off from it."""
LEASE_S = 3
"""How long a worker may be silent before its tasks are given to others."""
_QUIET_S = (0.2, 1.6)
"""Between two blows."""
_FROZEN_S = (0.5, LEASE_S + 2.0)
_FREEZES = 0.2
"""The share of blows that freeze instead of killing."""
_CUTS = 0.3
"""The share of blows that cut a service off from a server, or a server from all, instead of killing."""
_STALLS = 0.5
"""The share of cuts that are silent."""
_LOSSES = 0.5
"""The share of silent cuts after which nothing of what was under way arrives."""
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
    kind: Literal["kill", "freeze", "cut", "stall"]
    """A cut resets connections and refuses new ones; a stall is silent."""
    for_s: float = 0.0
    """How long it is frozen, or cut off."""
    server: str = ""
    """What it is cut off from."""
    lost: bool = False
    """After a stall: what was under way never arrives."""

    def __str__(self) -> str:
        whence = f" from {self.server}" if self.server else ""
        how = f" for {self.for_s:.2f} s" if self.for_s else ""
        lost = ", losing what is under way" if self.lost else ""
        return f"{self.at_s:6.2f} s  {self.kind} {self.victim}{whence}{how}{lost}"

    def links(self) -> Iterator[tuple[str, str]]:
        """What a cut or a stall is done to."""
        for service, servers in LINKS.items():
            if self.victim in {service, EVERYBODY} and self.server in servers:
                yield service, self.server


def schedule(seed: int, seconds: float, victims: Sequence[str] = SERVICES + SERVERS) -> list[Blow]:
    chance = Random(seed)
    blows: list[Blow] = []
    at_s = 0.0
    while (at_s := at_s + chance.uniform(*_QUIET_S)) < seconds:
        victim, freeze, for_s = chance.choice(victims), chance.random() < _FREEZES, chance.uniform(*_FROZEN_S)
        if chance.random() < _CUTS:
            blows.append(_cut(chance, at_s, victim, for_s))
        elif len(victims) > 1 and chance.random() < _BLACKOUTS:
            blows.append(Blow(at_s, EVERYBODY, "kill"))
        elif freeze and victim != _UNFREEZABLE:
            blows.append(Blow(at_s, victim, "freeze", for_s))
        else:
            blows.append(Blow(at_s, victim, "kill"))
    return blows


def _cut(chance: Random, at_s: float, victim: str, for_s: float) -> Blow:
    """A service is cut off from one of its servers, a server from everybody."""
    stall, lost = chance.random() < _STALLS, chance.random() < _LOSSES
    who, server = (EVERYBODY, victim) if victim in SERVERS else (victim, chance.choice(LINKS[victim]))
    return Blow(at_s, who, "stall" if stall else "cut", for_s, server, lost=stall and lost)


BRIEFLY = (
    Blow(0.7, "orchestrator-1", "cut", 1.0, "nats"),
    Blow(1.2, "gateway", "cut", 1.2, "postgres"),
    Blow(0.4, "image-worker", "stall", LEASE_S + 1.0, "nats", lost=True),
    Blow(2.6, "text-worker", "cut", 1.5, "seaweedfs"),
    Blow(2.7, "gateway", "stall", 1.5, "postgres"),
    Blow(2.8, "orchestrator-2", "stall", 1.5, "nats"),
)
"""Everybody is cut off from something, loudly or silently, and one for longer than its lease."""


def each_once(seed: int, every_s: float, victims: Sequence[str] = SERVICES + SERVERS) -> list[Blow]:
    """Everybody is killed once, in an order that the seed gives."""
    order = Random(seed).sample(victims, len(victims))
    return [Blow(every_s * (n + 1), victim, "kill") for n, victim in enumerate(order)]
