"""Server-Sent Events: bytes that were made once, handed to whoever may see them."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic_core import from_json
from starlette.responses import Response
from starlette.types import Receive, Send
from starlette.types import Scope as AsgiScope

from contracts.base import ID_PATTERN
from gateway.database import away
from gateway.desk import Desk
from gateway.http import shapes
from gateway.http.asking import TheCaller, TheDesk, TheUser, answer, the_run
from gateway.http.body import StrictRoute
from gateway.http.problems import Problem, invalid
from gateway.http.watcher import Watcher
from gateway.limits.limiter import TooMany
from gateway.live.frames import Frame
from gateway.live.hub import Subscription
from gateway.live.watch import Watched, watch
from gateway.users import default_project

log = logging.getLogger(__name__)
router = APIRouter(tags=["live"], route_class=StrictRoute)
_After = Annotated[int | None, Query(ge=0, le=2**63 - 1, description="Only what came after the event with this id.")]
_DOCUMENTED = {
    200: {"description": "Server-Sent Events.", "content": {"text/event-stream": {"schema": {"type": "string"}}}}
}


class EventStream(Response):
    """A plain stream. It ends with the run, with its client, with the process, or when its client reads too slowly."""

    media_type = "text/event-stream"

    def __init__(self, desk: Desk, watched: Watched, watcher: Watcher) -> None:
        super().__init__(
            headers={
                "cache-control": "no-store",
                "x-accel-buffering": "no",
                "content-type": "text/event-stream; charset=utf-8",
            }
        )
        del self.headers["content-length"]
        self._desk = desk
        self._watched = watched
        self._watcher = watcher

    async def __call__(self, scope: AsgiScope, receive: Receive, send: Send) -> None:
        try:
            with self._desk.limiter.stream(self._watcher.caller.user_id):
                await self._live(receive, send)
        except TooMany as error:
            await Problem(429, "too-many-streams", str(error)).response()(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        subscription = Subscription(lambda: self._cut(sending))
        frames = watch(self._desk.hub, self._desk.history, self._watched, subscription)
        sending = asyncio.create_task(self._send(frames, send))
        leaving = asyncio.create_task(_gone(receive))
        barred = asyncio.create_task(self._watcher.until_barred(self._desk))
        try:
            await asyncio.wait((sending, leaving, barred), return_when=asyncio.FIRST_COMPLETED)
        finally:
            subscription.close()
            for task in (sending, leaving, barred):
                task.cancel()
            done = await asyncio.gather(sending, leaving, barred, return_exceptions=True)
        if isinstance(done[0], Exception):
            if not away(done[0]):
                raise done[0]
            log.warning("a stream was cut off", extra={"error": str(done[0])[:300]})  # its client comes back

    def _cut(self, sending: asyncio.Task[None]) -> None:
        """Its socket takes nothing any more: waiting for it would be waiting for ever."""
        self._desk.metrics.count("groove_stream_cut_off_total")
        sending.cancel()

    async def _send(self, frames: AsyncIterator[list[Frame]], send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": b"retry: 1000\n\n", "more_body": True})
        async with contextlib.aclosing(frames):  # type: ignore[type-var]  # it is an async generator
            async for batch in frames:
                body = b"".join(frame.sse for frame in batch)
                await send({"type": "http.response.body", "body": body, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _begin(request: Request, after: int | None) -> int:
    """The header is what a browser sends when it comes back; it knows more than the address it was given first."""
    header = request.headers.get("last-event-id", "").strip()
    if not header:
        return after or 0
    if not header.isdecimal() or len(header) > 18:  # noqa: PLR2004  it fits a bigint
        raise invalid(["header", "Last-Event-ID"], "Last-Event-ID must be the id of an event: a whole number.")
    return int(header)


@router.get("/api/executions/{execution_id}/stream", responses=_DOCUMENTED, response_class=Response)  # type: ignore[arg-type]  # FastAPI's own type is narrower than its use
async def stream_execution(
    execution_id: str, request: Request, desk: TheDesk, user: TheUser, caller: TheCaller, after: _After = None
) -> Response:
    """Everything that happens in an execution. `Last-Event-ID` resumes without gap or duplicate."""
    run = await the_run(desk, user, execution_id)
    watcher = Watcher(caller, user, run.project_id)
    return EventStream(desk, Watched.run(run, _begin(request, after)), watcher)


@router.get("/api/stream", responses=_DOCUMENTED, response_class=Response)  # type: ignore[arg-type]  # as above
async def stream_project(
    request: Request,
    desk: TheDesk,
    user: TheUser,
    caller: TheCaller,
    project_id: Annotated[str | None, Query(pattern=ID_PATTERN)] = None,
    after: _After = None,
) -> Response:
    """Everything that happens in a project. Without a place to begin, only what happens from now on."""
    project_id = project_id or default_project(user)
    await known_project(desk, user, project_id)
    begin = _begin(request, after)
    if after is None and "last-event-id" not in request.headers:
        begin = desk.hub.newest
    return EventStream(desk, Watched(("project", project_id), begin), Watcher(caller, user, project_id))


async def known_project(desk: Desk, user: str, project_id: str) -> None:
    if await desk.projects.find(user, project_id) is None:
        raise invalid(["query", "project_id"], f"There is no project {project_id!r}.", "unknown-project")


@router.get("/api/executions/{execution_id}/events", response_model=shapes.EventsShape)
async def list_events(
    execution_id: str,
    desk: TheDesk,
    user: TheUser,
    after: Annotated[int, Query(ge=0, le=2**63 - 1)] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 500,
) -> Response:
    """The same history as JSON."""
    run = await the_run(desk, user, execution_id)
    events = await desk.history.events(("run", run.id), after, limit + 1)
    more, events = len(events) > limit, events[:limit]
    items = [{"id": event.position, "event": event.type, "data": from_json(event.payload)} for event in events]
    return answer({"items": items, "next_cursor": events[-1].position if more else None})
