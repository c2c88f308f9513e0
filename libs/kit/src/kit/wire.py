"""Requests to a NATS server over one shared inbox, and the JetStream answers they get."""

import asyncio
import base64
import itertools
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import nats.errors
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription

from kit.errors import Unavailable
from kit.record import Record, decode

NO_RESPONDERS = "503"
NOT_FOUND = "404"
_NO_MESSAGE = 10037


class ApiError(Exception):
    """The server refused, with one of its error codes."""

    def __init__(self, code: int, description: str) -> None:
        super().__init__(f"{description} ({code})")
        self.code = code


class Wire:
    """One inbox for many requests in flight: no subscription and no round trip of its own per request."""

    def __init__(self, nc: Client, timeout_s: float = 5) -> None:
        self.nc = nc
        self._timeout_s = timeout_s
        self._prefix = nc.new_inbox() + "."
        self._waiting: dict[str, Callable[[Msg], None]] = {}
        self._tokens = map(str, itertools.count())
        self._ready: asyncio.Task[Subscription] | None = None

    async def close(self) -> None:
        if self._ready is not None and not self.nc.is_closed:
            await (await self._ready).unsubscribe()

    async def _subscribe(self) -> Subscription:
        return await self.nc.subscribe(self._prefix + "*", cb=self._dispatch)

    async def _dispatch(self, msg: Msg) -> None:
        handler = self._waiting.get(msg.subject.rpartition(".")[2])
        if handler:
            handler(msg)

    async def _send(self, subject: str, payload: bytes, token: str, headers: dict[str, str] | None) -> None:
        if self._ready is None:
            self._ready = asyncio.ensure_future(self._subscribe())
        if not self._ready.done():
            await asyncio.shield(self._ready)
        await self.nc.publish(subject, payload, reply=self._prefix + token, headers=headers)

    async def request(
        self, subject: str, payload: bytes, headers: dict[str, str] | None = None, timeout_s: float | None = None
    ) -> Msg:
        """Send and wait for one answer.

        Raises:
            Unavailable: no answer in time, or nobody listens. Whether a publish was stored is then unknown.
        """
        token = next(self._tokens)
        limit_s = timeout_s or self._timeout_s
        answer: asyncio.Future[Msg] = asyncio.get_running_loop().create_future()

        def take(msg: Msg) -> None:
            if not answer.done():
                answer.set_result(msg)

        self._waiting[token] = take
        try:
            async with asyncio.timeout(limit_s):
                await self._send(subject, payload, token, headers)
                msg = await answer
        except TimeoutError as error:
            raise Unavailable(f"NATS did not answer on {_api(subject)} within {limit_s:g} s") from error
        except (nats.errors.Error, OSError) as error:
            raise Unavailable(f"NATS connection: {error}") from error
        finally:
            del self._waiting[token]
        if msg.headers and msg.headers.get("Status") == NO_RESPONDERS:
            raise Unavailable(f"nothing listens on {_api(subject)}")
        return msg

    async def collect(self, subject: str, payload: bytes) -> tuple[list[Msg], Msg]:
        """Send and gather answers up to the one that carries a status, which is given last."""
        token = next(self._tokens)
        done: asyncio.Future[Msg] = asyncio.get_running_loop().create_future()
        got: list[Msg] = []

        def take(msg: Msg) -> None:
            if msg.headers and "Status" in msg.headers:
                if not done.done():
                    done.set_result(msg)
            else:
                got.append(msg)

        self._waiting[token] = take
        try:
            async with asyncio.timeout(self._timeout_s):
                await self._send(subject, payload, token, None)
                status = await done
        except TimeoutError as error:
            raise Unavailable(f"NATS did not answer on {_api(subject)} within {self._timeout_s:g} s") from error
        except (nats.errors.Error, OSError) as error:
            raise Unavailable(f"NATS connection: {error}") from error
        finally:
            del self._waiting[token]
        return got, status

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
            raise
        raw = base64.b64decode(message.get("hdrs", ""))
        headers = Client._parse_header_lines(raw.partition(b"\r\n")[2])  # noqa: SLF001  the library's own parser
        data = base64.b64decode(message.get("data", ""))
        return decode(message["seq"], message["subject"], headers, data, datetime.fromisoformat(message["time"]))

    async def direct_last(self, stream: str, subject: str) -> Record | None:
        """Read the last message of one subject from whichever replica answers."""
        msg = await self.request(f"$JS.API.DIRECT.GET.{stream}.{subject}", b"")
        return record_of(msg) if msg.headers and "Nats-Sequence" in msg.headers else None


def answer_of(msg: Msg) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(msg.data)
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


def _api(subject: str) -> str:
    """Shorten a subject for a message: API calls keep their verb, others their first two tokens."""
    return ".".join(subject.split(".")[: 5 if subject.startswith("$JS") else 2])
