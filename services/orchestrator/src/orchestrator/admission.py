"""Which tasks may go to the workers now. Users take turns, so that one with a thousand cannot hold up one with one.

The task queue is first come, first served: what lies there cannot be overtaken. So no more lies there than keeps the
workers busy; the rest is held back here. Nothing of this is stored: it follows from the runs, and the sweep finds it.
"""

import heapq
import itertools
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from contracts.base import NodeId, ProjectId, RunId, UserId
from contracts.subjects import Queue, partition

WIDTH = 32
"""Tasks of a queue, while it is not known how much its workers can do."""


def width(slots: int) -> int:
    """How many tasks keep so many slots busy: a few lie ready, so that no slot waits for a decision.

    With more than a quarter ready, a newcomer's task would wait longer for its turn than it takes.
    """
    return slots + (slots + 2) // 4


@dataclass(frozen=True)
class Limits:
    user: int | None = None
    """Most tasks of one user, over all queues."""
    provider: Mapping[str, int] = field(default_factory=dict)
    """Most tasks of a provider."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """One attempt that is wanted."""

    run_id: RunId
    node_id: NodeId
    project_id: ProjectId
    attempt: int
    queue: Queue
    user_id: UserId
    provider: str
    urgency: int = 0
    """Higher goes first, among its user's own."""
    age: int = 0
    """Of the decision that wants it, as its sequence: smaller goes first."""


@dataclass(slots=True, eq=False)
class _Entry:
    ticket: Ticket
    out: bool = False
    """It may lie in the task queue, or be at work."""
    gone: bool = False


_Heap = list[tuple[int, int, int, _Entry]]


@dataclass
class _Line:
    """One queue."""

    width: int = WIDTH
    elsewhere: int = 0
    """What other orchestrators want of it."""
    out: int = 0
    held: int = 0
    of_user: Counter[UserId] = field(default_factory=Counter)
    waiting: dict[UserId, dict[str, _Heap]] = field(default_factory=dict)
    """By user and provider."""

    @property
    def room(self) -> int:
        """This orchestrator's part of the width, by what each of them wants."""
        mine = self.out + self.held
        return self.width if not self.elsewhere else -(-self.width * mine // (mine + self.elsewhere))


class Admission:
    """Tasks of the runs of one orchestrator. Others have theirs: between them the width is divided by demand."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.serves: Collection[int] | None = None
        """Partitions whose tasks are counted here; None: all. Another one's are let through: it counts them."""
        self._limits = limits or Limits()
        self._runs: dict[RunId, dict[NodeId, _Entry]] = {}
        self._lines: dict[Queue, _Line] = {}
        self._users: Counter[UserId] = Counter()
        self._providers: Counter[str] = Counter()
        self._served: dict[UserId, int] = {}
        self._count = itertools.count(1)
        self._turns: list[Ticket] = []

    def ask(self, ticket: Ticket, *, begun: bool = False) -> bool:
        """Whether it may go to the workers now; if not, it is kept, and its turn comes. Asked again, the same.

        `begun`: a worker has it already, whatever was meant to be.
        """
        if self.serves is not None and partition(ticket.run_id) not in self.serves:
            return True
        known = self._runs.get(ticket.run_id, {}).get(ticket.node_id)
        if known is not None and known.ticket.attempt == ticket.attempt:
            if begun and not known.out:
                self._unhold(known)
                self._let_out(known)
            return known.out
        if known is not None:
            self._remove(known)
        entry = _Entry(ticket)
        self._runs.setdefault(ticket.run_id, {})[ticket.node_id] = entry
        line = self._line(ticket.queue)
        if begun:
            self._let_out(entry)
            return True
        kept = line.waiting.setdefault(ticket.user_id, {}).setdefault(ticket.provider, [])
        heapq.heappush(kept, (-ticket.urgency, ticket.age, next(self._count), entry))
        line.held += 1
        self._pump()
        if entry.out:
            self._turns.remove(ticket)
        return entry.out

    def over(self, run_id: RunId, node_id: NodeId) -> None:
        """It ended, or is not wanted any more: the next may go."""
        entry = self._runs.get(run_id, {}).get(node_id)
        if entry is not None:
            self._remove(entry)
            self._pump()

    def nodes(self, run_id: RunId) -> list[NodeId]:
        """Those with an attempt that is kept or out."""
        return list(self._runs.get(run_id, ()))

    def attempt(self, run_id: RunId, node_id: NodeId) -> int | None:
        entry = self._runs.get(run_id, {}).get(node_id)
        return None if entry is None else entry.ticket.attempt

    def runs(self) -> set[RunId]:
        return set(self._runs)

    def forget(self, runs: Collection[RunId]) -> None:
        """They are somebody else's now, or over."""
        for run_id in runs:
            for entry in list(self._runs.get(run_id, {}).values()):
                self._remove(entry)
        self._pump()

    def turns(self) -> list[Ticket]:
        """Those that were held back, and may go now. Each is given once."""
        turns, self._turns = self._turns, []
        return turns

    def widen(self, queue: Queue, most: int) -> None:
        """So many tasks keep its workers busy."""
        self._line(queue).width = max(1, most)
        self._pump()

    def share(self, queue: Queue, elsewhere: int) -> None:
        """So many tasks of it other orchestrators want done."""
        self._line(queue).elsewhere = elsewhere
        self._pump()

    def demand(self) -> dict[str, int]:
        return {queue: line.out + line.held for queue, line in self._lines.items() if line.out or line.held}

    def counts(self) -> dict[Queue, tuple[int, int, int]]:
        """By queue: out, held back, and how many may be out."""
        return {queue: (line.out, line.held, line.room) for queue, line in self._lines.items()}

    def _line(self, queue: Queue) -> _Line:
        return self._lines.setdefault(queue, _Line())

    def _remove(self, entry: _Entry) -> None:
        ticket = entry.ticket
        entry.gone = True
        nodes = self._runs[ticket.run_id]
        del nodes[ticket.node_id]
        if not nodes:
            del self._runs[ticket.run_id]
        if not entry.out:
            self._unhold(entry)
            return
        line = self._line(ticket.queue)
        line.out -= 1
        for counter, key in ((line.of_user, ticket.user_id), (self._users, ticket.user_id)):
            counter[key] -= 1
            if not counter[key]:
                del counter[key]
        self._providers[ticket.provider] -= 1
        if ticket.user_id not in self._users:
            self._served.pop(ticket.user_id, None)

    def _unhold(self, entry: _Entry) -> None:
        """Its place in the heap is passed over when it comes up."""
        self._line(entry.ticket.queue).held -= 1

    def _let_out(self, entry: _Entry) -> None:
        ticket = entry.ticket
        entry.out = True
        line = self._line(ticket.queue)
        line.out += 1
        line.of_user[ticket.user_id] += 1
        self._users[ticket.user_id] += 1
        self._providers[ticket.provider] += 1
        self._served[ticket.user_id] = next(self._count)

    def _pump(self) -> None:
        for line in self._lines.values():
            while line.held and (heap := self._next(line)) is not None:
                entry = heapq.heappop(heap)[3]
                line.held -= 1
                self._let_out(entry)
                self._turns.append(entry.ticket)

    def _next(self, line: _Line) -> _Heap | None:
        """Of who has least at work. When there is no room, only of who has nothing at all."""
        full = line.out >= line.room
        best: tuple[int, int] | None = None
        chosen: UserId | None = None
        for user in list(line.waiting):
            mine = line.of_user.get(user, 0)
            if (full and mine) or (self._limits.user is not None and self._users.get(user, 0) >= self._limits.user):
                continue
            rank = (mine, self._served.get(user, 0))
            if (best is None or rank < best) and any(self._heaps(line, user)):
                best, chosen = rank, user
        return None if chosen is None else min(self._heaps(line, chosen), key=lambda heap: heap[0][:3])

    def _heaps(self, line: _Line, user: UserId) -> Iterator[_Heap]:
        """Those of a user's from which the next may be taken. What is empty is tidied away."""
        of_user = line.waiting.get(user, {})
        for provider, heap in list(of_user.items()):
            while heap and (heap[0][3].gone or heap[0][3].out):
                heapq.heappop(heap)
            if not heap:
                del of_user[provider]
            elif self._providers[provider] < self._limits.provider.get(provider, self._providers[provider] + 1):
                yield heap
        if not of_user:
            line.waiting.pop(user, None)
