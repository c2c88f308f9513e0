"""Who holds which partition. What was heard, and when, says what to take, and what to let go of.

Nothing is stored: each process says what it holds, each works out the same shares from who is there, a share changes
hands only when its new holder has it, and two holders at once do no harm, because every decision expects a sequence.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from contracts.subjects import PARTITIONS

LIVE_S = 3.5
"""So long nothing is heard of a process that is there. A stall beyond it costs an overlap, and nothing else."""
GAP_S = 6.0
"""A partition that nobody holds for so long is an alarm, and is taken by whoever sees it."""


def shares(members: Iterable[str], count: int = PARTITIONS) -> dict[int, str]:
    """The member that should hold each partition: the numbers differ by one at most, and few move as members change."""
    present = sorted(set(members))
    least, extra = divmod(count, len(present))
    number = dict.fromkeys(present, 0)
    owner: dict[int, str] = {}
    for partition, member in sorted(((p, m) for p in range(count) for m in present), key=_score):
        if partition in owner or number[member] > least or (number[member] == least and not extra):
            continue
        extra -= number[member] == least
        number[member] += 1
        owner[partition] = member
    return owner


def _score(pair: tuple[int, str]) -> bytes:
    return hashlib.blake2b(f"{pair[1]} {pair[0]}".encode(), digest_size=8).digest()


@dataclass(frozen=True)
class Moves:
    take: frozenset[int]
    drop: frozenset[int]
    """Held by who should have them."""
    left: frozenset[int]
    """Held here, and until now by another one too: what that one had on hand is to be looked for."""
    gap: frozenset[int]
    """Nobody holds them, for too long."""


class Roster:
    """Who is there, as one process has heard. Times are seconds of any clock that only goes forward."""

    def __init__(self, me: str, count: int = PARTITIONS) -> None:
        self.me = me
        self.held: set[int] = set()
        self._count = count
        self._others: dict[str, tuple[float, frozenset[int]]] = {}
        self._bare: dict[int, float] = {}
        """Since when nobody is known to hold a partition."""
        self._shared: frozenset[int] = frozenset()
        self._stepped = 0.0

    def hear(self, member: str, held: Iterable[int], now: float) -> bool:
        """Give whether it is news."""
        if member == self.me:
            return False
        before, after = self._others.get(member), frozenset(held)
        self._others[member] = (now, after)
        return before is None or before[1] != after

    def forget(self, member: str) -> None:
        """It said that it leaves."""
        self._others.pop(member, None)

    def members(self, now: float) -> list[str]:
        self._others = {who: heard for who, heard in self._others.items() if now - heard[0] <= LIVE_S}
        return [self.me, *self._others]

    def elsewhere(self) -> frozenset[int]:
        """What others say they hold."""
        return frozenset().union(*(held for _, held in self._others.values()))

    def step(self, now: float) -> Moves:
        """Call it now and then, and on news."""
        if now - self._stepped > LIVE_S:  # it was away itself (stopped, or cut off), and could hear nobody
            self._others = {who: (now, held) for who, (_, held) in self._others.items()}
        self._stepped = now
        owner = shares(self.members(now), self._count)
        mine = {partition for partition, member in owner.items() if member == self.me}
        elsewhere = self.elsewhere()
        bare = set(range(self._count)) - self.held - elsewhere
        self._bare = {partition: self._bare.get(partition, now) for partition in bare}
        gap = frozenset(p for p, since in self._bare.items() if now - since >= GAP_S)
        given = {p for p in self.held - mine if owner[p] in self._others and p in self._others[owner[p]][1]}
        left = self._shared & self.held - elsewhere
        self._shared = frozenset(self.held & elsewhere)
        return Moves(frozenset((mine | gap) - self.held), frozenset(given), left, gap)
