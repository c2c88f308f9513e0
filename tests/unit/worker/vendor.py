"""A paid vendor, and how one worker reaches it."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from contracts.failures import FailureKind
from providers.doubt import DoubtPolicy
from providers.fakes.picture import png
from providers.interface import (
    Artifact,
    CancelOutcome,
    Done,
    Job,
    OnProgress,
    Pending,
    Prepared,
    ProviderError,
    Request,
    SubmitInDoubt,
)

LAG_S = 5.0


class Time:
    def __init__(self) -> None:
        self.now = datetime(2026, 11, 21, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def on(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


class Line:
    """One worker's way into the world."""

    def __init__(self) -> None:
        self.steps: list[str] = []
        self.cut_at: str | None = None
        self.frozen_at: str | None = None
        self.frozen = asyncio.Event()
        self.thaw = asyncio.Event()
        self.on_step: dict[str, Callable[[], Awaitable[None]]] = {}
        self.turn: Callable[[str], Awaitable[None]] | None = None
        self.dead = asyncio.Event()

    async def step(self, name: str) -> None:
        self.steps.append(name)
        if name == self.cut_at:
            self.dead.set()
        if self.dead.is_set():
            await asyncio.Event().wait()
        if name == self.frozen_at:
            self.frozen_at = None
            self.frozen.set()
            await self.thaw.wait()
        if act := self.on_step.pop(name, None):
            await act()
        if self.turn:
            await self.turn(name)


@dataclass
class Vendor:
    """A paid vendor. It takes whatever reaches it, and remembers every time something did."""

    clock: Time
    lag_s: float | None = LAG_S
    key_window_s: float | None = None
    """For so long, the same key again is the same request."""
    sync: bool = False
    """It answers with the result, and keeps no job."""
    polls: int = 2
    taken: list[str] = field(default_factory=list)
    cancelled: set[str] = field(default_factory=set)
    cancels: CancelOutcome = "cancelled"
    script: deque[Exception] = field(default_factory=deque)
    """Raised by the next submissions: one that may have been taken is taken."""
    unseen: deque[Exception] = field(default_factory=deque)
    """Raised by the next polls."""
    artifacts: tuple[Artifact, ...] | None = None
    requests: list[Request] = field(default_factory=list)
    _since: dict[str, datetime] = field(default_factory=dict)
    _left: dict[str, int] = field(default_factory=dict)

    def take(self, request: Request) -> Done | Job:
        self.requests.append(request)
        trouble = self.script.popleft() if self.script else None
        if isinstance(trouble, ProviderError) and trouble.kind is not FailureKind.IN_DOUBT:
            raise trouble
        known = self._since.get(request.key)
        again = known and self.key_window_s and self.clock() < known + timedelta(seconds=self.key_window_s)
        if not isinstance(trouble, NotTaken) and not again:
            self.taken.append(request.key)
            self._since[request.key] = self.clock()
            self._left[request.key] = self.polls
        if trouble:
            raise trouble
        return self.done(request.operation) if self.sync else Job({"job": request.key, "op": request.operation})

    def done(self, operation: str) -> Done:
        made = Artifact(data=png("x", 8, 8), mime="image/png") if "to_image" in operation else Artifact(text="words")
        return Done(self.artifacts or (made,), cost=100, cost_basis="reported")

    def look(self, handle: Mapping[str, Any]) -> Pending | Done:
        if self.unseen:
            raise self.unseen.popleft()
        key = handle.get("job", "")
        if key in self.cancelled:
            raise ProviderError(FailureKind.PROVIDER_FAILED, "it was cancelled", cost=7)
        self._left[key] = self._left.get(key, self.polls) - 1
        return Pending(0.5, 1.0) if self._left[key] >= 0 else self.done(handle.get("op", "text_to_text"))

    def lookup(self, key: str) -> Job | None:
        assert self.lag_s is not None
        seen = key in self._since and self.clock() >= self._since[key] + timedelta(seconds=self.lag_s)
        return Job({"job": key, "op": "text_to_text"}) if seen else None


class NotTaken(SubmitInDoubt):
    """In doubt for who asked, while in truth it never arrived."""

    def __init__(self) -> None:
        super().__init__("the connection broke", provider="fake")


class Asked:
    """The vendor, as one worker reaches it."""

    name = "fake"
    note = "a note"

    def __init__(self, line: Line, vendor: Vendor) -> None:
        self._line, self._vendor = line, vendor
        self.lookup_lag_s = vendor.lag_s
        self.key_window_s = vendor.key_window_s
        self.doubt: DoubtPolicy = "resubmit" if vendor.key_window_s else "ask" if vendor.lag_s is None else "look_up"

    def prepare(self, request: Request) -> Prepared:
        return Prepared(request, str(request.params.get("prompt", "")), (self.note,))

    async def submit(self, prepared: Prepared, on_progress: OnProgress) -> Done | Job:
        # nothing between the worker's look at the clock and this: that pause is the one that cannot be closed
        answer = self._vendor.take(prepared.request)
        await on_progress(0.1, "asked")
        await self._line.step("after submit")
        return answer

    async def poll(self, handle: Mapping[str, Any]) -> Pending | Done:
        await self._line.step("before poll")
        seen = self._vendor.look(handle)
        await self._line.step("after poll")
        return seen

    async def find(self, key: str) -> Job | Done | None:
        await self._line.step("before find")
        return self._vendor.lookup(key)

    async def cancel(self, handle: Mapping[str, Any]) -> CancelOutcome:
        await self._line.step("before cancel")
        if self._vendor.cancels == "cancelled":
            self._vendor.cancelled.add(handle["job"])
        return self._vendor.cancels

    async def close(self) -> None:
        return None


class Free(Asked):
    """The same, asked for work that costs nothing."""

    async def submit(self, prepared: Prepared, on_progress: OnProgress) -> Done | Job:
        await self._line.step("before work")
        self._vendor.requests.append(prepared.request)
        await on_progress(0.5, "at work")
        return self._vendor.done(prepared.request.operation)
