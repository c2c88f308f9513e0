"""Requests to a NATS server over one shared inbox, and the JetStream answers they get."""

import asyncio
import base64
import itertools
import json
from datetime import datetime
from typing import Any

import nats.errors
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from pydantic_core import from_json

from kit.errors import Unavailable
from kit.fast import subscribe
from kit.nats import Connection
from kit.record import Record, decode
from kit.sealed import opened

NO_RESPONDERS = "503"
NOT_FOUND = "404"
_NO_MESSAGE = 10037


class ApiError(Unavailable):
    """The server refused, with one of its error codes. Who does not care why, catches `Unavailable`."""

    def __init__(self, code: int, description: str) -> None:
        super().__init__(f"{description} ({code})")
        self.code = code


class Wire:
    """One inbox for many requests in flight: no subscription and no round trip of its own per request."""

    def __init__(self, nc: Client, timeout_s: float = 5) -> None:
        self.nc = nc
        self._timeout_s = timeout_s
        self._prefix = nc.new_inbox() + "."
        self._waiting: dict[str, tuple[asyncio.Future[Msg], list[Msg] | None]] = {}
        self._tokens = map(str, itertools.count())
        self._ready: asyncio.Task[Subscription] | None = None
        if isinstance(nc, Connection):
            nc.watchers.add(self)

    def connection_lost(self) -> None:
        """Fail what waits: no answer to it can come any more, and its sender can go and look at once."""
        for answer, _ in self._waiting.values():
            if not answer.done():
                answer.set_exception(Unavailable("the connection to NATS was lost before an answer came"))

    def connection_back(self) -> None:
        """Nothing to do: what was sent meanwhile goes out by itself."""

    async def close(self) -> None:
        if self._ready is not None and not self.nc.is_closed:
            await (await self._ready).unsubscribe()

    async def _subscribe(self) -> Subscription:
        return await subscribe(self.nc, self._prefix + "*", self._dispatch)

    def _dispatch(self, msg: Msg) -> None:
        waiting = self._waiting.get(msg.subject[len(self._prefix) :])
        if waiting is None or waiting[0].done():
            return  # nobody waits any more
        answer, gathered = waiting
        if gathered is None or (msg.headers and "Status" in msg.headers):
            answer.set_result(msg)
        else:
            gathered.append(msg)

    async def request(
        self, subject: str, payload: bytes, headers: dict[str, str] | None = None, timeout_s: float | None = None
    ) -> Msg:
        """Send and wait for one answer.

        Raises:
            Unavailable: no answer in time, or nobody listens. Whether a publish was stored is then unknown.
        """
        msg = await self._ask(subject, payload, headers, None, timeout_s or self._timeout_s)
        if msg.headers and msg.headers.get("Status") == NO_RESPONDERS:
            raise Unavailable(f"nothing listens on {_short(subject)}")
        return msg

    async def collect(self, subject: str, payload: bytes) -> tuple[list[Msg], Msg]:
        """Send and gather answers up to the one that carries a status, which is given last."""
        gathered: list[Msg] = []
        status = await self._ask(subject, payload, None, gathered, self._timeout_s)
        return gathered, status

    async def _ask(
        self, subject: str, payload: bytes, headers: dict[str, str] | None, gathered: list[Msg] | None, limit_s: float
    ) -> Msg:
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Msg] = loop.create_future()
        token = next(self._tokens)
        self._waiting[token] = (answer, gathered)
        timer = loop.call_later(limit_s, _expire, answer)  # a third of what asyncio.timeout costs
        try:
            if self._ready is None:
                self._ready = asyncio.ensure_future(self._subscribe())
            if not self._ready.done():
                await asyncio.shield(self._ready)
            await self.nc.publish(subject, payload, reply=self._prefix + token, headers=headers)
            return await answer
        except TimeoutError as error:
            raise Unavailable(f"NATS did not answer on {_short(subject)} within {limit_s:g} s") from error
        except (nats.errors.Error, OSError) as error:
            raise Unavailable(f"NATS connection: {error}") from error
        finally:
            timer.cancel()
            del self._waiting[token]

    async def api(
        self, call: str, body: dict[str, Any] | None = None, timeout_s: float | None = None
    ) -> dict[str, Any]:
        """Call the JetStream API.

        Raises:
            ApiError: the server refused.
            Unavailable: no answer.
        """
        payload = json.dumps(body).encode() if body is not None else b""
        return answer_of(await self.request(f"$JS.API.{call}", payload, timeout_s=timeout_s))

    async def leader_get(self, stream: str, **query: Any) -> Record | None:
        """Read one message at the stream's leader: never stale, unlike a direct get."""
        try:
            message = (await self.api(f"STREAM.MSG.GET.{stream}", query))["message"]
        except ApiError as error:
            if error.code == _NO_MESSAGE:
                return None
            raise Unavailable(f"reading {stream}: {error}") from error
        raw = base64.b64decode(message.get("hdrs", ""))
        headers = Client._parse_header_lines(raw.partition(b"\r\n")[2])  # noqa: SLF001  the library's own parser
        data = base64.b64decode(message.get("data", ""))
        at = datetime.fromisoformat(message["time"])
        return await opened(self.nc, decode(message["seq"], message["subject"], headers, data, at))

    async def direct_last(self, stream: str, subject: str) -> Record | None:
        """Read the last message of one subject from whichever replica answers."""
        msg = await self.request(f"$JS.API.DIRECT.GET.{stream}.{subject}", b"")
        headers = msg.headers or {}
        if headers.get("Status") == NOT_FOUND:
            return None
        if "Nats-Sequence" not in headers:
            raise Unavailable(f"reading {stream}: {headers.get('Description', 'no message')}")
        return await opened(self.nc, record_of(msg))


def answer_of(msg: Msg) -> dict[str, Any]:
    answer: dict[str, Any] = from_json(msg.data)
    error = answer.get("error")
    if error:
        raise ApiError(error.get("err_code", error.get("code", 0)), error.get("description", ""))
    return answer


def record_of(msg: Msg) -> Record:
    """Read the answer to a direct get."""
    headers: dict[str, str] = msg.headers or {}
    return decode(
        int(headers["Nats-Sequence"]),
        headers["Nats-Subject"],
        headers,
        msg.data,
        datetime.fromisoformat(headers["Nats-Time-Stamp"]),
    )


def _expire(answer: asyncio.Future[Msg]) -> None:
    if not answer.done():
        answer.set_exception(TimeoutError())


def _short(subject: str) -> str:
    """Shorten a subject for a message: API calls keep their verb, others their first two tokens."""
    return ".".join(subject.split(".")[: 5 if subject.startswith("$JS") else 2])
