"""One request and its answer: repeated where that is safe, a `Problem` where the server says no."""

import asyncio
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlsplit

import httpx2

from groove.problem import Problem, Unreachable, read_problem
from groove.retry import Patience, asked_pause_s

LOOPBACK = ("127.0.0.1", "localhost", "::1")
NOT_NOW = frozenset({429, 502, 503, 504})
_UNSENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)
"""The server cannot have seen the request."""


@dataclass(frozen=True)
class Ask:
    """A request that may be sent again as it is."""

    method: str
    path: str
    body: Any = None
    params: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    repeatable: bool = True
    """Whether it may be sent again although the server may have obeyed it already."""


def new_key() -> str:
    """An Idempotency-Key."""
    return secrets.token_hex(16)


def starting(path: str, body: Any, key: str | None) -> Ask:
    """A POST that creates or starts something: its key makes it safe to repeat."""
    return Ask("POST", path, body, headers={"Idempotency-Key": key or new_key()})


def path(*steps: str) -> str:
    """`/api/...` with each step quoted."""
    return "/".join(("/api", *(quote(step, safe="") for step in steps)))


class Wire:
    def __init__(self, base_url: str, patience: Patience, timeout_s: float, headers: Mapping[str, str]) -> None:
        self.base_url = base_url.rstrip("/")
        self.patience = patience
        self.http = http_client(self.base_url, timeout_s, headers)

    async def ask(self, ask: Ask) -> httpx2.Response:
        """Send it until it is answered.

        Raises:
            Problem: the server says no.
            Unreachable: it says nothing.
        """
        pauses = self.patience.pauses()
        for left in reversed(range(self.patience.tries)):
            try:
                answer = await self._send(ask)
            except httpx2.TransportError as error:
                if not left or not (ask.repeatable or isinstance(error, _UNSENT)):
                    raise Unreachable(self.base_url, in_words(error)) from error
                await asyncio.sleep(next(pauses))
                continue
            pause = self._pause(answer, next(pauses)) if left else None
            if pause is None:
                return checked(answer)
            await asyncio.sleep(pause)
        raise Unreachable(self.base_url, "no try was allowed")

    async def json(self, ask: Ask) -> Any:
        answer = await self.ask(ask)
        if answer.status_code == HTTPStatus.NO_CONTENT or not answer.content:
            return None
        try:
            return answer.json()
        except ValueError as error:
            detail = f"What answers at {self.base_url} does not speak JSON. Is it Pixel Groove?"
            raise Problem(answer.status_code, "Not the API", detail) from error

    async def close(self) -> None:
        await self.http.aclose()

    async def _send(self, ask: Ask) -> httpx2.Response:
        params = {name: value for name, value in ask.params.items() if value is not None}
        return await self.http.request(ask.method, ask.path, json=ask.body, params=params, headers=dict(ask.headers))

    def _pause(self, answer: httpx2.Response, otherwise: float) -> float | None:
        """Seconds to wait before it is sent again; None: the answer stands."""
        asked = asked_pause_s(answer.headers.get("Retry-After"), answer.headers.get("Date"))
        if answer.status_code in NOT_NOW or (answer.status_code == HTTPStatus.CONFLICT and asked is not None):
            pause = otherwise if asked is None else asked
            return pause if pause <= self.patience.longest_wait_s else None
        return None


def http_client(url: str, timeout_s: float, headers: Mapping[str, str]) -> httpx2.AsyncClient:
    """A proxy of the environment is no way to one's own machine."""
    remote = urlsplit(url).hostname not in LOOPBACK
    return httpx2.AsyncClient(base_url=url, timeout=timeout_s, headers=dict(headers), trust_env=remote)


def checked(answer: httpx2.Response) -> httpx2.Response:
    if answer.is_error:
        raise read_problem(answer.status_code, answer.reason_phrase, answer.content)
    return answer


def in_words(error: httpx2.TransportError) -> str:
    """Why there was no answer, if there is more to say than that."""
    match error:
        case httpx2.ConnectError():
            return ""
        case httpx2.TimeoutException():
            return "no answer in time"
        case _:
            return "the connection was cut"
