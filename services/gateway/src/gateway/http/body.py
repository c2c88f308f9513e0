"""Bodies: JSON and nothing else, bounded in every direction."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute
from pydantic_core import from_json
from starlette.types import Receive

from gateway.http.problems import Problem, invalid
from gateway.limits.bounds import Bounds

MAX_BYTES = 1_000_000
"""Where nothing else is configured."""
MAX_DEPTH = 32
MAX_INTEGER = 2**63 - 1
_HANG_UP = {"Connection": "close"}
"""What is still to come of the body is not read."""


class StrictRequest(Request):
    """Reads no more than it may, and understands nothing that could not be stored."""

    max_bytes: int | None = None
    """Absent: as it is configured."""

    async def body(self) -> bytes:
        if not hasattr(self, "_body"):
            bounds: Bounds = self.app.state.desk.bounds
            try:
                async with asyncio.timeout(bounds.body_s):
                    self._body = await self._received(self.max_bytes or bounds.body_bytes)
            except TimeoutError:
                detail = f"The body did not arrive within {bounds.body_s:g} seconds."
                raise Problem(408, "body-too-slow", detail, headers=_HANG_UP) from None
            if self._body:
                self._check_type()
        return self._body

    async def _received(self, most: int) -> bytes:
        declared = self.headers.get("content-length", "")
        if declared.isdecimal() and int(declared) > most:
            raise _too_large(most)
        received = bytearray()
        async for chunk in self.stream():
            received += chunk
            if len(received) > most:
                raise _too_large(most)
        return bytes(received)

    def _check_type(self) -> None:
        kind = self.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/json" and not (kind.startswith("application/") and kind.endswith("+json")):
            shown = kind or "nothing"
            raise Problem(415, "unsupported-media-type", f"Send the body as application/json, not {shown}.")

    async def json(self) -> Any:
        if not hasattr(self, "_json"):
            try:
                self._json = from_json(await self.body(), allow_inf_nan=False)
            except ValueError as error:
                raise Problem(400, "malformed-json", f"The body is not JSON: {error}.") from error
            bounded(self._json, ["body"])
        return self._json


def _too_large(most: int) -> Problem:
    return Problem(413, "body-too-large", f"The body is larger than {most:,} bytes.", headers=_HANG_UP)


def bounded(value: Any, loc: list[str | int]) -> None:
    match value:
        case str() if "\x00" in value:
            raise invalid(loc, "Text must not contain NUL characters.")
        case bool() | None | str():
            return
        case int() if abs(value) > MAX_INTEGER:
            raise invalid(loc, "The number is too large.")
        case float() if abs(value) == float("inf"):
            raise invalid(loc, "The number is too large.")
        case dict() | list():
            if len(loc) > MAX_DEPTH:
                raise Problem(400, "malformed-json", f"The body is nested more than {MAX_DEPTH} deep.")
            for key, item in value.items() if isinstance(value, dict) else enumerate(value):
                if isinstance(key, str) and "\x00" in key:
                    raise invalid(loc, "Names must not contain NUL characters.")
                bounded(item, [*loc, key])


class StrictRoute(APIRoute):
    """A route whose requests are strict."""

    request_class: type[StrictRequest] = StrictRequest

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def strict(request: Request) -> Response:
            receive: Receive = request.receive
            return await handle(self.request_class(request.scope, receive))

        return strict
