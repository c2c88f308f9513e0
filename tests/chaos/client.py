"""A patient client: it asks again until it is answered, under the same Idempotency-Key."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import httpx2

from support.api import FINISHED, LAST, StreamEvent

_AGAIN_S = 0.1
_SILENCE_S = 6.0
"""A stream without a heartbeat for so long is opened again."""


@dataclass
class Seen:
    """What one watcher of one run was told."""

    ids: list[int] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    connections: int = 0


class Client:
    def __init__(self, url: str) -> None:
        limits = httpx2.Limits(max_connections=None, max_keepalive_connections=10)
        self._http = httpx2.AsyncClient(base_url=url, timeout=15, trust_env=False, limits=limits)
        self.refused: list[str] = []
        """Answers that no client should get."""

    async def close(self) -> None:
        await self._http.aclose()

    async def ask(self, method: str, path: str, key: str | None = None, body: object = None) -> Any:
        headers = {} if key is None else {"Idempotency-Key": key}
        while True:
            try:
                answer = await self._http.request(method, path, json=body, headers=headers)
            except httpx2.HTTPError:
                await asyncio.sleep(_AGAIN_S)
                continue
            if answer.is_success:
                return answer.json()
            if answer.status_code not in {404, 409, 503}:
                self.refused.append(f"{method} {path}: {answer.status_code} {answer.text[:300]}")
            await asyncio.sleep(_AGAIN_S)

    async def start(self, graph: dict[str, Any], key: str) -> str:
        return str((await self.ask("POST", "/api/executions", key, {"graph": graph}))["id"])

    async def execution(self, run: str) -> dict[str, Any]:
        found: dict[str, Any] = await self.ask("GET", f"/api/executions/{run}")
        return found

    async def cancel(self, run: str) -> None:
        """Until it has ended, cancelled or not."""
        while (await self.ask("DELETE", f"/api/executions/{run}"))["state"] not in FINISHED:  # noqa: ASYNC110  a server
            await asyncio.sleep(_AGAIN_S)

    async def resume(self, run: str, key: str) -> None:
        await self.ask("POST", f"/api/executions/{run}/resume", key)

    async def history(self, run: str) -> list[int]:
        """The ids of all its events, as JSON tells them."""
        after, ids = 0, []
        while True:
            page = await self.ask("GET", f"/api/executions/{run}/events?limit=1000&after={after}")
            ids += [item["id"] for item in page["items"]]
            if page["next_cursor"] is None:
                return ids
            after = page["next_cursor"]

    async def watch(self, run: str, seen: Seen) -> None:
        """See it to its end, opening the stream again behind what was seen whenever it is cut."""
        while not seen.names or seen.names[-1] not in LAST:
            seen.connections += 1
            try:
                async for event in self._stream(run, seen.ids[-1] if seen.ids else None):
                    if event.id is not None:
                        seen.ids.append(event.id)
                        seen.names.append(event.name)
            except (httpx2.HTTPError, TimeoutError):
                pass
            await asyncio.sleep(_AGAIN_S)

    async def _stream(self, run: str, after: int | None) -> AsyncIterator[StreamEvent]:
        headers = {} if after is None else {"Last-Event-ID": str(after)}
        url = f"/api/executions/{run}/stream"
        limit = httpx2.Timeout(15, read=_SILENCE_S)
        async with self._http.stream("GET", url, headers=headers, timeout=limit) as answer:
            if answer.status_code != httpx2.codes.OK:
                await answer.aread()
                if answer.status_code not in {404, 503}:
                    self.refused.append(f"stream: {answer.status_code} {answer.text[:300]}")
                return
            fields: dict[str, str] = {}
            async for line in answer.aiter_lines():
                if not line:
                    if "data" in fields:
                        number = fields.get("id")
                        yield StreamEvent(int(number) if number else None, fields.get("event", ""), {})
                    fields = {}
                elif not line.startswith(":"):
                    name, _, value = line.partition(":")
                    fields[name] = value.removeprefix(" ")
