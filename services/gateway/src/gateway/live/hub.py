"""Hands every event to the clients that may see it. A slow one is cut off: nothing is buffered without end."""

import asyncio
from collections import defaultdict, deque
from collections.abc import Callable, Iterable

from gateway.live.frames import HEARTBEAT, Frame
from gateway.metrics import Metrics

MAX_WAITING = 2_000
"""Frames that may wait for one client."""
RING = 4_096
"""Frames kept in memory, so that clients who come back at once need no database."""


class Subscription:
    """What waits for one client. A scope is ("run", id) or ("project", id)."""

    def __init__(self, on_cut: Callable[[], None]) -> None:
        self._frames: deque[Frame] = deque()
        self._here = asyncio.Event()
        self._on_cut = on_cut
        self.closed = False
        self.cut = False

    def offer(self, frame: Frame) -> None:
        if self.closed:
            return
        if frame.position is None and len(self._frames) > MAX_WAITING // 4:
            return  # progress is the first thing that a slow reader loses
        if len(self._frames) >= MAX_WAITING:
            self.cut = True
            self.close()
            self._on_cut()
            return
        self._frames.append(frame)
        self._here.set()

    def close(self) -> None:
        self.closed = True
        self._frames.clear()
        self._here.set()

    @property
    def empty(self) -> bool:
        return not self._frames

    async def take(self) -> list[Frame]:
        """Wait for frames and give all that are here; nothing once closed."""
        if not self._frames and not self.closed:
            self._here.clear()
            await self._here.wait()
        taken = list(self._frames)
        self._frames.clear()
        return taken


Scope = tuple[str, str]


class Hub:
    def __init__(self, metrics: Metrics, begin: int = 0) -> None:
        self._metrics = metrics
        self._audience: dict[Scope, set[Subscription]] = defaultdict(set)
        self._ring: deque[Frame] = deque(maxlen=RING)
        self._ring_after = begin
        """Every event behind this position is in the ring."""
        self.newest = begin
        """The last position that was published."""
        self.closed = False
        metrics.gauge("groove_stream_clients", lambda: len(self._all()))

    def _all(self) -> set[Subscription]:
        return set().union(*self._audience.values())

    def begin(self, position: int) -> None:
        """Nothing up to this position will be published."""
        self._ring_after = self.newest = position

    def join(self, subscription: Subscription, scope: Scope) -> None:
        """From now on it gets what is published in this scope."""
        if self.closed:
            subscription.close()
        self._audience[scope].add(subscription)

    def leave(self, subscription: Subscription, scopes: Iterable[Scope]) -> None:
        subscription.close()
        for scope in scopes:
            audience = self._audience.get(scope)
            if audience is not None:
                audience.discard(subscription)
                if not audience:
                    del self._audience[scope]

    def recent(self, scope: Scope, after: int) -> list[Frame] | None:
        """What was published behind a position; None when memory does not reach back that far."""
        if after < self._ring_after:
            return None
        return [f for f in self._ring if f.position is not None and f.position > after and _in(scope, f)]

    def publish(self, frames: Iterable[Frame]) -> None:
        for frame in frames:
            if frame.position is not None and frame.position <= self.newest:
                # told late, of a run that was paused: memory holds nothing of it, and must not seem to
                self._ring.clear()
                self._ring_after = self.newest
            elif frame.position is not None:
                if len(self._ring) == RING:
                    self._ring_after = self._ring[0].position or 0
                self._ring.append(frame)
                self.newest = frame.position
            readers = self._readers(frame)
            for reader in readers:
                reader.offer(frame)
            self._metrics.count("groove_events_sent_total", len(readers))

    def _readers(self, frame: Frame) -> set[Subscription]:
        of_project = self._audience.get(("project", frame.project_id), set())
        if frame.run_id is None:
            return set(of_project)
        return of_project | self._audience.get(("run", frame.run_id), set())

    async def beat(self, every_s: float) -> None:
        """Let quiet connections show that they are alive, for ever."""
        while True:
            await asyncio.sleep(every_s)
            for subscription in self._all():
                if subscription.empty:
                    subscription.offer(HEARTBEAT)

    def close(self) -> None:
        """End every stream: the process is going."""
        self.closed = True
        for subscription in self._all():
            subscription.close()


def _in(scope: Scope, frame: Frame) -> bool:
    kind, id_ = scope
    return (frame.run_id if kind == "run" else frame.project_id) == id_
