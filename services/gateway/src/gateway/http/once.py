"""Idempotency-Key: the same request twice is done once, and answered the same."""

import asyncio
import hashlib
import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from weakref import WeakValueDictionary

from fastapi import Request
from starlette.responses import Response

from gateway.desk import Desk
from gateway.http.problems import Problem
from gateway.library.answers import Keyed
from kit.ids import named_id, new_id

_KEY = re.compile(r"[\x21-\x7e]{1,200}")
_KEPT_HEADERS = ("location", "etag", "content-type")
_FINAL = 500
_turns: WeakValueDictionary[tuple[str, str, str], asyncio.Lock] = WeakValueDictionary()


@dataclass(frozen=True)
class Ids:
    """The ids of what a request makes: with a key always the same ones, without it new ones."""

    keyed: Keyed | None = None

    def mint(self, what: str) -> str:
        if self.keyed is None:
            return new_id()
        return named_id(self.keyed.user_id, self.keyed.route, self.keyed.key, what)

    @property
    def digest(self) -> str:
        return self.keyed.digest if self.keyed else ""


async def once(request: Request, desk: Desk, user: str, work: Callable[[Ids], Awaitable[Response]]) -> Response:
    """Do the work, unless this very request was answered before.

    Two at once in this process take turns; two in different processes both do it, with the same ids, which is once.
    """
    key = request.headers.get("idempotency-key")
    if key is None:
        return await work(Ids())
    if not _KEY.fullmatch(key):
        raise Problem(400, "bad-idempotency-key", "Idempotency-Key must be 1 to 200 visible ASCII characters.")
    keyed = Keyed(user, f"{request.method} {request.url.path}", key, await _digest(request))
    turn = _turns.setdefault((user, keyed.route, key), asyncio.Lock())
    async with turn:
        stored = await desk.answers.begin(keyed)
        if stored.digest != keyed.digest:
            raise different_body()
        if stored.status is not None:
            return Response(stored.body or b"", stored.status, stored.headers)
        try:
            response = await work(Ids(keyed))
        except Problem as problem:
            response = problem.response()
        if response.status_code < _FINAL and "retry-after" not in response.headers:
            kept = {name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers}
            await desk.answers.keep(keyed, response.status_code, kept, bytes(response.body))
        return response


def different_body() -> Problem:
    return Problem(422, "different-body", "This Idempotency-Key was used before with another body. Use a new key.")


async def _digest(request: Request) -> str:
    """Of the body's meaning: spaces and the order of names do not matter."""
    body = await request.body()
    canonical = json.dumps(await request.json(), sort_keys=True, separators=(",", ":"), default=str) if body else ""
    return hashlib.sha256(canonical.encode()).hexdigest()
