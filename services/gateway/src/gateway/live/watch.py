"""One client's view of a run or a project: what it missed, then what happens, without gap or duplicate."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from gateway.live import frames as framing
from gateway.live.frames import Frame
from gateway.live.hub import Hub, Scope, Subscription
from gateway.views.history import History
from gateway.views.rows import TERMINAL, TURNING, RunRow


async def missed(hub: Hub, history: History, scope: Scope, after: int) -> AsyncIterator[list[Frame]]:
    """What was recorded behind a position, from memory or from the database, in pages."""
    recent = hub.recent(scope, after)
    if recent is not None:
        if recent:
            yield recent
        return
    while page := await history.events(scope, after):
        yield [framing.frame(event) for event in page]
        after = page[-1].position


@dataclass(frozen=True)
class Watched:
    """What is watched, and from where."""

    scope: Scope
    after: int
    finished: bool = False
    """A run that has ended: its stream may have nothing more to say at all."""

    @classmethod
    def run(cls, run: RunRow, after: int) -> "Watched":
        """Nothing of a run is older than itself: a young one is watched without asking the database."""
        finished = run.state not in {"pending", "running"}
        return cls(("run", run.id), max(after, run.position - 1), finished)


async def watch(hub: Hub, history: History, watched: Watched, subscription: Subscription) -> AsyncIterator[list[Frame]]:
    """Frames in the order of their positions. That of a run ends when the run has.

    It joins before it looks back: whatever is recorded meanwhile comes twice, and is given once.
    """
    scope, after = watched.scope, watched.after
    hub.join(subscription, scope)
    try:
        # the database may already hold an end that memory does not: it counts once it has been read
        ending = await history.ending(scope) if watched.finished else None
        over = ending is not None and after >= ending
        async for page in missed(hub, history, scope, after):
            yield page
            after, over = _read(scope, page, after, over=over)
        while not (over and subscription.empty):
            fresh = [f for f in await subscription.take() if f.position is None or f.position > after]
            if subscription.closed and not fresh:
                return
            if fresh:
                yield fresh
            after, over = _read(scope, fresh, after, over=over)
    finally:
        hub.leave(subscription, [scope])


def _read(scope: Scope, frames: list[Frame], after: int, *, over: bool) -> tuple[int, bool]:
    """How far it has been read, and whether the run had ended by then (a project never ends)."""
    of_run = scope[0] == "run"
    for frame in frames:
        if frame.position is not None:
            after = max(after, frame.position)
        if of_run and frame.type in TURNING:
            over = frame.type in TERMINAL
    return after, over
