"""Fakes that live in a thread with a loop of their own, so that any test may ask them things."""

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

import httpx2

from providers.fakes.google import FakeGoogle, Seen
from providers.fakes.google_faults import Fault
from providers.fakes.google_films import Studio
from providers.fakes.http import Call, Reply, Server, answer


class Fake(Protocol):
    async def start(self) -> None: ...

    async def close(self) -> None: ...


@contextmanager
def at_work(fake: Fake) -> Iterator[None]:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name=type(fake).__name__)
    thread.start()
    try:
        asyncio.run_coroutine_threadsafe(fake.start(), loop).result(10)
        yield
    finally:
        asyncio.run_coroutine_threadsafe(fake.close(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


class Google:
    """Google as the workers meet it, and what it was asked."""

    def __init__(self) -> None:
        self._fake = FakeGoogle()

    @property
    def url(self) -> str:
        return self._fake.url

    @property
    def studio(self) -> Studio:
        """Where its films are made: `held`, none is done."""
        return self._fake.studio

    @property
    def all_calls(self) -> list[Seen]:
        return list(self._fake.calls)

    def will(self, kind: str, match: str, **how: Any) -> None:
        """Plan a fault for requests with `match` in them; see `providers.fakes.google_faults`."""
        self._fake.script.append(Fault(kind, match=match, **how))

    def calls(self, match: str) -> list[Seen]:
        """All that was asked with `match` in it, in order."""
        return [seen for seen in list(self._fake.calls) if match in json.dumps(seen.body)]

    async def start(self) -> None:
        await self._fake.start()

    async def close(self) -> None:
        await self._fake.close()


class Forgetful:
    """Stands before the fake paid vendor and passes everything on, but answers every look-up with a 404.

    So a request whose answer was lost stays in doubt, while the vendor is at work on a job that can be adopted.
    """

    def __init__(self, vendor_url: str) -> None:
        self._server = Server(self._pass_on)
        self._vendor = vendor_url
        self._http: httpx2.AsyncClient | None = None

    @property
    def url(self) -> str:
        return self._server.url

    async def start(self) -> None:
        self._http = httpx2.AsyncClient(base_url=self._vendor, timeout=30, trust_env=False)
        await self._server.start()

    async def close(self) -> None:
        await self._server.close()
        if self._http:
            await self._http.aclose()

    async def _pass_on(self, call: Call) -> Reply:
        if call.path == "/lookup":
            return answer({"error": {"kind": "result_expired", "message": "nobody remembers"}}, 404)
        assert self._http
        try:
            said = await self._http.request(call.method, call.path, params=dict(call.query), content=call.body)
        except httpx2.HTTPError:
            return answer({"error": {"kind": "transient", "message": "the vendor hung up"}}, 201)  # unreadable
        headers = {name: said.headers[name] for name in ("retry-after",) if name in said.headers}
        return Reply(said.status_code, said.content, said.headers["content-type"], headers)
