"""The same events over a WebSocket: one connection, any number of runs and projects."""

import asyncio
import contextlib
import logging
from typing import Annotated, Literal

from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from pydantic import Field, ValidationError

from contracts.base import Id
from gateway.database import away
from gateway.desk import Desk
from gateway.http.bodies import Strict
from gateway.http.problems import Problem
from gateway.http.whose import known
from gateway.limits.limiter import TooMany
from gateway.live.hub import Scope, Subscription
from gateway.live.watch import Watched, watch
from gateway.users import Caller

router = APIRouter()
_MAX_MESSAGE = 64_000
_MAX_SCOPES = 200
_GOING_AWAY, _NOT_ALLOWED, _TRY_AGAIN, _TOO_SLOW = 1001, 1008, 1012, 1013
log = logging.getLogger(__name__)


class Subscribe(Strict):
    """`{"action": "subscribe", "executions": [...], "projects": [...], "after": 120000}`."""

    action: Literal["subscribe", "unsubscribe"]
    executions: Annotated[tuple[Id, ...], Field(max_length=_MAX_SCOPES)] = ()
    projects: Annotated[tuple[Id, ...], Field(max_length=_MAX_SCOPES)] = ()
    after: Annotated[int, Field(ge=0, le=2**63 - 1)] | None = None
    """Position behind which to begin. Absent: executions from their beginning, projects from now."""


class _Line:
    """One client, and a task for everything that it watches."""

    def __init__(self, socket: WebSocket, desk: Desk, caller: Caller) -> None:
        self._socket = socket
        self._caller = caller
        self._desk = desk
        self._turn = asyncio.Lock()
        self._watching: dict[Scope, tuple[asyncio.Task[None], Subscription]] = {}

    async def say(self, text: str) -> None:
        async with self._turn:
            await self._socket.send_text(text)

    async def obey(self, asked: Subscribe) -> None:
        scopes: list[Scope] = [("run", id_) for id_ in asked.executions] + [("project", id_) for id_ in asked.projects]
        for scope in scopes:
            self._stop(scope)
            if asked.action == "subscribe":
                await self._begin(scope, asked.after)

    async def _begin(self, scope: Scope, after: int | None) -> None:
        kind, id_ = scope
        watched = await self._seen(kind, id_, after)
        if watched is None or len(self._watching) >= _MAX_SCOPES:
            await self.say(f'{{"event":"refused","data":{{"kind":"{kind}","id":"{id_}"}}}}')
            return
        subscription = Subscription(self._cut)
        self._watching[scope] = (asyncio.create_task(self._tell(watched, subscription)), subscription)

    async def _seen(self, kind: str, id_: str, after: int | None) -> Watched | None:
        """None: there is no such thing, or it is another's."""
        name = "execution_id" if kind == "run" else "project_id"
        owner = await self._desk.who.access.owner(self._caller, {name: id_}, "viewer")
        if kind == "run":
            run = await self._desk.runs.find(owner, id_)
            return Watched.run(run, after or 0) if run else None
        if await self._desk.projects.find(owner, id_) is None:
            return None
        return Watched(("project", id_), self._desk.hub.newest if after is None else after)

    async def _tell(self, watched: Watched, subscription: Subscription) -> None:
        try:
            await self._pass_on(watched, subscription)
        except (WebSocketDisconnect, RuntimeError):
            pass  # the client has gone
        except Exception as error:  # noqa: BLE001  whatever it is, the client must not wait for ever
            log.warning("a socket was cut off", extra={"error": str(error)[:300]})
            await self._socket.close(_TRY_AGAIN)

    async def _pass_on(self, watched: Watched, subscription: Subscription) -> None:
        kind, id_ = watched.scope
        await self.say(f'{{"event":"subscribed","data":{{"kind":"{kind}","id":"{id_}"}}}}')
        async for frames in watch(self._desk.hub, self._desk.history, watched, subscription):
            for frame in frames:
                if frame.type != "heartbeat":
                    await self.say(frame.json)
        if subscription.closed and not subscription.cut and self._desk.hub.closed:
            await self._socket.close(_GOING_AWAY)
            return
        await self.say(f'{{"event":"end","data":{{"kind":"{kind}","id":"{id_}"}}}}')

    def _cut(self) -> None:
        self._desk.metrics.count("groove_stream_cut_off_total")
        for task, _ in self._watching.values():
            task.cancel()
        self._closing = asyncio.create_task(self._socket.close(_TOO_SLOW))

    def _stop(self, scope: Scope) -> None:
        task, subscription = self._watching.pop(scope, (None, None))
        if task is not None and subscription is not None:
            subscription.close()
            task.cancel()

    async def hang_up(self) -> None:
        tasks = [task for task, _ in self._watching.values()]
        for scope in list(self._watching):
            self._stop(scope)
        await asyncio.gather(*tasks, return_exceptions=True)


@router.websocket("/api/ws")
async def live(socket: WebSocket) -> None:
    desk: Desk = socket.app.state.desk
    try:
        caller = await known(socket, desk)
    except Problem as problem:
        await socket.close(_NOT_ALLOWED, problem.detail[:120])
        return
    try:
        with desk.limiter.stream(caller.user_id):
            await socket.accept()
            await _serve(socket, desk, caller)
    except TooMany as error:
        await socket.close(_NOT_ALLOWED, str(error))


async def _serve(socket: WebSocket, desk: Desk, caller: Caller) -> None:
    line = _Line(socket, desk, caller)
    try:
        with contextlib.suppress(WebSocketDisconnect, RuntimeError):
            while True:
                text = await socket.receive_text()
                await _heard(line, text)
    except Exception as error:
        if not away(error):
            raise
        log.warning("a socket was cut off", extra={"error": str(error)[:300]})
        await socket.close(_TRY_AGAIN)
    finally:
        await line.hang_up()


async def _heard(line: _Line, text: str) -> None:
    if len(text) > _MAX_MESSAGE:
        await line.say('{"event":"refused","data":{"message":"The message is too long."}}')
        return
    try:
        asked = Subscribe.model_validate_json(text)
    except ValidationError:
        message = (
            'Send {\\"action\\": \\"subscribe\\", \\"executions\\": [id], \\"projects\\": [id], \\"after\\": position}.'
        )
        await line.say(f'{{"event":"refused","data":{{"message":"{message}"}}}}')
        return
    await line.obey(asked)
